import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { plantedFindings, simulate, smallCompany } from '../../src/simulator/simulate.js';

const end = new Date(Date.now() - 180_000);
const events = 12_000;

let directory: string;
let quarry: Quarry;
let token: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-findings-'));
  const configuration = checkConfiguration({ data: directory, port: 0, logLevel: 'silent' });
  quarry = await startQuarry(configuration);
  token = await issueToken(configuration, {
    app: 'test',
    roles: ['AdvancedHunting.Read.All', 'AdvancedQuery.Read.All', 'Telemetry.Ingest'],
  });
  const response = await fetch(`${quarry.url}/api/ingest/streaming-api`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: Readable.toWeb(
      Readable.from(simulate({ ...smallCompany, events, end, tenantId: 'default' })),
    ) as ReadableStream,
    duplex: 'half',
  });
  expect(await response.json()).toMatchObject({ accepted: events, rejected: 0, deadLetters: 0 });
  await quarry.flush();
});

afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

async function hunt(text: string, path = '/api/advancedhunting/run') {
  const response = await fetch(quarry.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ Query: text }),
  });
  return (await response.json()) as { Results: Record<string, unknown>[] };
}

describe('hunts for the planted attacks', () => {
  const inOneOrder = (rows: readonly object[]) =>
    rows
      .map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
      .sort();

  it.each(plantedFindings({ ...smallCompany, end }))(
    '$attack: "$title" finds what was planted and nothing else',
    async ({ kql, rows }) => {
      const { Results, ...rest } = await hunt(kql);
      expect(Results ?? rest).toBeInstanceOf(Array);
      expect(inOneOrder(Results)).toEqual(inOneOrder(rows));
    },
  );
});

describe('the hunts that Microsoft documents', () => {
  it('finds children of PowerShell under the names of 2018', async () => {
    const { Results } = await hunt(
      'ProcessCreationEvents | where InitiatingProcessFileName =~ "powershell.exe" | project EventTime, FileName, InitiatingProcessFileName | limit 2',
      '/api/advancedqueries/run',
    );
    expect(Results).toHaveLength(2);
    expect(Object.keys(Results[0] ?? {})).toEqual([
      'EventTime',
      'FileName',
      'InitiatingProcessFileName',
    ]);
  });

  it('finds those in AppData, as in 2020', async () => {
    const { Results } = await hunt(
      "DeviceProcessEvents | where InitiatingProcessFileName =~ 'powershell.exe' | where ProcessCommandLine contains 'appdata' | project Timestamp, FileName, InitiatingProcessFileName, DeviceId | limit 2",
      '/api/advancedqueries/run',
    );
    expect(Results).toHaveLength(2);
  });

  it('finds the latest, as in 2021', async () => {
    const { Results } = await hunt(
      'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" | project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2',
    );
    const times = Results.map((row) => String(row['Timestamp']));
    expect(times).toHaveLength(2);
    expect(times).toEqual([...times].sort().reverse());
  });
});
