import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';
import { startTestIngest } from '../ingest/fixture.js';
import { tenant } from '../ingest/requests.js';

const shared = process.env['QUARRY_SHARED'];
const file = shared === undefined ? '' : join(shared, 'telemetry', 'streaming-sample.ndjson.gz');
const isThere = file !== '' && existsSync(file);

interface Sample {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** The recorded events, read without Quarry: what the hunts are compared with. */
const samples: readonly Sample[] = isThere
  ? gunzipSync(readFileSync(file))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { category: string; properties: Record<string, unknown> })
      .map(({ category, properties }) => ({
        table: category.replace('AdvancedHunting-', ''),
        row: properties,
      }))
  : [];

const rowsOf = (table: string) =>
  samples.filter((each) => each.table === table).map(({ row }) => row);
const lower = (value: unknown) => String(value ?? '').toLowerCase();
const countBy = (
  rows: readonly Record<string, unknown>[],
  key: (row: Record<string, unknown>) => string,
) => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

/** Ten hunts, each with the same question put to the file's own lines. */
const hunts: readonly (readonly [name: string, kql: string, expected: () => unknown[][]])[] = [
  [
    'events of each action',
    'union DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents, DeviceLogonEvents, DeviceEvents | summarize n = count() by ActionType | sort by ActionType asc',
    () =>
      countBy(
        samples.map(({ row }) => row),
        (row) => String(row['ActionType'] ?? ''),
      ),
  ],
  [
    'children of PowerShell',
    'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" | summarize n = count() by FileName | sort by FileName asc',
    () =>
      countBy(
        rowsOf('DeviceProcessEvents').filter(
          (row) => lower(row['InitiatingProcessFileName']) === 'powershell.exe',
        ),
        (row) => String(row['FileName'] ?? ''),
      ),
  ],
  [
    'command lines that name lsass or comsvcs',
    'DeviceProcessEvents | where ProcessCommandLine has_any ("lsass", "comsvcs") | count',
    () => [
      [
        rowsOf('DeviceProcessEvents').filter((row) =>
          /(^|[^\p{L}\p{N}])(lsass|comsvcs)([^\p{L}\p{N}]|$)/iu.test(
            String(row['ProcessCommandLine'] ?? ''),
          ),
        ).length,
      ],
    ],
  ],
  [
    'encoded commands',
    'DeviceProcessEvents | where ProcessCommandLine contains "-enc" | count',
    () => [
      [
        rowsOf('DeviceProcessEvents').filter((row) =>
          lower(row['ProcessCommandLine']).includes('-enc'),
        ).length,
      ],
    ],
  ],
  [
    'connections to other hosts by port',
    'DeviceNetworkEvents | where isnotnull(RemotePort) and RemotePort < 1024 | summarize n = count() by RemotePort | sort by RemotePort asc',
    () =>
      countBy(
        rowsOf('DeviceNetworkEvents').filter(
          (row) => typeof row['RemotePort'] === 'number' && row['RemotePort'] < 1024,
        ),
        (row) => String(row['RemotePort']),
      )
        .map(([port, n]) => [Number(port), n] as const)
        .sort(([a], [b]) => a - b)
        .map((pair) => [...pair]),
  ],
  [
    'values under a Run key',
    String.raw`DeviceRegistryEvents | where ActionType == "RegistryValueSet" and RegistryKey has @"CurrentVersion\Run" | project RegistryValueName, RegistryValueData | sort by RegistryValueName asc, RegistryValueData asc`,
    () =>
      rowsOf('DeviceRegistryEvents')
        .filter(
          (row) =>
            row['ActionType'] === 'RegistryValueSet' &&
            /(^|[^\p{L}\p{N}])CurrentVersion\\Run([^\p{L}\p{N}]|$)/iu.test(
              String(row['RegistryKey'] ?? ''),
            ),
        )
        .map((row) => [
          String(row['RegistryValueName'] ?? ''),
          String(row['RegistryValueData'] ?? ''),
        ])
        .sort((a, b) => (a.join('\0') < b.join('\0') ? -1 : 1)),
  ],
  [
    'devices and their first and last event',
    'DeviceProcessEvents | summarize earliest = min(Timestamp), latest = max(Timestamp) by DeviceName | sort by DeviceName asc',
    () => {
      const times = new Map<string, string[]>();
      for (const row of rowsOf('DeviceProcessEvents')) {
        const name = String(row['DeviceName'] ?? '');
        times.set(name, [...(times.get(name) ?? []), String(row['Timestamp'])]);
      }
      const shown = (time: string) => time.replace(/\.?0+Z$/, 'Z');
      return [...times]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, all]) => {
          const sorted = [...all].sort();
          return [name, shown(sorted[0] ?? ''), shown(sorted.at(-1) ?? '')];
        });
    },
  ],
  [
    'logons by type, that have an account',
    'DeviceLogonEvents | where isnotempty(AccountName) | summarize n = count() by LogonType | sort by LogonType asc',
    () =>
      countBy(
        rowsOf('DeviceLogonEvents').filter((row) => lower(row['AccountName']) !== ''),
        (row) => String(row['LogonType'] ?? ''),
      ),
  ],
  [
    'distinct executables in temporary folders',
    String.raw`DeviceFileEvents | where FolderPath contains @"\temp\" and FileName endswith ".exe" | distinct FileName | sort by FileName asc`,
    () =>
      [
        ...new Set(
          rowsOf('DeviceFileEvents')
            .filter(
              (row) =>
                lower(row['FolderPath']).includes('\\temp\\') &&
                lower(row['FileName']).endsWith('.exe'),
            )
            .map((row) => String(row['FileName'])),
        ),
      ]
        .sort()
        .map((name) => [name]),
  ],
  [
    'processes that also made a connection, by their id on the device',
    'DeviceProcessEvents | where isnotnull(ProcessId) | distinct DeviceId, ProcessId | join kind=leftsemi (DeviceNetworkEvents | where isnotnull(InitiatingProcessId) | project DeviceId, ProcessId = InitiatingProcessId) on DeviceId, ProcessId | count',
    () => {
      const key = (row: Record<string, unknown>, id: string) => `${row['DeviceId']} ${row[id]}`;
      const talkers = new Set(
        rowsOf('DeviceNetworkEvents')
          .filter((row) => row['InitiatingProcessId'] !== null)
          .map((row) => key(row, 'InitiatingProcessId')),
      );
      const processes = new Set(
        rowsOf('DeviceProcessEvents')
          .filter((row) => row['ProcessId'] !== null)
          .map((row) => key(row, 'ProcessId')),
      );
      return [[[...processes].filter((each) => talkers.has(each)).length]];
    },
  ],
];

describe.skipIf(!isThere)(
  'recorded attacks in the Streaming API envelope (QUARRY_SHARED)',
  async () => {
    if (!isThere) return;
    const { engine, ingest, count } = await startTestIngest();
    const first = await ingest.file(file, { tenant });
    await ingest.flush();

    test('every event is accepted, in its table', async () => {
      expect(first).toMatchObject({ accepted: samples.length, rejected: 0, duplicate: 0 });
      for (const [table, n] of countBy(
        samples.map(({ table }) => ({ table })),
        (row) => String(row['table']),
      )) {
        expect([table, await count(table)]).toEqual([table, n]);
      }
    });

    test('a second ingest adds nothing', async () => {
      expect(await ingest.file(file, { tenant })).toMatchObject({
        accepted: 0,
        duplicate: samples.length,
      });
    });

    const principal = {
      tenant,
      id: 'test',
      name: 'test',
      kind: 'application' as const,
      roles: [],
      scopes: [],
      deviceGroups: null,
    };
    const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 100_000, resultBytes: 124e6 };
    const services = {
      engine,
      compiler: compileHere,
      tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
    };

    test.each(hunts)('%s', async (_, kql, expected) => {
      const answer = await hunt({ principal, text: kql, limits }, services);
      const rows = JSON.parse(`[${await text(answer.rows)}]`) as Record<string, unknown>[];
      const found = rows.map((row) => Object.values(row));
      expect(found).toEqual(expected());
      expect(found.length).toBeGreaterThan(0);
    });
  },
);
