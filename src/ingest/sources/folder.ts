import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import { isContentError } from '../contents.js';
import { ingestFile } from '../file.js';
import { fileRange } from '../file-range.js';
import { Positions } from '../positions.js';
import { startsDocument } from '../records.js';
import { type FoundFile, listFiles } from './files.js';
import { LineReader, type ReadRange } from './line-reader.js';
import { isPacked } from './packed.js';
import {
  every,
  OfTenant,
  type RunningSource,
  type SourceParts,
  type SourceSettings,
} from './source.js';

export interface FolderSettings extends SourceSettings {
  /** A file, or a folder with all that is below it. */
  readonly path: string;
  /** Names of files, with `*` and `?`; all by default. */
  readonly pattern?: string | undefined;
  readonly pollMs?: number | undefined;
}

const positionShape = z.object({
  /** Lines: bytes that have been stored. */
  offset: z.number(),
  /** Of the bytes before it, by which the file is known again. */
  tail: z.string(),
  connector: z.string().optional(),
  /** A file that is read whole: what it was then. */
  whole: z.object({ size: z.number(), changedMs: z.number() }).optional(),
});
type FilePosition = z.infer<typeof positionShape>;

const defaultPollMs = 1_000;
/** A file that has not changed for so long is taken for finished, where it is read whole. */
const settledMs = 2_000;
/** So long a last line without an end waits for it. */
const unfinishedMs = 10_000;
/** Open files beyond that are closed, those first that have not grown for the longest time. */
const mostOpen = 200;
const headBytes = 64 * 1024;
/** So many names are told of. */
const mostPassed = 1_000;
const tailBytes = 512;
/** Positions of files that are not there any more. */
const forgottenMs = 7 * 24 * 60 * 60 * 1000;

/** A file that is being followed, by whatever name it has at the moment. */
interface Tracked {
  readonly id: string;
  file: FoundFile;
  position: FilePosition;
  handle: FileHandle | undefined;
  reader: LineReader | undefined;
  kind: 'lines' | 'whole' | undefined;
  /** When it was last seen to be different, by `performance.now()`: clocks are set. */
  changedAt: number;
  seenSize: number;
  /** What it holds has been asked for since it changed. */
  isPausing: boolean;
  /** No connector knows its records, up to this size. */
  unknownTo: number;
  /** Why it could not be read when it was last looked at. */
  failed: string | undefined;
  /** The file as it was when what stands before the position was last seen to be there. */
  checked: Pick<FoundFile, 'size' | 'changedMs'> | undefined;
}

/**
 * Follows the files of a folder, or one file: what is appended is read as it comes. A file is known by
 * its inode and the bytes before the position, so that it may be renamed, and cut off and written anew.
 * One whose new name is none that is followed is read to its end.
 */
export async function followFolder(
  settings: FolderSettings,
  parts: SourceParts,
): Promise<RunningSource> {
  const { name, tenant, pollMs = defaultPollMs } = settings;
  const followed = new OfTenant(parts, tenant, async (since) => {
    const folder = new Folder(settings, parts, since);
    await folder.load();
    return folder;
  });
  await followed.open();
  const running = every(
    pollMs,
    (signal) => followed.poll(signal),
    (error) => parts.log({ event: 'source.failed', source: name, reason: String(error) }),
  );
  return {
    caughtUp: () => running.caughtUp(),
    async close() {
      await running.close();
      await followed.close();
    },
  };
}

class Folder {
  readonly #settings: FolderSettings;
  readonly #parts: SourceParts;
  readonly #positions: Positions<FilePosition>;
  readonly #tracked = new Map<string, Tracked>();
  #known = new Map<string, FilePosition>();
  /** Files and folders that could not be looked at, which are told of once. */
  readonly #passed = new Set<string>();
  /** Of the look that is under way. */
  #signal = AbortSignal.abort();

  constructor(settings: FolderSettings, parts: SourceParts, since: number) {
    const { name: source, tenant } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#positions = new Positions(parts, { source, tenant, since }, positionShape);
  }

  async load(): Promise<void> {
    this.#known = await this.#positions.all();
    const files = await this.#list();
    const there = new Set(files.map(({ id }) => id));
    const missing = [...this.#known].filter(([id, { offset }]) => !there.has(id) && offset > 0);
    const renamed = await this.#renamed(new Set(missing.map(([id]) => id)));
    // Before the first look some may get another name.
    for (const file of [...files, ...renamed]) {
      there.add(file.id);
      this.#track(file);
    }
    await this.#positions.sweep(Date.now() - forgottenMs, there);
  }

  async poll(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const files = await this.#list();
    const there = new Set<string>();
    for (const file of files) {
      there.add(file.id);
      see(this.#tracked.get(file.id) ?? this.#track(file), file);
    }
    const missing = [...this.#tracked.keys()].filter((id) => !there.has(id));
    const renamed = new Map(
      (await this.#renamed(new Set(missing))).map((file) => [file.id, file] as const),
    );
    for (const tracked of this.#tracked.values()) {
      if (signal.aborted) {
        return;
      }
      await this.#guarded(tracked, async () => {
        if (there.has(tracked.id)) await this.#look(tracked);
        else await this.#gone(tracked, renamed.get(tracked.id));
      });
    }
    await this.#closeIdle();
  }

  async close(): Promise<void> {
    for (const tracked of this.#tracked.values()) {
      await tracked.reader?.drop();
      await tracked.handle?.close();
    }
  }

  #list(): Promise<FoundFile[]> {
    const { name, path: place, pattern } = this.#settings;
    return listFiles(place, pattern, undefined, (file, failed) => {
      if (!this.#passed.has(file) && this.#passed.size < mostPassed) {
        this.#passed.add(file);
        this.#parts.log({ event: 'source.file', source: name, file, failed });
      }
    });
  }

  /** Those of the files that are there under a name that is not followed. */
  async #renamed(ids: ReadonlySet<string>): Promise<FoundFile[]> {
    if (ids.size === 0) {
      return [];
    }
    const { path: place } = this.#settings;
    const isFolder = await stat(place).then(
      (info) => info.isDirectory(),
      () => false,
    );
    const found = isFolder ? listFiles(place) : listFiles(path.dirname(place), '*', 0);
    return (await found).filter(({ id }) => ids.has(id));
  }

  #track(file: FoundFile): Tracked {
    const position = this.#known.get(file.id) ?? { offset: 0, tail: '' };
    this.#known.delete(file.id);
    const tracked: Tracked = {
      id: file.id,
      file,
      position,
      handle: undefined,
      reader: undefined,
      kind: position.whole ? 'whole' : position.offset > 0 ? 'lines' : undefined,
      changedAt: performance.now(),
      seenSize: -1,
      isPausing: false,
      unknownTo: 0,
      failed: undefined,
      checked: undefined,
    };
    this.#tracked.set(file.id, tracked);
    return tracked;
  }

  /** One file's trouble is not another's. */
  async #guarded(tracked: Tracked, work: () => Promise<void>): Promise<void> {
    const { name } = this.#settings;
    const { path: file, size } = tracked.file;
    try {
      await work();
      tracked.failed = undefined;
    } catch (error) {
      // What it holds is read again.
      await tracked.reader?.drop().catch(() => undefined);
      tracked.reader = undefined;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return;
      }
      const isUnknown = error instanceof HuntError && error.code === 'ingest.source';
      tracked.unknownTo = isUnknown ? size : tracked.unknownTo;
      const failed = String(error);
      // It is tried again at each look, and told of once.
      if (failed !== tracked.failed) {
        tracked.failed = failed;
        this.#parts.log({ event: 'source.file', source: name, file, failed });
      }
      if (!isUnknown && !isOfFile(error)) {
        throw error;
      }
    }
  }

  async #look(tracked: Tracked): Promise<void> {
    const { file, position } = tracked;
    const readTo = tracked.reader?.readTo ?? position.offset;
    if (tracked.kind === 'whole') {
      await this.#readWhole(tracked);
    } else if (file.size < readTo || (await this.#isAnother(tracked))) {
      await this.#startAnew(tracked);
      if (!this.#signal.aborted) {
        await this.#look(tracked);
      }
    } else if (file.size > readTo && file.size > tracked.unknownTo * 2) {
      await this.#readLines(tracked);
    } else if (tracked.reader?.isHolding) {
      await this.#pause(tracked);
    }
  }

  /** Written anew and as long as before or longer, or another file with the number of the old one. */
  async #isAnother(tracked: Tracked, file = tracked.file): Promise<boolean> {
    const { position, reader, checked } = tracked;
    const isChecked = checked?.changedMs === file.changedMs && checked.size === file.size;
    if ((position.offset === 0 && reader === undefined) || isChecked) {
      return false;
    }
    // Most of them are never read again: they are not kept open.
    const handle = tracked.handle ?? (await open(file.path, 'r'));
    try {
      const isAsStored =
        position.offset === 0 || (await tailOf(handle, position.offset)) === position.tail;
      if (!isAsStored || (await reader?.isSame(rangesOf(handle))) === false) {
        return true;
      }
    } finally {
      if (handle !== tracked.handle) {
        await handle.close();
      }
    }
    tracked.checked = file;
    return false;
  }

  /** It has not grown since it was last looked at. */
  async #pause(tracked: Tracked): Promise<void> {
    if (performance.now() - tracked.changedAt > unfinishedMs) {
      await this.#finish(tracked);
    } else if (!tracked.isPausing) {
      tracked.isPausing = true;
      await tracked.reader?.settle();
    }
  }

  async #readLines(tracked: Tracked): Promise<void> {
    const handle = await this.#handleOf(tracked);
    if (tracked.kind === undefined) {
      tracked.kind = await this.#kindOf(tracked, handle);
      if (tracked.kind === undefined) {
        return;
      }
      if (tracked.kind === 'whole') {
        await handle.close();
        tracked.handle = undefined;
        return;
      }
    }
    tracked.reader ??= this.#readerOf(tracked);
    await tracked.reader.advance(rangesOf(handle), tracked.file.size, this.#signal);
  }

  #readerOf(tracked: Tracked): LineReader {
    const { name, tenant, source } = this.#settings;
    const { offset, connector } = tracked.position;
    return new LineReader({
      open: this.#parts.open,
      hasHeader: this.#parts.hasHeader,
      name,
      tenant,
      source,
      origin: path.basename(tracked.file.path),
      offset,
      connector,
      onStored: async (stored, known) => {
        const handle = await this.#handleOf(tracked);
        const position = {
          offset: stored,
          tail: await tailOf(handle, stored),
          ...(known === undefined ? {} : { connector: known }),
        };
        await this.#positions.save(tracked.id, position);
        tracked.position = position;
      },
    });
  }

  async #finish(tracked: Tracked): Promise<void> {
    const { reader } = tracked;
    await reader?.finish();
    tracked.reader = undefined;
  }

  /** What has been cut off may stand in a copy, beyond what was read of it. */
  async #startAnew(tracked: Tracked): Promise<void> {
    const copy = tracked.position.offset > 0 ? await this.#copyOf(tracked) : undefined;
    if (copy) {
      const former = tracked.handle;
      try {
        // The copy is read as the file that it was.
        const reader = tracked.reader ?? this.#readerOf(tracked);
        const { size } = await copy.stat();
        tracked.handle = copy;
        await reader.advance(rangesOf(copy), size, this.#signal);
        if (this.#signal.aborted) {
          return;
        }
        await reader.finish();
      } finally {
        tracked.handle = former;
        await copy.close();
      }
    } else if (tracked.reader) {
      await this.#finish(tracked);
    }
    tracked.reader = undefined;
    tracked.position = { offset: 0, tail: '' };
    tracked.kind = undefined;
    tracked.unknownTo = 0;
    tracked.checked = undefined;
    await tracked.handle?.close();
    tracked.handle = undefined;
    await this.#positions.save(tracked.id, tracked.position);
  }

  /** A file beside it that goes on where it was read to. */
  async #copyOf({ file, position, id }: Tracked): Promise<FileHandle | undefined> {
    const base = path.basename(file.path).replace(/\.\w+$/, '');
    const beside = await listFiles(path.dirname(file.path), `${base}*`, 0);
    for (const other of beside) {
      if (other.id === id || other.size < position.offset) {
        continue;
      }
      const handle = await open(other.path, 'r').catch(() => undefined);
      if (handle && (await tailOf(handle, position.offset)) === position.tail) {
        return handle;
      }
      await handle?.close();
    }
    return undefined;
  }

  /** Not there under any name that is followed: it is read to its end while it is open, or by its new name. */
  async #gone(tracked: Tracked, renamed: FoundFile | undefined): Promise<void> {
    const { handle, kind, position } = tracked;
    if (renamed && (await this.#isRenamed(tracked, renamed))) {
      see(tracked, renamed);
      const isQuiet = performance.now() - tracked.changedAt > unfinishedMs;
      await this.#look(tracked);
      if (isQuiet && !this.#signal.aborted) {
        await this.#letGo(tracked);
      }
      return;
    }
    const size = handle ? (await handle.stat()).size : 0;
    if (handle && kind === 'lines' && size > (tracked.reader?.readTo ?? position.offset)) {
      tracked.changedAt = performance.now();
      tracked.reader ??= this.#readerOf(tracked);
      await tracked.reader.advance(rangesOf(handle), size, this.#signal);
    } else if (performance.now() - tracked.changedAt > unfinishedMs) {
      await this.#letGo(tracked);
    }
  }

  /** Whether it is the file, and not another that has its id by now. */
  async #isRenamed(tracked: Tracked, renamed: FoundFile): Promise<boolean> {
    const readTo = tracked.reader?.readTo ?? tracked.position.offset;
    if (readTo === 0) {
      return renamed.madeMs === tracked.file.madeMs;
    }
    return renamed.size >= readTo && !(await this.#isAnother(tracked, renamed));
  }

  async #letGo(tracked: Tracked): Promise<void> {
    await this.#finish(tracked);
    await tracked.handle?.close();
    this.#tracked.delete(tracked.id);
    this.#known.set(tracked.id, tracked.position);
  }

  async #readWhole(tracked: Tracked): Promise<void> {
    const { file, position } = tracked;
    const { size, changedMs } = file;
    const isTaken = position.whole?.size === size && position.whole.changedMs === changedMs;
    if (isTaken || performance.now() - tracked.changedAt < settledMs) {
      return;
    }
    const { tenant, source } = this.#settings;
    const log = (more: object) =>
      this.#parts.log({
        event: 'source.file',
        source: this.#settings.name,
        file: file.path,
        ...more,
      });
    try {
      const { accepted, rejected, incomplete } = await ingestFile(this.#parts.open, file.path, {
        tenant,
        source,
        signal: this.#signal,
      });
      if (this.#signal.aborted) {
        return;
      }
      log({ accepted, rejected, ...(incomplete === undefined ? {} : { incomplete }) });
    } catch (error) {
      if (!(error instanceof HuntError) || error.status !== 400) {
        throw error;
      }
      // It would be so the next time, too.
      log({ failed: error.message });
    }
    tracked.position = { offset: 0, tail: '', whole: { size, changedMs } };
    await this.#positions.save(tracked.id, tracked.position);
  }

  async #kindOf(tracked: Tracked, handle: FileHandle): Promise<Tracked['kind']> {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(head, 0, headBytes, 0);
    const start = head.subarray(0, bytesRead);
    if (isPacked(start)) {
      return 'whole';
    }
    const isDocument = startsDocument(start);
    const isSettled = bytesRead === headBytes || performance.now() - tracked.changedAt > settledMs;
    if (isDocument === undefined && !isSettled) {
      return undefined;
    }
    return isDocument === false ? 'lines' : 'whole';
  }

  async #handleOf(tracked: Tracked): Promise<FileHandle> {
    tracked.handle ??= await open(tracked.file.path, 'r');
    return tracked.handle;
  }

  async #closeIdle(): Promise<void> {
    const opened = [...this.#tracked.values()]
      .filter(({ handle }) => handle !== undefined)
      .sort((left, right) => right.changedAt - left.changedAt);
    for (const tracked of opened.slice(mostOpen)) {
      // What waits for the rest of it goes on waiting: the file is opened again when that comes.
      if (!tracked.reader?.isHolding) await this.#guarded(tracked, () => this.#finish(tracked));
      await tracked.handle?.close();
      tracked.handle = undefined;
    }
  }
}

/** Notes how a file is at the moment. */
function see(tracked: Tracked, file: FoundFile): void {
  if (file.size !== tracked.seenSize || file.changedMs !== tracked.file.changedMs) {
    tracked.changedAt = performance.now();
    tracked.seenSize = file.size;
    tracked.isPausing = false;
  }
  tracked.file = file;
}

/** Whether the system or the file's content is why it cannot be read, where the next one may be. */
function isOfFile(error: unknown): boolean {
  const { syscall, code = '' } = error as NodeJS.ErrnoException;
  return isContentError(error) || (syscall !== undefined && !tooManyOpen.has(code));
}

const tooManyOpen: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

async function tailOf(handle: FileHandle, offset: number): Promise<string> {
  const bytes = Buffer.alloc(Math.min(offset, tailBytes));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset - bytes.length);
  return createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('base64url');
}

function rangesOf(handle: FileHandle): ReadRange {
  return (from, to) => fileRange(handle, from, to);
}
