import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import protobuf from 'protobufjs/light.js';
import { describe, expect, test } from 'vitest';
import { collectorEvents, collectorLines } from '../../../src/ingest/cutting/collector-events.js';
import { withoutPause } from '../../../src/ingest/cutting/without-pause.js';
import { tarOf, zipOf } from '../../ingest/archives.js';
import { lines, numbers, processEvent } from '../../ingest/requests.js';
import { startIngestServer } from './server.js';

const server = await startIngestServer();
const { send, rows } = server;

const bearer = { authorization: `Bearer ${server.token}` };
const basic = { authorization: `Basic ${server.basic}` };
const apiKey = { authorization: `ApiKey ${server.basic}` };
const splunk = { authorization: `Splunk ${server.clientId}:${server.secret}` };

/** Events of one test: their process ids are its own. */
const events = (from: number, to: number) => numbers(from, to).map((n) => processEvent(n));
const stored = async (from: number, to: number) => {
  const where = `ProcessId >= ${1000 + from} and ProcessId < ${1000 + to}`;
  const [row] = await rows(`DeviceProcessEvents | where ${where} | summarize n = count()`);
  return row?.['n'];
};
const letters = async (source: string) =>
  rows(`QuarryIngestErrors | where Position startswith "${source}" | project ReasonCode, RawEvent`);

/** A program that was run, in the lines of auditd's log. */
const auditOf = (serial: number, name: string) =>
  [
    `type=SYSCALL msg=audit(1767600000.123:${serial}): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=10 pid=11 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm="${name}" exe="/usr/bin/${name}" key=(null)`,
    `type=EXECVE msg=audit(1767600000.123:${serial}): argc=2 a0="${name}" a1="-u"`,
  ].join('\n');

const json = (value: unknown) => JSON.stringify(value);

describe('credentials', () => {
  const ways = [
    ['/api/ingest/auto', json(processEvent(1))],
    ['/elasticsearch/_bulk', `{"create":{"_index":"x"}}\n${json(processEvent(1))}\n`],
    ['/services/collector', json({ event: processEvent(1) })],
    ['/services/collector/raw', json(processEvent(1))],
    ['/v1/logs', '{}'],
  ] as const;

  test.each(ways)(
    '%s is closed without them, and to those without the role',
    async (path, body) => {
      expect((await send(path, body, {})).status).toBe(401);
      const wrong = Buffer.from(`${server.clientId}:wrong`).toString('base64');
      expect((await send(path, body, { authorization: `Basic ${wrong}` })).status).toBe(401);
      // A right one ends the count of guesses, which would make the next ones wait.
      expect((await send(path, body, basic)).status).toBe(200);
      const unknown = Buffer.from(`${randomUUID()}:wrong`).toString('base64');
      expect((await send(path, body, { authorization: `ApiKey ${unknown}` })).status).toBe(401);
      expect((await send(path, body, { authorization: 'Splunk nothing' })).status).toBe(401);
      const { clientId, secret } = server.hunter;
      const hunter = Buffer.from(`${clientId}:${secret}`).toString('base64');
      expect((await send(path, body, { authorization: `Basic ${hunter}` })).status).toBe(403);
    },
  );

  test.each(ways)('%s takes a token, and the id and secret in any form', async (path, body) => {
    for (const headers of [bearer, basic, apiKey, splunk]) {
      expect((await send(path, body, headers)).status).toBe(200);
    }
    const asPassword = Buffer.from(`x:${server.clientId}:${server.secret}`).toString('base64');
    expect((await send(path, body, { authorization: `Basic ${asPassword}` })).status).toBe(200);
  });

  test('do not open the hunting API as a secret', async () => {
    const { clientId, secret } = server.hunter;
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    expect((await send('/api/advancedhunting/run', '{}', { authorization })).status).toBe(401);
  });
});

describe('a push', () => {
  test.each([
    ['defender-streaming', 100],
    ['streaming-api', 110],
    ['auto', 120],
  ])('to the source %s is taken', async (source, from) => {
    const body = lines(events(from, from + 10));
    const { status, json: summary } = await send(`/api/ingest/${source}`, body);
    expect(status).toBe(200);
    expect(summary).toMatchObject({ source: 'defender-streaming', accepted: 10, rejections: [] });
    expect(await stored(from, from + 10)).toBe(10);
  });

  test.each(['json', '', ';', 'application/json, text/plain', 'application/x-ndjson;'])(
    'is taken whatever its Content-Type is: %j',
    async (type) => {
      const headers = { ...bearer, 'content-type': type };
      expect((await send('/api/ingest/auto', lines(events(190, 191)), headers)).status).toBe(200);
    },
  );

  test.each(['identity', 'gzip'])('that is broken off is not taken (%s)', async (encoding) => {
    const body = lines(events(260, 290));
    const bytes = encoding === 'gzip' ? gzipSync(body) : body;
    const length = { 'content-length': bytes.length, 'content-encoding': encoding };
    const upload = request(`${server.url}/api/ingest/auto`, {
      method: 'POST',
      headers: { ...bearer, ...length },
    });
    upload.on('error', () => undefined);
    await new Promise((done) => upload.write(bytes.subarray(0, bytes.length - 9), done));
    const closed = new Promise((done) => upload.once('close', done));
    upload.destroy();
    await closed;
    const [row] = await rows('DeviceProcessEvents | where ProcessId == 1260 | count');
    expect(row?.['Count']).toBe(0);
  });

  test('to a source that there is not is refused, and the sources are named', async () => {
    const { status, json: answer } = await send('/api/ingest/nothing', '{}');
    expect(status).toBe(400);
    expect(answer.error.message).toContain('windows-event');
  });

  test('of any shape and packing is the same', async () => {
    const all = events(200, 210);
    const body = lines(all);
    const zstd = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
      Buffer.from(new Uint32Array([(body.length << 3) | 1]).buffer).subarray(0, 3),
      body,
    ]);
    const pushes: [Uint8Array | string, string | undefined][] = [
      [json(all), undefined],
      [json({ records: all }), 'identity'],
      [gzipSync(body), 'gzip'],
      [gzipSync(body), undefined],
      [deflateSync(body), 'deflate'],
      [brotliCompressSync(body), 'br'],
      [zstd, 'zstd'],
      [zstd, undefined],
      [gzipSync(zstd), 'gzip'],
    ];
    for (const [index, [bytes, encoding]] of pushes.entries()) {
      const headers = { ...bearer, ...(encoding && { 'content-encoding': encoding }) };
      const { json: summary } = await send('/api/ingest/auto', bytes, headers);
      const counts = index === 0 ? { accepted: 10, duplicate: 0 } : { accepted: 0, duplicate: 10 };
      expect(summary).toMatchObject(counts);
    }
  });

  test.each([
    ['gzip', 400],
    ['zstd', 400],
    ['br', 400],
    ['deflate', 400],
    ['snappy', 415],
  ])('that is not what its Content-Encoding says (%s) is refused', async (encoding, status) => {
    const headers = { ...bearer, 'content-encoding': encoding };
    const body = encoding === 'zstd' ? gzipSync('{').subarray(0, 9) : '{"a":1}';
    const answer = await send('/api/ingest/auto', body, headers);
    expect(answer.status).toBe(status);
    expect(answer.json.error.message).toBeTypeOf('string');
  });

  test('says what it rejected, where it stands and why', async () => {
    const good = lines(events(220, 222));
    const bad = json({ ...processEvent(223), category: 'AdvancedHunting-Nothing' });
    const body = Buffer.concat([good, Buffer.from(`{"broken\n${bad}\n`)]);
    const { json: summary } = await send('/api/ingest/defender-streaming', body);
    expect(summary).toMatchObject({ accepted: 2, rejected: 2 });
    expect(summary['rejections']).toEqual([
      expect.objectContaining({ offset: good.length, reason: 'json.invalid' }),
      expect.objectContaining({
        offset: good.length + '{"broken\n'.length,
        reason: 'table.unknown',
        message: 'There is no table for the event: Nothing',
      }),
    ]);
  });

  test('of an archive takes the members that it knows, and names the others', async () => {
    const members = {
      'logs/a.json': lines(events(240, 245)),
      'notes.txt': 'read me',
      'logs/b.json': lines(events(245, 250)),
      'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]),
      'audit.log': auditOf(78, 'who'),
    };
    const path = '/api/ingest/auto';
    const first = await send(path, zipOf(members));
    expect(first).toMatchObject({
      status: 200,
      json: { accepted: 11, unrecognized: ['notes.txt', 'picture.png'], unrecognizedCount: 2 },
    });
    const again = await send(path, gzipSync(await tarOf(members)));
    expect(again.json).toMatchObject({ accepted: 0, duplicate: 11, unrecognizedCount: 2 });
    expect(await stored(240, 250)).toBe(10);
    const metrics = await server.metrics();
    const counted = (what: string, connector: string, more: string) =>
      new RegExp(
        `quarry_ingest_${what}_total{.*source="http",connector="${connector}",${more}} (\\d+)`,
      ).exec(metrics)?.[1];
    expect(counted('events', 'auditd', 'outcome="accepted"')).toBe('1');
    expect(counted('rejected', '', 'reason="source.unknown"')).toBe('4');
    const nothing = await send(path, zipOf({ 'notes.txt': 'read me', empty: '' }));
    expect(nothing.status).toBe(400);
    expect(nothing.json.error.message).toContain('not recognized');
  });

  test('of an archive with any number of members that it does not know names the first', async () => {
    const names = numbers(0, 150).map((n) => [`${n}${'x'.repeat(500)}`, 'read me']);
    const archive = zipOf({ a: lines(events(250, 251)), ...Object.fromEntries(names) });
    const { json: summary } = await send('/api/ingest/auto', archive);
    expect(summary).toMatchObject({ accepted: 1, unrecognizedCount: 150 });
    const unrecognized = summary['unrecognized'] as string[];
    expect(unrecognized).toHaveLength(100);
    expect(Math.max(...unrecognized.map(({ length }) => length))).toBeLessThan(400);
  });

  test('with a key is taken once, and its answer is given again', async () => {
    const headers = { ...bearer, 'idempotency-key': 'one' };
    const body = lines([...events(230, 235), '{"broken']);
    const first = await send('/api/ingest/auto', body, headers);
    expect(first.json).toMatchObject({ accepted: 5, rejected: 1, deadLetters: 1 });
    expect((await send('/api/ingest/auto', body, headers)).json).toEqual(first.json);
    const other = await send('/api/ingest/auto', lines(events(236, 237)), headers);
    expect(other.status).toBe(422);
    const elsewhere = { ...bearer, 'idempotency-key': 'two' };
    expect((await send('/api/ingest/auto', body, elsewhere)).json).toMatchObject({ accepted: 0 });
    const long = { ...bearer, 'idempotency-key': 'x'.repeat(300) };
    expect((await send('/api/ingest/auto', body, long)).status).toBe(400);
  });
});

describe('Elasticsearch', () => {
  const bulk = (body: string | Uint8Array, path = '/elasticsearch/_bulk', headers = {}) =>
    send(path, body, { ...apiKey, 'content-type': 'application/x-ndjson', ...headers });
  const action = (name: string, index?: string) =>
    json({ [name]: index === undefined ? {} : { _index: index } });

  test('takes create and index, and answers each', async () => {
    const all = events(300, 310);
    const body = all.map(
      (event, n) => `${action(n % 2 ? 'index' : 'create', 'logs-x-default')}\n${json(event)}\n`,
    );
    const answer = await bulk(gzipSync(body.join('')), undefined, { 'content-encoding': 'gzip' });
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(answer.json).toMatchObject({ errors: false, took: expect.any(Number) });
    const items = answer.json['items'] as Record<string, Record<string, unknown>>[];
    expect(items.map((item) => Object.keys(item)[0])).toEqual(
      numbers(0, 10).map((n) => (n % 2 ? 'index' : 'create')),
    );
    expect(items[0]?.['create']).toMatchObject({
      _index: 'logs-x-default',
      result: 'created',
      status: 201,
      _id: expect.any(String),
    });
    expect(await stored(300, 310)).toBe(10);
    const brief = await bulk(
      body.join(''),
      '/elasticsearch/_bulk?filter_path=errors,items.*.status',
    );
    expect(brief.json['items']).toEqual(
      numbers(0, 10).map((n) => ({ [n % 2 ? 'index' : 'create']: { status: 201 } })),
    );
    expect(await stored(300, 310)).toBe(10);
  });

  test('tells a sender of too many actions to send fewer', async () => {
    const body = Buffer.from('{"create":{"_index":"a"}}\n{}\n'.repeat(200_001));
    const headers = { ...basic, 'content-encoding': 'gzip' };
    expect(await send('/elasticsearch/_bulk', gzipSync(body, { level: 1 }), headers)).toMatchObject(
      {
        status: 413,
        json: {
          status: 413,
          error: {
            type: 'content_too_long_exception',
            reason: 'A request may have 200000 actions. Please send fewer in each.',
          },
        },
      },
    );
  });

  test('refuses what is broken item by item, with reasons, and keeps it as a dead letter', async () => {
    const body = [
      action('create', 'a'),
      json(processEvent(320)),
      action('create', 'a'),
      '{"broken',
      action('create', 'b'),
      '{"of":"nothing that is known"}',
      action('create', 'defender-streaming'),
      '{"of":"another shape"}',
      action('update', 'a'),
      '{"doc":{}}',
      action('delete', 'a'),
      action('create'),
      json(processEvent(321)),
      action('index', 'b'),
      json(processEvent(322)),
    ];
    const { status, json: answer } = await bulk(`${body.join('\n')}\n`);
    expect(status).toBe(200);
    expect(answer['errors']).toBe(true);
    const items = answer['items'] as Record<string, { status: number; error?: { type: string } }>[];
    expect(items.map((item) => Object.values(item)[0]?.status)).toEqual([
      201, 400, 400, 400, 400, 400, 400, 201,
    ]);
    expect(Object.values(items[1] ?? {})[0]).toEqual({
      _index: 'a',
      _id: expect.any(String),
      status: 400,
      error: { type: 'document_parsing_exception', reason: expect.stringContaining('JSON') },
    });
    expect(await letters('Elasticsearch')).toEqual(
      expect.arrayContaining([
        { ReasonCode: 'json.invalid', RawEvent: '{"broken' },
        { ReasonCode: 'source.unknown', RawEvent: '{"of":"nothing that is known"}' },
        { ReasonCode: 'record.shape', RawEvent: '{"of":"another shape"}' },
      ]),
    );
    // The same again adds no dead letter.
    const before = (await letters('Elasticsearch')).length;
    await bulk(`${body.slice(2).join('\n')}\n`);
    expect(await letters('Elasticsearch')).toHaveLength(before);
  });

  test('a document that is empty costs none behind it', async () => {
    const event = json(processEvent(325));
    const body = ['', action('create', 'a'), '', action('create', 'a'), event, '', ''];
    const { status, json: answer } = await bulk(body.join('\n'));
    expect(status).toBe(200);
    const items = answer['items'] as { create: { status: number } }[];
    expect(items.map(({ create }) => create.status)).toEqual([400, 201]);
    expect(await stored(325, 326)).toBe(1);
  });

  test.each([
    ['', 'request body is required'],
    ['{"create":{}}', 'has no document'],
    ['nothing\n', 'Malformed action/metadata line [1]'],
    ['[]\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"create":{},"index":{}}\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"drop":{}}\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"__proto__":{}}\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"create":1}\n{}\n', 'Malformed action/metadata line [1]'],
  ])('refuses a request that is none: %j', async (body, reason) => {
    const { status, json: answer } = await bulk(body);
    expect(status).toBe(400);
    expect((answer.error as unknown as { reason: string }).reason).toContain(reason);
  });

  test('refuses an action that is longer than any', async () => {
    expect((await bulk(`{"create":{"_id":"${'x'.repeat(70_000)}"}}\n{}\n`)).status).toBe(400);
  });

  test('takes the index from the address, and documents one by one', async () => {
    const body = `{"create":{}}\n${json(processEvent(330))}`;
    expect((await bulk(body, '/elasticsearch/some-index/_bulk')).json['errors']).toBe(false);
    const one = await send('/elasticsearch/a/_doc', json(processEvent(331)), basic);
    expect(one).toMatchObject({ status: 201, json: { result: 'created', _index: 'a' } });
    const named = await send('/elasticsearch/a/_doc/7', json(processEvent(332)), basic, 'PUT');
    expect(named).toMatchObject({ status: 201, json: { _id: '7' } });
    expect((await send('/elasticsearch/a/_doc', '{}', basic)).status).toBe(400);
    expect(await stored(330, 333)).toBe(3);
  });

  // What clients ask for before they send, as their documentation and sources have it.
  test.each([
    ['GET', '/', { tagline: 'You Know, for Search', version: { build_flavor: 'default' } }],
    ['GET', '/_license', { license: { status: 'active', type: 'basic' } }],
    ['GET', '/_license?human=false', { license: { uid: expect.any(String) } }],
    ['GET', '/_xpack', { features: { ilm: { enabled: true } } }],
    ['GET', '/_cluster/health', { status: 'green' }],
    ['GET', '/_nodes/http', { nodes: expect.any(Object) }],
    ['GET', '/_ilm/policy/filebeat', { filebeat: { policy: expect.any(Object) } }],
    ['PUT', '/_ilm/policy/winlogbeat', { acknowledged: true }],
    ['GET', '/_index_template/logstash', { index_templates: [{ name: 'logstash' }] }],
    ['PUT', '/_index_template/winlogbeat-8.11.0', { acknowledged: true }],
    ['PUT', '/_template/winlogbeat', { acknowledged: true }],
    ['PUT', '/_data_stream/winlogbeat-8.11.0', { acknowledged: true }],
    ['GET', '/_ingest/pipeline/winlogbeat-8.11.0-routing', {}],
    ['PUT', '/_ingest/pipeline/x', { acknowledged: true }],
    ['PUT', '/%3Clogstash-%7Bnow%2Fd%7D-000001%3E', { acknowledged: true }],
  ])('answers %s %s', async (method, path, expected) => {
    const body = method === 'PUT' ? '{}' : null;
    const answer = await send(`/elasticsearch${path === '/' ? '' : path}`, body, basic, method);
    expect(answer).toMatchObject({ status: 200, json: expected });
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
  });

  test.each(['/', '/_index_template/filebeat', '/_alias/filebeat', '/logstash', '/_template/x'])(
    'answers HEAD %s',
    async (path) => {
      expect((await send(`/elasticsearch${path}`, null, basic, 'HEAD')).status).toBe(200);
    },
  );

  test('says so where it has nothing, and whom it does not know', async () => {
    const { status, json: answer } = await send('/elasticsearch/_search', '{}', basic);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { type: 'illegal_argument_exception' }, status: 400 });
    const stranger = await send('/elasticsearch/_bulk', 'x', {});
    expect(stranger.json).toMatchObject({ error: { type: 'security_exception' }, status: 401 });
    expect(stranger.headers.get('www-authenticate')).toContain('Basic');
  });
});

describe("Splunk's event collector", () => {
  const channel = '0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba';

  test('takes objects one after the other, however they stand', async () => {
    const wrapped = events(400, 408).map((event) => json({ time: 1, host: 'h', event }));
    for (const [index, body] of [
      wrapped.slice(0, 3).join(''),
      wrapped.slice(3, 5).join('\r\n  '),
      `[${wrapped.slice(5, 8).join(',')}]`,
    ].entries()) {
      const path = index === 1 ? '/services/collector/event/1.0' : '/services/collector/event';
      expect((await send(path, body, splunk)).json).toEqual({ text: 'Success', code: 0 });
    }
    expect(await stored(400, 408)).toBe(8);
  });

  test('keeps every digit of an event', async () => {
    const properties = json({ ...processEvent(410).properties, ReportId: 'REPORT' });
    const event = `{"category":"AdvancedHunting-DeviceProcessEvents","properties":${properties}}`;
    const exact = event.replace('"REPORT"', '639199803770463703');
    await send('/services/collector', `{"sourcetype":"x","event" : ${exact} ,"host":"h"}`, splunk);
    const [row] = await rows(
      'DeviceProcessEvents | where ProcessId == 1410 | project id = tostring(ReportId)',
    );
    expect(row).toEqual({ id: '639199803770463703' });
  });

  test('takes raw lines, text events and the host of their envelope', async () => {
    const raw = lines(events(420, 423));
    const path = '/services/collector/raw?sourcetype=defender-streaming&host=h';
    expect((await send(path, raw, splunk)).json).toEqual({ text: 'Success', code: 0 });
    expect(await stored(420, 423)).toBe(3);
    const audit = auditOf(77, 'id').split('\n');
    const body = audit.map((event) => json({ event, host: 'web-01', sourcetype: 'linux_audit' }));
    expect((await send('/services/collector', body.join('\n'), splunk)).json).toMatchObject({
      code: 0,
    });
    const query =
      'DeviceProcessEvents | where FileName == "id" | project DeviceName, ProcessCommandLine';
    expect(await rows(query)).toEqual([{ DeviceName: 'web-01', ProcessCommandLine: 'id -u' }]);
  });

  test.each([
    ['', 5, undefined],
    ['   ', 5, undefined],
    ['nothing', 6, 0],
    ['{"event":1}{"event":', 6, 1],
    ['{"event":{}}{"host":"h"}', 12, 1],
    ['{"event":""}', 13, 0],
    ['{"event":null}', 12, 0],
    ['[[]]', 6, 0],
    ['{"event":1}]]]', 6, 1],
  ])('refuses %j by its code', async (body, code, number) => {
    const { status, json: answer } = await send('/services/collector', body, splunk);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ code, text: expect.any(String) });
    expect(answer['invalid-event-number']).toBe(number);
  });

  test('takes the events around one that is none, which it names', async () => {
    const [first, second] = [440, 441].map((n) => json({ event: processEvent(n) }));
    const body = `${first}{"event":""}${second}{"host":"h"}`;
    expect(await send('/services/collector', body, splunk)).toMatchObject({
      status: 400,
      json: { code: 13, 'invalid-event-number': 1 },
    });
    expect(await stored(440, 442)).toBe(2);
  });

  test('reads any number of lines and of events by the portion', () => {
    const cut = (text: string) => {
      const options = { host: undefined, sourcetype: '' };
      const lines = collectorLines(Buffer.from(text), options, () => '');
      const { groups, failure } = withoutPause(lines);
      return { items: [...groups].map(({ items }) => items), failure };
    };
    const { items } = cut('  a\r\n \n\n\tb \n'.repeat(60_000));
    expect(items.map(({ count }) => count)).toEqual([50_000, 50_000, 20_000]);
    const [portion] = [...(cut(' a\r\n \nb').items[0]?.portions() ?? [])];
    expect(Buffer.from(portion?.bytes ?? []).toString()).toBe(' ab');
    const many = cut('a\n'.repeat(1_000_001));
    expect(many.failure).toBeUndefined();
    expect(many.items.reduce((sum, { count }) => sum + count, 0)).toBe(1_000_001);
    const body = Buffer.from(
      '{"event":1,"sourcetype":"a"}{"event":2,"sourcetype":"b"}'.repeat(125_000),
    );
    const { groups, failure } = withoutPause(collectorEvents(body, undefined, () => ''));
    expect(failure).toBeUndefined();
    expect([...groups].map(({ name, items }) => [name, items.count]).sort()).toEqual([
      ...[50_000, 50_000, 25_000].map((count) => ['a', count]).sort(),
      ...[50_000, 50_000, 25_000].map((count) => ['b', count]).sort(),
    ]);
  });

  test('reads events of XML whole, whatever lines they have', async () => {
    const eventOf = (name: string, number: number) =>
      [
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>',
        '<Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4688</EventID>',
        `<TimeCreated SystemTime="2026-01-05T00:00:00.1234567Z"/><EventRecordID>${number}</EventRecordID>`,
        '<Channel>Security</Channel><Computer>ws-1</Computer></System><EventData>',
        `<Data Name="NewProcessName">C:\\${name}.exe</Data><Data Name="NewProcessId">0x1f4</Data>`,
        '<Data Name="CommandLine">two\n\nlines</Data></EventData>',
        '</Event>',
      ].join('\r\n');
    const broken = '<Event xmlns="x"><System>';
    const body = [
      `${eventOf('first', 1)}${eventOf('second', 2)}\r\n`,
      broken,
      json(processEvent(450)),
      broken,
      eventOf('third', 3),
      broken,
      json(processEvent(451)),
    ];
    const path = '/services/collector/raw?sourcetype=XmlWinEventLog';
    expect((await send(path, body.join('\r\n'), splunk)).json).toMatchObject({ code: 0 });
    const found = await rows('DeviceProcessEvents | where DeviceName == "ws-1" | project FileName');
    expect(found.map(({ FileName }) => FileName).sort()).toEqual([
      'first.exe',
      'second.exe',
      'third.exe',
    ]);
    expect(await stored(450, 452)).toBe(2);
  });

  test.each([
    ['<Event \n', ''],
    ['<Event>', ''],
    ['</Event>\n', ''],
    ['<Event></Event>', ''],
    ['\n', '<Event>'],
    ['\n\r ', '<Event>'],
  ])('takes text that only looks like XML in time that grows with it: %j', (part, start) => {
    const options = { host: undefined, sourcetype: '' };
    const text = start + part.repeat(900_000);
    const { groups } = withoutPause(collectorLines(Buffer.from(text), options, () => ''));
    expect([...groups].length).toBeGreaterThan(0);
  });

  test.each(['}', '[', '{"event":1,'])(
    'gives up on a body that holds no events: %s',
    async (text) => {
      const body = text.repeat(20_000_000 / text.length);
      const { json: answer } = await send('/services/collector', body, splunk);
      expect(answer).toMatchObject({ code: 6, 'invalid-event-number': 0 });
      const ack = `/services/collector/ack?channel=${channel}`;
      expect((await send(ack, body, splunk)).json).toMatchObject({ code: 6 });
    },
  );

  test('tells a body that is too large from one that is broken', async () => {
    const body = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, ' '), { level: 1 });
    const headers = { ...splunk, 'content-encoding': 'gzip' };
    expect(await send('/services/collector', body, headers)).toMatchObject({
      status: 413,
      json: { code: 27 },
    });
  });

  test.each([
    ['GET', ''],
    ['GET', '/event'],
    ['PUT', '/raw'],
    ['POST', '/s2s'],
    ['GET', '/validate'],
  ])('has nothing at %s %s, and says so in its own words', async (method, path) => {
    const ask = (headers: Record<string, string>) =>
      send(`/services/collector${path}`, method === 'GET' ? null : 'x', headers, method);
    expect(await ask(splunk)).toMatchObject({ status: 404, json: { code: 404 } });
    expect(await ask({})).toMatchObject({ status: 401, json: { code: 2 } });
  });

  test.each(['', '/event/1.0'])('answers OPTIONS %s without a token', async (path) => {
    expect((await send(`/services/collector${path}`, null, {}, 'OPTIONS')).status).toBe(200);
  });

  test('acknowledges by channel', async () => {
    const headers = { ...splunk, 'x-splunk-request-channel': channel };
    for (const [ackId, number] of [430, 431].entries()) {
      const body = json({ event: processEvent(number) });
      expect((await send('/services/collector', body, headers)).json).toMatchObject({ ackId });
    }
    const ask = (path: string, body: string, more = {}) => send(path, body, { ...splunk, ...more });
    const path = `/services/collector/ack?channel=${channel}`;
    const acks = { '0': true, '1': true, '2': false };
    expect((await ask(path, '{"acks":[0,1,2]}')).json).toEqual({ acks });
    expect((await ask('/services/collector/ack', '{"acks":[0]}')).json).toMatchObject({ code: 10 });
    expect((await ask(path, '{"acks":"all"}')).json).toMatchObject({ code: 6 });
    const bad = await ask('/services/collector', '{"event":1}', {
      'x-splunk-request-channel': 'none',
    });
    expect(bad.json).toMatchObject({ code: 11 });
  });

  test('answers in its own codes who is not let in, and how it is', async () => {
    expect((await send('/services/collector', '{}', {})).json).toEqual({
      text: 'Token is required',
      code: 2,
    });
    const inQuery = `/services/collector?token=${server.clientId}:${server.secret}`;
    expect((await send(inQuery, '{"event":1}', {})).json).toMatchObject({ code: 16 });
    const wrong = { authorization: 'Splunk 12345678-1234-1234-1234-123456789012' };
    expect((await send('/services/collector', '{}', wrong)).json).toMatchObject({ code: 3 });
    expect(await send('/services/collector/health', null, {}, 'GET')).toMatchObject({
      status: 200,
      json: { code: 17 },
    });
  });
});

describe('OTLP', () => {
  const text = (value: string) => ({ stringValue: value });
  const anyOf = (value: unknown): object =>
    typeof value === 'object' && value !== null
      ? { kvlistValue: { values: Object.entries(value).map(keyValue) } }
      : typeof value === 'number'
        ? { intValue: String(value) }
        : value === null
          ? {}
          : text(String(value));
  function keyValue([key, value]: [string, unknown]): object {
    return { key, value: anyOf(value) };
  }
  const logs = (bodies: readonly object[], more: { scope?: object; resource?: object } = {}) => ({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'host.name', value: text('web-02') }] },
        ...more.resource,
        scopeLogs: [
          {
            scope: { name: 'test' },
            ...more.scope,
            logRecords: bodies.map((body) => ({ timeUnixNano: '1767600000000000000', body })),
          },
        ],
      },
    ],
  });
  const asJson = { ...basic, 'content-type': 'application/json' };

  test('takes bodies that are documents, texts or lines', async () => {
    const bodies = [anyOf(processEvent(500)), text(json(processEvent(501)))];
    const answer = await send('/v1/logs', gzipSync(json(logs(bodies))), {
      ...asJson,
      'content-encoding': 'gzip',
    });
    expect(answer).toMatchObject({ status: 200, json: {} });
    expect(await stored(500, 502)).toBe(2);
  });

  test('what has come by the endpoint is known where it comes as a line of a file', async () => {
    const body = json(
      logs([anyOf(processEvent(506)), text(auditOf(77, 'otlp').split('\n')[0] ?? '')]),
    );
    expect((await send('/v1/logs', body, asJson)).json).toEqual({});
    const { json: answer } = await send('/api/ingest/auto', `${body}\n`, basic);
    expect(answer).toMatchObject({ source: 'otlp-json', accepted: 0, duplicate: 3, rejected: 0 });
  });

  test('takes bodies that are bytes, and attributes where the body is empty', async () => {
    const bytes = Buffer.from(json(processEvent(504))).toString('base64');
    const records = [
      { body: { bytesValue: bytes } },
      { body: text(''), attributes: Object.entries(processEvent(505)).map(keyValue) },
    ];
    const body = json({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] });
    const packed = { ...asJson, 'content-encoding': 'zlib' };
    expect((await send('/v1/logs', deflateSync(body), packed)).json).toEqual({});
    expect(await stored(504, 506)).toBe(2);
  });

  test('tells how many it rejected, and why', async () => {
    const bodies = [anyOf(processEvent(510)), text('{"what":"is this"}'), anyOf({ nor: 'this' })];
    const { status, json: answer } = await send('/v1/logs', json(logs(bodies)), asJson);
    expect(status).toBe(200);
    expect(answer).toEqual({
      partialSuccess: {
        rejectedLogRecords: '2',
        errorMessage: 'No known source writes records of this shape',
      },
    });
    const attributes = [{ key: 'quarry.source', value: text('defender-streaming') }];
    const named = logs([text('{"what":"is this"}')], { scope: { scope: { attributes } } });
    expect((await send('/v1/logs', json(named), asJson)).json).toMatchObject({
      partialSuccess: { errorMessage: expect.stringContaining('shape of its source') },
    });
  });

  test('takes and answers protobuf', async () => {
    // The public message definitions, as far as they are used here.
    const root = new protobuf.Root();
    const type = (name: string, fields: [string, number, string, string?][]) => {
      const made = new protobuf.Type(name);
      for (const [field, id, kind, rule] of fields)
        made.add(new protobuf.Field(field, id, kind, rule));
      root.add(made);
      return made;
    };
    type('AnyValue', [
      ['stringValue', 1, 'string'],
      ['intValue', 3, 'int64'],
      ['kvlistValue', 6, 'KeyValueList'],
      ['bytesValue', 7, 'bytes'],
    ]);
    type('KeyValue', [
      ['key', 1, 'string'],
      ['value', 2, 'AnyValue'],
    ]);
    type('KeyValueList', [['values', 1, 'KeyValue', 'repeated']]);
    type('LogRecord', [
      ['timeUnixNano', 1, 'fixed64'],
      ['severityNumber', 2, 'int32'],
      ['body', 5, 'AnyValue'],
      ['traceId', 9, 'bytes'],
    ]);
    type('Scope', [['name', 1, 'string']]);
    type('Resource', [['attributes', 1, 'KeyValue', 'repeated']]);
    type('ScopeLogs', [
      ['scope', 1, 'Scope'],
      ['logRecords', 2, 'LogRecord', 'repeated'],
    ]);
    type('ResourceLogs', [
      ['resource', 1, 'Resource'],
      ['scopeLogs', 2, 'ScopeLogs', 'repeated'],
      ['schemaUrl', 3, 'string'],
    ]);
    const message = type('Request', [['resourceLogs', 1, 'ResourceLogs', 'repeated']]);
    type('Partial', [
      ['rejected', 1, 'int64'],
      ['message', 2, 'string'],
    ]);
    const answerType = type('Answer', [['partial', 1, 'Partial']]);
    const broken = '{"broken by ~';
    const bodies = [
      anyOf(processEvent(520)),
      text(broken),
      text(json(processEvent(521))),
      { bytesValue: Buffer.from(json(processEvent(522))) },
    ];
    const bytes = Buffer.from(message.encode(message.fromObject(logs(bodies))).finish());
    // Collectors pass on what is no UTF-8.
    bytes[bytes.indexOf(broken) + broken.length - 1] = 0xff;
    const response = await fetch(`${server.url}/v1/logs`, {
      method: 'POST',
      headers: { ...basic, 'content-type': 'application/x-protobuf' },
      body: bytes,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    const decoded = answerType.decode(new Uint8Array(await response.arrayBuffer()));
    expect(answerType.toObject(decoded, { longs: Number })).toMatchObject({
      partial: { rejected: 1 },
    });
    expect(await stored(520, 523)).toBe(3);
  });

  test.each([
    ['application/json', '{"resourceLogs'],
    ['application/json', '[]'],
    ['application/json', '{"resourceLogs":5}'],
    ['application/json', '{"resourceLogs":[{"scopeLogs":{}}]}'],
    ['application/json', '{"resourceLogs":[{"scopeLogs":[{"logRecords":"x"}]}]}'],
    ['application/json', `{"resourceLogs":${'['.repeat(20_000)}`],
    ['application/x-protobuf', '\x0a\xff\xff\xff\xff\xff'],
    ['application/x-protobuf', 'nothing'],
    ['Application/X-Protobuf', '{}'],
  ])('refuses what cannot be decoded (%s)', async (type, body) => {
    const headers = { ...basic, 'content-type': type };
    expect((await send('/v1/logs', Buffer.from(body, 'latin1'), headers)).status).toBe(400);
  });

  test.each([
    ['application/json', Buffer.from(`{"resourceLogs":[${'{},'.repeat(2_000_000)}{}]}`)],
    ['application/x-protobuf', Buffer.alloc(4_000_002, Buffer.from([0x0a, 0x00]))],
  ])('takes any number of messages (%s)', async (type, body) => {
    const headers = { ...basic, 'content-type': type, 'content-encoding': 'gzip' };
    expect((await send('/v1/logs', gzipSync(body, { level: 1 }), headers)).status).toBe(200);
  });

  test.each([
    ['{}', {}],
    ['{"resourceLogs":null}', {}],
    ['{"resourceLogs":[null,1,{"scopeLogs":[{"logRecords":[{"body":7}]}]}]}', undefined],
  ])('stands members that are not what they should be: %s', async (body, expected) => {
    const { status, json: answer } = await send('/v1/logs', body, asJson);
    expect(status).toBe(200);
    if (expected) expect(answer).toEqual(expected);
  });
});
