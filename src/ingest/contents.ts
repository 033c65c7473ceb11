import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl';
import { HuntError } from '../errors.js';
import { evtxMagic } from './evtx.js';
import { fileRange } from './file-range.js';
import { isOfSysmon, lookedAtBytes } from './of-sysmon.js';
import { ByteReader, gunzip, gzipMagic, utf8 } from './unpack.js';
import { startsZstdMessages, unzstd, unzstdMessages, zstdMagic } from './zstd.js';

/** Bytes to be read: a file's, a request's, a member's of an archive. */
export interface Content {
  /** Of an archive's member: `archive.zip/logs/security.json`. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface ContentOptions {
  /** Where the bytes are in a file already: a zip archive is read in place. */
  readonly file?: string;
  /** Told how many bytes of that file have been read since it was last told. */
  readonly onRead?: (bytes: number) => void;
  /** The same bytes once more, where they can be had: the members of a tar archive can be put in order then. */
  readonly again?: (() => AsyncIterable<Uint8Array>) | undefined;
}

const zipMagic = Buffer.from('PK\u0003\u0004');
const emptyZipMagic = Buffer.from('PK\u0005\u0006');
const tarMagicAt = 257;
const tarMagic = Buffer.from('ustar');
const tarHeaderBytes = 512;
/** An archive in an archive in an archive, packed each time. */
const deepest = 6;
/** What archivers of macOS add. */
const notContent = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$)/;

/**
 * What is to be read, unpacked: of zip and tar archives every member, without gzip and zstd, as UTF-8. Read each
 * before asking for the next.
 * @throws HuntError `ingest.content` for what is damaged or broken off, after all that was whole
 */
export function contentsOf(
  content: Content,
  options: ContentOptions = {},
): AsyncGenerator<Content> {
  return unpacked(content, options, 0);
}

async function* unpacked(
  { name, chunks }: Content,
  options: ContentOptions,
  depth: number,
): AsyncGenerator<Content> {
  if (depth > deepest) {
    throw invalid(`${name} is packed more than ${deepest} times over.`);
  }
  const input = new ByteReader(chunks);
  const start = await input.peek(tarHeaderBytes);
  const isGzip = startsWith(start, gzipMagic);
  if (isGzip) {
    yield* unpacked({ name, chunks: gunzip(input) }, throughAgain(options, gunzip), depth + 1);
  } else if (startsWith(start, zstdMagic)) {
    yield* unpacked({ name, chunks: unzstd(input) }, throughAgain(options, unzstd), depth + 1);
  } else if (startsZstdMessages(start)) {
    const messages = { name, chunks: unzstdMessages(input) };
    yield* unpacked(messages, throughAgain(options, unzstdMessages), depth + 1);
  } else if (startsWith(start, zipMagic) || startsWith(start, emptyZipMagic)) {
    yield* zipMembers(name, input, options, depth);
  } else if (startsWith(start.subarray(tarMagicAt), tarMagic)) {
    yield* tarMembers(name, input, options, depth);
  } else {
    yield { name, chunks: startsWith(start, evtxMagic) ? input.rest() : utf8(input.rest()) };
  }
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}

/** What is within, once more. */
function throughAgain(
  { again }: ContentOptions,
  unpack: (input: ByteReader) => AsyncIterable<Uint8Array>,
): ContentOptions {
  return again === undefined ? {} : { again: () => unpack(new ByteReader(again())) };
}

/**
 * A tar archive is a stream: its members are put in order by going through it twice, for those of Sysmon and for the
 * others. What comes only once is read as it comes.
 */
async function* tarMembers(
  name: string,
  input: ByteReader,
  { again }: ContentOptions,
  depth: number,
): AsyncGenerator<Content> {
  const broken = new Broken();
  const first = new Set<number>();
  let chunks: AsyncIterable<Uint8Array> = input.rest();
  if (again !== undefined) {
    const count = yield* tarMembersOfSysmon(name, chunks, first, broken, depth);
    if (first.size === count) {
      broken.tell();
      return;
    }
    chunks = again();
  }
  let number = 0;
  for await (const member of broken.passedOver(tarFiles(name, chunks))) {
    if (!first.has(number++)) {
      yield* broken.passedOver(unpacked(member, {}, depth + 1), member.name);
    }
  }
  broken.tell();
}

/** Adds their numbers to `found`; returns how many members there are of any kind, as far as they could be read. */
async function* tarMembersOfSysmon(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  found: Set<number>,
  broken: Broken,
  depth: number,
): AsyncGenerator<Content, number> {
  let count = 0;
  for await (const member of broken.passedOver(tarFiles(name, chunks))) {
    const bytes = new ByteReader(member.chunks);
    const number = count++;
    if (found.size < mostOrdered && (await startsOfSysmon(member.name, bytes, depth))) {
      found.add(number);
      const content = { name: member.name, chunks: bytes.rest() };
      yield* broken.passedOver(unpacked(content, {}, depth + 1), member.name);
    }
  }
  return count;
}

/** What is damaged or broken off, which is told when all that is whole has been read. */
class Broken {
  #first: HuntError | undefined;

  /** @param name of the member that they are in, where that is one */
  async *passedOver<T>(contents: AsyncIterable<T>, name?: string): AsyncGenerator<T> {
    try {
      yield* contents;
    } catch (error) {
      if (!isContentError(error)) {
        throw error;
      }
      // A member of a member has been named.
      const isNamed = name === undefined || error.message.startsWith(name);
      this.#first ??= isNamed ? error : invalid(`${name}: ${error.message}`, error);
    }
  }

  tell(): void {
    if (this.#first !== undefined) {
      throw this.#first;
    }
  }
}

/** By its name and its start, which stays to be read; what cannot be read is told in its turn. */
async function startsOfSysmon(name: string, bytes: ByteReader, depth: number): Promise<boolean> {
  async function* contents() {
    const start = Readable.from([await bytes.peek(lookedAtBytes)]);
    for await (const content of unpacked({ name, chunks: start }, {}, depth + 1)) {
      yield { name: content.name, chunks: withoutFailure(content.chunks) };
    }
  }
  return isOfSysmon(contents()).catch(() => false);
}

/** What comes before it. */
async function* withoutFailure(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch {
    // The start of something is broken off as a rule.
  }
}

async function* tarFiles(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Content> {
  const archive = extract();
  let failure: unknown;
  const filling = pipeline(Readable.from(chunks), archive).catch((error: unknown) => {
    failure = error;
  });
  try {
    for await (const member of archive) {
      const { name: within, type } = member.header;
      if (type === 'file' && !notContent.test(within)) {
        yield {
          name: `${name}/${within}`,
          chunks: readable(member as unknown as AsyncIterable<Uint8Array>, 'tar'),
        };
      }
      member.resume();
    }
  } catch (error) {
    await filling;
    throw asContentError(failure ?? error, 'tar');
  } finally {
    archive.destroy();
  }
}

/** A zip archive has its contents at its end, so that it has to be in a file. */
async function* zipMembers(
  name: string,
  input: ByteReader,
  { file, onRead }: ContentOptions,
  depth: number,
): AsyncGenerator<Content> {
  const handle = file === undefined ? await copyOf(input.rest()) : await open(file);
  try {
    yield* zipFileMembers(name, handle, depth, file === undefined ? undefined : onRead);
  } finally {
    await handle.close();
  }
}

/** The bytes in a file that has no name, so that it goes with its handle or the process. */
async function copyOf(chunks: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = tmpdir();
  const file = path.join(folder, `quarry-${randomUUID()}.zip`);
  const handle = await open(file, 'wx+', 0o600);
  try {
    await rm(file);
    for await (const chunk of whileThereIsRoom(chunks, folder)) {
      await handle.writeFile(chunk);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** As long as more is free than has been written: however many copies there are, none fills the disk. */
async function* whileThereIsRoom(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let lookAgainAt = 0;
  for await (const chunk of chunks) {
    if (size >= lookAgainAt) {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < size) {
        throw invalid('The zip archive is larger than what the temporary folder has room for.');
      }
      lookAgainAt = size + lookEveryBytes;
    }
    size += chunk.length;
    yield chunk;
  }
}

const lookEveryBytes = 16 * 1024 * 1024;

async function* zipFileMembers(
  name: string,
  handle: FileHandle,
  depth: number,
  onRead: ContentOptions['onRead'],
): AsyncGenerator<Content> {
  const broken = new Broken();
  try {
    const zip = await fromRandomAccessReaderPromise(new FileReader(handle), await zipSize(handle), {
      autoClose: false,
      lazyEntries: true,
      // Names are only told, never opened: where they lead does not matter.
      decodeStrings: false,
    });
    const entries = zip.eachEntry();
    // By the portion, because an archive may have any number of them.
    for (;;) {
      const { found, isEnd, failure } = await nextEntries(entries);
      for (const entry of await inReadingOrder(zip, found, name, depth)) {
        const member = zipMember(zip, entry, name, depth, { onRead });
        yield* broken.passedOver(member, `${name}/${nameOf(entry)}`);
      }
      if (failure !== undefined) {
        throw failure;
      }
      if (isEnd) {
        break;
      }
    }
    broken.tell();
  } catch (error) {
    throw asContentError(error, 'zip');
  }
}

const archiveName = /\.zip$/i;
/** So many members are put in order, and so many bytes of what is written of them are held. */
const mostOrdered = 1_000;
const mostHeldBytes = 16 * 1024 * 1024;

interface Portion {
  readonly found: Entry[];
  /** Behind it the iterator must not be asked. */
  readonly isEnd: boolean;
  readonly failure?: unknown;
}

async function nextEntries(entries: AsyncIterator<Entry>): Promise<Portion> {
  const found: Entry[] = [];
  let heldBytes = 0;
  try {
    while (found.length < mostOrdered && heldBytes < mostHeldBytes) {
      const next = await entries.next();
      if (next.done) {
        return { found, isEnd: true };
      }
      if (isContent(next.value)) {
        found.push(next.value);
        const { fileNameLength, extraFieldLength, fileCommentLength } = next.value;
        heldBytes += fileNameLength + extraFieldLength + fileCommentLength;
      }
    }
  } catch (failure) {
    // What came before is whole.
    return { found, isEnd: true, failure };
  }
  return { found, isEnd: false };
}

/** Logs of Sysmon, whose events win over their twins of others, before those. */
async function inReadingOrder(
  zip: ZipFile,
  entries: readonly Entry[],
  name: string,
  depth: number,
): Promise<readonly Entry[]> {
  if (entries.length < 2) {
    return entries;
  }
  const first: Entry[] = [];
  const others: Entry[] = [];
  for (const entry of entries) {
    // An archive in it would have to be copied; what cannot be read is not told here, but when its turn comes.
    const isFirst =
      !archiveName.test(nameOf(entry)) &&
      (await isOfSysmon(zipMember(zip, entry, name, depth, { isGlance: true })).catch(() => false));
    (isFirst ? first : others).push(entry);
  }
  return [...first, ...others];
}

function isContent(entry: Entry): boolean {
  const name = nameOf(entry);
  return !name.endsWith('/') && !notContent.test(name);
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** Reads a file of ours, which stays open: yauzl would close it at moments of its own. */
class FileReader extends RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(fileRange(this.#handle, start, end));
  }
}

const endSignature = Buffer.from('PK\u0005\u0006');
const endBytes = 22;
const longestComment = 65_535;

/** Up to the end of the archive: stray bytes behind it, which archives in the wild have, are no part of it. */
async function zipSize(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, endBytes + longestComment + strayBytes));
  const { bytesRead } = await handle.read(tail, 0, tail.length, size - tail.length);
  // Where it starts from a negative number, the search counts from the end.
  const at = bytesRead < endBytes ? -1 : tail.lastIndexOf(endSignature, bytesRead - endBytes);
  if (at < 0) {
    return size;
  }
  const end = size - tail.length + at + endBytes + tail.readUInt16LE(at + endBytes - 2);
  return Math.min(size, end);
}

/** So many are looked past. */
const strayBytes = 1024;

interface Reading {
  readonly onRead?: ContentOptions['onRead'];
  /** The first of what is within is wanted, and soon. */
  readonly isGlance?: boolean;
}

async function* zipMember(
  zip: ZipFile,
  entry: Entry,
  archive: string,
  depth: number,
  { onRead, isGlance = false }: Reading,
): AsyncGenerator<Content> {
  const stream = await openMember(zip, entry);
  async function* again() {
    yield* readable(await openMember(zip, entry), 'zip');
  }
  const packing = entry.compressedSize / Math.max(entry.uncompressedSize, 1);
  async function* counted() {
    for await (const chunk of readable(stream, 'zip')) {
      onRead?.(chunk.length * packing);
      yield chunk;
    }
  }
  try {
    const member = { name: `${archive}/${nameOf(entry)}`, chunks: counted() };
    yield* unpacked(member, isGlance ? {} : { again }, depth + 1);
  } finally {
    // It may be left in the middle.
    stream.on('error', () => undefined);
    stream.destroy();
  }
}

async function openMember(zip: ZipFile, entry: Entry): Promise<Readable> {
  try {
    return await zip.openReadStreamPromise(entry);
  } catch (error) {
    throw asContentError(error, 'zip');
  }
}

async function* readable(
  stream: AsyncIterable<Uint8Array>,
  kind: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw asContentError(error, kind);
  }
}

function asContentError(error: unknown, kind: string): unknown {
  const isSystem = (error as NodeJS.ErrnoException).syscall !== undefined;
  if (error instanceof HuntError || isSystem || !(error instanceof Error)) {
    return error;
  }
  return invalid(`The ${kind} archive cannot be read: ${error.message}.`, error);
}

/** Whether content is damaged, broken off, or larger than what is allowed. */
export function isContentError(error: unknown): error is HuntError {
  return error instanceof HuntError && error.code === 'ingest.content';
}

function invalid(message: string, cause?: unknown): HuntError {
  return new HuntError('ingest.content', { message }, { cause });
}
