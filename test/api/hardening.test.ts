import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Metrics } from '../../src/api/metrics.js';
import { HuntError } from '../../src/errors.js';
import type { HuntAnswer } from '../../src/hunting/hunt.js';
import type { HuntCall } from '../../src/hunting/service.js';
import { answer, type Fixture, openFixture, read } from './fixture.js';

let fixture: Fixture;
let authorization: string;
let respond: (call: HuntCall) => Promise<HuntAnswer>;
let push: (body: AsyncIterable<Uint8Array>) => Promise<never>;

beforeAll(async () => {
  fixture = await openFixture({
    hunt: (call) => respond(call),
    ingest: { push: (body: AsyncIterable<Uint8Array>) => push(body) } as never,
    patience: { requestMs: 300, answerMs: 300 },
    corsOrigins: ['https://portal.example.com'],
    metrics: new Metrics({ backlogBytes: () => 42 }),
  });
  const roles = ['AdvancedHunting.Read.All', 'Metrics.Read', 'Telemetry.Ingest'];
  authorization = `Bearer ${await fixture.token({ roles })}`;
});
afterAll(() => fixture.close());
beforeEach(() => {
  respond = async () => answer(['{"FileName":"a"}']);
  push = async (body) => {
    for await (const _chunk of body);
    throw new Error('read to its end');
  };
});

/** Sends text as it is; what came back when the server has closed. */
function speak(text: string, after?: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(fixture.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
    socket.write(text);
    after?.(socket);
  });
}

const head = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: ${length}\r\n\r\n`;

describe('clients that send all of a request before they read', () => {
  const chunk = Buffer.alloc(65_536, 'x');
  const chunks = 512;

  test('hear why it was refused, and may send the next', async () => {
    push = async (body) => {
      for await (const _chunk of body)
        throw new HuntError('ingest.behind', { retryAfterSeconds: 1 });
      throw new Error('no body');
    };
    const length = chunks * chunk.length;
    const heard = await speak(head('/api/ingest/streaming-api', length), async (socket) => {
      socket.pause();
      for (let sent = 0; sent < chunks && !socket.destroyed; sent++) {
        if (!socket.write(chunk)) await once(socket, 'drain');
      }
      socket.resume();
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
    expect(statuses).toEqual([429, 200]);
  });
});

describe('clients that stop half-way are let go', () => {
  test('in the body of a hunt', async () => {
    await speak(`${head('/api/advancedhunting/run', 100)}{"Query":`);
  });

  test('in the body of an upload', async () => {
    await speak(`${head('/api/ingest/streaming-api', 100)}{"records":`);
  });

  test('while their answer waits to be taken', async () => {
    const rows = new Readable({
      read() {
        this.push(Buffer.alloc(65_536, 'x'));
      },
    });
    respond = async () => answer([], rows);
    const closed = new Promise((resolve) => rows.once('close', resolve));
    let stalled: Socket | undefined;
    const spoken = speak(`${head('/api/advancedhunting/run', 13)}{"Query":"x"}`, (socket) => {
      stalled = socket.pause();
    });
    await closed;
    stalled?.destroy();
    await spoken;
  });

  test('but not while the engine works', async () => {
    respond = async () => {
      await new Promise((resolve) => setTimeout(resolve, 900));
      return answer(['{"FileName":"late"}']);
    };
    const { status, text } = await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', {
      authorization,
    });
    expect(status).toBe(200);
    expect(text).toContain('late');
  });

  test('nor while an answer keeps moving', async () => {
    const rows = new PassThrough();
    respond = async () => answer([], rows);
    const timer = setInterval(() => rows.write('{"FileName":"a"},\n'), 100);
    setTimeout(() => {
      clearInterval(timer);
      rows.end('{"FileName":"last"}');
    }, 1000);
    const { text } = await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', {
      authorization,
      'accept-encoding': 'identity',
    });
    expect(text).toContain('last');
  });
});

describe('what is not HTTP is answered in JSON', () => {
  test.each([
    ['nonsense', 'hello\r\n\r\n', '400'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(70_000)}`, '431'],
    ['a header that smuggles', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n', '400'],
    [
      'two lengths',
      'POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      '400',
    ],
    [
      'two Hosts',
      'GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n',
      '400',
    ],
    ['no Host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
    [
      'two tokens',
      'GET /health/live HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\nConnection: close\r\n\r\n',
      '400',
    ],
    [
      'more headers than are read',
      `GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'A: b\r\n'.repeat(999)}\r\n`,
      '400',
    ],
    [
      'a transfer coding that is not undone',
      'POST /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
  ])('%s', async (_what, text, status) => {
    const heard = await speak(text);
    expect(heard).toContain(`HTTP/1.1 ${status} `);
    const [, body = ''] = heard.split('\r\n\r\n');
    expect(JSON.parse(body).error.message).toBeTypeOf('string');
  });

  test('whose request takes too long, and goes on, loses the connection', async () => {
    const { server } = fixture.app;
    const accepted = once(server, 'connection');
    const { hostname, port } = new URL(fixture.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.on('error', () => undefined).resume();
    const head = 'Host: x\r\nContent-Length: 1000000\r\n';
    socket.write(`POST /api/advancedhunting/run HTTP/1.1\r\n${head}\r\n`);
    const answered = once(socket, 'data');
    const sending = setInterval(() => socket.write('x'), 50);
    const [, [connection]] = await Promise.all([answered, accepted]);
    // As Node's own look at the connections, which comes twice a minute.
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.emit('clientError', late, connection);
    await closed;
    clearInterval(sending);
  });

  test('an expectation that is not known is passed over', async () => {
    const heard = await speak(
      'GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n',
    );
    expect(heard).toContain('HTTP/1.1 200 ');
  });

  test.each(['x:99999', '999.1.1.1', '[:::]'])('%s is a Host that nobody has', async (host) => {
    for (const path of ['/common/discovery/instance', '/common/userrealm/a@b.c']) {
      const heard = await speak(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).toContain('HTTP/1.1 200 ');
      expect(heard).toContain('"localhost"');
    }
  });

  test('as many headers as are read are no fault', async () => {
    const heard = await speak(
      `GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'A: b\r\n'.repeat(998)}\r\n`,
    );
    expect(heard).toContain('HTTP/1.1 200 ');
  });

  test('a token of 60 kB is refused like any other', async () => {
    const answered = await fixture.post('/api/advancedhunting/run', '{}', {
      authorization: `Bearer ${'x'.repeat(60_000)}`,
    });
    expect(answered.status).toBe(401);
    expect(answered.json.error.code).toBe('Unauthorized');
  });
});

describe('browsers', () => {
  test.each([
    ['https://portal.example.com', 'https://portal.example.com'],
    ['https://evil.example.com', null],
  ])('a page of %s', async (origin, allowed) => {
    const preflight = await fetch(`${fixture.url}/api/advancedhunting/run`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(allowed);
  });

  test('a page may use every method, and sees what it has to wait for', async () => {
    const headers = { origin: 'https://portal.example.com' };
    const preflight = await fetch(`${fixture.url}/api/quarry/tenants/default/retention`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'PUT' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toMatch(/PUT.*PATCH.*DELETE/);
    respond = async () => {
      throw new HuntError('quota.calls', { limit: 1, window: '00:01:00', retryAfterSeconds: 7 });
    };
    const refused = await fetch(`${fixture.url}/api/advancedhunting/run`, {
      method: 'POST',
      headers: { ...headers, authorization },
      body: '{"Query":"x"}',
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    const exposed = refused.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['retry-after', 'request-id']));
  });

  test.each([
    // Docker's driver for Splunk asks so, and wants 200.
    ['/services/collector/event/1.0', 200],
    ['/api/advancedhunting/run', 401],
  ])('OPTIONS %s that is no preflight is answered like any other request', async (path, status) => {
    const response = await fetch(fixture.url + path, { method: 'OPTIONS' });
    expect(response.status).toBe(status);
    const { text, json } = await read(response);
    if (status === 401) expect(json.error.code).toBe('Unauthorized');
    else expect(text).toBe('');
  });

  test('an OPTIONS with a token is told the methods', async () => {
    const url = `${fixture.url}/api/advancedhunting/run`;
    const { status, headers } = await fetch(url, { method: 'OPTIONS', headers: { authorization } });
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('by default no page may call', async () => {
    const plain = await openFixture();
    const { headers } = await fetch(`${plain.url}/health`, {
      headers: { origin: 'https://portal.example.com' },
    });
    await plain.close();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});

describe('metrics', () => {
  test('count hunts by their outcome', async () => {
    await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', { authorization });
    respond = async ({ onWaited }) => {
      onWaited?.(2);
      onWaited?.(3);
      throw new HuntError('hunt.timeout', {});
    };
    await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', { authorization });
    const { status, text } = await read(
      await fetch(`${fixture.url}/metrics`, { headers: { authorization } }),
    );
    expect(status).toBe(200);
    expect(text).toMatch(/quarry_hunts_total\{generation="advancedhunting",status="200"\} [1-9]/);
    expect(text).toMatch(/quarry_hunts_total\{generation="advancedhunting",status="400"\} [1-9]/);
    expect(text).toContain('quarry_ingest_backlog_bytes 42');
    expect(text).toContain('quarry_hunt_wait_seconds_count{generation="advancedhunting"} 1');
    expect(text).toContain('quarry_hunt_wait_seconds_sum{generation="advancedhunting"} 5');
  });

  test('are for those with the role', async () => {
    expect((await fetch(`${fixture.url}/metrics`)).status).toBe(401);
    const token = await fixture.token();
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${fixture.url}/metrics`, { headers })).status).toBe(403);
  });
});

test('a body whose chunks are of a byte each takes no more memory than others', async () => {
  const size = 400_000;
  let before = 0;
  let grown = 0;
  respond = async () => {
    grown = process.memoryUsage().heapUsed - before;
    return answer(['{"FileName":"a"}']);
  };
  const body = `{"Query":"${'x'.repeat(size)}"}`;
  const head = `POST /api/advancedhunting/run HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join('');
  before = process.memoryUsage().heapUsed;
  const heard = await speak(`${head}${chunks}0\r\n\r\n`);
  expect(heard).toContain('200 OK');
  expect(grown).toBeLessThan(size * 80);
});
