import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { HandedBatch } from '../../src/ingest/handover.js';
import { emptySummary } from '../../src/ingest/summary.js';
import { startTestIngest } from './fixture.js';
import { database, tenant } from './requests.js';

const { engine, ingest, directory, count } = await startTestIngest();

/** As Winlogbeat writes it. */
function windowsEvent(number: number, provider: string, id: number, data: object): Buffer {
  const event = {
    '@timestamp': new Date(Date.UTC(2026, 0, 5, 10, 0, number)).toISOString(),
    winlog: {
      provider_name: provider,
      channel: provider,
      event_id: String(id),
      computer_name: 'pc1.contoso.example',
      record_id: String(number),
      event_data: data,
    },
  };
  return Buffer.from(`${JSON.stringify(event)}\n`);
}

const image = 'C:\\Windows\\System32\\tool.exe';

/** Two logs' words on one start of a process. */
const startBy = {
  sysmon: (number: number) =>
    windowsEvent(number, 'Microsoft-Windows-Sysmon', 1, {
      UtcTime: new Date(Date.UTC(2026, 0, 5, 10, 0, number)).toISOString().replace(/[TZ]/g, ' '),
      ProcessGuid: `{5aa8bd90-0001-695b-0000-${String(number).padStart(12, '0')}}`,
      ProcessId: String(1000 + number),
      Image: image,
      CommandLine: `tool.exe ${number}`,
    }),
  security: (number: number) =>
    windowsEvent(number, 'Microsoft-Windows-Security-Auditing', 4688, {
      NewProcessId: `0x${(1000 + number).toString(16)}`,
      NewProcessName: image,
      CommandLine: `tool.exe ${number}`,
    }),
};

it.each([
  ['sysmon', 'security', 1],
  ['security', 'sysmon', 11],
] as const)(
  'a stream of %s that is open while a device is forgotten still goes together with %s',
  async (stream, pushed, first) => {
    const source = 'windows-event';
    const intake = await ingest.open({ tenant, source, origin: 'log', patienceMs: 1_000 });
    const summary = emptySummary();
    const write = async (number: number) => {
      for (const rows of [intake.write(startBy[stream](number), summary), intake.take(summary)]) {
        for await (const batch of rows) await intake.commit([batch], summary);
      }
    };
    const push = (number: number) => ingest.push(startBy[pushed](number), { tenant, source });
    await write(first);
    await ingest.forgetDevices(tenant, ['pc9']);
    await push(first);
    await write(first + 1);
    await push(first + 1);
    await push(first + 2);
    await write(first + 2);
    await ingest.flush();
    const [from, to] = [1000 + first, 1000 + first + 9];
    expect(await count('DeviceProcessEvents', `ProcessId BETWEEN ${from} AND ${to}`)).toBe(3);
  },
);

/** The lesser log's event of a start is read, the better one's stored, and then the lesser one's committed. */
async function lateLesser(number: number, between: () => Promise<void>): Promise<number> {
  const source = 'windows-event';
  const intake = await ingest.open({ tenant, source, origin: 'log', patienceMs: 1_000 });
  const summary = emptySummary();
  const batches: HandedBatch[] = [];
  for (const rows of [intake.write(startBy.security(number), summary), intake.end(summary)]) {
    for await (const batch of rows) batches.push(batch);
  }
  await ingest.push(startBy.sysmon(number), { tenant, source });
  await between();
  await intake.commit(batches, summary);
  await ingest.flush();
  return count('DeviceProcessEvents', `ProcessId = ${1000 + number}`);
}

it('a row whose place has been taken does not come in later, whatever is waited for meanwhile', async () => {
  expect(await lateLesser(20, async () => undefined)).toBe(1);
  expect(await lateLesser(22, () => ingest.flush())).toBe(1);
});

it('a row whose place was taken before its device was forgotten is an event of its own again', async () => {
  const source = 'windows-event';
  await ingest.push(startBy.security(24), { tenant, source });
  await ingest.push(startBy.sysmon(24), { tenant, source });
  await ingest.flush();
  await engine.command(`TRUNCATE TABLE ${database}.DeviceProcessEvents`);
  await ingest.forgetDevices(tenant, ['pc1.contoso.example']);
  expect(await ingest.push(startBy.security(24), { tenant, source })).toMatchObject({
    byTable: { DeviceProcessEvents: 1 },
  });
});

it('what is open for a tenant ends when the tenant goes, and nothing of it comes in later', async () => {
  const source = 'windows-event';
  const opened = () => ingest.open({ tenant, source, origin: 'log', patienceMs: 1_000 });
  const summary = emptySummary();
  const intakes = [await opened(), await opened(), await opened(), await opened()] as const;
  const batches: HandedBatch[] = [];
  for (const intake of intakes) {
    for await (const batch of intake.write(startBy.sysmon(40), summary)) batches.push(batch);
  }
  for await (const batch of intakes[0].take(summary)) batches.push(batch);
  const underWay = intakes[1].end(summary);
  await ingest.forgetTenant(tenant);
  const gone = { code: 'request.notFound', message: 'Tenant default was not found.' };
  await expect(intakes[0].commit(batches, summary)).rejects.toMatchObject(gone);
  await expect(underWay.next()).rejects.toMatchObject(gone);
  await expect(intakes[2].write(startBy.security(41), summary).next()).rejects.toMatchObject(gone);
  await expect(intakes[3].take(summary).next()).rejects.toMatchObject(gone);
  for (const intake of intakes) await intake.drop();
  await ingest.flush();
  expect(await count('DeviceProcessEvents', 'ProcessId = 1040')).toBe(0);
  expect(await ingest.push(startBy.sysmon(40), { tenant, source })).toMatchObject({ accepted: 1 });
});

it('what is known of the devices of a tenant goes with the tenant', async () => {
  const folder = path.join(directory, 'correlation');
  const source = 'windows-event';
  await ingest.push(startBy.sysmon(30), { tenant, source });
  expect(readdirSync(folder)).toContain('tenant_default.db');
  expect(await ingest.push(startBy.security(30), { tenant, source })).toMatchObject({ merged: 1 });
  await ingest.forgetTenant(tenant);
  expect(readdirSync(folder)).toEqual([]);
  expect(await ingest.push(startBy.security(30), { tenant, source })).toMatchObject({ merged: 0 });
});
