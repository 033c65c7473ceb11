import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import type { Lease } from '../../ingest/admission.js';
import {
  type BodyForm,
  buffersOf,
  type CutBody,
  type CutOptions,
} from '../../ingest/cutting/cut.js';
import { ByteReader } from '../../ingest/unpack.js';
import { unzstd } from '../../ingest/zstd.js';
import { principalOf } from '../access.js';
import { forgetWrongType } from '../body.js';
import { inSteps } from '../steps.js';
import { wholeOf } from '../whole-body.js';
import type { IngestParts } from './way.js';

type Chunks = AsyncIterable<Uint8Array>;

const through =
  (create: typeof createGunzip | typeof createInflate | typeof createBrotliDecompress) =>
  (chunks: Chunks): Chunks => {
    const decoder = create();
    // Failures of either end are thrown to whoever reads the decoder.
    pipeline(Readable.from(chunks), decoder, () => undefined);
    return decoder;
  };

/** By Content-Encoding. */
const decoders: Readonly<Record<string, (chunks: Chunks) => Chunks>> = {
  identity: (chunks) => chunks,
  gzip: through(createGunzip),
  'x-gzip': through(createGunzip),
  deflate: through(createInflate),
  // The OpenTelemetry collector's name for the same.
  zlib: through(createInflate),
  br: through(createBrotliDecompress),
  zstd: (chunks) => unzstd(new ByteReader(chunks)),
};

/** For routes of telemetry: their bodies are read by their handlers, in any encoding, and whatever their type is. */
export function streamBodies(scope: FastifyInstance): void {
  // Many shippers drop what is refused.
  scope.addHook('onRequest', forgetWrongType);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  // Who sends all of a request before reading would never hear why it was refused.
  scope.addHook('onResponse', async ({ raw }) => void raw.resume());
}

/** Options of such a route: nothing else decodes its body. */
export const streamed = { decompress: false } as const;

/**
 * A request's body as it arrives, decoded.
 * @throws HuntError `request.encoding`, and `request.body` where its sender leaves
 */
export function bodyOf(request: FastifyRequest): Chunks {
  const body = (request.body as Readable | undefined) ?? Readable.from([]);
  // Who stops reading still wants to answer, on the same connection.
  const chunks = whole(body.iterator({ destroyOnReturn: false }));
  const name = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decode === undefined) throw new HuntError('request.encoding', {});
  return decode(chunks);
}

async function* whole(chunks: Chunks): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ECONNRESET') throw cause;
    throw new HuntError('request.body', { message: 'The request is broken off.' }, { cause });
  }
}

const defaultBodyBytes = 64 * 1024 * 1024;

/**
 * Reads a body whole and hands it on, while there is memory for it.
 * @param work takes more of the lease for what it makes of the body
 * @throws HuntError `request.tooLarge` `request.encoding` `ingest.behind`
 */
export async function withWholeBody<T>(
  request: FastifyRequest,
  ingest: Pick<IngestParts, 'admit' | 'bodyBytes'>,
  work: (body: Buffer<ArrayBuffer>, lease: Pick<Lease, 'grow'>) => Promise<T>,
): Promise<T> {
  const lease = ingest.admit();
  try {
    // What is decoded on this thread comes without a pause.
    const limitBytes = ingest.bodyBytes ?? defaultBodyBytes;
    const body = await wholeOf(inSteps(bodyOf(request)), limitBytes, lease.grow);
    return await work(body, lease);
  } finally {
    lease.end();
  }
}

/**
 * Reads a body whole and has it cut into its events by another thread than the one that answers hunts.
 * @throws HuntError as `withWholeBody`
 */
export function withCutBody<Form extends BodyForm, T>(
  request: FastifyRequest,
  ingest: Pick<IngestParts, 'admit' | 'cut' | 'bodyBytes'>,
  form: Form,
  options: CutOptions<Form>,
  work: (cut: CutBody<Form>, lease: Pick<Lease, 'grow'>) => Promise<T>,
): Promise<T> {
  return withWholeBody(request, ingest, async (body, lease) => {
    const bodyBytes = body.length;
    const cut = await ingest.cut(principalOf(request).tenant, form, body, options);
    // Their memory instead of the body's.
    lease.grow(buffersOf(cut).reduce((sum, { byteLength }) => sum + byteLength, -bodyBytes));
    return work(cut, lease);
  });
}
