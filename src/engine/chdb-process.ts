import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type {
  ChildConfiguration,
  EngineFault,
  FromChild,
  ToChild,
  Usage,
} from './chdb-protocol.js';

export interface ChdbProcessOptions {
  readonly configuration: ChildConfiguration;
  /** Empty and private: the engine would load a `config.xml` from it. */
  readonly workingDirectory: string;
  /** Statements that run at once, each on a thread of libuv's pool. */
  readonly statements: number;
  readonly log: (line: object) => void;
}

export interface Reply {
  readonly text: string;
  readonly usage?: Usage;
}

/** The engine said no to one statement; it is well otherwise. */
export class StatementFailed extends Error {
  readonly fault: EngineFault;

  constructor(fault: EngineFault) {
    super(fault.message);
    this.name = 'StatementFailed';
    this.fault = fault;
  }
}

/** The engine process ended (or never came up) while something was waiting for it. */
export class EngineGone extends Error {
  override readonly name = 'EngineGone';
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const startupMs = 300_000;
const heartbeatMs = 2_000;
const missedHeartbeats = 7;
const stopMs = 5_000;
const stderrChars = 4_096;

/** One life of the engine process. */
export class ChdbProcess {
  readonly pid: number | undefined;
  /** Resolves when the process has ended, whatever ended it. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: (line: object) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #gone = false;
  #reason: string | undefined;
  #startFault: EngineFault | undefined;
  #stderr = '';

  private constructor(options: ChdbProcessOptions) {
    this.#log = options.log;
    this.#child = fork(childModule.path, [JSON.stringify(options.configuration)], {
      cwd: options.workingDirectory,
      env: childEnvironment(options),
      execArgv: childModule.execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.pid = this.#child.pid;
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrChars);
    });
    this.exited = new Promise((resolve) => {
      // Later than `exit`: standard error has been read to its end.
      this.#child.once('close', (code, signal) => resolve(this.#ended(code, signal)));
      this.#child.once('error', (error) => {
        this.#reason ??= error.message;
        resolve(this.#ended(null, null));
      });
    });
  }

  /**
   * Resolves when the engine answers.
   * @throws EngineGone when it does not come up
   */
  static async start(options: ChdbProcessOptions): Promise<ChdbProcess> {
    const startedAt = performance.now();
    const engine = new ChdbProcess(options);
    await engine.#ready();
    engine.#watch();
    options.log({
      event: 'engine.started',
      pid: engine.pid,
      ms: Math.round(performance.now() - startedAt),
    });
    return engine;
  }

  get alive(): boolean {
    return !this.#gone;
  }

  /**
   * Runs one hunt or statement; settles when the engine has really ended it.
   * @throws StatementFailed EngineGone
   */
  request(
    message:
      | { kind: 'hunt'; tag: string; sql: string }
      | { kind: 'statement'; sql: string; format: string }
      | { kind: 'progress'; tag: string }
      | { kind: 'ping' },
  ): Promise<Reply> {
    if (this.#gone) {
      return Promise.reject(new EngineGone('the engine process has ended'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ ...message, id });
    });
  }

  /** Tells the engine to give up a hunt; its request settles when it has. */
  kill(tag: string): void {
    this.#send({ kind: 'kill', tag });
  }

  /** Ends the process now. What it has acknowledged is on disk. */
  terminate(reason: string): void {
    if (!this.#gone) {
      this.#reason ??= reason;
      this.#child.kill('SIGKILL');
    }
  }

  /** Ends the process in order. */
  async stop(): Promise<void> {
    this.#reason ??= 'stopped';
    this.#send({ kind: 'stop' });
    const timer = setTimeout(() => this.terminate('did not stop'), stopMs);
    await this.exited;
    clearTimeout(timer);
  }

  #send(message: ToChild): void {
    if (!this.#gone && this.#child.connected) {
      // A failed send means that the process is ending: `exited` tells everyone.
      this.#child.send(message, () => undefined);
    }
  }

  async #ready(): Promise<void> {
    const timer = setTimeout(() => this.terminate('did not start in time'), startupMs);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#child.on('message', (message: FromChild) => this.#receive(message, resolve));
        void this.exited.then(() => {
          const reason = this.#startFault?.message ?? this.#reason ?? 'it ended by itself';
          reject(new EngineGone(`the engine did not start: ${reason}\n${this.#stderr}`));
        });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(message: FromChild, ready: () => void): void {
    switch (message.kind) {
      case 'ready':
        ready();
        break;
      case 'failed':
        this.#startFault = message.fault;
        break;
      case 'done':
        this.#take(message.id)?.resolve(message);
        break;
      case 'error':
        this.#take(message.id)?.reject(new StatementFailed(message.fault));
        break;
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Counts answers that did not come, not time: a machine that slept has missed one at most. */
  #watch(): void {
    let missed = 0;
    const timer = setInterval(() => {
      missed += 1;
      if (missed > missedHeartbeats) {
        this.terminate('did not answer');
      } else if (missed === 1) {
        this.request({ kind: 'ping' }).then(
          () => {
            missed = 0;
          },
          () => undefined,
        );
      }
    }, heartbeatMs);
    void this.exited.then(() => clearInterval(timer));
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#gone) {
      return;
    }
    this.#gone = true;
    const reason = this.#reason ?? 'ended by itself';
    this.#log({
      event: 'engine.exited',
      pid: this.pid,
      code,
      signal,
      reason,
      interrupted: this.#waiting.size,
      ...(this.#stderr === '' ? {} : { stderr: this.#stderr }),
    });
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new EngineGone(`the engine process ${this.pid} ended: ${reason}`));
    }
    this.#waiting.clear();
  }
}

const childModule = import.meta.url.endsWith('.ts')
  ? {
      path: fileURLToPath(new URL('./chdb-child.ts', import.meta.url)),
      // Absolute: the child would look for a bare name in its own working directory.
      execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
    }
  : { path: fileURLToPath(new URL('./chdb-child.js', import.meta.url)), execArgv: [] };

const inherited = ['PATH', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'TMPDIR'];
const spareThreads = 8;

/** Of our own environment only what a program needs to run: it may hold secrets. */
function childEnvironment(options: ChdbProcessOptions): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    // Where the engine would look for a user's own configuration.
    HOME: options.workingDirectory,
    TZ: 'UTC',
    UV_THREADPOOL_SIZE: String(options.statements + spareThreads),
  };
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) {
      environment[name] = value;
    }
  }
  return environment;
}
