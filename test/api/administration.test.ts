import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, checkConfiguration } from '../../src/configuration.js';
import type { MintRequest } from '../../src/identity/mint.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { type Answer, read } from './fixture.js';

let directory: string;
let configuration: Configuration;
let quarry: Quarry;
let admin: string;
let operator: string;

const mint = (request: Partial<MintRequest>) =>
  issueToken(configuration, { app: 'test', roles: [], ...request });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-administration-'));
  configuration = checkConfiguration({
    data: directory,
    port: 0,
    logLevel: 'silent',
    profiles: { tenants: { contoso: 'defender-mde' } },
  });
  quarry = await startQuarry(configuration);
  admin = await mint({ app: 'admin', roles: ['Quarry.Admin', 'AdvancedHunting.Read.All'] });
  operator = await mint({
    app: 'operator',
    roles: ['Quarry.Operator', 'Audit.Read', 'AdvancedHunting.Read.All'],
  });
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

async function call(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return read(await fetch(`${quarry.url}${path}`, { method, headers, ...sent }));
}

const tenants = '/api/quarry/tenants';
const own = `${tenants}/default`;

async function hunt(token: string, Query: string): Promise<Answer> {
  return call('POST', '/api/advancedhunting/run', token, { Query });
}

const processEvent = (name: string) =>
  JSON.stringify({
    category: 'AdvancedHunting-DeviceProcessEvents',
    properties: {
      Timestamp: new Date(Date.now() - 60_000).toISOString(),
      DeviceId: name,
      FileName: name,
      MachineGroup: 'G',
      ReportId: 'digits',
      InitiatingProcessFileName: null,
    },
  }).replace('"digits"', '9007199254740993');

async function send(tenant: string, lines: string): Promise<Answer> {
  const token = await mint({ tenant, app: 'sender', roles: ['Telemetry.Ingest'] });
  const headers = { authorization: `Bearer ${token}` };
  const url = `${quarry.url}/api/ingest/streaming-api`;
  const answer = await read(await fetch(url, { method: 'POST', body: lines, headers }));
  await quarry.flush();
  return answer;
}

describe('tenants', () => {
  test('are made by the operator alone, and are wholly apart', async () => {
    expect((await call('POST', tenants, admin, { id: 'contoso' })).status).toBe(403);
    const made = await call('POST', tenants, operator, { id: 'contoso', name: 'Contoso.example' });
    expect(made).toMatchObject({
      status: 201,
      json: { id: 'contoso', name: 'Contoso.example', retentionDays: 30 },
    });
    expect((await send('contoso', processEvent('theirs'))).json).toMatchObject({ accepted: 1 });
    expect((await send('default', processEvent('ours'))).json).toMatchObject({ accepted: 1 });
    const roles = ['AdvancedHunting.Read.All'];
    const theirs = await mint({ tenant: 'contoso', roles });
    const list = 'DeviceProcessEvents | project FileName';
    expect((await hunt(theirs, list)).json['Results']).toEqual([{ FileName: 'theirs' }]);
    expect((await hunt(admin, list)).json['Results']).toEqual([{ FileName: 'ours' }]);
  });

  test('their name is an address of the token endpoint', async () => {
    const path = `${tenants}/contoso/apps`;
    const { json } = await call('POST', path, operator, {
      name: 'their program',
      roles: ['AdvancedHunting.Read.All'],
    });
    const clientId = String(json['clientId']);
    const secret = await call('POST', `${path}/${clientId}/secrets`, operator, {});
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: String(secret.json['secret']),
      resource: 'https://api.security.microsoft.com',
    });
    const ask = async (tenant: string) =>
      read(await fetch(`${quarry.url}/${tenant}/oauth2/token`, { method: 'POST', body }));
    const token = await ask('contoso.EXAMPLE');
    expect(token.status).toBe(200);
    expect((await ask('default')).json).toMatchObject({ error: 'unauthorized_client' });
    const { json: rows } = await hunt(
      String(token.json['access_token']),
      'DeviceProcessEvents | project FileName',
    );
    expect(rows['Results']).toEqual([{ FileName: 'theirs' }]);
  });

  test.each<[string, object]>([
    ['an id that is taken', { id: 'contoso' }],
    ['an id that is a name', { id: 'contoso.example' }],
    ['a name that is taken', { id: 'new', name: 'CONTOSO.example' }],
    ['upper case', { id: 'Contoso2' }],
    ['an underscore', { id: 'a_b' }],
    ['a path', { id: '../x' }],
    ['SQL', { id: "x'; drop table tenants" }],
    ['a backtick', { id: 'x`' }],
    ['nothing', { id: '' }],
    ['a long id', { id: 'x'.repeat(65) }],
    ['retention of nothing', { id: 'new', retentionDays: 0 }],
    ['something else', { id: 'new', colour: 'red' }],
  ])('%s is refused', async (_what, body) => {
    const { status, json } = await call('POST', tenants, operator, body);
    expect(status).toBe(400);
    expect(json.error.code).toBe('InvalidInput');
  });

  test('an administrator sees and changes the own one', async () => {
    expect((await call('PATCH', own, admin, { retentionDays: 90 })).json).toMatchObject({
      retentionDays: 90,
    });
    expect((await call('GET', own, admin)).json).toMatchObject({ retentionDays: 90 });
    for (const method of ['GET', 'PATCH']) {
      const { status } = await call(
        method,
        `${tenants}/contoso`,
        admin,
        method === 'GET' ? undefined : {},
      );
      expect(status).toBe(403);
    }
    expect((await call('GET', tenants, admin)).status).toBe(403);
    expect((await call('GET', tenants, operator)).json['tenants']).toHaveLength(2);
    expect((await call('GET', `${tenants}/nobody`, operator)).status).toBe(404);
    const made = await call('POST', `${tenants}/nobody/users`, operator, { name: 'x' });
    expect(made.status).toBe(404);
  });

  test('what is exported can be taken in again, to the last digit', async () => {
    const exported = await call('GET', `${tenants}/contoso/export`, operator);
    expect(exported.headers.get('content-type')).toContain('application/x-ndjson');
    const events = exported.text.trim().split('\n');
    expect(events).toHaveLength(1);
    expect(events[0]).toContain('9007199254740993');
    await call('POST', tenants, operator, { id: 'copy' });
    expect((await send('copy', exported.text)).json).toMatchObject({
      accepted: 1,
      rejected: 0,
      deadLetters: 0,
    });
    const token = await mint({ tenant: 'copy', roles: ['AdvancedHunting.Read.All'] });
    const { json } = await hunt(
      token,
      'DeviceProcessEvents | project FileName, MachineGroup, InitiatingProcessFileName',
    );
    expect(json['Results']).toEqual([
      { FileName: 'theirs', MachineGroup: 'G', InitiatingProcessFileName: '' },
    ]);
    expect((await call('GET', `${tenants}/contoso/export`, admin)).status).toBe(403);
  });

  test('when one is deleted, its tokens and its data go; a new one of that id is empty', async () => {
    const token = await mint({ tenant: 'copy', roles: ['AdvancedHunting.Read.All'] });
    expect((await call('DELETE', `${tenants}/copy`, admin)).status).toBe(403);
    expect((await call('DELETE', `${tenants}/copy`, operator)).status).toBe(204);
    expect((await hunt(token, 'DeviceInfo')).status).toBe(401);
    expect((await call('DELETE', `${tenants}/copy`, operator)).status).toBe(404);
    // Tokens tell times to the second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await call('POST', tenants, operator, { id: 'copy' })).status).toBe(201);
    expect((await hunt(token, 'DeviceInfo')).status).toBe(401);
    const { json } = await hunt(
      await mint({ tenant: 'copy', roles: ['AdvancedHunting.Read.All'] }),
      'DeviceProcessEvents | count',
    );
    expect(json['Results']).toEqual([{ Count: 0 }]);
  });

  test('the default one, and the operator’s own, stay', async () => {
    const { status } = await call('DELETE', own, operator);
    expect(status).toBe(400);
    expect((await call('GET', own, operator)).status).toBe(200);
  });
});

describe('applications', () => {
  test('are registered, listed and removed, with their secrets', async () => {
    const { json, status } = await call('POST', `${own}/apps`, admin, {
      name: 'collector',
      roles: ['Telemetry.Ingest'],
    });
    expect(status).toBe(201);
    const path = `${own}/apps/${json['clientId']}`;
    expect((await call('POST', `${path}/secrets`, admin, {})).json['secret']).toMatch(/^.{43}$/);
    const list = await call('GET', `${own}/apps`, admin);
    expect(list.text).toContain('collector');
    expect(list.text).not.toMatch(/scrypt|secret/);
    expect((await call('DELETE', path, admin)).status).toBe(204);
    expect((await call('DELETE', path, admin)).status).toBe(404);
  });

  test('no administrator gives away the operator’s role', async () => {
    const body = { name: 'x', roles: ['Quarry.Operator'] };
    expect((await call('POST', `${own}/apps`, admin, body)).status).toBe(403);
    expect((await call('POST', `${own}/apps`, operator, body)).status).toBe(201);
  });

  describe('nor what an operator proves themselves with', () => {
    const user = 'olga@contoso.example';
    const role = `${own}/role-assignments/user/${user}`;
    let app: string;
    beforeAll(async () => {
      const body = { name: 'operators', roles: ['Quarry.Operator'] };
      const { json } = await call('POST', `${own}/apps`, operator, body);
      app = `${own}/apps/${json['clientId']}`;
      await call('POST', `${own}/users`, operator, { name: user });
      const assignment = { ...operates, subject: user };
      await call('PUT', `${own}/role-assignments`, operator, assignment);
      // A name that an external issuer's user may have.
      const outside = { ...operates, subject: 'outside@contoso.example' };
      await call('PUT', `${own}/role-assignments`, operator, outside);
    });
    const operates = {
      subjectKind: 'user',
      viewsData: true,
      deviceGroups: null,
      allows: ['Quarry.Operator'],
    };
    const less = { ...operates, subject: user, allows: [] };
    const password = 'correct horse battery';

    test.each<[string, string, () => string, object | undefined]>([
      ['a secret', 'POST', () => `${app}/secrets`, {}],
      ['a certificate', 'POST', () => `${app}/certificates`, { certificate: 'x' }],
      ['no credentials', 'DELETE', () => `${app}/credentials`, undefined],
      ['another address', 'POST', () => `${own}/apps`, { name: 'operators' }],
      ['its removal', 'DELETE', () => app, undefined],
      ['a password', 'PATCH', () => `${own}/users/${user.toUpperCase()}`, { password }],
      [
        'a user of their name',
        'POST',
        () => `${own}/users`,
        { name: 'Outside@contoso.example', password },
      ],
      ['another role', 'PUT', () => `${own}/role-assignments`, less],
      ['no role', 'DELETE', () => role, undefined],
      ['removal', 'DELETE', () => `${own}/users/${user}`, undefined],
    ])('%s', async (_what, method, path, body) => {
      expect((await call(method, path(), admin, body)).status).toBe(403);
    });

    test('which is on record, and the operator may', async () => {
      await call('POST', `${app}/secrets`, admin, {});
      const Query = 'QuarryAuditLogs | where Action == "AddSecret" | top 1 by Timestamp';
      await expect
        .poll(async () => (await hunt(operator, Query)).json['Results'], { timeout: 10_000 })
        .toMatchObject([{ Status: 403 }]);
      expect((await call('POST', `${app}/secrets`, operator, {})).status).toBe(201);
      expect((await call('PATCH', `${own}/users/${user}`, operator, { password })).status).toBe(
        204,
      );
    });
  });

  test('nor changes an application of another tenant', async () => {
    const apps = await call('GET', `${tenants}/contoso/apps`, operator);
    const [app] = apps.json['apps'] as { clientId: string }[];
    const path = `${own}/apps/${app?.clientId}`;
    expect((await call('DELETE', path, admin)).status).toBe(404);
    expect((await call('POST', `${path}/secrets`, admin, {})).status).toBe(404);
    expect((await call('GET', `${tenants}/contoso/apps`, admin)).status).toBe(403);
    const Query = 'QuarryAuditLogs | where Action == "ReachTenant" | top 1 by Timestamp';
    await expect
      .poll(async () => (await hunt(operator, Query)).json['Results'], { timeout: 10_000 })
      .toMatchObject([
        { ActorName: 'admin', Status: 403, Details: '{"tenant":"contoso","method":"GET"}' },
      ]);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /^The request body is not valid JSON\.$/],
    ['no list', '[]', /^Request body is incorrect\.$/],
    ['no name', '{}', /^Invalid input name: it is missing\.$/],
  ])('%s is told as such', async (_what, body, message) => {
    const headers = { authorization: `Bearer ${admin}` };
    const url = `${quarry.url}${own}/apps`;
    const { status, json } = await read(await fetch(url, { method: 'POST', headers, body }));
    expect(status).toBe(400);
    expect(json.error.message).toMatch(message);
  });

  test.each<[string, object]>([
    ['an unknown role', { name: 'x', roles: ['God'] }],
    ['an unknown scope', { name: 'x', scopes: ['God'] }],
    ['no name', { roles: [] }],
    ['a redirect to nowhere', { name: 'x', redirectUris: ['nowhere'] }],
  ])('%s is refused', async (_what, body) => {
    expect((await call('POST', `${own}/apps`, admin, body)).status).toBe(400);
  });

  test('a certificate proves an application', async () => {
    const { json } = await call('POST', `${own}/apps`, admin, { name: 'certified', roles: [] });
    const path = `${own}/apps/${json['clientId']}/certificates`;
    const { cert } = await generate([{ name: 'commonName', value: 'certified' }], {
      algorithm: 'sha256',
    });
    expect((await call('POST', path, admin, { certificate: cert })).json['thumbprint']).toMatch(
      /^[\w-]{27}$/,
    );
    expect((await call('POST', path, admin, { certificate: 'none' })).status).toBe(400);
  });
});

describe('people', () => {
  test('users, device groups and roles decide what a user sees', async () => {
    const user = await call('POST', `${own}/users`, admin, { name: 'asha@contoso.example' });
    expect(user.status).toBe(201);
    const token = () =>
      mint({ app: 'portal', scopes: ['AdvancedHunting.Read'], user: 'asha@contoso.example' });
    const list = 'DeviceProcessEvents | project FileName';
    const before = await hunt(await token(), list);
    expect(before.status).toBe(403);
    expect(before.json.error.message).toContain('View Data');

    const conditions = [{ property: 'name', operator: 'equals', value: 'nothing' }];
    expect((await call('PUT', `${own}/device-groups/Rare`, admin, { conditions })).status).toBe(
      204,
    );
    const role = { subjectKind: 'user', subject: 'asha@contoso.example', viewsData: true };
    await call('PUT', `${own}/role-assignments`, admin, { ...role, deviceGroups: ['Rare'] });
    expect((await hunt(await token(), list)).json['Results']).toEqual([]);
    await call('PUT', `${own}/device-groups/G`, admin, {});
    await call('PUT', `${own}/role-assignments`, admin, { ...role, deviceGroups: ['Rare', 'G'] });
    expect((await hunt(await token(), list)).json['Results']).toEqual([{ FileName: 'ours' }]);
    expect((await call('GET', `${own}/device-groups`, admin)).json['deviceGroups']).toHaveLength(2);
    expect((await call('DELETE', `${own}/device-groups/G`, admin)).status).toBe(204);
    expect((await hunt(await token(), list)).json['Results']).toEqual([]);
    const path = `${own}/role-assignments/user/asha@contoso.example`;
    expect((await call('DELETE', path, admin)).status).toBe(204);
    expect((await hunt(await token(), list)).status).toBe(403);
    expect((await call('DELETE', `${own}/users/asha@contoso.example`, admin)).status).toBe(204);
  });

  test('passwords are not shown, and short ones refused', async () => {
    const path = `${own}/users`;
    const short = await call('POST', path, admin, { name: 'ben', password: 'short' });
    expect(short.status).toBe(400);
    await call('POST', path, admin, { name: 'ben', password: 'long enough password' });
    const list = await call('GET', path, admin);
    expect(list.text).toContain('"ben"');
    expect(list.text).not.toMatch(/scrypt|hash|password/);
  });

  test('what could not be named in an address gets no role', async () => {
    const role = { subjectKind: 'user', subject: '..', viewsData: true, deviceGroups: null };
    const { status, json } = await call('PUT', `${own}/role-assignments`, admin, role);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { message: 'Invalid input subject: it is no name.' } });
  });

  test.each([
    "x'; DROP TABLE users; --",
    '`); DROP DATABASE tenant_default',
    '../../etc/passwd',
    '<script>alert(1)</script>',
    '\u202e\u0007',
    '%00',
  ])('a name like %j stays a name', async (name) => {
    const path = `${own}/device-groups/${encodeURIComponent(name)}`;
    const saved = await call('PUT', path, admin, { conditions: [] });
    expect([204, 400]).toContain(saved.status);
    await call('PUT', `${own}/role-assignments`, admin, {
      subjectKind: 'group',
      subject: name,
      viewsData: true,
      deviceGroups: [name],
    });
    expect((await hunt(admin, 'DeviceProcessEvents | count')).json['Results']).toEqual([
      { Count: 1 },
    ]);
  });
});

describe('usage', () => {
  test('shows a tenant what it may use and has used', async () => {
    const token = await mint({ tenant: 'contoso', roles: ['AdvancedHunting.Read.All'] });
    await hunt(token, 'print 1');
    const { json } = await call('GET', '/api/quarry/usage', token);
    expect(json).toMatchObject({ tenant: 'contoso' });
    const [, advancedHunting] = json['usage'] as { quotas: { used: number }[] }[];
    expect(advancedHunting).toMatchObject({
      generation: 'advancedhunting',
      profile: 'defender-mde',
      sharedBy: 'tenant',
      limits: { rows: 100_000, seconds: 200 },
    });
    expect(advancedHunting?.quotas[0]).toMatchObject({
      kind: 'calls',
      limit: 45,
      windowSeconds: 60,
      resetsAt: expect.any(String),
    });
    expect(advancedHunting?.quotas[0]?.used).toBeGreaterThan(0);
  });

  test('the call past the limit is told which one and when, in both envelopes', async () => {
    const roles = ['AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
    const token = await mint({ tenant: 'contoso', roles });
    for (const [path, body] of [
      ['/api/advancedhunting/run', { Query: 'print 1' }],
      ['/v1.0/security/runHuntingQuery', { Query: 'print 1' }],
    ] as const) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const ask = () =>
        fetch(quarry.url + path, { method: 'POST', headers, body: JSON.stringify(body) }).then(
          read,
        );
      // 46 calls may stand in two minutes: 91 cannot all get through.
      const answers = await Promise.all(Array.from({ length: 91 }, ask));
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(refused?.text).toMatch(
        /API calls quota exceeded! maximum allowed 45 per 00:01:00\. You can send requests again in \d+ seconds\./,
      );
      expect(refused?.json.error.code).toBe(path.startsWith('/api') ? '429' : 'TooManyRequests');
    }
  });
});

test('nobody sends records, or dead letters, as telemetry', async () => {
  for (const table of ['QuarryAuditLogs', 'QuarryIngestErrors']) {
    const event = {
      category: `AdvancedHunting-${table}`,
      properties: { Timestamp: new Date().toISOString(), Action: 'Forged', Reason: 'Forged' },
    };
    const { json } = await send('default', JSON.stringify(event));
    expect(json).toMatchObject({ accepted: 0, rejected: 1 });
  }
  const { json } = await hunt(admin, 'QuarryIngestErrors | where Reason == "Forged" | count');
  expect(json['Results']).toEqual([{ Count: 0 }]);
});

test('every act is on record, with who did it; secrets are not', async () => {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const { json, text } = await hunt(
    operator,
    'QuarryAuditLogs | where Kind == "Administration" | summarize n = count() by Action, Outcome | order by Action asc',
  );
  const actions = json['Results'] as { Action: string; Outcome: string }[];
  expect(actions.map(({ Action }) => Action)).toEqual(
    expect.arrayContaining([
      'CreateTenant',
      'DeleteTenant',
      'RegisterApp',
      'CreateUser',
      'AssignRole',
    ]),
  );
  expect(text).toContain('request.parameter');
  const all = await hunt(operator, 'QuarryAuditLogs');
  expect(all.text).toContain('RefusedToken');
  expect(all.text).not.toMatch(/long enough password|scrypt/);
  expect((await hunt(admin, 'QuarryAuditLogs')).status).toBe(400);
});
