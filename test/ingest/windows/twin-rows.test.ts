import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../../src/catalog/catalog.js';
import { startIngest } from '../../../src/ingest/ingest.js';
import { cleanUp } from '../../engine/fixture.js';
import { startTestIngest } from '../fixture.js';
import { database, tenant } from '../requests.js';
import { event, start } from './events.js';
import { security4688, twins } from './twins.js';

const to = { tenant, source: 'windows-event' };
const bodyOf = (...events: readonly object[]) =>
  Buffer.from(events.map((each) => JSON.stringify(each)).join('\n'));

/** The same of another device. */
const of = (device: string, each: object) =>
  JSON.parse(JSON.stringify(each).replaceAll('PC1.contoso.com', device)) as object;

describe('one occurrence in two logs that are delivered apart is one row, whichever comes first', async () => {
  const { engine, ingest } = await startTestIngest();
  const rowsOf = (table: string, device: string) =>
    engine.select<Record<string, unknown>>(
      `SELECT * FROM ${database}.${table} WHERE DeviceName = '${device}' ORDER BY _seq`,
    );

  it.each(twins.map((twin, index) => [...twin, index] as const))(
    '%s',
    async (_what, primary, secondary, table, wanted, index) => {
      const [better, lesser] = [`better${index}`, `lesser${index}`];
      const inOrder = [
        [better, primary],
        [better, secondary],
        [lesser, secondary],
        [lesser, primary],
      ] as const;
      for (const [device, each] of inOrder) {
        await ingest.push(bodyOf(of(device, each)), to);
        await ingest.flush();
      }
      const stored = [...(await rowsOf(table, better)), ...(await rowsOf(table, lesser))];
      expect(stored).toHaveLength(2);
      // What the lesser one knows is told only where it came first.
      expect(withoutNumbers(stored[1])).toMatchObject(withoutNumbers(wanted));
      for (const [device, each] of [...inOrder].reverse()) {
        await ingest.push(bodyOf(of(device, each)), to);
      }
      await ingest.flush();
      expect([...(await rowsOf(table, better)), ...(await rowsOf(table, lesser))]).toEqual(stored);
    },
  );

  it('process starts of which the shipper has lost the pid, each by the one that is nearest', async () => {
    const lost = (seconds: number, guid: string) => {
      const { ProcessId: _, ...data } = start({ ProcessGuid: guid }) as Record<string, unknown>;
      return event('sysmon', 1, data, { seconds });
    };
    const starts = [
      event('security', 4688, { ...security4688, NewProcessId: '0x2a' }, { seconds: 12 }),
      event('security', 4688, { ...security4688, NewProcessId: '0x2b' }, { seconds: 14 }),
      event('security', 4688, { ...security4688, NewProcessId: '0x2c' }, { seconds: 16 }),
      lost(12, '{b34bc01c-8e40-695b-0a00-000000000a00}'),
      lost(16, '{b34bc01c-8e44-695b-0b00-000000000a00}'),
    ];
    for (const each of starts) await ingest.push(bodyOf(of('lost', each)), to);
    await ingest.flush();
    const rows = await rowsOf('DeviceProcessEvents', 'lost');
    expect(rows.map((row) => row['ProcessId']).sort()).toEqual(['43', null, null]);
  });

  it.each(twins.map(([what, ...twin]) => [what, ...twin] as const))(
    'but not where two domains have devices of one name: %s',
    async (what, primary, secondary, table) => {
      const devices = ['a', 'b'].map((domain) => `${what.replace(/\W+/g, '-')}.${domain}.example`);
      const [lesser = '', better = ''] = devices;
      await ingest.push(bodyOf(of(lesser, secondary)), to);
      await ingest.push(bodyOf(of(better, primary)), to);
      await ingest.flush();
      expect(await rowsOf(table, lesser.toLowerCase())).toHaveLength(1);
      expect(await rowsOf(table, better.toLowerCase())).toHaveLength(1);
    },
  );

  it('both on their way to the engine', async () => {
    await ingest.push(bodyOf(of('pc3', event('security', 4688, security4688))), to);
    await ingest.push(bodyOf(of('pc3', event('sysmon', 1, start()))), to);
    await ingest.flush();
    expect(await rowsOf('DeviceProcessEvents', 'pc3')).toMatchObject([
      { ProcessTokenElevation: 'TokenElevationTypeFull', SHA1: expect.stringMatching(/./) },
    ]);
  });
});

/** The engine gives those of 64 bits as text. */
function withoutNumbers(row: object = {}): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value !== 'number'));
}

it('the better one comes to a later process', async () => {
  const { engine, ingest, directory, count } = await startTestIngest();
  await ingest.push(bodyOf(event('security', 4688, security4688)), to);
  await ingest.close();
  const later = await startIngest({
    folder: path.join(directory, 'spool'),
    engine,
    tenant: async () => ({ catalog: builtinCatalog, retentionDays: null }),
  });
  cleanUp(() => later.close());
  expect(await count('DeviceProcessEvents')).toBe(1);
  await later.push(bodyOf(event('sysmon', 1, start())), to);
  await later.flush();
  expect(await count('DeviceProcessEvents')).toBe(1);
  expect(await count('DeviceProcessEvents', "ProcessUniqueId != ''")).toBe(1);
});
