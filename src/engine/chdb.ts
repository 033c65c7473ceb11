import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { HuntError } from '../errors.js';
import { identifier, join, literal, sql } from '../sql/sql.js';
import { huntError, insertError, statementError } from './chdb-errors.js';
import { type ChdbProcess, EngineGone, type Reply, StatementFailed } from './chdb-process.js';
import { ChdbSupervisor } from './chdb-supervisor.js';
import type { Engine, EngineQuery, EngineResult, EngineSegment } from './engine.js';
import { assertOneSelect } from './fence.js';
import { Lane } from './lane.js';
import { openResult } from './result-file.js';
import { SegmentTables, spoolFile } from './segment.js';
import {
  huntSettings,
  insertSettings,
  processSettings,
  sessionSettings,
  settingsArguments,
  settingsClause,
  settingsFile,
} from './settings.js';

export interface ChdbOptions {
  /** Holds `engine/`, `spool/` and `results/`; made when it is not there. */
  readonly dataDirectory: string;
  /** Most that the engine process may use; by default 60 % of what this machine or container has. */
  readonly memoryBytes?: number;
  /** Hunts at once; by default one per core, at least 2. */
  readonly slots?: number;
  readonly log?: (line: object) => void;
}

export interface ChdbEngine extends Engine {
  /** Of the engine process; undefined while there is none. */
  readonly pid: number | undefined;
}

const insertSlots = 2;
const statementSlots = 4;
/** An engine that ignores KILL for longer is ended. */
const killGraceMs = 10_000;
/** The engine's own limit comes first; this one is for a query that it cannot interrupt. */
const overrunMs = 1_000;
/** A segment in whose insert the engine died that often is not tried again. */
const insertAttempts = 5;
const selectAttempts = 3;
/** How long `close` lets hunts go on. */
const closeGraceMs = 10_000;

/**
 * Starts the embedded engine. The caller holds the data directory's lock (`lock.ts`).
 * @throws HuntError `engine.busy` `engine.unavailable`
 */
export async function startChdbEngine(options: ChdbOptions): Promise<ChdbEngine> {
  const log = options.log ?? (() => undefined);
  const cores = availableParallelism();
  const slots = options.slots ?? Math.max(2, cores);
  const memoryBytes = options.memoryBytes ?? defaultMemoryBytes();
  const directories = await prepareDirectories(path.resolve(options.dataDirectory));
  const configurationFile = path.join(directories.run, 'engine.xml');
  const settings = processSettings({
    memoryBytes,
    temporaryDirectory: path.join(directories.engine, 'tmp/'),
  });
  await writeFile(configurationFile, settingsFile(settings), { mode: 0o600 });
  const supervisor = await ChdbSupervisor.start(directories.data, {
    configuration: {
      engineDirectory: directories.engine,
      connectionArguments: [
        `--config-file=${configurationFile}`,
        ...settingsArguments(sessionSettings),
      ],
      cores,
    },
    workingDirectory: directories.work,
    statements: slots + insertSlots + statementSlots,
    log,
  });
  // A quarter of the memory is for inserts, merges and caches.
  const host = { cores, huntMemoryBytes: Math.floor((memoryBytes * 0.75) / slots) };
  return new Chdb(supervisor, directories, host, slots, log);
}

interface Directories {
  readonly data: string;
  readonly engine: string;
  readonly spool: string;
  readonly results: string;
  readonly run: string;
  /** The engine process's working directory. */
  readonly work: string;
}

async function prepareDirectories(data: string): Promise<Directories> {
  if (/[*?{}]|::/.test(data)) {
    // The engine reads them as patterns in the path of a segment.
    throw new HuntError('request.parameter', {
      message: `The path of the data directory must not contain * ? { } or :: (${data}).`,
    });
  }
  await mkdir(data, { recursive: true, mode: 0o700 });
  const root = await realpath(data);
  const directories: Directories = {
    data: root,
    engine: path.join(root, 'engine'),
    spool: path.join(root, 'spool'),
    results: path.join(root, 'results'),
    run: path.join(root, 'run'),
    work: path.join(root, 'run', 'work'),
  };
  // Left over from a process that was killed.
  await rm(directories.results, { recursive: true, force: true });
  await rm(directories.run, { recursive: true, force: true });
  for (const directory of Object.values(directories)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  return directories;
}

function defaultMemoryBytes(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor((limit > 0 && limit < total ? limit : total) * 0.6);
}

interface Host {
  readonly cores: number;
  readonly huntMemoryBytes: number;
}

class Chdb implements ChdbEngine {
  readonly #supervisor: ChdbSupervisor;
  readonly #directories: Directories;
  readonly #host: Host;
  readonly #log: (line: object) => void;
  readonly #hunts: Lane;
  readonly #inserts = new Lane(insertSlots);
  readonly #statements = new Lane(statementSlots);
  readonly #tables = new SegmentTables(this);
  readonly #running = new Map<string, (reason: 'hunt.cancelled') => void>();
  readonly #working = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    supervisor: ChdbSupervisor,
    directories: Directories,
    host: Host,
    slots: number,
    log: (line: object) => void,
  ) {
    this.#supervisor = supervisor;
    this.#directories = directories;
    this.#host = host;
    this.#log = log;
    this.#hunts = new Lane(slots);
  }

  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  async ready(): Promise<void> {
    await this.#supervisor.process();
  }

  async run(query: EngineQuery): Promise<EngineResult> {
    const literals = assertOneSelect(query.sql);
    if (!/^[A-Za-z0-9-]{1,100}$/.test(query.tag) || this.#running.has(query.tag)) {
      throw new Error(`the tag ${query.tag} is not a new name`);
    }
    const leave = await this.#hunts.enter(query.signal);
    let engine: ChdbProcess;
    try {
      engine = await this.#process();
    } catch (error) {
      leave();
      throw error;
    }
    if (query.signal?.aborted) {
      leave();
      throw new HuntError('hunt.cancelled', {});
    }
    return this.#hunt(engine, query, literals, leave);
  }

  async command(text: string): Promise<void> {
    this.#tables.forget();
    const leave = await this.#statements.enter();
    try {
      await this.#work(
        (await this.#process()).request({ kind: 'statement', sql: text, format: 'Null' }),
      );
    } catch (error) {
      throw error instanceof StatementFailed ? statementError(error.fault) : unavailable(error);
    } finally {
      this.#tables.forget();
      leave();
    }
  }

  async select<Row = Record<string, unknown>>(text: string): Promise<Row[]> {
    const leave = await this.#statements.enter();
    try {
      const { text: lines } = await this.#again(selectAttempts, (engine) =>
        engine.request({ kind: 'statement', sql: text, format: 'JSONEachRow' }),
      );
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
    } catch (error) {
      throw error instanceof StatementFailed ? statementError(error.fault) : unavailable(error);
    } finally {
      leave();
    }
  }

  async insertSegment(segment: EngineSegment): Promise<{ rows: number }> {
    if (!/^[A-Za-z0-9-]{1,100}$/.test(segment.token)) {
      throw new Error(`the token ${segment.token} is not a name`);
    }
    const file = await spoolFile(this.#directories.spool, segment.file);
    const leave = await this.#inserts.enter();
    try {
      const { columns, structure } = await this.#tables.columns(segment);
      const names = join(columns.map((column) => identifier(column)));
      const table = sql`${identifier(segment.database)}.${identifier(segment.table)}`;
      const text = sql`INSERT INTO ${table} (${names}) SELECT ${names}
        FROM file(${literal(file.path)}, JSONEachRow, ${literal(structure)})
        SETTINGS ${settingsClause(insertSettings(segment.token))}`.text;
      await this.#again(insertAttempts, (engine) =>
        engine.request({ kind: 'statement', sql: text, format: 'Null' }),
      );
      return { rows: file.rows };
    } catch (error) {
      throw error instanceof StatementFailed ? insertError(error.fault) : unavailable(error);
    } finally {
      leave();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const grace = setTimeout(() => {
      for (const cancel of this.#running.values()) {
        cancel('hunt.cancelled');
      }
    }, closeGraceMs);
    while (this.#working.size > 0) {
      await Promise.allSettled(this.#working);
    }
    clearTimeout(grace);
    await this.#supervisor.stop();
  }

  #process(): Promise<ChdbProcess> {
    if (this.#closing) {
      return Promise.reject(new HuntError('engine.unavailable', {}));
    }
    return this.#supervisor.process();
  }

  /** What `close` waits for. */
  #work<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<boolean> = work.then(
      () => this.#working.delete(settled),
      () => this.#working.delete(settled),
    );
    this.#working.add(settled);
    return work;
  }

  /** For work that can be repeated: goes on with the next engine process when one ends. */
  async #again(attempts: number, work: (engine: ChdbProcess) => Promise<Reply>): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#work(work(await this.#process()));
      } catch (error) {
        if (!(error instanceof EngineGone) || attempt >= attempts) {
          throw error;
        }
      }
    }
  }

  /** Answers as soon as the hunt is over for its caller; `leave` waits until it is over for the engine. */
  #hunt(
    engine: ChdbProcess,
    query: EngineQuery,
    literals: readonly string[],
    leave: () => void,
  ): Promise<EngineResult> {
    const { tag, limits, signal } = query;
    const output = path.join(this.#directories.results, `${tag}.rows`);
    const text = sql`SELECT row FROM (
${{ text: query.sql }}
) LIMIT ${{ text: String(limits.rows) }}
INTO OUTFILE ${literal(output)} FORMAT Template
SETTINGS ${settingsClause(huntSettings(tag, limits, this.#host))}`.text;
    return new Promise((resolve, reject) => {
      let killed: 'hunt.cancelled' | 'hunt.timeout' | undefined;
      let watchdog: NodeJS.Timeout | undefined;
      const kill = (reason: 'hunt.cancelled' | 'hunt.timeout') => {
        if (killed === undefined) {
          killed = reason;
          reject(new HuntError(reason, {}));
          engine.kill(tag);
          watchdog = setTimeout(() => {
            this.#log({ event: 'engine.watchdog', tag });
            engine.terminate(`hunt ${tag} ignored KILL`);
          }, killGraceMs);
        }
      };
      const abort = () => kill('hunt.cancelled');
      const deadline = setTimeout(
        () => kill('hunt.timeout'),
        limits.wallSeconds * 1_000 + overrunMs,
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#running.set(tag, kill);
      const finished = async () => {
        try {
          const reply = await engine.request({ kind: 'hunt', tag, sql: text });
          if (killed === undefined) {
            resolve(await readResult(output, reply, limits.resultBytes));
          }
        } catch (error) {
          reject(
            error instanceof StatementFailed
              ? huntError(error.fault, { literals, killed })
              : unavailable(error),
          );
        } finally {
          clearTimeout(deadline);
          clearTimeout(watchdog);
          signal?.removeEventListener('abort', abort);
          this.#running.delete(tag);
          await rm(output, { force: true });
          leave();
        }
      };
      void this.#work(finished());
    });
  }
}

async function readResult(
  output: string,
  { usage }: Reply,
  limitBytes: number,
): Promise<EngineResult> {
  if (!usage) {
    throw new Error('the engine did not say what the hunt used');
  }
  const { trailer, sizeBytes, rows } = await openResult(output);
  if (sizeBytes > limitBytes) {
    rows.destroy();
    throw new HuntError('hunt.resultSize', {});
  }
  return {
    rows,
    stats: {
      elapsedSeconds: trailer.elapsedSeconds,
      rowsRead: trailer.rowsRead,
      bytesRead: trailer.bytesRead,
      resultRows: trailer.rows,
      resultBytes: sizeBytes,
      ...usage,
    },
  };
}

/** What is not a statement's own failure is the engine's absence, or a HuntError already. */
function unavailable(error: unknown): unknown {
  return error instanceof EngineGone
    ? new HuntError('engine.unavailable', {}, { cause: error })
    : error;
}
