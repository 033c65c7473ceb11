import type { Lease } from './admission.js';
import type { HandedBatch } from './handover.js';
import { type OpenIntake, weightOf } from './intake.js';
import type { Refusal } from './parser.js';
import { emptySummary, type IngestSummary } from './summary.js';

export interface ItemOptions {
  readonly tenant: string;
  /** A connector's name; undefined: `named` tells, or every item itself. */
  readonly source?: string | undefined;
  /** An index, a data stream, a sourcetype: it may name a connector, see `routing.ts`. */
  readonly named?: string | undefined;
  /** What sent them, in the dead letters: `Elasticsearch, index winlogbeat`. */
  readonly origin: string;
}

export interface ItemsSummary {
  readonly summary: IngestSummary;
  /** Of every item that was not stored; `offset` is its number from 0. */
  readonly refusals: readonly Refusal[];
}

/** Some of many records, together of bounded size. */
export interface ItemPortion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each of them ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** The number of the first of them. */
  readonly first: number;
}

/** Text of many records, one after the other. */
export class Items {
  /** What has been put together already. */
  readonly #portions: ItemPortion[] = [];
  readonly #texts: Buffer[] = [];
  #textBytes = 0;
  #bytes = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** @param record its text; bytes stay as they are as long as they are wanted */
  add(record: string | Buffer): void {
    const bytes = typeof record === 'string' ? Buffer.from(record) : record;
    this.#texts.push(bytes);
    this.#textBytes += bytes.length;
    this.#bytes += bytes.length;
    this.#count++;
    // Texts of their own take many times the memory of short records; bytes lie in the request's.
    if (typeof record === 'string' && isPortion(this.#textBytes, this.#texts.length)) {
      const portions = portionsOf(this.#texts.splice(0), this.#portionedCount);
      this.#portions.push(...portions);
      this.#textBytes = 0;
    }
  }

  *portions(): Generator<ItemPortion> {
    yield* this.#portions;
    yield* portionsOf(this.#texts, this.#portionedCount);
  }

  get #portionedCount(): number {
    const last = this.#portions.at(-1);
    return last === undefined ? 0 : last.first + last.ends.length;
  }
}

function* portionsOf(all: readonly Buffer[], from: number): Generator<ItemPortion> {
  for (let at = 0; at < all.length; ) {
    const texts: Buffer[] = [];
    const ends: number[] = [];
    let size = 0;
    while (at < all.length && !isPortion(size, texts.length)) {
      const text = all[at++] ?? Buffer.alloc(0);
      texts.push(text);
      size += text.length;
      ends.push(size);
    }
    const bytes = new Uint8Array(size);
    for (const [index, text] of texts.entries()) {
      bytes.set(text, (ends[index] ?? 0) - text.length);
    }
    yield { bytes, ends: Uint32Array.from(ends), first: from + at - texts.length };
  }
}

/** So much is parsed at a time, so that one request does not hold up the others. */
const portionBytes = 256 * 1024;
const portionRecords = 5_000;

function isPortion(bytes: number, records: number): boolean {
  return bytes >= portionBytes || records >= portionRecords;
}
const patienceMs = 5_000;

/**
 * Takes records in that a protocol has told apart, all of them or none: a record that no connector
 * claims, or that is broken, goes to the dead letters and costs no other.
 * @param portions their memory is the parsing thread's from then on
 */
export async function ingestItems(
  open: OpenIntake,
  portions: Iterable<ItemPortion>,
  { tenant, source, named, origin }: ItemOptions,
  lease: Pick<Lease, 'grow'>,
): Promise<ItemsSummary> {
  const summary = emptySummary();
  const batches: HandedBatch[] = [];
  let held = 0;
  const intake = await open({ tenant, source, named, origin, patienceMs, via: wayOf(origin) });
  const collect = async (rows: AsyncGenerator<HandedBatch>) => {
    for await (const batch of rows) {
      const bytes = weightOf(batch);
      lease.grow(bytes);
      held += bytes;
      batches.push(batch);
    }
  };
  try {
    await intake.read(async () => {
      for (const { bytes, ends, first } of portions) {
        await collect(intake.items(bytes, ends, first, summary));
      }
      await collect(intake.end(summary));
    });
    await intake.commit(batches, summary);
  } finally {
    lease.grow(-held);
  }
  return { summary, refusals: batches.flatMap(({ refusals }) => refusals) };
}

/** What sent them, without the rest of its name. */
function wayOf(origin: string): string {
  return origin.split(',', 1)[0] ?? origin;
}
