import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { findConnector } from '../../src/ingest/connectors.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { StreamParser } from '../../src/ingest/parser.js';
import { startTestIngest } from './fixture.js';
import { lines, networkEvent, numbers, processEvent, tenant } from './requests.js';

/** Park and Miller's generator: the same mutations in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const odd = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\t', '\r', '\ud800', '\ufeff', 'é', '😀'],
  ...[
    'null',
    'true',
    '-1',
    '1e999',
    '99999999999999999999',
    '0.1',
    '""',
    '{}',
    '[]',
    '"0001-01-01"',
  ],
  ...['\\u0000', '\\ud800', '\\udc00x', '\\n', '"AdvancedHunting-DeviceInfo"', '"Timestamp":'],
];

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let change = next(3); change >= 0; change--) {
    const at = next(result.length);
    const insert = odd[next(odd.length)] ?? '';
    const cut = next(4) === 0 ? next(30) : next(3);
    result = result.slice(0, at) + insert + result.slice(at + cut);
  }
  // One record a line, so that records can be counted.
  return result.replaceAll(/[\r\n]/g, ' ');
}

function mutations(count: number, seed: number): string[] {
  const next = random(seed);
  return numbers(0, count).map((n) =>
    mutated(JSON.stringify(n % 2 ? networkEvent(n) : processEvent(n)), next),
  );
}

describe('mutated events', () => {
  it('are rows or dead letters, each of them', () => {
    for (const seed of [1, 2, 3, 4]) {
      const texts = mutations(5000, seed).filter((text) => text.trim() !== '');
      const parser = new StreamParser({
        tables: new EventTables(builtinCatalog),
        connector: findConnector('defender-streaming'),
        maxRecordBytes: 100_000,
        keepFrom: null,
        origin: 'fuzz',
      });
      const bytes = lines([processEvent(0), ...texts]);
      for (let at = 0; at < bytes.length; at += 10_007) {
        parser.write(bytes.subarray(at, at + 10_007));
      }
      parser.end();
      const { events, rejected, reasons } = parser.take();
      const rows = events.reduce((sum, { ends }) => sum + ends.length, 0);
      expect(rows + rejected).toBe(texts.length + 1);
      expect(rows).toBeGreaterThan(500);
      expect(Object.keys(reasons).length).toBeGreaterThan(4);
    }
  });

  it('that became rows are taken by the engine, each of them', async () => {
    const { ingest, engine, count } = await startTestIngest();
    const body = lines([processEvent(0), ...mutations(3000, 5)]);
    const summary = await ingest.push(body, { tenant });
    await ingest.flush();
    const tables = Object.keys(summary.byTable);
    const stored = await Promise.all(tables.map((table) => count(table)));
    expect(Object.fromEntries(tables.map((table, index) => [table, stored[index]]))).toEqual(
      summary.byTable,
    );
    expect(await count('QuarryIngestErrors')).toBe(summary.deadLetters);
    expect(await count('QuarryIngestErrors', "ReasonCode = 'engine.refused'")).toBe(0);
    await engine.ready();
  });
});
