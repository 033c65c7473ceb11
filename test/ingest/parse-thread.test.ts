import { once } from 'node:events';
import { expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { ParseReply, ParseRequest } from '../../src/ingest/parse-protocol.js';
import { ParseWorker } from '../../src/ingest/parse-worker.js';
import { startThread } from '../../src/thread.js';
import { cleanUp, temporaryDirectory } from '../engine/fixture.js';

const tenant = 'gone';
const options = {
  ...{ tenant, source: undefined, maxRecordBytes: 1_000, keepFrom: null, origin: 'test' },
};

it('nothing is kept of a tenant that is gone, and its streams need its catalog again', async () => {
  const asking = new URL(
    process.env['TEST_BUILD'] ? '../../dist/ingest/' : '../../src/ingest/',
    import.meta.url,
  ).href;
  const workerData = { folder: temporaryDirectory(), extensions: false, firstTicket: 0 };
  const thread = startThread('parse-thread', asking, { workerData });
  cleanUp(() => thread.terminate());
  const ask = async (request: ParseRequest) => {
    thread.postMessage(request);
    const [reply] = (await once(thread, 'message')) as [ParseReply];
    return reply.kind;
  };
  const open = (stream: number) => ask({ kind: 'open', stream, options });
  expect(await ask({ kind: 'catalog', tenant, catalog: builtinCatalog })).toBe('done');
  expect(await open(1)).toBe('done');
  expect(await ask({ kind: 'forgetTenant', tenant })).toBe('done');
  expect(await open(2)).toBe('failed');
});

it('a stream is opened and a body cut whenever their tenant is forgotten', async () => {
  const taker = { life: 1, connect: () => new MessageChannel().port1 as never };
  const worker = new ParseWorker({ folder: temporaryDirectory(), extensions: false }, taker);
  cleanUp(() => worker.close());
  const cut = () =>
    worker.cut(builtinCatalog, tenant, 'collectorEvents', Buffer.from('{"event":1}'), undefined);
  for (let round = 0; round < 3; round++) {
    const [, stream, , body] = await Promise.all([
      worker.forgetTenant(tenant),
      worker.open(builtinCatalog, options),
      worker.forgetTenant(tenant),
      cut(),
      worker.forgetTenant(tenant),
    ]);
    expect(body.groups).toHaveLength(1);
    await stream.drop();
  }
});
