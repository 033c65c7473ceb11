import { text as textOf } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';
import { startTestIngest, type TestIngest } from './fixture.js';
import { tenant } from './requests.js';

let started: TestIngest;

const wide = '123456789012345678901';
const time = '2026-01-05T10:11:12Z';
const row = (category: string, properties: string) =>
  `{"time":"${time}","category":"AdvancedHunting-${category}","properties":{"Timestamp":"${time}",${properties}}}`;
const fields = (n: string) => `{"n":${n},"a":"x","list":[1,${n}]}`;

/** The values of a hunt's rows. */
async function valuesOf(kql: string): Promise<unknown[][]> {
  const principal = {
    ...{ tenant, id: 'test', name: 'test', kind: 'application' as const },
    ...{ roles: [], scopes: [], deviceGroups: null },
  };
  const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 100_000, resultBytes: 124e6 };
  const services = {
    engine: started.engine,
    compiler: compileHere,
    tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
  };
  const { rows } = await hunt({ principal, text: kql, limits }, services);
  const found = JSON.parse(`[${await textOf(rows)}]`) as object[];
  return found.map((row) => Object.values(row));
}

beforeAll(async () => {
  started = await startTestIngest();
  const { ingest } = started;
  const numbers = { wide, low: '-9223372036854775809', long: '9'.repeat(400), huge: '1e999' };
  const lines = Object.entries(numbers).flatMap(([name, number]) => {
    const text = JSON.stringify(fields(number));
    return [
      row('DeviceProcessEvents', `"FileName":"${name}","AdditionalFields":${text}`),
      row('DeviceEvents', `"FileName":"${name}","AdditionalFields":${fields(number)}`),
      row('CloudAppEvents', `"ActionType":"${name}","RawEventData":${text}`),
      row('CloudAppEvents', `"ActionType":"${name} object","RawEventData":${fields(number)}`),
    ];
  });
  await ingest.push(Buffer.from(lines.join('\n')), { tenant, source: 'defender-streaming' });
  await ingest.flush();
});

describe('one number that the engine cannot hold', () => {
  it.each([
    ['DeviceProcessEvents | project Name = FileName, Fields = parse_json(AdditionalFields)'],
    ['DeviceEvents | project Name = FileName, Fields = parse_json(AdditionalFields)'],
    ['CloudAppEvents | project Name = ActionType, Fields = RawEventData'],
  ])('costs no other value of its text: %s', async (rows) => {
    const found = await valuesOf(
      `${rows} | project Name, tostring(Fields.a), tostring(Fields.list[0]) | order by Name asc`,
    );
    expect(found.length).toBeGreaterThanOrEqual(4);
    for (const [name, ...values] of found) {
      expect([name, ...values]).toEqual([name, 'x', '1']);
    }
  });

  it('is a real', async () => {
    expect(
      await valuesOf(
        'DeviceProcessEvents | where FileName == "wide" | extend F = parse_json(AdditionalFields) | project toreal(F.n), tostring(F.n), gettype(F.n)',
      ),
    ).toEqual([[Number(wide), '123456789012345680000.0', 'real']]);
  });
});
