import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { builtinCatalog, findTable } from '../../src/catalog/catalog.js';
import {
  plantedFindings,
  type SimulationOptions,
  simulate,
  smallCompany,
} from '../../src/simulator/simulate.js';

const options: SimulationOptions = {
  ...smallCompany,
  events: 20_000,
  end: new Date('2026-03-02T09:30:00Z'),
  tenantId: '7d1f0c7e-5a1b-4c0e-9c3e-2b6f3d5a9e10',
};

interface Envelope {
  readonly time: string;
  readonly tenantId: string;
  readonly operationName: string;
  readonly category: string;
  readonly properties: Readonly<Record<string, unknown>> & { readonly Timestamp: string };
  readonly Tenant: string;
}

function bytesOf(changed: Partial<SimulationOptions> = {}): Buffer {
  return Buffer.concat([...simulate({ ...options, ...changed })]);
}

function recordsOf(bytes: Buffer): Envelope[] {
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const bytes = bytesOf();
const records = recordsOf(bytes);

function matching(table: string, test: (properties: Envelope['properties']) => boolean) {
  return records.filter(
    ({ category, properties }) => category === `AdvancedHunting-${table}` && test(properties),
  );
}

describe('simulate', () => {
  it('gives the same bytes for the same options, and others for another seed', () => {
    const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex');
    expect(hash(bytesOf())).toBe(hash(bytes));
    expect(hash(bytesOf({ seed: 'another' }))).not.toBe(hash(bytes));
  });

  it.each([3_000, 20_000, 33_333])('makes exactly %i records', (events) => {
    expect(recordsOf(bytesOf({ events }))).toHaveLength(events);
  });

  it('keeps every event inside its window and in order', () => {
    const times = records.map(({ properties }) => properties.Timestamp);
    expect(times).toEqual([...times].sort());
    expect(times[0]?.slice(0, 10)).toBe('2026-02-23');
    expect(times.at(-1)?.slice(0, 16)).toBe('2026-03-02T09:29');
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(time))).toBe(true);
  });

  it('writes the envelope with every column of the table, and no other', () => {
    const seen = new Set<string>();
    for (const record of records) {
      const name = record.category.replace('AdvancedHunting-', '');
      const table = findTable(builtinCatalog, name);
      const columns = new Set([...(table?.columns.map((c) => c.name) ?? []), 'MachineGroup']);
      expect(new Set(Object.keys(record.properties))).toEqual(columns);
      expect(record.tenantId).toBe(options.tenantId);
      expect(record.time > record.properties.Timestamp).toBe(true);
      seen.add(name);
    }
    expect([...seen].sort()).toEqual([
      'AlertEvidence',
      'AlertInfo',
      'CloudAppEvents',
      'DeviceEvents',
      'DeviceFileCertificateInfo',
      'DeviceFileEvents',
      'DeviceImageLoadEvents',
      'DeviceInfo',
      'DeviceLogonEvents',
      'DeviceNetworkEvents',
      'DeviceNetworkInfo',
      'DeviceProcessEvents',
      'DeviceRegistryEvents',
      'EmailAttachmentInfo',
      'EmailEvents',
      'EmailPostDeliveryEvents',
      'EmailUrlInfo',
      'IdentityDirectoryEvents',
      'IdentityInfo',
      'IdentityLogonEvents',
      'IdentityQueryEvents',
      'UrlClickEvents',
    ]);
  });

  it('gives values of the types that the columns have', () => {
    const jsonTypes = { bool: 'boolean', int: 'number', long: 'number', real: 'number' } as const;
    const wrong = new Set<string>();
    for (const { category, properties } of records) {
      const table = findTable(builtinCatalog, category.replace('AdvancedHunting-', ''));
      for (const { name, type } of table?.columns ?? []) {
        const value = properties[name];
        if (value === null) continue;
        const expected = jsonTypes[type as keyof typeof jsonTypes] ?? 'string';
        if (typeof value !== expected) wrong.add(`${table?.name}.${name}`);
        if (type === 'dynamic') JSON.parse(String(value));
      }
    }
    expect([...wrong]).toEqual([]);
  });

  it('is busier on a working day than at night and on a Sunday', () => {
    const on = (prefix: string) =>
      records.filter(({ properties }) => properties.Timestamp.startsWith(prefix)).length;
    expect(on('2026-02-25T09')).toBeGreaterThan(2 * on('2026-02-25T02'));
    expect(on('2026-02-25')).toBeGreaterThan(2 * on('2026-03-01'));
  });

  it('uses addresses that belong to nobody', () => {
    const reserved = /^(10\.20\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/;
    const addresses = records.flatMap(({ properties }) =>
      ['RemoteIP', 'LocalIP', 'IPAddress', 'SenderIPv4', 'PublicIP']
        .map((column) => properties[column])
        .filter((value): value is string => typeof value === 'string'),
    );
    expect(addresses.length).toBeGreaterThan(5_000);
    expect(addresses.filter((address) => !reserved.test(address))).toEqual([]);
  });

  it('has rows for the documented hunts: children of PowerShell, some of them in AppData', () => {
    const children = matching(
      'DeviceProcessEvents',
      (row) => row['InitiatingProcessFileName'] === 'powershell.exe',
    );
    expect(children.length).toBeGreaterThan(50);
    const inAppData = children.filter(({ properties }) =>
      String(properties['ProcessCommandLine']).toLowerCase().includes('appdata'),
    );
    expect(inAppData.length).toBeGreaterThanOrEqual(2);
    expect(
      matching(
        'DeviceNetworkEvents',
        (row) => row['InitiatingProcessFileName'] === 'powershell.exe',
      ).length,
    ).toBeGreaterThan(10);
  });

  it.each([
    [{ events: 100 }, 'no room'],
    [{ days: 1 }, '2 days'],
    [{ days: 2.5 }, '2 days'],
  ])('refuses %j', (changed, message) => {
    expect(() => bytesOf(changed)).toThrow(message);
  });
});

describe('plantedFindings', () => {
  const findings = plantedFindings(options);

  it('describes three attacks', () => {
    expect(new Set(findings.map(({ attack }) => attack))).toEqual(
      new Set(['invoice', 'ransomware', 'web shell']),
    );
    expect(findings.length).toBeGreaterThanOrEqual(15);
  });

  it('depends on neither the number of events nor the background', () => {
    const command = findings.find(({ title }) => title === 'Word starts PowerShell')?.rows[0];
    expect(
      matching(
        'DeviceProcessEvents',
        (row) => row['ProcessCommandLine'] === command?.['ProcessCommandLine'],
      ),
    ).toHaveLength(1);
  });

  it.each(findings)('$attack: "$title" is in the telemetry', ({ rows }) => {
    const texts = rows.flatMap((row) => Object.values(row)).filter((v) => typeof v === 'string');
    const haystack = bytes.toString();
    for (const text of texts) expect(haystack).toContain(JSON.stringify(text).slice(1, -1));
  });

  it('holds whatever the day and the seed', () => {
    for (let day = 1; day <= 14; day++) {
      const end = new Date(Date.UTC(2026, 5, day, day * 1.7));
      const changed = { ...options, seed: `seed ${day}`, end, events: 4_000 };
      const text = bytesOf(changed).toString();
      const beacon = text.match(/cdn\.updates-sync\.example","LocalIP/g) ?? [];
      expect(beacon).toHaveLength(37);
      expect(text.match(/\.tidelock","FolderPath/g)).toHaveLength(180);
      expect(text).toContain('stratum+tcp://');
    }
  });
});
