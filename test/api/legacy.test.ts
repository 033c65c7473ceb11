import { request as httpRequest } from 'node:http';
import { PassThrough } from 'node:stream';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
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
  authorization = `Bearer ${await fixture.token()}`;
});
afterAll(() => fixture.close());
beforeEach(() => {
  asked = [];
  respond = async () => answer(['{"FileName":"powershell.exe"}']);
});

const paths = [
  '/api/advancedqueries/run',
  '/api/advancedhunting/run',
  '/api/v1.0/advancedqueries/run',
  '/api/v1.0/advancedhunting/run',
];

const documented = {
  '2018': {
    body: '{\r\n\t"Query":"ProcessCreationEvents \r\n| where InitiatingProcessFileName =~ \\"powershell.exe\\"\r\n| where ProcessCommandLine contains \\"appdata\\"\r\n| project EventTime, FileName, InitiatingProcessFileName\r\n| limit 2"\r\n}',
    query:
      'ProcessCreationEvents \r\n| where InitiatingProcessFileName =~ "powershell.exe"\r\n| where ProcessCommandLine contains "appdata"\r\n| project EventTime, FileName, InitiatingProcessFileName\r\n| limit 2',
  },
  '2020': {
    body: '{\n    "Query":"DeviceProcessEvents\n|where InitiatingProcessFileName =~ \'powershell.exe\'\n|where ProcessCommandLine contains \'appdata\'\n|project Timestamp, FileName, InitiatingProcessFileName, DeviceId\n|limit 2"\n}',
    query:
      "DeviceProcessEvents\n|where InitiatingProcessFileName =~ 'powershell.exe'\n|where ProcessCommandLine contains 'appdata'\n|project Timestamp, FileName, InitiatingProcessFileName, DeviceId\n|limit 2",
  },
  '2021': {
    body: '{\n    "Query":"DeviceProcessEvents | where InitiatingProcessFileName =~ \\"powershell.exe\\" | project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2"\n}',
    query:
      'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" | project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2',
  },
};

describe("Graph's time span", () => {
  test('is taken with the query', async () => {
    for (const [timespan, from] of [
      ['2026-01-05/2026-01-06', '2026-01-05T00:00:00.000Z'],
      [null, undefined],
      ['', undefined],
    ]) {
      const body = JSON.stringify({ Query: 'DeviceInfo', Timespan: timespan });
      const { status } = await fixture.post('/api/advancedhunting/run', body, { authorization });
      expect(status).toBe(200);
      expect(asked.at(-1)?.window?.from?.toISOString()).toBe(from);
    }
  });
  test.each(['soon', 7, {}])('is refused where it is %j', async (timespan) => {
    const body = JSON.stringify({ Query: 'DeviceInfo', Timespan: timespan });
    const { status, text } = await fixture.post('/api/advancedhunting/run', body, {
      authorization,
    });
    expect(status).toBe(400);
    expect(text).toContain('Invalid timespan');
  });
});

describe('a documented request works as it was printed', () => {
  for (const [year, { body, query }] of Object.entries(documented)) {
    for (const path of paths) {
      test(`${year} on ${path}`, async () => {
        const { status } = await fixture.post(path, body, {
          authorization,
          'content-type': 'application/json',
        });
        expect(status).toBe(200);
        expect(asked[0]?.text).toBe(query);
      });
    }
  }

  test.each(paths)('%s/, as programs write it', async (path) => {
    const { status } = await fixture.post(`${path}/`, '{"Query":"DeviceInfo"}', { authorization });
    expect(status).toBe(200);
  });

  test.each(['json', '', 'application/json,', 'text/plain', '*/*'])(
    'whatever its type is: %j',
    async (type) => {
      for (const path of paths) {
        const headers = { authorization, 'content-type': type };
        const { status } = await fixture.post(path, '{"Query":"DeviceInfo"}', headers);
        expect(status).toBe(200);
      }
    },
  );

  test('//api, as programs make it of an address that ends in a slash', async () => {
    const path = '//api//advancedhunting/run';
    const { status } = await fixture.post(path, '{"Query":"DeviceInfo"}', { authorization });
    expect(status).toBe(200);
  });

  test.each(['advancedqueries', 'advancedhunting'])(
    'GET %s with the query as its key, as Power BI does',
    async (name) => {
      const query = 'DeviceEvents | where ActionType contains "Anti" | limit 20';
      const get = async (rest: string) =>
        read(await fetch(`${fixture.url}/api/${name}${rest}`, { headers: { authorization } }));
      const { status, json } = await get(`?key=${encodeURIComponent(query)}`);
      expect(status).toBe(200);
      expect(Object.keys(json)).toEqual(['Stats', 'Schema', 'Results']);
      expect(asked.at(-1)).toMatchObject({ text: query, generation: name });
      for (const rest of ['', '?key=', '?key=a&key=b']) {
        expect(await get(rest)).toMatchObject({
          status: 400,
          json: { error: { code: 'InvalidRequestBody' } },
        });
      }
      const head = await fetch(`${fixture.url}/api/${name}?key=x`, {
        method: 'HEAD',
        headers: { authorization },
      });
      expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET']);
    },
  );

  test('a missing Content-Type does not matter', async () => {
    // `fetch` names a type for every text; bytes go without one.
    const body = Buffer.from('{"Query":"DeviceInfo"}');
    const { status } = await fixture.post('/api/advancedhunting/run', body, { authorization });
    expect(status).toBe(200);
    expect(asked[0]?.text).toBe('DeviceInfo');
  });

  test.each([
    ['a byte order mark', Buffer.from('\ufeff{"Query":"é"}'), 'é'],
    ['leading whitespace', Buffer.from(' \r\n\t{"Query":"é"}'), 'é'],
    ['further properties', Buffer.from('{"a":[1],"Query":"é","query":1}'), 'é'],
    ['Latin-1 of PowerShell 5', Buffer.from('{"Query":"é"}', 'latin1'), 'é'],
    ['a raw tab', Buffer.from('{"Query":"a\tb \\"c\\"\n"}'), 'a\tb "c"\n'],
    ['NUL, escaped', Buffer.from('{"Query":"a\\u0000b"}'), 'a\u0000b'],
    ['an unpaired surrogate', Buffer.from('{"Query":"a\\ud800b"}'), 'a\ud800b'],
  ])('%s is accepted', async (_what, body, query) => {
    const { status } = await fixture.post('/api/advancedqueries/run', body, { authorization });
    expect(status).toBe(200);
    expect(asked[0]?.text).toBe(query);
  });

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
  ])('a body compressed with %s is inflated', async (encoding, encode) => {
    const { status } = await fixture.post(
      '/api/advancedhunting/run',
      encode(Buffer.from('{"Query":"DeviceInfo"}')),
      { authorization, 'content-encoding': encoding },
    );
    expect(status).toBe(200);
    expect(asked[0]?.text).toBe('DeviceInfo');
  });
});

describe('the answer has the documented shape', () => {
  test('Stats, Schema and Results stand in this order, and rows pass through untouched', async () => {
    const rows = [
      '{"Timestamp":"2021-04-26T09:37:48Z","FileName":"a","ReportId":639199803770463703,"IsSigned":1}',
      '{"Timestamp":null,"FileName":"","ReportId":-9223372036854775808,"IsSigned":null}',
    ];
    respond = async () => answer(rows);
    const { status, text, headers } = await fixture.post(
      '/api/advancedhunting/run',
      '{"Query":"x"}',
      { authorization },
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(text).toBe(
      '{"Stats":{"ExecutionTime":0.0937517,"resource_usage":{' +
        '"cache":{"memory":{"hits":534,"misses":0,"total":534},"disk":{"hits":3,"misses":1,"total":4}},' +
        '"cpu":{"user":"00:00:00.0156250","kernel":"00:00:00","total cpu":"00:00:00.0156250"},' +
        '"memory":{"peak_per_node":68022512}},' +
        '"dataset_statistics":[{"table_row_count":2,"table_size":44600}]},' +
        '"Schema":[{"Name":"Timestamp","Type":"DateTime"},{"Name":"FileName","Type":"String"},' +
        '{"Name":"ReportId","Type":"Int64"},{"Name":"IsSigned","Type":"SByte"}],' +
        `"Results":[${rows.join(',\n')}]}`,
    );
  });

  test('an empty result keeps its schema', async () => {
    respond = async () => answer([]);
    const { json } = await fixture.post('/api/advancedqueries/run', '{"Query":"x"}', {
      authorization,
    });
    expect(json['Results']).toEqual([]);
    expect(json['Schema']).toHaveLength(4);
  });

  test('a client that takes gzip gets gzip', async () => {
    respond = async () => answer([JSON.stringify({ FileName: 'x'.repeat(5000) })]);
    const { headers, body } = await raw('/api/advancedhunting/run', '{"Query":"x"}', {
      'accept-encoding': 'gzip',
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers.vary).toMatch(/accept-encoding/i);
    expect(JSON.parse(gunzipSync(body).toString()).Results).toHaveLength(1);
  });

  test('the path and the caller reach the hunt', async () => {
    await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', { authorization });
    expect(asked[0]?.generation).toBe('advancedhunting');
    expect(asked[0]?.principal).toMatchObject({ tenant: 'default', kind: 'application' });
  });
});

describe('a bad request is told what is wrong, in the documented envelope', () => {
  const million = `{"Query":"${'x'.repeat(1_000_000)}"}`;
  test.each<[string, string | Buffer | null, number, string, string | RegExp]>([
    ['no body', null, 400, 'InvalidRequestBody', 'Missing query.'],
    ['an empty body', '', 400, 'InvalidRequestBody', 'Missing query.'],
    ['no Query', '{}', 400, 'InvalidRequestBody', 'Missing query.'],
    [
      'Query in another case',
      '{"query":"DeviceInfo"}',
      400,
      'InvalidRequestBody',
      'Missing query.',
    ],
    ['a Query of null', '{"Query":null}', 400, 'InvalidRequestBody', 'Missing query.'],
    ['an empty Query', '{"Query":""}', 400, 'InvalidRequestBody', 'Missing query.'],
    ['a blank Query', '{"Query":" \\n"}', 400, 'InvalidRequestBody', 'Missing query.'],
    ['no JSON', 'Query=DeviceInfo', 400, 'InvalidRequestBody', 'Missing query.'],
    ['cut JSON', '{"Query":"Dev', 400, 'InvalidRequestBody', 'Missing query.'],
    ['a Query that is a number', '{"Query":1}', 400, 'InvalidRequestBody', /incorrect/],
    ['a Query that is a list', '{"Query":["x"]}', 400, 'InvalidRequestBody', /incorrect/],
    ['an array', '[]', 400, 'InvalidRequestBody', /incorrect/],
    ['a string', '"DeviceInfo"', 400, 'InvalidRequestBody', /incorrect/],
    ['a Query of a million characters', million, 400, 'InvalidInput', /shorter than 1000000/],
    ['a body of 5 MB', 'x'.repeat(5_000_000), 413, 'InvalidRequestBody', /larger than 4194304/],
    ['10,000 levels of JSON', `${'['.repeat(10_000)}`, 400, 'InvalidRequestBody', /nested more/],
    [
      '10,000 levels of JSON beside a Query of the wrong type',
      `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)},"Query":{}}`,
      400,
      'InvalidRequestBody',
      /nested more deeply than 64 levels/,
    ],
  ])('%s', async (_what, body, status, code, message) => {
    const answered = await fixture.post('/api/advancedhunting/run', body, { authorization });
    expect(answered.status).toBe(status);
    expect(answered.json.error).toEqual({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      target: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Object.keys(answered.json)).toEqual(['error']);
    expect(asked).toHaveLength(0);
  });

  const query = Buffer.from('{"Query":"DeviceInfo | take 1"}');
  test.each<[string, Buffer, string, number]>([
    ['truncated gzip', gzipSync(query).subarray(0, 20), 'gzip', 400],
    ['no gzip at all', query, 'gzip', 400],
    ['truncated deflate', deflateSync(query).subarray(0, 8), 'deflate', 400],
    ['a gzip bomb', gzipSync(Buffer.alloc(50_000_000)), 'gzip', 413],
    ['an encoding that is not known', query, 'zstd', 415],
  ])('%s', async (_what, body, encoding, status) => {
    const answered = await fixture.post('/api/advancedhunting/run', body, {
      authorization,
      'content-encoding': encoding,
    });
    expect(answered.status).toBe(status);
    expect(answered.json.error.code).toBe('InvalidRequestBody');
    if (status === 400) expect(answered.json.error.message).toMatch(/compressed.*damaged/);
    expect(asked).toHaveLength(0);
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s is not the method', async (method) => {
    const url = `${fixture.url}/api/advancedhunting/run`;
    const answered = await read(await fetch(url, { method, headers: { authorization } }));
    expect(answered.status).toBe(405);
    expect(answered.headers.get('allow')).toBe('POST');
    expect(answered.json.error.code).toBe('MethodNotAllowed');
  });

  test('a method that a ping has not', async () => {
    const { status, headers } = await fixture.post('/api', '{}', { authorization });
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('a name in the address that is too long', async () => {
    const { status, json } = await fixture.post(`/${'a'.repeat(2000)}/oauth2/token`, '');
    expect([status, json.error.message]).toEqual([
      400,
      'A name in the address is longer than 1024 characters.',
    ]);
  });

  test('a path that does not exist', async () => {
    const answered = await fixture.post('/api/nothing', '{}', { authorization });
    expect(answered.status).toBe(404);
    expect(answered.json.error.code).toBe('NotFound');
  });

  test('a length that lies', async () => {
    const { status, body } = await raw('/api/advancedhunting/run', '{"Query":"x"}', {
      'content-length': '5',
    });
    expect(status).toBe(400);
    expect(JSON.parse(body.toString()).error.message).toBeTypeOf('string');
  });
});

describe('a failed hunt is answered in the documented words', () => {
  const failures: [HuntError, number, string, string][] = [
    [
      new HuntError('kql.syntax', { message: 'Query operator expected.' }),
      400,
      'BadRequest',
      'Query operator expected.. Fix syntax errors in your query.',
    ],
    [
      new HuntError('kql.semantic', {
        message: "'where' operator: Failed to resolve table or column expression named 'X'",
      }),
      400,
      'BadRequest',
      "'where' operator: Failed to resolve table or column expression named 'X'. Fix semantic errors in your query.",
    ],
    [
      new HuntError(
        'kql.unsupported',
        { what: 'evaluate python()', because: 'it runs code' },
        { span: { start: 8, length: 3 } },
      ),
      400,
      'BadRequest',
      'evaluate python() is not supported: it runs code. (line 2, column 3)',
    ],
    [new HuntError('hunt.timeout', {}), 400, 'BadRequest', 'Query exceeded the timeout period.'],
    [
      new HuntError('hunt.resultSize', {}),
      400,
      'BadRequest',
      'Query execution has exceeded the allowed result size. Optimize your query by limiting the number of results and try again',
    ],
  ];
  test.each(failures)('%s', async (error, status, code, message) => {
    respond = async () => {
      throw error;
    };
    const answered = await fixture.post(
      '/api/advancedqueries/run',
      '{"Query":"print\\n| evaluate"}',
      {
        authorization,
      },
    );
    expect(answered.status).toBe(status);
    expect(answered.json.error).toMatchObject({ code, message });
  });

  test('a bug shows nothing of itself', async () => {
    respond = async () => {
      throw new Error('SELECT secret FROM tenant_default.`x` at /srv/quarry/main.js');
    };
    const answered = await fixture.post('/api/advancedqueries/run', '{"Query":"x"}', {
      authorization,
    });
    expect(answered.status).toBe(500);
    expect(answered.json.error.code).toBe('InternalServerError');
    expect(answered.text).not.toMatch(/SELECT|tenant_|srv|main\.js/);
    expect(fixture.logged.some((line) => line.includes('SELECT secret'))).toBe(true);
  });

  test.each(['ENOSPC', 'SQLITE_FULL', '53100'])('a disk that is full, as %s', async (code) => {
    respond = async () => {
      throw Object.assign(new Error('/srv/quarry is full'), { code });
    };
    const answered = await fixture.post('/api/advancedqueries/run', '{"Query":"x"}', {
      authorization,
    });
    expect(answered.status).toBe(503);
    expect(answered.json.error.message).toContain('out of disk space');
    expect(answered.text).not.toContain('/srv');
  });

  test.each(['engine.unavailable', 'engine.storage'] as const)(
    '%s is worth another try',
    async (failure) => {
      respond = async () => {
        throw new HuntError(failure, {});
      };
      const answered = await fixture.post('/api/advancedqueries/run', '{"Query":"x"}', {
        authorization,
      });
      expect(answered.status).toBe(503);
      expect(answered.headers.get('retry-after')).toBe('5');
      expect(answered.json.error.code).toBe('ServiceUnavailable');
    },
  );
});

describe('a hunt and its client', () => {
  test('a client that leaves while the engine works stops the hunt', async () => {
    const stopped = new Promise<void>((resolve) => {
      respond = (request) =>
        new Promise((_resolve, reject) => {
          request.signal?.addEventListener('abort', () => {
            resolve();
            reject(new HuntError('hunt.cancelled', {}));
          });
          leave.abort();
        });
    });
    const leave = new AbortController();
    const sent = fetch(`${fixture.url}/api/advancedhunting/run`, {
      method: 'POST',
      body: '{"Query":"x"}',
      headers: { authorization },
      signal: leave.signal,
    });
    await expect(sent).rejects.toThrow();
    await stopped;
  });

  test.each(['gzip', 'identity'])(
    'a client that leaves in mid-answer (%s) closes the stored rows',
    async (encoding) => {
      const rows = new PassThrough();
      respond = async () => answer([], rows);
      const closed = new Promise((resolve) => rows.once('close', resolve));
      const leave = new AbortController();
      const response = await fetch(`${fixture.url}/api/advancedhunting/run`, {
        method: 'POST',
        body: '{"Query":"x"}',
        headers: { authorization, 'accept-encoding': encoding },
        signal: leave.signal,
      });
      expect(response.status).toBe(200);
      rows.write('{"a":1}');
      leave.abort();
      await closed;
    },
  );

  test('rows are not read ahead of a client that does not take them', async () => {
    let produced = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const { Readable } = await import('node:stream');
    const rows = new Readable({
      read() {
        produced += chunk.length;
        this.push(produced > 64 * 1024 * 1024 ? null : chunk);
      },
    });
    respond = async () => answer([], rows);
    const leave = new AbortController();
    const request = httpRequest(`${fixture.url}/api/advancedhunting/run`, {
      method: 'POST',
      headers: { authorization },
    });
    request.end('{"Query":"x"}');
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
      request.once('response', resolve),
    );
    response.pause();
    let before = -1;
    while (before !== produced) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(produced).toBeLessThan(32 * 1024 * 1024);
    leave.abort();
    request.destroy();
  });

  test('an answer that breaks off does not look complete', async () => {
    const rows = new PassThrough();
    respond = async () => answer([], rows);
    const response = await fetch(`${fixture.url}/api/advancedhunting/run`, {
      method: 'POST',
      body: '{"Query":"x"}',
      headers: { authorization },
    });
    rows.write('{"a":1}');
    setTimeout(() => rows.destroy(new Error('the disk went away')), 50);
    await expect(response.text()).rejects.toThrow();
  });

  test('one line in the log says who hunted and how it went, and never shows the token', async () => {
    fixture.logged.length = 0;
    await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', { authorization });
    await fixture.post('/api/advancedhunting/run', '{"Query":""}', { authorization });
    const lines = fixture.logged.map((line) => JSON.parse(line)).filter((l) => l.msg === 'hunt');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      tenant: 'default',
      principal: expect.any(String),
      principalName: 'test',
      durationMs: expect.any(Number),
      rows: 1,
      status: 200,
    });
    expect(fixture.logged.join('')).not.toContain(authorization.slice('Bearer '.length));
  });
});

test('designers of flows get the columns as JSON Schema', async () => {
  const path = '/api/advancedqueries/schema';
  const answered = await fixture.post(path, '{"Query":"x"}', { authorization });
  expect(answered.status).toBe(200);
  expect(answered.json).toEqual({
    type: 'object',
    properties: {
      Timestamp: { type: 'string', format: 'date-time' },
      FileName: { type: 'string' },
      ReportId: { type: 'integer' },
      IsSigned: { type: 'integer' },
    },
  });
  expect((await fixture.post(path, '{}', { authorization })).status).toBe(400);
  expect(asked).toEqual([]);
});

describe('what answers without a token', () => {
  test('health does', async () => {
    const answered = await read(await fetch(`${fixture.url}/health`));
    expect(answered.status).toBe(200);
    expect(answered.json).toEqual({ status: 'ok' });
  });

  test.each([
    ['GET', '/api'],
    ['POST', '/api/advancedhunting/run'],
    ['GET', '/api/advancedhunting/run'],
    ['GET', '/nothing'],
    ['GET', '/'],
  ])('%s %s does not', async (method, path) => {
    const answered = await read(await fetch(fixture.url + path, { method }));
    expect(answered.status).toBe(401);
    expect(answered.headers.get('www-authenticate')).toBe('Bearer');
    expect(answered.json.error).toMatchObject({
      code: 'Unauthorized',
      message: 'Unauthorized request - reason of failure: Access token is empty.',
    });
  });

  test('GET /api answers a token', async () => {
    const answered = await fetch(`${fixture.url}/api`, { headers: { authorization } });
    expect(answered.status).toBe(200);
  });
});

/** A request as it is, without what `fetch` adds or takes away. */
function raw(
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: import('node:http').IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      fixture.url + path,
      { method: 'POST', headers: { authorization, ...headers } },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
