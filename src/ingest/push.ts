import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { contentsOf } from './contents.js';
import type { Intake, OpenIntake } from './intake.js';
import type { Batch } from './parser.js';
import { emptySummary, type IngestSummary } from './summary.js';

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

/** Takes the body of a request in; gzip, zip and tar are recognized by themselves. */
export async function ingestPush(
  open: OpenIntake,
  body: Readable | Uint8Array,
  { tenant, source, requestId = randomUUID() }: PushOptions,
): Promise<IngestSummary> {
  const summary = emptySummary();
  const name = `request ${requestId}`;
  let batches: Batch[] = [];
  let bytes = 0;
  const collect = async (intake: Intake, portions: AsyncGenerator<Batch>) => {
    for await (const batch of portions) {
      bytes += sizeOf(batch);
      if (bytes > atomicBytes) {
        await intake.commit(batches, summary);
        batches = [];
        bytes = sizeOf(batch);
      }
      batches.push(batch);
    }
  };
  let intake: Intake | undefined;
  for await (const content of contentsOf({ name, chunks: chunksOf(body) })) {
    intake = await open({ tenant, source, origin: content.name, patienceMs });
    try {
      for await (const chunk of content.chunks) {
        await collect(intake, intake.write(chunk, summary));
      }
      await collect(intake, intake.end(summary));
    } catch (error) {
      await intake.drop();
      throw error;
    }
  }
  await intake?.commit(batches, summary);
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
