// What becomes of those who send a whole request before they read.
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, openFixture } from './fixture.js';

let fixture: Fixture;
let authorization: string;
beforeAll(async () => {
  fixture = await openFixture({});
  const roles = ['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
  authorization = `Bearer ${await fixture.token({ roles })}`;
});
afterAll(() => fixture.close());

const megabyte = 2 ** 20;
const part = Buffer.alloc(megabyte, 'x');

/** What comes back to a client that sends all before it reads; undefined: the connection was broken off. */
async function sendAll(
  path: string,
  megabytes: number,
  { isChunked = false, token = authorization } = {},
): Promise<string | undefined> {
  const { hostname, port } = new URL(fixture.url);
  const socket = connect({ host: hostname, port: Number(port) })
    .pause()
    .setMaxListeners(0);
  let failure: unknown;
  socket.once('error', (error) => {
    failure = error;
  });
  const write = async (data: string | Buffer) => {
    if (failure === undefined && !socket.write(data)) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    }
  };
  const length = isChunked
    ? 'Transfer-Encoding: chunked'
    : `Content-Length: ${megabytes * megabyte}`;
  await write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\n${length}\r\nConnection: close\r\n\r\n`,
  );
  for (let sent = 0; sent < megabytes; sent += 1) {
    if (isChunked) await write(`${megabyte.toString(16)}\r\n`);
    await write(part);
    if (isChunked) await write('\r\n');
  }
  if (isChunked) await write('0\r\n\r\n');
  if (failure !== undefined) return undefined;
  return text(socket).catch(() => undefined);
}

const paths = [
  '/api/advancedqueries/run',
  '/api/advancedhunting/run',
  '/api/advancedqueries/schema',
  '/v1.0/security/runHuntingQuery',
  '/v2/rest/query',
  '/api/quarry/hunt',
];

test.each(
  paths.flatMap((path) => [
    [path, 'of a known length', false] as const,
    [path, 'in chunks', true] as const,
  ]),
)('%s: who sends 24 MB %s hears that it is too much', async (path, _form, isChunked) => {
  const answer = await sendAll(path, 24, { isChunked });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('The request is larger than 4194304 bytes.');
});

test.each(paths)('%s: who sends 24 MB with no token hears that it is none', async (path) => {
  expect(await sendAll(path, 24, { token: 'Bearer x' })).toMatch(/^HTTP\/1\.1 401 /);
});

test.each([[false], [true]])(
  'what has no end is not read for ever, chunks: %s',
  async (isChunked) => {
    expect(await sendAll('/api/advancedhunting/run', 400, { isChunked })).toBe(undefined);
  },
);
