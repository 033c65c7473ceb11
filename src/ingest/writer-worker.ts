import {
  MessageChannel,
  type MessagePort,
  type Transferable,
  type Worker,
} from 'node:worker_threads';
import type { Engine } from '../engine/engine.js';
import { errorOf, faultOf, startThread } from '../thread.js';
import type { RowsTaker } from './parse-worker.js';
import type { PartCounts } from './writer.js';
import {
  type EngineCall,
  interrupted,
  type WriterReply,
  type WriterRequest,
  type WriterSettings,
  type WriterStatus,
} from './writer-protocol.js';

export interface WriterWorkerOptions extends WriterSettings {
  readonly engine: Pick<Engine, 'select' | 'command' | 'insertSegment'>;
  readonly log: (line: object) => void;
}

const heapMegabytes = 1024;
/** How long a thread that died waits for a request that starts the next. */
const restartMs = 1_000;
const atRest: WriterStatus = { backlogBytes: 0, backlogRows: new Map(), failure: undefined };

/** The writer on a thread of its own, started again when it has died. */
export class WriterWorker implements RowsTaker {
  readonly #options: WriterWorkerOptions;
  #thread: Promise<WriterThread>;
  /** The engine's work for a thread, which another thread waits for. */
  readonly #engineCalls = new Set<Promise<void>>();
  #life = 0;
  #status = atRest;
  #closed = false;

  private constructor(options: WriterWorkerOptions) {
    this.#options = options;
    this.#thread = this.#start();
  }

  /** Opens the spool. What an earlier process acknowledged and did not insert is taken up again. */
  static async open(options: WriterWorkerOptions): Promise<WriterWorker> {
    const writer = new WriterWorker(options);
    await writer.#thread;
    return writer;
  }

  /** Bytes acknowledged and not yet in the engine. */
  get backlogBytes(): number {
    return this.#status.backlogBytes;
  }

  /** Rows of a database that are acknowledged and not yet in the engine. */
  backlogRows(database: string): number {
    return this.#status.backlogRows.get(database) ?? 0;
  }

  /** Why rows do not get into the engine; undefined when they do. */
  get failure(): unknown {
    const { failure } = this.#status;
    return failure && errorOf(failure);
  }

  get life(): number {
    return this.#life;
  }

  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    void this.#thread.then(
      (thread) =>
        thread.ended ? port2.close() : thread.tell({ kind: 'connect', port: port2 }, [port2]),
      () => port2.close(),
    );
    return port1;
  }

  /**
   * As `Writer.commit`, for rows that have been sent through a port; they are gone afterwards, written or
   * not. Counts are in the order of the tickets, table by table.
   */
  async commit(
    database: string,
    tickets: readonly number[],
    patienceMs: number,
  ): Promise<PartCounts[]> {
    return (await this.#alive()).ask({ kind: 'commit', database, tickets, patienceMs });
  }

  /** For rows that have been sent and are not to be written. */
  discard(tickets: readonly number[]): void {
    void this.#thread.then(
      (thread) => thread.tell({ kind: 'discard', tickets }),
      () => undefined,
    );
  }

  /** As `Writer.forget`. */
  forget(database: string): void {
    void this.#thread.then(
      (thread) => thread.tell({ kind: 'forget', database }),
      () => undefined,
    );
  }

  /** Resolves when there is a thread to send rows to: what a dead one is sent is lost. */
  async ready(): Promise<void> {
    await this.#alive();
  }

  /** As `Writer.flush`. */
  async flush(): Promise<void> {
    await (await this.#alive()).ask({ kind: 'flush' });
  }

  /** As `Writer.close`. */
  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    const thread = await this.#thread.catch(() => undefined);
    if (thread && !thread.ended) {
      await thread.ask({ kind: 'close' });
      await thread.terminate();
    }
  }

  async #alive(): Promise<WriterThread> {
    const last = this.#thread;
    const thread = await last.catch(() => undefined);
    const isOver = thread === undefined || thread.ended;
    // Of those who see it, one starts the next.
    if (isOver && this.#thread === last && !this.#closed) {
      this.#thread = this.#startAfterThis();
    }
    return this.#thread;
  }

  /** What was on its way for the thread that died must have come to its end: the next one looks for it. */
  async #startAfterThis(): Promise<WriterThread> {
    await Promise.allSettled(this.#engineCalls);
    return this.#start();
  }

  async #start(): Promise<WriterThread> {
    this.#life++;
    const { folder, spoolBytes, log } = this.#options;
    const thread = new WriterThread(
      { folder, spoolBytes },
      {
        status: (status) => {
          this.#status = status;
        },
        ended: () => {
          // What it had not inserted is on disk; nobody is to be turned away for it, who would start the next.
          this.#status = atRest;
          // And where nobody comes, what is on disk is brought in all the same.
          setTimeout(() => void this.#alive().catch(() => undefined), restartMs).unref();
        },
        engine: (call) => this.#callEngine(call),
        log,
      },
    );
    await thread.opened;
    return thread;
  }

  #callEngine(call: EngineCall): Promise<readonly unknown[]> {
    const answer = answerOf(this.#options.engine, call);
    const ended: Promise<void> = answer.then(
      () => void this.#engineCalls.delete(ended),
      () => void this.#engineCalls.delete(ended),
    );
    this.#engineCalls.add(ended);
    return answer;
  }
}

async function answerOf(
  engine: WriterWorkerOptions['engine'],
  call: EngineCall,
): Promise<readonly unknown[]> {
  switch (call.method) {
    case 'select':
      return engine.select<unknown>(call.sql);
    case 'command':
      await engine.command(call.sql);
      return [];
    case 'insertSegment':
      await engine.insertSegment(call.segment);
      return [];
  }
}

interface Waiting {
  readonly resolve: (counts: PartCounts[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Surroundings {
  readonly status: (status: WriterStatus) => void;
  readonly ended: () => void;
  readonly engine: (call: EngineCall) => Promise<readonly unknown[]>;
  readonly log: (line: object) => void;
}

type Question = Extract<WriterRequest, { kind: 'commit' | 'flush' | 'close' }>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

class WriterThread {
  readonly opened: Promise<void>;
  ended = false;
  readonly #worker: Worker;
  readonly #surroundings: Surroundings;
  readonly #waiting = new Map<number, Waiting>();
  #settleOpened: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #nextId = 1;

  constructor(settings: WriterSettings, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = { resolve, reject };
    });
    this.#worker = startThread('writer-thread', import.meta.url, {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      workerData: settings,
    });
    this.#worker.on('message', (reply: WriterReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
  }

  tell(request: WriterRequest, moved: readonly Transferable[] = []): void {
    this.#worker.postMessage(request, moved);
  }

  ask(question: Unnumbered<Question>): Promise<PartCounts[]> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(interrupted());
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ ...question, id } as Question);
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(reply: WriterReply): void {
    if ('status' in reply) {
      this.#surroundings.status(reply.status);
    }
    switch (reply.kind) {
      case 'open':
        this.#settleOpened?.resolve();
        this.#worker.unref();
        break;
      case 'unopened':
        this.#settleOpened?.reject(errorOf(reply.fault));
        this.ended = true;
        void this.terminate();
        break;
      case 'done':
        this.#taken(reply.id)?.resolve(reply.counts);
        break;
      case 'failed':
        this.#taken(reply.id)?.reject(errorOf(reply.fault));
        break;
      case 'ask':
        void this.#answer(reply.id, reply.call);
        break;
      case 'log':
        this.#surroundings.log(reply.line);
        break;
    }
  }

  #taken(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) {
      this.#worker.unref();
    }
    return waiting;
  }

  async #answer(id: number, call: EngineCall): Promise<void> {
    const answer: WriterRequest = await this.#surroundings.engine(call).then(
      (rows) => ({ kind: 'answer', id, rows }),
      (error: unknown) => ({ kind: 'refusal', id, fault: faultOf(error) }),
    );
    this.#worker.postMessage(answer);
  }

  #end(cause: unknown): void {
    if (!this.ended) this.#surroundings.ended();
    this.ended = true;
    const error = interrupted(cause);
    this.#settleOpened?.reject(error);
    for (const { reject } of this.#waiting.values()) {
      reject(error);
    }
    this.#waiting.clear();
  }
}
