import { randomUUID } from 'node:crypto';
import type { HuntError } from '../errors.js';
import { contentsOf } from './contents.js';
import type { HandedBatch } from './handover.js';
import { Intake, isUnrecognized, type OpenIntake, type TakenBatch, weightOf } from './intake.js';
import type { RequestLog } from './request-log.js';
import { addUnrecognized, emptySummary, type IngestSummary } from './summary.js';
import { inBlocks } from './unpack.js';

export interface PushOptions {
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records. */
  readonly source?: string | undefined;
  /** Names the request in the dead letters; a new name by default. */
  readonly requestId?: string | undefined;
  /** The sender's own name for the request, by which it is taken once. */
  readonly key?: string | undefined;
}

export type Body = AsyncIterable<Uint8Array> | Uint8Array;

/** Up to this size a request's rows are taken together or not at all. */
const atomicBytes = 32 * 1024 * 1024;
const patienceMs = 5_000;
const portionBytes = 512 * 1024;

/** Takes the body of a request in; gzip, zstd, zip and tar are recognized by themselves. */
export async function ingestPush(
  open: OpenIntake,
  body: Body,
  options: PushOptions,
  grow: (bytes: number) => void,
  requests: RequestLog | undefined,
): Promise<IngestSummary> {
  const { tenant, key } = options;
  const take = (chunks: AsyncIterable<Uint8Array>) => takeBody(open, chunks, options, grow);
  return key === undefined || requests === undefined
    ? take(chunksOf(body))
    : requests.once(tenant, key, chunksOf(body), take);
}

async function takeBody(
  open: OpenIntake,
  body: AsyncIterable<Uint8Array>,
  { tenant, source, requestId = randomUUID() }: PushOptions,
  grow: (bytes: number) => void,
): Promise<IngestSummary> {
  const summary = emptySummary();
  const name = `request ${requestId}`;
  const rows = new HeldRows(summary, grow);
  let unrecognized: HuntError | undefined;
  try {
    for await (const content of contentsOf({ name, chunks: body })) {
      const intake = await open({ tenant, source, origin: content.name, patienceMs });
      try {
        await intake.read(async () => {
          for await (const portion of portionsOf(content.chunks)) {
            await rows.add(intake, intake.handOver(portion, summary));
          }
          await rows.add(intake, intake.end(summary));
        });
      } catch (error) {
        if (!isUnrecognized(error)) {
          throw error;
        }
        // An archive may hold more than telemetry.
        unrecognized ??= error;
        addUnrecognized(summary, content.name.slice(name.length + 1));
      }
    }
    if (unrecognized !== undefined && summary.source === null) {
      throw unrecognized;
    }
    await rows.commit();
  } catch (error) {
    rows.discard();
    throw error;
  }
  return summary;
}

/** What has been made of a request and is not on disk yet. */
class HeldRows {
  readonly #summary: IngestSummary;
  readonly #grow: (bytes: number) => void;
  #batches: TakenBatch[] = [];
  #bytes = 0;

  constructor(summary: IngestSummary, grow: (bytes: number) => void) {
    this.#summary = summary;
    this.#grow = grow;
  }

  async add(intake: Intake, batches: AsyncGenerator<HandedBatch>): Promise<void> {
    for await (const batch of batches) {
      const bytes = weightOf(batch);
      if (this.#bytes + bytes > atomicBytes) {
        await this.commit();
      }
      this.#grow(bytes);
      this.#bytes += bytes;
      this.#batches.push({ intake, batch });
    }
  }

  async commit(): Promise<void> {
    const batches = this.#batches;
    this.#batches = [];
    await Intake.commitTogether(batches, this.#summary);
    this.#grow(-this.#bytes);
    this.#bytes = 0;
  }

  discard(): void {
    for (const { intake, batch } of this.#batches.splice(0)) {
      intake.discard([batch]);
    }
  }
}

/** Puts together what comes in small pieces: each goes to the parsing thread as a message. */
async function* portionsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of inBlocks(chunks)) {
    pieces.push(chunk);
    size += chunk.length;
    if (size >= portionBytes) {
      yield Buffer.concat(pieces, size);
      pieces = [];
      size = 0;
    }
  }
  if (size > 0) {
    yield Buffer.concat(pieces, size);
  }
}

async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield body;
  } else {
    yield* body;
  }
}
