import type { Worker } from 'node:worker_threads';
import { builtinCatalog } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { errorOf, processorMs, startThread } from '../thread.js';
import type { CompileReply, CompileRequest, CompileTasks, TaskName } from './compile-protocol.js';
import { CompiledQueries } from './compiled-queries.js';
import type { Asking, Caller, Compiler } from './compiler.js';

/** How long a text may wait before there is another thread for it. */
const patienceMs = 200;
/** How long a thread may go on with what nobody waits for: about what another one takes to start. */
const graceMs = 2000;
/** How long threads beyond the first stay without work. */
const idleMs = 60_000;
/** Between two looks at the time that a text has had. */
const leastWaitMs = 100;
/** The catalogs that a thread keeps. */
const mostCatalogs = 100;

/** Whose text is compiled so that the language is loaded. */
const nobody: Caller = { tenant: '', id: '' };

interface Waiting {
  readonly request: Extract<CompileRequest, { kind: 'task' }>;
  readonly catalog: Catalog;
  readonly caller: Caller;
  /** By `performance.now()`. */
  readonly since: number;
  /** Once: what comes later is not heard. */
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Compiles on threads of their own. There is one, and more while texts wait for those that take long. A text
 * that takes longer than `compileSeconds` of a processor, or too much memory, is refused, and its thread ends with it.
 */
export class CompileThreads implements Compiler {
  /** Each has a parser of its own, which takes a hundred megabytes. At least three: see `#next`. */
  readonly #mostThreads: number;
  readonly #limitMs: number;
  readonly #heapMegabytes: number;
  readonly #threads = new Set<CompileThread>();
  readonly #waiting = new Set<Waiting>();
  readonly #compiled = new CompiledQueries();
  #patience: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Settings by their names, see `configuration.ts`. */
  constructor({ compileThreads = 4, compileSeconds = 20, compileMemoryMegabytes = 1024 } = {}) {
    this.#mostThreads = compileThreads;
    this.#limitMs = compileSeconds * 1000;
    this.#heapMegabytes = compileMemoryMegabytes;
  }

  async compile(asking: Asking, ...query: Parameters<CompileTasks['compile']>) {
    this.#checkWanted(asking);
    const [text, catalog, ...rest] = query;
    return this.#compiled.get(query, () => this.#asked('compile', asking, text, catalog, rest));
  }

  explain(asking: Asking, text: string, catalog: Catalog, ...rest: RestOf<'explain'>) {
    return this.#asked('explain', asking, text, catalog, rest);
  }

  checkFunction(asking: Asking, ...[declared, catalog]: Parameters<CompileTasks['checkFunction']>) {
    return this.#asked('checkFunction', asking, declared, catalog, []);
  }

  supportMatrix(asking: Asking) {
    return this.#asked('supportMatrix', asking, undefined, builtinCatalog, []);
  }

  /** Compiles a hunt of nothing, so that the first real one does not wait for the language to load. */
  warmUp(): void {
    const text = 'DeviceProcessEvents | where FileName has "x" | summarize count() by DeviceId';
    const scope = { database: 'warm', now: new Date(0), from: null, to: null, deviceGroups: null };
    // What goes wrong, the first hunt hears of.
    this.compile({ caller: nobody }, text, builtinCatalog, scope).catch(() => undefined);
  }

  /** What is under way is cancelled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#patience);
    for (const { reject } of this.#waiting) reject(new HuntError('hunt.cancelled', {}));
    await Promise.all(
      [...this.#threads].map((thread) => thread.end(new HuntError('hunt.cancelled', {}))),
    );
  }

  #asked<Name extends TaskName>(
    name: Name,
    asking: Asking,
    subject: Parameters<CompileTasks[Name]>[0],
    catalog: Catalog,
    rest: RestOf<Name>,
  ): Promise<ReturnType<CompileTasks[Name]>> {
    const { caller, signal, until } = asking;
    return new Promise((resolve, reject) => {
      this.#checkWanted(asking);
      const settle = (work: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.#waiting.delete(waiting);
        work();
      };
      const waiting: Waiting = {
        request: { kind: 'task', name, subject, version: catalog.version, rest },
        catalog,
        caller,
        since: performance.now(),
        // The thread has answered the question that is asked here.
        resolve: (result) => settle(() => resolve(result as ReturnType<CompileTasks[Name]>)),
        reject: (error) => settle(() => reject(error)),
      };
      const giveUp = (code: 'hunt.cancelled' | 'hunt.timeout') => {
        waiting.reject(new HuntError(code, {}));
        for (const thread of this.#threads) thread.abandon(waiting);
        this.#dispatch();
      };
      const cancel = () => giveUp('hunt.cancelled');
      signal?.addEventListener('abort', cancel);
      const timer =
        until === undefined
          ? undefined
          : setTimeout(() => giveUp('hunt.timeout'), Math.max(until - performance.now(), 0));
      this.#waiting.add(waiting);
      this.#dispatch();
    });
  }

  #checkWanted({ signal }: Asking): void {
    if (this.#isClosed || signal?.aborted) throw new HuntError('hunt.cancelled', {});
  }

  /** Gives idle threads what waits, and sees to it that there is a thread for the rest. */
  #dispatch(): void {
    clearTimeout(this.#patience);
    if (this.#isClosed) return;
    const threads = [...this.#threads];
    for (const thread of threads) {
      if (!thread.isIdle) continue;
      const next = this.#next();
      if (!next) break;
      this.#waiting.delete(next);
      thread.run(next, this.#limitMs);
    }
    const next = this.#next();
    if (!next || threads.some(({ isLoading }) => isLoading)) return;
    if (threads.length === 0) this.#start();
    else if (threads.length < this.#mostThreads) {
      // From when it began to wait: others that come meanwhile do not make that longer.
      const leftMs = Math.max(next.since + patienceMs - performance.now(), 0);
      this.#patience = setTimeout(() => this.#start(), leftMs);
    }
  }

  /** The first whose caller and tenant have not their share of the threads. */
  #next(): Waiting | undefined {
    const running = [...this.#threads].flatMap(({ caller }) => caller ?? []);
    for (const waiting of this.#waiting) {
      const { tenant, id } = waiting.caller;
      const ofTenant = running.filter((caller) => caller.tenant === tenant);
      const ofCaller = ofTenant.filter((caller) => caller.id === id);
      // One is left for other tenants, and one for others of its tenant.
      const isLeft = ofTenant.length < this.#mostThreads - 1;
      if (isLeft && ofCaller.length < this.#mostThreads - 2) return waiting;
    }
    return undefined;
  }

  #start(): void {
    const thread: CompileThread = new CompileThread(this.#heapMegabytes, {
      onIdle: () => {
        thread.endIn(idleMs, () => this.#threads.size > 1);
        this.#dispatch();
      },
      onFull: (task) => this.#waiting.add(task),
      onEnd: (error) => {
        this.#threads.delete(thread);
        // None that waits would fare better where no thread can start.
        if (!thread.isReady && this.#threads.size === 0)
          for (const { reject } of this.#waiting) reject(error);
        this.#dispatch();
      },
    });
    this.#threads.add(thread);
  }
}

type RestOf<Name extends TaskName> =
  Parameters<CompileTasks[Name]> extends [unknown, unknown, ...infer Rest] ? Rest : [];

class CompileThread {
  isReady = false;
  readonly #worker: Worker;
  readonly #onIdle: () => void;
  readonly #onEnd: (error: Error) => void;
  readonly #catalogs = new Set<string>();
  #task: Waiting | undefined;
  #isWanted = false;
  #hasAnswered = false;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;
  /** The system's number of it. */
  #number: number | undefined;

  constructor(
    heapMegabytes: number,
    listener: {
      readonly onIdle: () => void;
      /** It has no memory left for the task, and others have had their part of it. */
      readonly onFull: (task: Waiting) => void;
      readonly onEnd: (error: Error) => void;
    },
  ) {
    this.#onIdle = listener.onIdle;
    this.#onEnd = listener.onEnd;
    this.#worker = startThread('compile-thread', import.meta.url, {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    this.#worker.on('message', (reply: CompileReply) => this.#receive(reply));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const isTooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      // What it has kept of earlier texts and catalogs is not this one's: another thread tells.
      const isOpen = this.#isWanted && !this.#isEnded;
      if (isTooLarge && isOpen && this.#hasAnswered && this.#task) {
        listener.onFull(this.#task);
        this.#task = undefined;
      }
      void this.end(isTooLarge ? tooHeavy(`${heapMegabytes} MB of memory`, error) : error);
    });
    this.#worker.on('exit', () => void this.end(new Error('A compiling thread has ended')));
  }

  get isIdle(): boolean {
    return this.isReady && this.#task === undefined;
  }

  /** Another one would not be done with it sooner. */
  get isLoading(): boolean {
    return !this.isReady || this.caller === nobody;
  }

  /** Whose text it is at. */
  get caller(): Caller | undefined {
    return this.#task?.caller;
  }

  run(task: Waiting, limitMs: number): void {
    this.#task = task;
    this.#isWanted = true;
    this.#worker.ref();
    this.#limit(limitMs, processorMs(this.#number));
    this.#tell(task.catalog);
    try {
      this.#worker.postMessage(task.request satisfies CompileRequest);
    } catch (error) {
      // It cannot be copied.
      this.#finish(() => task.reject(error));
    }
  }

  /** Nobody wants the answer any more: it may still come, so that the thread is not lost, but soon. */
  abandon(task: Waiting): void {
    if (this.#task !== task) return;
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(new HuntError('hunt.cancelled', {})), graceMs);
  }

  /** Ends it when it has been idle for so long, if that is wanted then. */
  endIn(milliseconds: number, isWanted: () => boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (isWanted()) void this.end(new HuntError('hunt.cancelled', {}));
    }, milliseconds).unref();
  }

  /** @param error what becomes of the task that it is at */
  async end(error: Error): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    const terminated = this.#worker.terminate();
    this.#task?.reject(error);
    this.#onEnd(error);
    await terminated;
  }

  /** On a busy machine a text has the same time of a processor as on another, where the system counts it. */
  #limit(limitMs: number, before: number | undefined, leftMs = limitMs): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const after = processorMs(this.#number);
      const used = before === undefined || after === undefined ? limitMs : after - before;
      if (used < limitMs) this.#limit(limitMs, before, Math.max(limitMs - used, leastWaitMs));
      else void this.end(tooHeavy(`${limitMs / 1000} s`));
    }, leftMs);
  }

  /** The thread keeps the catalogs that it was told last. */
  #tell(catalog: Catalog): void {
    const { version } = catalog;
    const isKnown = this.#catalogs.delete(version);
    this.#catalogs.add(version);
    if (!isKnown) this.#worker.postMessage({ kind: 'catalog', catalog } satisfies CompileRequest);
    const [oldest] = this.#catalogs.size > mostCatalogs ? this.#catalogs : [];
    if (oldest === undefined) return;
    this.#catalogs.delete(oldest);
    this.#worker.postMessage({ kind: 'forgetCatalog', version: oldest } satisfies CompileRequest);
  }

  #receive(reply: CompileReply): void {
    if (this.#isEnded) return;
    this.#finish(() => {
      if (reply.kind === 'ready') {
        this.isReady = true;
        this.#number = reply.thread;
      } else if (reply.kind === 'done') this.#task?.resolve(reply.result);
      else this.#task?.reject(errorOf(reply.fault));
    });
  }

  #finish(settle: () => void): void {
    settle();
    this.#hasAnswered ||= this.#task !== undefined;
    this.#task = undefined;
    this.#worker.unref();
    this.#onIdle();
  }
}

function tooHeavy(limit: string, cause?: Error): HuntError {
  return new HuntError(
    'kql.unsupported',
    {
      what: `A query that takes more than ${limit} to analyse`,
      because: 'its text has to be shorter or simpler',
    },
    { cause },
  );
}
