import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTracing, traced } from '../../src/hunting/tracing.js';
import { answer, type Fixture, openFixture } from './fixture.js';

let collector: Server;
let received: string;
let fixture: Fixture;
let stop: () => Promise<void>;

beforeAll(async () => {
  received = '';
  collector = createServer((request, response) => {
    request.on('data', (chunk) => {
      received += chunk;
    });
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  stop = await startTracing(`http://127.0.0.1:${port}/v1/traces`);
  fixture = await openFixture({
    hunt: () => traced('hunt', { 'quarry.generation': 'x' }, async () => answer(['{}'])),
  });
});
afterAll(async () => {
  await fixture.close();
  collector.close();
});

test('a request and its hunt are one trace, under the caller’s own, and tell no query', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const authorization = `Bearer ${await fixture.token()}`;
  await fixture.post('/api/advancedhunting/run', '{"Query":"secret text"}', {
    authorization,
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  });
  await stop();
  const { resourceSpans } = JSON.parse(received);
  const spans = resourceSpans[0].scopeSpans[0].spans as Record<string, string>[];
  const names = spans.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['hunt', 'POST /api/advancedhunting/run']));
  expect(new Set(spans.map((span) => span['traceId']))).toEqual(new Set([traceId]));
  const [request, hunt] = [
    spans.find(({ name }) => name?.startsWith('POST')),
    spans.find(({ name }) => name === 'hunt'),
  ];
  expect(hunt?.['parentSpanId']).toBe(request?.['spanId']);
  expect(received).not.toMatch(/secret text|Bearer/);
});
