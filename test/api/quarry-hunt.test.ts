import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Frame, openServer, processEvent, type Server } from './quarry-fixture.js';

let server: Server;
let hunter: string;
let limited: string;

beforeAll(async () => {
  server = await openServer({
    profiles: { define: { few: { rows: 3 } }, tenants: { small: 'few' } },
  });
  hunter = await server.mint({ app: 'hunter', roles: ['AdvancedHunting.Read.All'] });
  const admin = await server.mint({ app: 'admin', roles: ['Quarry.Admin', 'Quarry.Operator'] });
  limited = await server.mint({ app: 'page', scopes: ['AdvancedHunting.Read'], user: 'asha' });
  const own = '/api/quarry/tenants/default';
  await server.call('PUT', `${own}/device-groups/Sales`, admin, {});
  const users = await server.call('GET', `${own}/users`, admin);
  const [asha] = users.json['users'] as { id: string }[];
  await server.call('PUT', `${own}/role-assignments`, admin, {
    subjectKind: 'user',
    subject: asha?.id,
    viewsData: true,
    deviceGroups: ['Sales'],
  });
  await server.call('POST', '/api/quarry/tenants', admin, { id: 'small' });
  await server.send({
    DeviceProcessEvents: [processEvent('ws-1', 'Sales'), processEvent('srv-1', 'Servers', 90)],
  });
});
afterAll(() => server.close());

const kinds = (frames: readonly Frame[]) => frames.map(({ kind }) => kind);

describe('frames', () => {
  test('say what comes, the rows, and what it took', async () => {
    const { frames, rows } = await server.hunt(
      hunter,
      'DeviceProcessEvents | sort by FileName asc | project FileName, Size = 9007199254740993, Small = 7 | render piechart with (title="a b", kind=stacked)',
    );
    expect(kinds(frames.filter(({ kind }) => kind !== 'progress'))).toEqual([
      'columns',
      'rows',
      'end',
    ]);
    expect(frames[0]).toEqual({
      kind: 'columns',
      columns: [
        { name: 'FileName', type: 'string' },
        { name: 'Size', type: 'long' },
        { name: 'Small', type: 'long' },
      ],
      visualization: { kind: 'piechart', properties: { title: 'a b', kind: 'stacked' } },
    });
    expect(rows).toEqual([
      ['srv-1.exe', '9007199254740993', 7],
      ['ws-1.exe', '9007199254740993', 7],
    ]);
    expect(frames.at(-1)).toMatchObject({
      truncated: false,
      stats: { resultRows: 2, rowsRead: expect.any(Number), cpuSeconds: expect.any(Number) },
    });
  });

  test.each<[string, string, unknown]>([
    [
      'a datetime, to its last digit',
      'datetime(2026-01-02 03:04:05.1000000)',
      '2026-01-02T03:04:05.1000000Z',
    ],
    ['an unknown datetime', 'datetime(null)', null],
    ['a bool', 'true', true],
    ['an unknown bool', 'bool(null)', null],
    ['a long at the end of its range', 'long(-9223372036854775807)', '-9223372036854775807'],
    ['the largest whole number of JavaScript', '9007199254740991', 9007199254740991],
    ['an unknown long', 'long(null)', null],
    ['a real', '1.5', 1.5],
    ['no number', 'real(nan)', 'NaN'],
    ['a decimal', 'decimal(12345678901234567890.5)', '12345678901234567890.5'],
    ['a timespan', '1d + 2h + 1tick', '1.02:00:00.0000001'],
    [
      'a guid',
      'guid(74be27de-1e4e-49d9-b579-fe0b331d3642)',
      '74be27de-1e4e-49d9-b579-fe0b331d3642',
    ],
    ['a bag', 'dynamic({"a": [1, "x\\n"]})', { a: [1, 'x\n'] }],
    ['a text with a line break, quotes and a comma', '"a,\\n\\"b\\""', 'a,\n"b"'],
  ])('hold %s', async (_what, expression, value) => {
    const { rows } = await server.hunt(hunter, `print x = ${expression}`);
    expect(rows).toEqual([[value]]);
  });

  test('tell of rows that were cut', async () => {
    const token = await server.mint({ tenant: 'small', roles: ['AdvancedHunting.Read.All'] });
    const { frames, rows } = await server.hunt(token, 'range x from 1 to 10 step 1');
    expect(rows).toHaveLength(3);
    expect(frames.at(-1)).toMatchObject({ kind: 'end', truncated: true });
  });

  test('carry many rows, each whole', async () => {
    const { frames, rows } = await server.hunt(
      hunter,
      'range x from 1 to 20000 step 1 | extend y = strcat("row ", x, ",\\n")',
    );
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)).toEqual([20_000, 'row 20000,\n']);
    expect(kinds(frames).filter((kind) => kind === 'rows').length).toBeGreaterThan(2);
  });

  test('tell how far it is, and of a failure on the way', async () => {
    const { status, frames } = await server.hunt(
      hunter,
      'range x from 1 to 200000000 step 1 | summarize y = max(hash(x)) | extend z = toint(1 / (y - y))',
    );
    expect(status).toBe(200);
    expect(kinds(frames)).toContain('progress');
    expect(frames.find(({ kind }) => kind === 'progress')).toMatchObject({
      elapsedSeconds: expect.any(Number),
      rowsRead: expect.any(Number),
      bytesRead: expect.any(Number),
    });
    expect(['end', 'error']).toContain(frames.at(-1)?.kind);
  });
});

describe('a refusal', () => {
  test.each<[string, string | object, number, object]>([
    [
      'of wrong syntax says where',
      'print 1\n| wher x',
      400,
      { code: 'kql.syntax', position: { line: 2, column: 3, start: 10, length: 4 } },
    ],
    [
      'of a name that does not exist says where',
      'DeviceProcessEvents | where FileNam == "x"',
      400,
      { code: 'kql.semantic', position: { line: 1, column: 29, start: 28, length: 7 } },
    ],
    [
      'of what is not supported says where',
      'print 1 | evaluate python(typeof(*), "")',
      400,
      { code: 'kql.unsupported', position: { line: 1 } },
    ],
    ['of no text', '', 400, { code: 'request.body' }],
    ['of a text that is none', { query: 7 }, 400, { code: 'request.parameter' }],
    [
      'of what it does not know',
      { query: 'print 1', sql: 'SELECT 1' },
      400,
      { code: 'request.parameter' },
    ],
    [
      'of a time span that is none',
      { query: 'print 1', timespan: 'yesterday' },
      400,
      { code: 'request.parameter' },
    ],
    [
      'of a present that is none',
      { query: 'print 1', now: 'yesterday' },
      400,
      { code: 'request.parameter' },
    ],
    [
      'of an end before the start',
      { query: 'print 1', timespan: { start: '2026-01-02', end: '2026-01-01' } },
      400,
      { code: 'request.parameter' },
    ],
    [
      'of too many parameters',
      {
        query: 'print 1',
        parameters: Object.fromEntries(
          Array.from({ length: 101 }, (_, index) => [`p${index}`, '1']),
        ),
      },
      400,
      { code: 'request.parameter' },
    ],
  ])('%s', async (_what, query, status, error) => {
    expect(await server.hunt(hunter, query)).toMatchObject({ status, error });
  });

  test('comes to those without the right, and to other methods', async () => {
    const other = await server.mint({ app: 'other', roles: ['Telemetry.Ingest'] });
    expect(await server.hunt(other, 'print 1')).toMatchObject({ status: 403 });
    const { status, headers } = await server.call('GET', '/api/quarry/hunt', hunter);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('scope', () => {
  test('a user of one device group sees its rows alone', async () => {
    const list = 'DeviceProcessEvents | project DeviceId';
    expect((await server.hunt(limited, list)).rows).toEqual([['ws-1']]);
    expect((await server.hunt(hunter, `${list} | sort by DeviceId asc`)).rows).toEqual([
      ['srv-1'],
      ['ws-1'],
    ]);
  });

  test('the time span is the window of every table', async () => {
    const query = 'DeviceProcessEvents | project DeviceId';
    const count = async (timespan: unknown) =>
      (await server.hunt(hunter, { query, timespan })).rows.flat();
    expect(await count('PT1H')).toEqual(['ws-1']);
    const [start, end] = [Date.now() - 7_200_000, Date.now() - 3_600_000];
    const between = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
    expect(await count(between)).toEqual(['srv-1']);
  });

  test('another moment for the present moves now() and the time span', async () => {
    const now = new Date(Date.now() - 3_600_000).toISOString();
    const query = 'DeviceProcessEvents | where Timestamp > ago(1h) | project DeviceId, Now = now()';
    const moved = await server.hunt(hunter, { query, now });
    expect(moved.rows.map(([device]) => device).sort()).toEqual(['srv-1', 'ws-1']);
    expect(Date.parse(String(moved.rows[0]?.[1]))).toBe(Date.parse(now));
    const list = { query: 'DeviceProcessEvents | project DeviceId', now };
    expect((await server.hunt(hunter, { ...list, timespan: 'PT1H' })).rows).toEqual([['srv-1']]);
  });

  test('parameters are values, never text of the query', async () => {
    const query = 'declare query_parameters(name: string = "x"); print name';
    const name = '"; DeviceInfo | take 1';
    expect((await server.hunt(hunter, { query, parameters: { name } })).rows).toEqual([[name]]);
    for (const plain of ['"C:\\new.exe"', "@'x'", '""', 'long(5)', ' a ']) {
      const { rows } = await server.hunt(hunter, { query, parameters: { name: plain } });
      expect(rows).toEqual([[plain]]);
    }
  });
});

test('whoever leaves ends the hunt in the engine', async () => {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/api/quarry/hunt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hunter}` },
    body: JSON.stringify({
      query: 'range x from 1 to 1000000000000 step 1 | where hash(x) == 1 | count',
    }),
    signal: leaving.signal,
  });
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes('"progress"')) {
    text += Buffer.from((await reader?.read())?.value ?? []).toString();
  }
  leaving.abort();
  const auditor = await server.mint({
    app: 'auditor',
    roles: ['AdvancedHunting.Read.All', 'Audit.Read'],
  });
  const outcome = async () =>
    (
      await server.hunt(
        auditor,
        'QuarryAuditLogs | where QueryText has "1000000000000" and Generation == "portal" and Outcome != "" | where QueryText !has "QuarryAuditLogs" | project Outcome',
      )
    ).rows.flat();
  await expect.poll(outcome, { timeout: 20_000, interval: 500 }).toEqual(['hunt.cancelled']);
});
