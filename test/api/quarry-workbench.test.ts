import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServer, processEvent, type Server } from './quarry-fixture.js';

let server: Server;
let hunter: string;
let operator: string;
/** Users of the default tenant: of every device, of one group, of no data, and an administrator. */
let asha: string;
let ben: string;
let blind: string;
let chief: string;
let theirs: string;

const scopes = ['AdvancedHunting.Read', 'Quarry.Admin', 'Audit.Read', 'Telemetry.Ingest'];
const own = '/api/quarry/tenants/default';

beforeAll(async () => {
  server = await openServer();
  hunter = await server.mint({ app: 'hunter', roles: ['AdvancedHunting.Read.All'] });
  operator = await server.mint({ app: 'operator', roles: ['Quarry.Operator', 'Quarry.Admin'] });
  await server.call('POST', '/api/quarry/tenants', operator, { id: 'contoso' });
  await server.call('PUT', `${own}/device-groups/Sales`, operator, {});
  const give = (subject: string, rights: object) =>
    server.call('PUT', `${own}/role-assignments`, operator, {
      subjectKind: 'user',
      subject,
      viewsData: true,
      deviceGroups: null,
      ...rights,
    });
  for (const name of ['asha', 'ben', 'blind', 'chief']) {
    await server.call('POST', `${own}/users`, operator, { name });
  }
  await give('asha', {});
  await give('ben', { deviceGroups: ['Sales'] });
  await give('blind', { viewsData: false });
  await give('chief', { allows: ['Quarry.Admin', 'Audit.Read'] });
  const page = (user: string) => server.mint({ app: 'page', scopes, user });
  [asha, ben, blind, chief] = [
    await page('asha'),
    await page('ben'),
    await page('blind'),
    await page('chief'),
  ];
  theirs = await server.mint({ tenant: 'contoso', app: 'x', roles: ['AdvancedHunting.Read.All'] });
  await server.send({
    DeviceProcessEvents: [
      processEvent('ws-1', 'Sales'),
      processEvent('srv-1', 'Servers', 90),
      processEvent('srv-2', 'Servers', 3000),
    ],
    AlertInfo: [{ Timestamp: new Date().toISOString(), AlertId: 'a-1', Title: 'An alert' }],
  });
  await server.send({ DeviceProcessEvents: [processEvent('other', 'Sales')] }, 'contoso');
});
afterAll(() => server.close());

const get = async (path: string, token: string) => (await server.call('GET', path, token)).json;

describe('the session', () => {
  test('says who is asking and what they may do', async () => {
    expect(await get('/api/quarry/session', chief)).toMatchObject({
      user: { name: 'chief', kind: 'user' },
      tenant: { id: 'default', name: 'default' },
      may: { hunt: true, ingest: false, administer: true, operate: false, audit: true },
      deviceGroups: null,
      limits: { rows: 100_000 },
      usage: { profile: 'generous', quotas: [] },
    });
    expect(await get('/api/quarry/session', ben)).toMatchObject({ deviceGroups: ['Sales'] });
    expect(await get('/api/quarry/session', blind)).toMatchObject({ may: { hunt: false } });
    expect(await get('/api/quarry/session', operator)).toMatchObject({
      user: { kind: 'application' },
      may: { hunt: false, ingest: false, administer: true, operate: true, audit: false },
    });
  });

  test("the page's scope is nobody's right: a user needs a role of their own", async () => {
    expect(await get('/api/quarry/session', asha)).toMatchObject({
      may: { hunt: true, ingest: false, administer: false, operate: false, audit: false },
    });
    const refused = await server.call('GET', `${own}/users`, asha);
    expect(refused).toMatchObject({
      status: 403,
      json: { error: { code: 'Forbidden', message: expect.stringContaining('user role') } },
    });
    expect((await server.call('GET', `${own}/users`, chief)).status).toBe(200);
    const audit = 'QuarryAuditLogs | take 1';
    expect(await server.hunt(asha, audit)).toMatchObject({ status: 400 });
    expect(await server.hunt(chief, audit)).toMatchObject({ status: 200 });
    const promoted = await server.call('PUT', `${own}/role-assignments`, chief, {
      subjectKind: 'user',
      subject: 'chief',
      viewsData: true,
      deviceGroups: null,
      allows: ['Quarry.Operator'],
    });
    expect(promoted.status).toBe(403);
  });
});

interface TableJson {
  name: string;
  rows: number;
  bytes: number;
  firstEvent: string | null;
  lastEvent: string | null;
  columns: { name: string; type: string }[];
}

async function table(token: string, name: string): Promise<TableJson | undefined> {
  const { tables } = await get('/api/quarry/schema', token);
  return (tables as TableJson[]).find((each) => each.name === name);
}

describe('the schema', () => {
  test('has tables with columns, action types, rows and times, and functions with parameters', async () => {
    const { tables, functions, version } = await get('/api/quarry/schema', hunter);
    expect(version).toEqual(expect.any(String));
    expect(tables).toContainEqual(
      expect.objectContaining({
        name: 'DeviceProcessEvents',
        category: expect.any(String),
        rows: 3,
        bytes: expect.any(Number),
        firstEvent: expect.stringMatching(/^20\d\d-.*Z$/),
        actionTypes: expect.arrayContaining(['ProcessCreated']),
      }),
    );
    expect(functions).toContainEqual(
      expect.objectContaining({
        name: 'FileProfile',
        parameters: expect.arrayContaining([{ name: 'Files', type: expect.any(String) }]),
      }),
    );
    const { builtIns } = await get('/api/quarry/schema', hunter);
    expect(builtIns).toContainEqual(
      expect.objectContaining({
        name: 'bin',
        kind: 'scalar',
        examples: expect.arrayContaining([{ kql: 'bin(-7, 3)', value: '-9' }]),
        note: expect.stringContaining('below zero'),
      }),
    );
    expect(builtIns).toContainEqual(
      expect.objectContaining({ name: 'hash_many', refused: expect.any(String) }),
    );
    const events = await table(hunter, 'DeviceProcessEvents');
    expect(events?.columns).toContainEqual(
      expect.objectContaining({ name: 'FileName', type: 'string' }),
    );
    expect(await table(hunter, 'DeviceEvents')).toMatchObject({ rows: 0, firstEvent: null });
  });

  test('counts what its reader may see', async () => {
    expect(await table(asha, 'DeviceProcessEvents')).toMatchObject({ rows: 3 });
    const seen = await table(ben, 'DeviceProcessEvents');
    expect(seen?.rows).toBe(1);
    expect(seen?.firstEvent).toBe(seen?.lastEvent);
    expect(await table(ben, 'AlertInfo')).toMatchObject({ rows: 1 });
    expect(await table(theirs, 'DeviceProcessEvents')).toMatchObject({ rows: 1 });
    expect(await table(theirs, 'AlertInfo')).toMatchObject({ rows: 0 });
    expect((await server.call('GET', '/api/quarry/schema', blind)).status).toBe(403);
  });

  test('has what could not be stored, raw as it is, for those alone who see every device', async () => {
    expect(await table(asha, 'QuarryIngestErrors')).toBeDefined();
    expect(await table(ben, 'QuarryIngestErrors')).toBeUndefined();
    expect(await server.hunt(ben, 'QuarryIngestErrors | take 1')).toMatchObject({
      status: 400,
      error: { code: 'kql.semantic' },
    });
    expect(await server.hunt(ben, 'union * | where Timestamp > ago(1d) | count')).toMatchObject({
      status: 200,
    });
  });

  test('has the record of who did what for those who may read it', async () => {
    expect(await table(chief, 'QuarryAuditLogs')).toBeDefined();
    expect(await table(asha, 'QuarryAuditLogs')).toBeUndefined();
  });
});

describe('explain', () => {
  const explain = (token: string, body: object) =>
    server.call('POST', '/api/quarry/explain', token, body);

  test('says what a hunt would read, and runs nothing', async () => {
    const query =
      'DeviceProcessEvents | where Timestamp > ago(1d) and FileName contains "powershell" | project FileName';
    const { json } = await explain(hunter, { query });
    expect(json).toMatchObject({
      columns: [{ name: 'FileName', type: 'string' }],
      plan: expect.stringContaining('scan DeviceProcessEvents'),
      sql: expect.stringContaining('SELECT'),
      estimate: {
        rows: 2,
        bytes: expect.toSatisfy((bytes: number) => bytes > 0 && bytes < 10_000),
        tables: [{ name: 'DeviceProcessEvents', rows: 2 }],
      },
      hints: [
        {
          message: expect.stringContaining('has'),
          start: query.indexOf('contains'),
          length: 8,
          fix: { text: 'has' },
        },
      ],
    });
    const slow = { query: 'range x from 1 to 1000000000000 step 1 | where hash(x) == 1 | count' };
    expect((await explain(hunter, slow)).status).toBe(200);
    const { hunts } = await get('/api/quarry/history', hunter);
    expect(hunts).toEqual([]);
  });

  test('estimates what its caller may see', async () => {
    const query = 'DeviceProcessEvents | count';
    const rows = async (token: string) =>
      ((await explain(token, { query })).json['estimate'] as { rows: number }).rows;
    expect(await rows(asha)).toBe(3);
    expect(await rows(ben)).toBe(1);
    expect(await rows(theirs)).toBe(1);
    const search = 'search "x" | count';
    const { json } = await explain(ben, { query: search });
    const { tables } = json['estimate'] as { tables: { name: string; rows: number }[] };
    expect(tables.find(({ name }) => name === 'DeviceProcessEvents')?.rows).toBe(1);
    const toscalar = 'print toscalar(DeviceProcessEvents | count)';
    expect((await explain(ben, { query: toscalar })).json).toMatchObject({
      estimate: { rows: 1 },
    });
  });

  test('keeps to the time span', async () => {
    const body = { query: 'DeviceProcessEvents', timespan: 'PT1H' };
    const { estimate, hints } = (await explain(hunter, body)).json;
    // The engine reads whole blocks.
    expect((estimate as { rows: number }).rows).toBeLessThan(3);
    expect(hints).toEqual([]);
  });

  test('refuses what the hunt would refuse, and says where', async () => {
    expect(await explain(hunter, { query: 'DeviceProcessEvents | wher x' })).toMatchObject({
      status: 400,
      json: { error: { code: 'kql.syntax', position: { line: 1, column: 23 } } },
    });
    expect((await explain(blind, { query: 'print 1' })).status).toBe(403);
  });

  test.each<[string, string, string]>([
    ['a join that drops rows', 'AlertInfo | join AlertEvidence on AlertId', 'kind=inner'],
    ['a search of everything', 'search "x"', 'every table'],
    ['letter case by hand', 'AlertInfo | where tolower(Title) == "x"', '=~'],
    ['a hunt through all time', 'AlertInfo | take 1', 'No limit on time'],
  ])('warns of %s', async (_what, query, message) => {
    const { json } = await explain(hunter, { query });
    expect((json['hints'] as { message: string }[]).map((hint) => hint.message).join()).toContain(
      message,
    );
  });
});

describe('saved queries', () => {
  const path = '/api/quarry/queries';
  const content = { name: 'Mine', folder: 'Triage/Office', text: 'print 1' };
  const names = async (token: string) =>
    ((await get(path, token))['queries'] as { name: string }[]).map(({ name }) => name);

  test('are read by their owner, and by the tenant where they are shared', async () => {
    const mine = await server.call('POST', path, asha, content);
    expect(mine).toMatchObject({
      status: 201,
      json: { ...content, shared: false, owner: { name: 'asha' }, updated: expect.any(String) },
    });
    await server.call('POST', path, asha, { ...content, name: 'Ours', shared: true });
    expect(await names(asha)).toEqual(['Mine', 'Ours']);
    expect(await names(ben)).toEqual(['Ours']);
    expect(await names(theirs)).toEqual([]);
    const id = String(mine.json['id']);
    for (const token of [ben, theirs, chief]) {
      expect((await server.call('PUT', `${path}/${id}`, token, content)).status).toBe(404);
      expect((await server.call('DELETE', `${path}/${id}`, token)).status).toBe(404);
    }
    const changed = { ...content, name: 'Still mine' };
    expect((await server.call('PUT', `${path}/${id}`, asha, changed)).json).toMatchObject(changed);
    expect((await server.call('DELETE', `${path}/${id}`, asha)).status).toBe(204);
    expect(await names(asha)).toEqual(['Ours']);
  });

  test('are changed by their owner or an administrator', async () => {
    const made = await server.call('POST', path, ben, { ...content, shared: true });
    const id = String(made.json['id']);
    const refused = await server.call('PUT', `${path}/${id}`, asha, content);
    expect(refused).toMatchObject({
      status: 403,
      json: { error: { code: 'Forbidden', message: expect.stringContaining('ben') } },
    });
    expect((await server.call('DELETE', `${path}/${id}`, theirs)).status).toBe(404);
    expect((await server.call('DELETE', `${path}/${id}`, chief)).status).toBe(204);
  });

  test.each<[string, object]>([
    ['no name', { ...content, name: ' ' }],
    ['a name that is too long', { ...content, name: 'x'.repeat(201) }],
    ['a name with control characters', { ...content, name: 'a\u0000b' }],
    ['no text', { ...content, text: '' }],
    ['a text that is too long', { ...content, text: 'x'.repeat(100_001) }],
    ['an owner', { ...content, owner: 'ben' }],
    ['a tenant', { ...content, tenant: 'contoso' }],
    ['shared with some', { ...content, shared: 'yes' }],
  ])('are refused with %s', async (_what, body) => {
    expect((await server.call('POST', path, asha, body)).status).toBe(400);
  });
});

describe('history', () => {
  const path = '/api/quarry/history';
  interface Hunt {
    text: string;
    recorded: string;
  }
  const hunts = async (token: string, parameters = '') =>
    (await get(path + parameters, token))['hunts'] as Hunt[];

  test("is of the caller's own hunts, with what they took and what became of them", async () => {
    await server.hunt(ben, 'print 1');
    await server.hunt(ben, 'DeviceProcessEvents | wher x');
    await server.hunt(ben, 'DeviceProcessEvents | project DeviceId');
    expect((await hunts(ben)).slice(0, 3)).toMatchObject([
      {
        text: 'DeviceProcessEvents | project DeviceId',
        shortened: false,
        generation: 'portal',
        outcome: 'Succeeded',
        rows: 1,
        seconds: expect.any(Number),
        cpuSeconds: expect.any(Number),
        started: expect.any(String),
      },
      { outcome: 'kql.syntax', rows: null },
      { text: 'print 1' },
    ]);
    expect(await hunts(theirs)).toEqual([]);
    expect((await hunts(asha)).map(({ text }) => text)).not.toContain('print 1');
  });

  test('comes in pages', async () => {
    const [last] = await hunts(ben, '?limit=1');
    const before = await hunts(ben, `?limit=1&before=${last?.recorded}`);
    expect(before).toMatchObject([{ outcome: 'kql.syntax' }]);
  });

  test.each(['?limit=0', '?limit=x', '?limit=201', '?before=yesterday', "?before=2026-01-01'--"])(
    'refuses %s',
    async (parameters) => {
      expect((await server.call('GET', path + parameters, ben)).status).toBe(400);
    },
  );
});
