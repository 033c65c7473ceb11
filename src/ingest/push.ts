import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { OpenIntake } from './intake.js';
import type { Batch } from './parser.js';
import { emptySummary, type IngestSummary } from './summary.js';
import { unpack } from './unpack.js';

export interface PushOptions {
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records. */
  readonly source?: string | undefined;
  /** Names the request in the dead letters; a new name by default. */
  readonly requestId?: string | undefined;
}

/** Up to this size a request's rows are taken together or not at all. */
const atomicBytes = 32 * 1024 * 1024;
const patienceMs = 5_000;

/** Takes the body of a request in; gzip is recognized by itself. */
export async function ingestPush(
  open: OpenIntake,
  body: Readable | Uint8Array,
  { tenant, source, requestId = randomUUID() }: PushOptions,
): Promise<IngestSummary> {
  const summary = emptySummary();
  const intake = await open({ tenant, source, origin: `request ${requestId}`, patienceMs });
  let batches: Batch[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpack(chunksOf(body))) {
      const batch = await intake.write(chunk, summary);
      if (batch) {
        bytes += sizeOf(batch);
        if (bytes > atomicBytes) {
          await intake.commit(batches.splice(0), summary);
          bytes = sizeOf(batch);
        }
        batches.push(batch);
      }
    }
    const last = await intake.end(summary);
    batches = last ? [...batches, last] : batches;
  } catch (error) {
    await intake.drop();
    throw error;
  }
  await intake.commit(batches, summary);
  return summary;
}

function sizeOf({ events, deadLetters }: Batch): number {
  const size = events.reduce((sum, { lines }) => sum + lines.length, 0);
  return size + (deadLetters?.lines.length ?? 0);
}

async function* chunksOf(body: Readable | Uint8Array): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield body;
  } else {
    yield* body as AsyncIterable<Uint8Array>;
  }
}
