import { randomUUID } from 'node:crypto';
import { contentsOf } from './contents.js';
import type { HandedBatch } from './handover.js';
import type { Intake, OpenIntake } from './intake.js';
import type { RequestLog } from './request-log.js';
import { emptySummary, type IngestSummary } from './summary.js';

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
  let batches: HandedBatch[] = [];
  let bytes = 0;
  const collect = async (intake: Intake, portions: AsyncGenerator<HandedBatch>) => {
    for await (const batch of portions) {
      if (bytes + batch.sizeBytes > atomicBytes) {
        await intake.commit(batches, summary);
        batches = [];
        grow(-bytes);
        bytes = 0;
      }
      grow(batch.sizeBytes);
      bytes += batch.sizeBytes;
      batches.push(batch);
    }
  };
  let intake: Intake | undefined;
  try {
    for await (const content of contentsOf({ name, chunks: body })) {
      intake = await open({ tenant, source, origin: content.name, patienceMs });
      for await (const portion of portionsOf(content.chunks)) {
        await collect(intake, intake.handOver(portion, summary));
      }
      await collect(intake, intake.end(summary));
    }
  } catch (error) {
    intake?.discard(batches);
    await intake?.drop();
    throw error;
  }
  await intake?.commit(batches, summary);
  return summary;
}

/** Puts together what comes in small pieces: each goes to the parsing thread as a message. */
async function* portionsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
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
