import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { freezeEngine, removeFrozen, takeFrozen } from './chdb-copy.js';
import { insertError, statementError, unavailable } from './chdb-errors.js';
import { type RunningHunt, startHunt } from './chdb-hunt.js';
import { type ChdbProcess, EngineGone, type Reply, StatementFailed } from './chdb-process.js';
import { ChdbSupervisor } from './chdb-supervisor.js';
import { type EngineDirectories, prepareDirectories, removeLeftBehind } from './data-directory.js';
import {
  type Engine,
  type EngineQuery,
  type EngineResult,
  type EngineSegment,
  limitsUntil,
} from './engine.js';
import { assertOneSelect } from './fence.js';
import { Lane } from './lane.js';
import { insertSql, SegmentTables, spoolFile } from './segment.js';
import { processSettings, sessionSettings, settingsArguments, settingsFile } from './settings.js';

export interface ChdbOptions {
  /** Holds `engine/`, `spool/` and `results/`; made when it is not there. */
  readonly dataDirectory: string;
  /** Most that the engine process may use; by default 60 % of what this machine or container has. */
  readonly memoryBytes?: number | undefined;
  /** Hunts at once; by default one per core, at least 2. */
  readonly slots?: number | undefined;
  readonly log?: (line: object) => void;
}

export interface ChdbEngine extends Engine {
  /** Hunts at once. */
  readonly slots: number;
  /** Hunts that wait for their turn. */
  readonly waitingHunts: number;
  /** Of the engine process; undefined while there is none. */
  readonly pid: number | undefined;
  /**
   * Copies all that is stored as it is at one moment: to a folder that is not there yet and that an engine can be
   * started in. On the same file system its files of rows are links. One at a time.
   * @param meanwhile done while nothing is inserted, changed or deleted; hunts go on
   */
  copyTo(folder: string, meanwhile: () => Promise<void>): Promise<void>;
}

const insertSlots = 2;
const statementSlots = 4;
/** A segment in whose insert the engine died that often is not tried again. */
const insertAttempts = 5;
const selectAttempts = 3;
/** How long `close` lets hunts go on. */
const closeGraceMs = 10_000;

/**
 * Starts the embedded engine. The caller holds the data directory's lock (`lock.ts`).
 * @throws HuntError `engine.busy` `engine.start`
 */
export async function startChdbEngine(options: ChdbOptions): Promise<ChdbEngine> {
  const log = options.log ?? (() => undefined);
  const cores = availableParallelism();
  const slots = options.slots ?? Math.max(2, cores);
  const memoryBytes = options.memoryBytes ?? defaultMemoryBytes();
  const directories = await prepareDirectories(options.dataDirectory);
  const configurationFile = path.join(directories.run, 'engine.xml');
  const settings = processSettings({
    memoryBytes,
    temporaryDirectory: path.join(directories.engine, 'tmp/'),
  });
  await writeFile(configurationFile, settingsFile(settings), { mode: 0o600 });
  const supervisor = await ChdbSupervisor.start(directories.root, {
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
  }).catch(async (error: unknown) => {
    await rm(directories.run, { recursive: true, force: true });
    throw error;
  });
  await removeLeftBehind(directories);
  await removeFrozen(directories.engine);
  // A quarter of the memory is for inserts, merges and caches.
  const host = { cores, huntMemoryBytes: Math.floor((memoryBytes * 0.75) / slots) };
  return new Chdb(supervisor, directories, host, slots, log);
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
  readonly slots: number;
  readonly #supervisor: ChdbSupervisor;
  readonly #directories: EngineDirectories;
  readonly #host: Host;
  readonly #log: (line: object) => void;
  readonly #hunts: Lane;
  readonly #inserts = new Lane(insertSlots);
  readonly #statements = new Lane(statementSlots);
  /** Statements that change something, which may take long. */
  readonly #changes = new Lane(statementSlots);
  readonly #tables = new SegmentTables(this);
  readonly #running = new Set<RunningHunt>();
  readonly #working = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    supervisor: ChdbSupervisor,
    directories: EngineDirectories,
    host: Host,
    slots: number,
    log: (line: object) => void,
  ) {
    this.#supervisor = supervisor;
    this.#directories = directories;
    this.#host = host;
    this.#log = log;
    this.slots = slots;
    this.#hunts = new Lane(slots);
  }

  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  get waitingHunts(): number {
    return this.#hunts.waiting;
  }

  async ready(): Promise<void> {
    await this.#supervisor.process();
  }

  async run(query: EngineQuery): Promise<EngineResult> {
    const { sql: text, tag, signal } = query;
    const literals = assertOneSelect(text);
    checkName(tag);
    const since = performance.now();
    const until = since + query.limits.wallSeconds * 1000;
    const leave = await this.#turn(query, since, until);
    let hunt: RunningHunt;
    try {
      const engine = await this.#supervisor.process(signal);
      const output = path.join(this.#directories.results, `${tag}.rows`);
      const limits = limitsUntil(until, query.limits);
      const context = { engine, output, literals, host: this.#host, log: this.#log };
      hunt = startHunt({ ...query, limits }, context);
    } catch (error) {
      leave();
      throw error;
    }
    this.#running.add(hunt);
    void this.#work(hunt.ended).finally(() => {
      this.#running.delete(hunt);
      leave();
    });
    return hunt.result;
  }

  async #turn(
    { holder, signal, onWaited }: EngineQuery,
    since: number,
    until: number,
  ): Promise<() => void> {
    try {
      return await this.#hunts.enter({ holder, signal, until });
    } finally {
      onWaited?.((performance.now() - since) / 1000);
    }
  }

  async command(text: string): Promise<void> {
    this.#tables.forget();
    const leaveChanges = await this.#changes.enter();
    const leave = await this.#statements.enter();
    try {
      await this.#work(
        (await this.#supervisor.process()).request({
          kind: 'statement',
          sql: text,
          format: 'Null',
        }),
      );
    } catch (error) {
      throw error instanceof StatementFailed ? statementError(error.fault) : unavailable(error);
    } finally {
      this.#tables.forget();
      leave();
      leaveChanges();
    }
  }

  async select<Row = Record<string, unknown>>(text: string): Promise<Row[]> {
    const leave = await this.#statements.enter();
    try {
      return await this.#rows<Row>(text, selectAttempts);
    } finally {
      leave();
    }
  }

  async copyTo(folder: string, meanwhile: () => Promise<void>): Promise<void> {
    const { engine } = this.#directories;
    try {
      await this.#atRest(async () => {
        await meanwhile();
        await freezeEngine(engine, (text) => this.#rows(text, 1));
      });
      await takeFrozen(engine, folder);
    } finally {
      await removeFrozen(engine);
    }
  }

  /** Work while nothing is inserted or changed. */
  async #atRest(work: () => Promise<void>): Promise<void> {
    // In this order: nothing else waits for a change that takes long, and an insert may still need a statement.
    const lanes = [this.#changes, this.#inserts, this.#statements];
    const leaving: (() => void)[] = [];
    try {
      for (const lane of lanes) leaving.unshift(await lane.enterAll());
      await work();
    } finally {
      for (const leave of leaving) leave();
    }
  }

  async #rows<Row>(text: string, attempts: number): Promise<Row[]> {
    try {
      const { text: lines } = await this.#again(attempts, (engine) =>
        engine.request({ kind: 'statement', sql: text, format: 'JSONEachRow' }),
      );
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
    } catch (error) {
      throw error instanceof StatementFailed ? statementError(error.fault) : unavailable(error);
    }
  }

  async insertSegment(segment: EngineSegment): Promise<void> {
    checkName(segment.token);
    const file = await spoolFile(this.#directories.spool, segment.file);
    const leave = await this.#inserts.enter();
    try {
      const columns = await this.#tables.columns(segment);
      let { begun = false } = segment;
      await this.#again(insertAttempts, (engine) => {
        const text = insertSql(segment, file, columns, begun);
        begun = true;
        return engine.request({ kind: 'statement', sql: text, format: 'Null' });
      });
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
    this.#supervisor.retire();
    const grace = setTimeout(() => {
      for (const hunt of this.#running) {
        hunt.cancel();
      }
    }, closeGraceMs);
    while (this.#working.size > 0) {
      await Promise.allSettled(this.#working);
    }
    clearTimeout(grace);
    await this.#supervisor.stop();
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
        return await this.#work(work(await this.#supervisor.process()));
      } catch (error) {
        if (!(error instanceof EngineGone) || attempt >= attempts) {
          throw error;
        }
      }
    }
  }
}

/** Tags and tokens stand in SQL, tags also in file names. */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} is not a name of letters, digits and -`);
  }
}
