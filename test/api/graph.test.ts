import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HuntError } from '../../src/errors.js';
import type { HuntAnswer } from '../../src/hunting/hunt.js';
import type { HuntCall } from '../../src/hunting/service.js';
import { answer, type Fixture, openFixture, read } from './fixture.js';

let fixture: Fixture;
let authorization: string;
let asked: HuntCall[] = [];
let respond: (request: HuntCall) => Promise<HuntAnswer>;

beforeAll(async () => {
  fixture = await openFixture({
    hunt: (request) => {
      asked.push(request);
      return respond(request);
    },
  });
  const token = await fixture.token({
    roles: ['ThreatHunting.Read.All'],
    audience: 'https://graph.microsoft.com',
  });
  authorization = `Bearer ${token}`;
});
afterAll(() => fixture.close());
beforeEach(() => {
  asked = [];
  respond = async () => answer(['{"FileName":"powershell.exe"}']);
});

const run = '/v1.0/security/runHuntingQuery';

describe('the paths that programs use', () => {
  test.each([
    run,
    '/beta/security/runHuntingQuery',
    '/v1.0/security/microsoft.graph.security.runHuntingQuery',
    '/beta/security/microsoft.graph.security.runHuntingQuery',
    '/V1.0/Security/runhuntingquery',
  ])('%s', async (path) => {
    const { status } = await fixture.post(path, '{"Query":"DeviceInfo"}', {
      authorization,
      'content-type': 'application/json; charset=utf-8',
    });
    expect(status).toBe(200);
    expect(asked[0]).toMatchObject({ text: 'DeviceInfo', encoding: 'graph', generation: 'graph' });
  });
});

describe('the body, in the case of either documentation', () => {
  test.each([
    ['{"Query":"x","Timespan":"P7D"}', true],
    ['{"query":"x","timespan":"P7D","workspaceId":"0a7b6e62-0000-0000-0000-000000000000"}', true],
    ['{"QUERY":"x","TimeSpan":null}', false],
    ['{"query":"x","timespan":""}', false],
  ])('%s', async (body, hasWindow) => {
    const { status } = await fixture.post(run, body, {
      authorization,
      'content-type': 'application/json',
    });
    expect(status).toBe(200);
    expect(asked[0]?.text).toBe('x');
    expect(asked[0]?.window !== undefined).toBe(hasWindow);
  });

  test('a compressed body is inflated', async () => {
    const { status } = await fixture.post(run, gzipSync('{"query":"x"}'), {
      authorization,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect(status).toBe(200);
  });
});

test('the answer has Graph’s envelope', async () => {
  const rows = ['{"FileName":"a","IsSigned@odata.type":"#SByte","IsSigned":1,"Timestamp":{}}'];
  respond = async () => answer(rows);
  const { text, headers } = await fixture.post(run, '{"query":"x"}', {
    authorization,
    'content-type': 'application/json',
    'client-request-id': '5b0c9b4e-8a39-4f1c-bd43-3d1e3b8b6a11',
  });
  expect(text).toBe(
    `{"@odata.context":"${fixture.url}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults",` +
      '"schema":[{"name":"Timestamp","type":"DateTime"},{"name":"FileName","type":"String"},' +
      '{"name":"ReportId","type":"Int64"},{"name":"IsSigned","type":"SByte"}],' +
      `"results":[${rows.join(',\n')}]}`,
  );
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('client-request-id')).toBe('5b0c9b4e-8a39-4f1c-bd43-3d1e3b8b6a11');
});

describe('the GET form', () => {
  const call = (inside: string, name = 'getRunHuntingQuery') => `/beta/security/${name}(${inside})`;
  const get = async (path: string) =>
    read(await fetch(fixture.url + path, { headers: { authorization } }));

  test.each([
    [call("query='DeviceInfo',timespan='P1D'"), 'DeviceInfo', true],
    [
      call(
        `query='${encodeURIComponent('T | where A == \'a/b\' or B == "x,y"').replaceAll("'", "''")}'`,
      ),
      'T | where A == \'a/b\' or B == "x,y"',
      false,
    ],
    [call("query='x',timespan=null"), 'x', false],
    [call("query='x',workspaceId=0a7b6e62-0000-0000-0000-000000000000"), 'x', false],
    [call("query='x'", 'microsoft.graph.security.getRunHuntingQuery'), 'x', false],
    [call('query%3D%27x%27'), 'x', false],
    [call("query='x//comment'"), 'x//comment', false],
    [call('query=\'T | where Url has "/security/a"\''), 'T | where Url has "/security/a"', false],
    [call("query='x//y'").replaceAll('/security/', '//security//'), 'x//y', false],
  ])('%s', async (path, text, hasWindow) => {
    const { status } = await get(path);
    expect(status).toBe(200);
    expect(asked[0]?.text).toBe(text);
    expect(asked[0]?.window !== undefined).toBe(hasWindow);
  });

  test('with the whole address, as proxies are asked', async () => {
    const path = `http://graph.microsoft.com${call("query='x'")}`;
    const request = httpGet(fixture.url, { path, headers: { authorization } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, asked[0]?.text]).toEqual([200, 'x']);
  });

  test('what is broken behind a # is refused like the rest of the address', async () => {
    const path = call("query='x#%zz'");
    const request = httpGet(fixture.url, { path, headers: { authorization } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, asked]).toEqual([400, []]);
  });

  test('HEAD runs nothing', async () => {
    const path = fixture.url + call("query='x'");
    const { status, headers } = await fetch(path, { method: 'HEAD', headers: { authorization } });
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
    expect(asked).toEqual([]);
  });

  test.each<[string, number, string?]>([
    [call("query='x"), 400],
    [call('query=x y,'), 400],
    [call("timespan='P1D'"), 400],
    [call("query='%zz'"), 400, 'The address is not correctly percent-encoded.'],
    [`/beta/security/getRunHuntingQuery`, 400],
    [call(`query='${'x'.repeat(40_000)}'`), 414],
  ])('%.60s is refused', async (path, status, message) => {
    const answered = await get(path);
    expect(answered.status).toBe(status);
    expect(answered.json.error.message).toBeTypeOf('string');
    if (message) expect(answered.json.error.message).toBe(message);
    expect(asked).toEqual([]);
  });
});

describe('errors have Graph’s envelope', () => {
  const inner = {
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    'request-id': expect.any(String),
    'client-request-id': 'my-id',
  };
  const failing = async (body: string, headers: Record<string, string> = {}) =>
    fixture.post(run, body, {
      authorization,
      'content-type': 'application/json',
      'client-request-id': 'my-id',
      ...headers,
    });

  test.each<[string, string, Record<string, string>, number, string, string]>([
    ['no query', '{}', {}, 400, 'BadRequest', 'Missing query.'],
    ['no JSON', '{"query":"a\nb"}', {}, 400, 'BadRequest', 'Missing query.'],
    ['another type', '<x/>', { 'content-type': 'text/xml' }, 415, 'BadRequest', 'application/json'],
    [
      'a type that is none',
      '{}',
      { 'content-type': 'json' },
      415,
      'BadRequest',
      'application/json',
    ],
    ['a timespan that is none', '{"query":"x","timespan":"7d"}', {}, 400, 'BadRequest', 'timespan'],
    ['a timespan of a number', '{"query":"x","timespan":7}', {}, 400, 'BadRequest', 'timespan'],
    [
      'no token',
      '{"query":"x"}',
      { authorization: '' },
      401,
      'InvalidAuthenticationToken',
      'Access token is empty.',
    ],
  ])('%s', async (_what, body, headers, status, code, message) => {
    const answered = await failing(body, headers);
    expect(answered.status).toBe(status);
    expect(answered.json).toEqual({
      error: { code, message: expect.stringContaining(message), innerError: inner },
    });
  });

  // A 401 would send programs for another token.
  test.each(['/v1.0/organization', '/beta/security/alerts_v2'])(
    '%s is not there, and not a fault of the token',
    async (path) => {
      const { status, json } = await read(
        await fetch(fixture.url + path, {
          headers: { authorization, 'client-request-id': 'my-id' },
        }),
      );
      expect(status).toBe(404);
      expect(json).toEqual({
        error: {
          code: 'ResourceNotFound',
          message: `The resource ${path} was not found.`,
          innerError: inner,
        },
      });
      const without = await fetch(fixture.url + path);
      expect(without.status).toBe(401);
    },
  );

  test.each<[string, HuntError, number, object]>([
    [
      'semantic error',
      new HuntError('kql.semantic', {
        message: "'take' operator: Failed to resolve table or column expression named 'X'",
      }),
      400,
      {
        code: 'BadRequest',
        message:
          "'take' operator: Failed to resolve table or column expression named 'X'. Fix semantic errors in your query.",
        innerError: inner,
      },
    ],
    [
      'bug',
      new HuntError('engine.failed', {}),
      500,
      { code: 'UnknownError', message: '', innerError: inner },
    ],
    [
      'quota',
      new HuntError('quota.calls', { limit: 45, window: '00:01:00', retryAfterSeconds: 8 }),
      429,
      {
        code: 'TooManyRequests',
        message: 'Please retry again later.',
        innerError: {
          ...inner,
          code: '429',
          status: '429',
          message: expect.stringMatching(
            /^Please retry after 8 seconds\. API calls quota exceeded! maximum allowed 45 per 00:01:00/,
          ),
        },
      },
    ],
  ])('%s', async (_what, error, status, expected) => {
    respond = async () => {
      throw error;
    };
    const answered = await failing('{"query":"x"}');
    expect(answered.status).toBe(status);
    expect(answered.json.error).toEqual(expected);
    if (status === 429) expect(answered.headers.get('retry-after')).toBe('8');
  });

  test('a role that is missing', async () => {
    const token = await fixture.token({ roles: ['AdvancedQuery.Read.All'] });
    const answered = await failing('{"query":"x"}', { authorization: `Bearer ${token}` });
    expect(answered.status).toBe(403);
    expect(answered.json.error).toMatchObject({
      code: 'Forbidden',
      message:
        'Missing application roles. API required roles: ThreatHunting.Read.All, application roles: AdvancedQuery.Read.All.',
    });
  });

  test('a token for an earlier API', async () => {
    const token = await fixture.token({
      roles: ['ThreatHunting.Read.All'],
      audience: 'https://api.security.microsoft.com',
    });
    const answered = await failing('{"query":"x"}', { authorization: `Bearer ${token}` });
    expect(answered.status).toBe(401);
    expect(answered.json.error.message).toBe('Access token validation failure. Invalid audience.');
  });

  test.each([
    ['GET', run, 405],
    ['DELETE', run, 405],
    ['POST', '/beta/security/getHuntingSchema', 405],
    ['PUT', "/beta/security/getRunHuntingQuery(query='x')", 405],
    ['POST', '/v1.0/security/nothing', 404],
    ['GET', '/beta/me', 404],
    ['GET', '/beta/%zz', 400],
    ['POST', run, 401],
    ['POST', '/v1.0/security/runHuntingQuery%', 400],
    ['GET', "/beta/security/getRunHuntingQuery(query='a%ff')", 400],
  ])('%s %s', async (method, path, status) => {
    const token = status === 401 ? 'x' : await fixture.token({ roles: ['ThreatHunting.Read.All'] });
    const headers = { authorization: `Bearer ${token}` };
    const answered = await read(await fetch(fixture.url + path, { method, headers }));
    expect(answered.status).toBe(status);
    const id = answered.headers.get('client-request-id');
    expect(answered.json.error).toMatchObject({ innerError: { 'client-request-id': id } });
    expect(id).toBeTruthy();
  });
});

describe('the schema of what can be hunted in', () => {
  const path = '/beta/security/getHuntingSchema';
  test('is for users', async () => {
    const scopes = ['ThreatHunting.Read.All'];
    const audience = 'https://graph.microsoft.com';
    const token = await fixture.token({ roles: [], scopes, audience });
    for (const form of [path, `${path}()`]) {
      const headers = { authorization: `Bearer ${token}` };
      const { status, json } = await read(await fetch(fixture.url + form, { headers }));
      expect(status).toBe(200);
      const tables = json['tables'] as { name: string; columns: object[] }[];
      const deviceInfo = tables.find(({ name }) => name === 'DeviceInfo');
      expect(deviceInfo?.columns[0]).toMatchObject({ name: 'Timestamp', type: 'DateTime' });
    }
  });

  test('and not for applications', async () => {
    const answered = await read(await fetch(fixture.url + path, { headers: { authorization } }));
    expect(answered.status).toBe(403);
    expect(answered.json.error.code).toBe('Forbidden');
  });
});
