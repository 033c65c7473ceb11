import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import { Positions } from '../positions.js';
import { matcherOf } from './files.js';
import { LineReader, type ReadRange } from './line-reader.js';
import { isPacked } from './packed.js';
import {
  every,
  OfTenant,
  type RunningSource,
  type SourceParts,
  type SourceSettings,
} from './source.js';

export interface AzureStorageSettings extends SourceSettings {
  /** Of the account, with a key or a shared access signature. */
  readonly connectionString?: string | undefined;
  /** A file that holds it. */
  readonly connectionStringFile?: string | undefined;
  /** Instead: the address of an account or a container, with a shared access signature. */
  readonly url?: string | undefined;
  /** Names of containers, with `*` and `?` and commas between; by default those of its source, or of all. */
  readonly containers?: string | undefined;
  readonly pollMs?: number | undefined;
}

const positionShape = z.object({
  /** Bytes that have been stored. */
  offset: z.number(),
  /** The blob as it was then. */
  etag: z.string(),
  /** When it was made: another of the same name begins anew. */
  createdMs: z.number(),
  connector: z.string().optional(),
  /** What stood before an offset, by which a blob that was written over is told from one that has grown. */
  tail: z.object({ offset: z.number(), digest: z.string() }).optional(),
});
type BlobPosition = z.infer<typeof positionShape>;

/**
 * One container for each table of Defender (`learn.microsoft.com/defender-xdr/streaming-api`), and for each log of
 * Entra ID's diagnostic settings that has a connector.
 */
const containersOfSources: ReadonlyMap<string, readonly string[]> = new Map([
  ['defender-streaming', ['insights-logs-advancedhunting-*']],
  [
    'entra-id',
    [
      ...['insights-logs-*signinlogs', 'insights-logs-auditlogs'],
      'insights-logs-microsoftgraphactivitylogs',
    ],
  ],
]);

function defaultContainers(source = ''): string {
  const own = containersOfSources.get(source.toLowerCase());
  return (own ?? [...containersOfSources.values()].flat()).join();
}

const defaultPollMs = 60_000;
/** So old a last line without an end is taken as it is. */
const unfinishedMs = 10 * 60_000;
const headBytes = 512;
const tailBytes = 512;
/** Positions of blobs that are not there any more. */
const forgottenMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Reads the blobs of a storage account as they grow: append blobs of lines, an hour each, that may still
 * grow hours later.
 */
export async function readAzureStorage(
  settings: AzureStorageSettings,
  parts: SourceParts,
): Promise<RunningSource> {
  const containers = await containersOf(settings);
  const { name, tenant, pollMs = defaultPollMs } = settings;
  const account = new OfTenant(parts, tenant, async (since) => {
    const ofTenant = new Account(settings, parts, containers, since);
    await ofTenant.load();
    return ofTenant;
  });
  await account.open();
  return every(
    pollMs,
    (signal) => account.poll(signal),
    (error) => parts.log({ event: 'source.failed', source: name, reason: reasonOf(error) }),
  );
}

/** Lists the containers anew each time. */
type ListContainers = () => AsyncIterable<ContainerClient>;

async function containersOf(settings: AzureStorageSettings): Promise<ListContainers> {
  const { url, connectionStringFile, source } = settings;
  const { containers = defaultContainers(source) } = settings;
  // It takes a while to load, and few have it.
  const { BlobServiceClient, ContainerClient: Container } = await import('@azure/storage-blob');
  const options = { retryOptions: { maxTries: 3, maxRetryDelayInMs: 10_000 } };
  if (url !== undefined && /^\/[^/]+/.test(new URL(url).pathname) && !isEmulated(url)) {
    const container = new Container(url, undefined, options);
    return async function* () {
      yield container;
    };
  }
  const connectionString =
    settings.connectionString ??
    (connectionStringFile === undefined
      ? undefined
      : (await readFile(connectionStringFile, 'utf8')).trim());
  if (url === undefined && connectionString === undefined) {
    const message = 'sources: azure-storage needs a connectionString, its file or a url';
    throw new HuntError('configuration.invalid', { message });
  }
  const service =
    connectionString === undefined
      ? new BlobServiceClient(url ?? '', undefined, options)
      : BlobServiceClient.fromConnectionString(connectionString, options);
  const patterns = containers.split(',').map((pattern) => pattern.trim());
  const matchers = patterns.map(matcherOf);
  const prefix = commonStart(patterns.map((pattern) => pattern.split(/[*?]/, 1)[0] ?? ''));
  return async function* () {
    for await (const { name } of service.listContainers({ prefix })) {
      if (matchers.some((isWanted) => isWanted(name))) yield service.getContainerClient(name);
    }
  };
}

function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  while (!others.every((other) => other.startsWith(first.slice(0, length)))) length--;
  return first.slice(0, length);
}

/** The emulator has the account's name in the path. */
function isEmulated(url: string): boolean {
  return /^\/devstoreaccount1\/?$/.test(new URL(url).pathname);
}

class Account {
  readonly #settings: AzureStorageSettings;
  readonly #parts: SourceParts;
  readonly #containers: ListContainers;
  readonly #positions: Positions<BlobPosition>;
  #known = new Map<string, BlobPosition>();
  /** Blobs that hold nothing to take, with their ETags. */
  readonly #passed = new Map<string, string>();

  constructor(
    settings: AzureStorageSettings,
    parts: SourceParts,
    containers: ListContainers,
    since: number,
  ) {
    const { name: source, tenant } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#containers = containers;
    this.#positions = new Positions(parts, { source, tenant, since }, positionShape);
  }

  async load(): Promise<void> {
    this.#known = await this.#positions.all();
  }

  async poll(signal: AbortSignal): Promise<void> {
    const there = new Set<string>();
    let failure: unknown;
    for await (const container of this.#containers()) {
      try {
        for await (const blob of container.listBlobsFlat()) {
          const item = `${container.containerName}/${blob.name}`;
          there.add(item);
          if (signal.aborted) return;
          // The others are tried, and this one again.
          failure = (await this.#tried(container, blob, item, signal)) ?? failure;
        }
      } catch (error) {
        // It is going, or closed to us: the other containers are not.
        failure = error;
        this.#log(container.containerName, error);
      }
    }
    if (failure !== undefined) throw failure;
    for (const remembered of [this.#known, this.#passed]) {
      for (const item of remembered.keys()) {
        if (!there.has(item)) remembered.delete(item);
      }
    }
    await this.#positions.sweep(Date.now() - forgottenMs, there);
  }

  /** Returns why it has to be tried again, if it has to be. */
  async #tried(
    container: ContainerClient,
    blob: BlobItem,
    item: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    try {
      await this.#read(container, blob, item, signal);
    } catch (error) {
      this.#log(item, error);
      if (!(error instanceof HuntError) || error.status !== 400) return error;
      this.#passed.set(item, blob.properties.etag);
    }
    return undefined;
  }

  #log(item: string, error: unknown): void {
    const reason = reasonOf(error);
    this.#parts.log({ event: 'source.blob', source: this.#settings.name, item, reason });
  }

  async #read(
    container: ContainerClient,
    blob: BlobItem,
    item: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { contentLength: size = 0, etag, lastModified, createdOn } = blob.properties;
    const createdMs = createdOn?.getTime() ?? 0;
    const before = this.#known.get(item);
    const isFinished = Date.now() - lastModified.getTime() > unfinishedMs;
    // Nothing new, but for a line that still waits for its end.
    const isSame = before?.etag === etag && (before.offset >= size || !isFinished);
    if (isSame || size === 0 || this.#passed.get(item) === etag) {
      return;
    }
    const read = rangesOf(container, blob.name, { etag, createdMs });
    const isKnown = before?.createdMs === createdMs && before.offset <= size;
    let position: BlobPosition =
      isKnown && (await goesOn(read, before)) ? before : { offset: 0, etag: '', createdMs };
    if (position.offset === 0 && isPacked(await rangeOf(read, 0, Math.min(size, headBytes)))) {
      throw new HuntError('ingest.content', { message: 'The blob is no lines of text.' });
    }
    const { name, tenant, source } = this.#settings;
    const save = async (changes: Partial<BlobPosition>) => {
      position = { ...position, ...changes };
      await this.#positions.save(item, position);
      this.#known.set(item, position);
    };
    const reader = new LineReader({
      open: this.#parts.open,
      hasHeader: this.#parts.hasHeader,
      name,
      tenant,
      source,
      origin: item,
      offset: position.offset,
      connector: position.connector,
      onStored: (offset, connector) =>
        save({ offset, ...(connector === undefined ? {} : { connector }) }),
    });
    await reader.advance(read, size, signal);
    if (signal.aborted) {
      await reader.drop();
      return;
    }
    await reader.settle();
    if (!reader.isHolding || isFinished) await reader.finish();
    else await reader.drop();
    await save({ etag, ...(await tailAt(read, position.offset)) });
  }
}

/** Bytes of one blob, as long as it is the same one. */
function rangesOf(
  container: ContainerClient,
  name: string,
  blob: { etag: string; readonly createdMs: number },
): ReadRange {
  const client = container.getBlobClient(name);
  const download = async (from: number, to: number) => {
    const conditions = { ifMatch: blob.etag };
    return client.download(from, to - from, { conditions });
  };
  return async function* read(from, to) {
    let response: Awaited<ReturnType<typeof download>>;
    try {
      response = await download(from, to);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 412) throw error;
      // It has grown since it was listed, or another has its name.
      const { createdOn, etag = '' } = await client.getProperties();
      if (createdOn?.getTime() !== blob.createdMs) throw error;
      blob.etag = etag;
      response = await download(from, to);
    }
    yield* (response.readableStreamBody ?? []) as AsyncIterable<Uint8Array>;
  };
}

/** Whether a blob still has what was read of it before. */
async function goesOn(read: ReadRange, { tail }: BlobPosition): Promise<boolean> {
  const now = tail && (await tailAt(read, tail.offset));
  return now?.tail?.digest === tail?.digest;
}

async function tailAt(read: ReadRange, offset: number): Promise<Pick<BlobPosition, 'tail'>> {
  if (offset === 0) {
    return {};
  }
  const bytes = await rangeOf(read, Math.max(0, offset - tailBytes), offset);
  return { tail: { offset, digest: createHash('sha256').update(bytes).digest('base64url') } };
}

async function rangeOf(read: ReadRange, from: number, to: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of read(from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Without the request, which may hold a signature. */
function reasonOf(error: unknown): string {
  const { name, code, statusCode, message } = error as {
    name?: string;
    code?: string;
    statusCode?: number;
    message?: string;
  };
  return [name, code, statusCode, message?.split('\n', 1)[0]]
    .filter((part) => part !== undefined)
    .join(' ')
    .replace(/\bsig=[^&\s]+/g, 'sig=…');
}
