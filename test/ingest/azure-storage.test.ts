import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Positions } from '../../src/ingest/positions.js';
import {
  type AzureStorageSettings,
  readAzureStorage,
} from '../../src/ingest/sources/azure-storage.js';
import type { RunningSource } from '../../src/ingest/sources/source.js';
import { openStore } from '../../src/store/store.js';
import { tenantSince } from '../../src/store/tenants.js';
import { cleanUp, temporaryDirectory } from '../engine/fixture.js';
import { startTestIngest } from './fixture.js';
import { type Envelope, networkEvent, numbers, processEvent, tenant } from './requests.js';

/** The emulator's own account; it is in its documentation. */
const account = 'devstoreaccount1';
const key =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

async function startEmulator(): Promise<string> {
  const package_ = createRequire(import.meta.url).resolve('azurite/package.json');
  const main = path.join(path.dirname(package_), 'dist/src/blob/main.js');
  const more = ['--silent', '--skipApiVersionCheck', '--disableTelemetry', '--inMemoryPersistence'];
  const child: ChildProcess = spawn(process.execPath, [main, '--blobPort', '0', ...more], {
    cwd: temporaryDirectory(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanUp(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const found = /successfully listen(?:s|ing) on (http:\S+)/i.exec(said);
    if (found?.[1]) return found[1];
  }
  throw new Error(`the emulator does not listen: ${said}`);
}

const address = await startEmulator();
const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${address}/${account};`;
const service = BlobServiceClient.fromConnectionString(connectionString);

const { ingest, directory, count } = await startTestIngest();
const store = await openStore(path.join(directory, 'quarry.db'));
cleanUp(() => store.close());
const logged: Record<string, unknown>[] = [];

async function read(more: Partial<AzureStorageSettings> = {}): Promise<RunningSource> {
  const settings = { name: 'storage', tenant, connectionString, pollMs: 20, ...more };
  const { open, hasHeader } = ingest;
  const log = (line: object) => logged.push(line as Record<string, unknown>);
  const running = await readAzureStorage(settings, { open, hasHeader, store, log });
  cleanUp(() => running.close());
  return running;
}

async function containerOf(table: string) {
  const name = `insights-logs-advancedhunting-${table.toLowerCase()}`;
  const container = service.getContainerClient(name);
  await container.createIfNotExists();
  return container;
}

/** An hour's append blob, named as Defender names it. */
async function blobOf(table: string, hour: string) {
  const container = await containerOf(table);
  const name = `tenantId=4b8c18bd-0000-4000-8000-000000000000/y=2026/m=01/d=05/h=${hour}/m=00/PT1H.json`;
  const blob = container.getAppendBlobClient(name);
  await blob.createIfNotExists();
  return blob;
}

async function append(blob: Awaited<ReturnType<typeof blobOf>>, text: string) {
  await blob.appendBlock(text, Buffer.byteLength(text));
}

const text = (events: readonly Envelope[]) =>
  events.map((event) => `${JSON.stringify(event)}\r\n`).join('');
const processes = (from: number, to: number) => text(numbers(from, to).map((n) => processEvent(n)));
const between = (from: number, to: number) =>
  `ProcessId >= ${1000 + from} AND ProcessId < ${1000 + to}`;

async function taken(running: RunningSource, from: number, to: number): Promise<number> {
  await running.caughtUp();
  await ingest.flush();
  return count('DeviceProcessEvents', between(from, to));
}

describe('containers of the Streaming API', () => {
  it('are read as their blobs grow, hours later too, and after a restart from where they were', async () => {
    const [five, six] = [
      await blobOf('DeviceProcessEvents', '05'),
      await blobOf('DeviceProcessEvents', '06'),
    ];
    await append(five, processes(0, 10));
    await append(await blobOf('DeviceNetworkEvents', '05'), text([networkEvent(1)]));
    const other = service.getContainerClient('something-else');
    await other.create();
    await other.getBlockBlobClient('x.json').upload(processes(90, 91), processes(90, 91).length);
    const first = await read();
    expect(await taken(first, 0, 100)).toBe(10);
    expect(await count('DeviceNetworkEvents')).toBe(1);
    await append(six, processes(10, 20));
    const late = processes(20, 30);
    await append(five, late.slice(0, -60));
    expect(await taken(first, 0, 100)).toBe(29);
    await first.close();
    await append(five, late.slice(-60));
    await append(six, processes(30, 31));
    const second = await read();
    expect(await taken(second, 0, 100)).toBe(31);
    expect(await count('QuarryIngestErrors')).toBe(0);
    await second.close();
  });

  it('are read from the start again where a blob is made anew', async () => {
    const blob = await blobOf('DeviceProcessEvents', '07');
    await append(blob, processes(100, 110));
    const first = await read();
    expect(await taken(first, 100, 200)).toBe(10);
    await blob.delete();
    // The emulator tells times to the second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await append(await blobOf('DeviceProcessEvents', '07'), processes(110, 125));
    expect(await taken(first, 100, 200)).toBe(25);
    await first.close();
  });

  it('are read from the start again where a blob is written over, and was made when it was before', async () => {
    const container = await containerOf('DeviceProcessEvents');
    const blob = container.getBlockBlobClient('over.json');
    const item = `${container.containerName}/over.json`;
    const since = (await tenantSince(store, tenant)) ?? 0;
    const positions = new Positions(
      { store },
      { source: 'storage', tenant, since },
      z.looseObject({}),
    );
    for (const [from, to] of [
      [700, 710],
      [710, 720],
      [720, 750],
      [750, 753],
    ] as const) {
      await blob.upload(processes(from, to), Buffer.byteLength(processes(from, to)));
      const { createdOn } = await blob.getProperties();
      const before = (await positions.all()).get(item);
      if (before) await positions.save(item, { ...before, createdMs: createdOn?.getTime() });
      const running = await read();
      expect(await taken(running, from, to)).toBe(to - from);
      await running.close();
    }
    expect(await count('QuarryIngestErrors', "Position LIKE '%over.json%'")).toBe(0);
  });

  it('may hold what is broken or packed; the rest is taken', async () => {
    const broken = await blobOf('DeviceProcessEvents', '08');
    await append(broken, `{"broken\r\n${processes(200, 201)}`);
    const container = await containerOf('DeviceProcessEvents');
    const packed = gzipSync(processes(250, 260));
    await container.getBlockBlobClient('packed.json.gz').upload(packed, packed.length);
    await container.getBlockBlobClient('notes.txt').upload('a note\n'.repeat(30), 210);
    const running = await read();
    expect(await taken(running, 200, 250)).toBe(1);
    await running.caughtUp();
    for (const item of ['packed.json.gz', 'notes.txt']) {
      const told = logged.filter((line) => line['item'] === `${container.containerName}/${item}`);
      expect(told).toHaveLength(1);
    }
    expect(await count('QuarryIngestErrors', "Position LIKE '%h=08/m=00/PT1H.json, byte 0'")).toBe(
      1,
    );
    expect(logged).toContainEqual(expect.objectContaining({ event: 'source.blob' }));
    await running.close();
  });

  it('are tried again when the account cannot be reached, and the signature is not logged', async () => {
    const url = 'http://127.0.0.1:9/devstoreaccount1?sv=2024-11-04&sig=secret';
    const running = await read({ name: 'away', connectionString: undefined, url });
    await expect
      .poll(
        () => logged.some(({ event, source }) => event === 'source.failed' && source === 'away'),
        {
          timeout: 30_000,
        },
      )
      .toBe(true);
    expect(JSON.stringify(logged)).not.toContain('sig=secret');
    await running.close();
  });

  it('of which one cannot be read do not hold up the others', async () => {
    await containerOf('Aaa');
    await append(await blobOf('DeviceProcessEvents', '09'), processes(300, 310));
    const proxy = createServer((request, response) => {
      const { url = '', method, headers } = request;
      if (url.includes('advancedhunting-aaa')) {
        response.writeHead(403).end();
      } else {
        const forwarded = forward(`${address}${url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        request.pipe(forwarded);
      }
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    cleanUp(async () => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const { port } = proxy.address() as AddressInfo;
    const through = connectionString.replace(address, `http://127.0.0.1:${port}`);
    const running = await read({ name: 'closed', connectionString: through });
    const rows = async () => {
      await ingest.flush();
      return count('DeviceProcessEvents', between(300, 310));
    };
    await expect.poll(rows, { timeout: 60_000 }).toBe(10);
    const [told] = logged.filter(({ source }) => source === 'closed');
    expect(told).toMatchObject({ event: 'source.blob', item: 'insights-logs-advancedhunting-aaa' });
    await running.close();
  }, 90_000);

  it.each<[string, Partial<AzureStorageSettings>, number, number]>([
    ['by default', {}, 2, 1],
    ['by their names', { containers: 'insights-logs-audit*, nothing-?' }, 0, 1],
    ['by their source', { source: 'entra-id' }, 2, 1],
    ['not where the source is another', { source: 'defender-streaming' }, 0, 0],
  ])('of logs of Entra ID are read, %s', async (name, settings, signIns, activities) => {
    const records = (kind: string, count: number, properties: object) =>
      numbers(0, count).map((n) => ({
        ...{ time: '2026-01-05T10:14:00Z', category: kind, tenantId: 't' },
        resourceId: '/tenants/t/providers/Microsoft.aadiam',
        properties: { id: `${name} ${n}`, ...properties },
      }));
    for (const [log, events] of [
      ['SignInLogs', records('SignInLogs', 2, { createdDateTime: '2026-01-05T10:11:12Z' })],
      [
        'AuditLogs',
        records('AuditLogs', 1, {
          ...{ activityDateTime: '2026-01-05T10:11:12Z', activityDisplayName: 'Add user' },
        }),
      ],
    ] as const) {
      const container = service.getContainerClient(`insights-logs-${log.toLowerCase()}`);
      await container.createIfNotExists();
      const blob = container.getAppendBlobClient(`tenantId=t/${name}/PT1H.json`);
      await blob.createIfNotExists();
      await append(blob, text(events as never));
    }
    const rows = async (table: string) => {
      await ingest.flush();
      return count(table, `ReportId LIKE '${name} %'`);
    };
    for (const _ of [1, 2]) {
      const running = await read({ name, ...settings });
      await running.caughtUp();
      expect(await rows('EntraIdSignInEvents')).toBe(signIns);
      expect(await rows('CloudAppEvents')).toBe(activities);
      await running.close();
    }
  });

  it('need an address', async () => {
    await expect(read({ connectionString: undefined })).rejects.toMatchObject({
      code: 'configuration.invalid',
    });
  });
});
