import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  Journal,
  leftJournals,
  readJournal,
  replaceJournal,
  type TenantRows,
} from '../../src/ingest/journal.js';
import { pickRows, RowBuffer } from '../../src/ingest/rows.js';
import { temporaryDirectory } from '../engine/fixture.js';

function rows(table: string, ...members: string[]): TenantRows {
  const buffer = new RowBuffer({ table, timeColumn: 'Timestamp', sameness: 'event' });
  for (const [index, member] of members.entries()) {
    const time = { milliseconds: -index, ticksBeyond: index, text: '' };
    buffer.add(member, time, 2n ** 64n - 1n - BigInt(index));
  }
  return { ...buffer.take(), database: 'tenant_x' };
}

const first = [rows('A', '"a":1', '"a":"ü"'), rows('B', '"b":1')];
const second = [rows('A', '"a":3')];

/** @returns its size before and after each entry, and the bytes that it had while it was in use */
async function written(): Promise<{ file: string; sizes: number[]; inUse: Buffer }> {
  const journal = await Journal.create(temporaryDirectory(), 1);
  const sizes = [journal.sizeBytes];
  for (const parts of [first, second]) {
    await journal.append(parts);
    sizes.push(journal.sizeBytes);
  }
  const inUse = readFileSync(journal.file);
  await journal.close();
  return { file: journal.file, sizes, inUse };
}

async function read(
  file: string,
  length?: number,
): Promise<{ entries: TenantRows[][]; ending: string }> {
  const reading = readJournal(file, length);
  const entries: TenantRows[][] = [];
  for await (const parts of reading.entries) {
    entries.push(parts);
  }
  return { entries, ending: reading.ending() };
}

const linesOf = (entries: TenantRows[][]) =>
  entries.map((parts) => parts.map(({ lines }) => Buffer.from(lines).toString()));

describe('a journal', () => {
  it('gives back what was appended', async () => {
    const { file } = await written();
    const { entries, ending } = await read(file);
    expect(ending).toBe('whole');
    expect(linesOf(entries)).toEqual(linesOf([first, second]));
    expect(entries[0]?.[0]).toMatchObject({
      database: 'tenant_x',
      table: 'A',
      timeColumn: 'Timestamp',
      sameness: 'event',
      ends: first[0]?.ends,
      ticks: BigInt64Array.from([0n, -9_999n]),
      identities: BigUint64Array.from([2n ** 64n - 1n, 2n ** 64n - 2n]),
    });
  });

  it('gives back what rows take the place of, also without rows', async () => {
    const replaced = {
      by: Uint32Array.of(1, 1),
      ticks: BigInt64Array.of(-1n, 2n),
      identities: BigUint64Array.of(3n, 2n ** 64n - 4n),
    };
    const [part] = first;
    if (part === undefined) throw new Error('no rows');
    const none = pickRows(part, []);
    const parts = [{ ...part, replaced }, ...second, { ...none, replaced }];
    const journal = await Journal.create(temporaryDirectory(), 1);
    await journal.append(parts);
    await journal.close();
    const { entries, ending } = await read(journal.file);
    expect([ending, linesOf(entries)]).toEqual(['whole', linesOf([parts])]);
    expect(entries[0]?.map((each) => each.replaced)).toEqual([replaced, undefined, replaced]);
    await replaceJournal(journal.file, second);
    expect(linesOf((await read(journal.file)).entries)).toEqual(linesOf([second]));
  });

  it('rows that are picked keep what they take the place of', () => {
    const [part] = first;
    if (part === undefined) throw new Error('no rows');
    const replaced = {
      by: Uint32Array.of(0, 1, 1),
      ticks: BigInt64Array.of(1n, 2n, 3n),
      identities: BigUint64Array.of(4n, 5n, 6n),
    };
    expect(pickRows({ ...part, replaced }, [1]).replaced).toEqual({
      by: Uint32Array.of(0, 0),
      ticks: BigInt64Array.of(2n, 3n),
      identities: BigUint64Array.of(5n, 6n),
    });
    expect(pickRows({ ...part, replaced }, []).replaced).toBeUndefined();
  });

  it.each([
    ['in use', 'whole', 'torn'],
    ['as before there was a beginning', 'whole', 'torn'],
    ['closed', 'damaged', 'damaged'],
  ] as const)(
    '%s and cut off at any byte, holds the entries before it and nothing of the next',
    async (kind, between, within) => {
      const { file, sizes, inUse } = await written();
      const [start = 0, firstSize = 0, secondSize = 0] = sizes;
      const before = kind === 'as before there was a beginning' ? start : 0;
      const bytes = kind === 'closed' ? readFileSync(file) : inUse.subarray(before);
      for (let length = secondSize - 1; length > start; length--) {
        writeFileSync(file, bytes.subarray(0, length - before));
        const { entries, ending } = await read(file);
        expect(entries).toHaveLength(length >= firstSize ? 1 : 0);
        expect(ending).toBe(length === firstSize ? between : within);
      }
      for (let length = start - before; length >= 0; length--) {
        writeFileSync(file, bytes.subarray(0, length));
        const { entries, ending } = await read(file);
        const cut = length === start - before ? between : within;
        expect([entries, ending]).toEqual([
          [],
          length === 0 ? 'whole' : length < 26 ? 'torn' : cut,
        ]);
      }
    },
  );

  it.each(['in use', 'closed', 'replaced'])('%s is whole', async (kind) => {
    const { file, inUse } = await written();
    if (kind === 'in use') writeFileSync(file, inUse);
    if (kind === 'replaced') await replaceJournal(file, second);
    const { entries, ending } = await read(file);
    expect([entries.length, ending]).toEqual([kind === 'replaced' ? 1 : 2, 'whole']);
  });

  it('that its own process reads has to be as long as it was written', async () => {
    const { file, sizes, inUse } = await written();
    writeFileSync(file, inUse.subarray(0, sizes[1]));
    const { entries, ending } = await read(file, sizes[2]);
    expect([linesOf(entries), ending]).toEqual([linesOf([first]), 'damaged']);
  });

  it('with changed bytes before its end is damaged', async () => {
    const { file, sizes } = await written();
    const [start = 0, end = 0] = sizes;
    const bytes = readFileSync(file);
    for (const [at, left] of [
      [0, 0],
      [12, 2],
      [start - 1, 2],
      [start, 0],
      [start + 20, 0],
      [end - 1, 0],
    ] as const) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      const { entries, ending } = await read(file);
      expect([at, entries.length, ending]).toEqual([at, left, 'damaged']);
    }
  });

  it('with rubbish behind its end gives its entries first', async () => {
    const { file } = await written();
    appendFileSync(file, 'x'.repeat(100));
    const { entries, ending } = await read(file);
    expect([entries.length, ending]).toEqual([2, 'damaged']);
  });

  it('can be empty', async () => {
    const { file } = await written();
    truncateSync(file, 0);
    expect(statSync(file).size).toBe(0);
    expect(await read(file)).toEqual({ entries: [], ending: 'whole' });
  });

  it('is found again, in the order of numbers', async () => {
    const folder = temporaryDirectory();
    for (const number of [10, 9, 100]) {
      await (await Journal.create(folder, number)).close();
    }
    writeFileSync(`${folder}/x.ndjson`, '');
    expect((await leftJournals(folder)).map(({ number }) => number)).toEqual([9, 10, 100]);
  });
});

describe('pickRows', () => {
  it('keeps the rows at the positions with all that belongs to them', () => {
    const picked = pickRows(rows('A', '"a":0', '"aa":1', '"aaa":2', '"a":3'), [1, 3]);
    expect(Buffer.from(picked.lines).toString()).toBe(
      '{"_seq":"18446744073709551614","aa":1}\n{"_seq":"18446744073709551612","a":3}\n',
    );
    expect([...picked.ends]).toEqual([39, 77]);
    expect([...picked.ticks]).toEqual([-9_999n, -29_997n]);
    expect(pickRows(rows('A', '"a":0'), []).lines).toHaveLength(0);
  });
});
