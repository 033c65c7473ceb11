// Ingests numbered requests until it is killed, and says each that was acknowledged.
// node --import tsx sender.ts DIRECTORY FIRST
import path from 'node:path';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { startChdbEngine } from '../../src/engine/chdb.js';
import { migrate } from '../../src/engine/schema.js';
import { startIngest } from '../../src/ingest/ingest.js';
import { database, requestOf, tenant } from './requests.js';

const [directory = '', first = '0'] = process.argv.slice(2);
const engine = await startChdbEngine({ dataDirectory: directory });
await migrate(engine, database, builtinCatalog, 'forever');
const ingest = await startIngest({
  folder: path.join(directory, 'spool'),
  engine,
  tenant: async () => ({ catalog: builtinCatalog, retentionDays: null }),
});
const senders = 3;
let next = Number(first);

async function send(): Promise<void> {
  for (;;) {
    const number = next++;
    await ingest.push(requestOf(number), { tenant });
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: senders }, send));
