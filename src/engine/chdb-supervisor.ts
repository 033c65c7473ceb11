import { setTimeout as delay } from 'node:timers/promises';
import { HuntError } from '../errors.js';
import { ChdbProcess, type ChdbProcessOptions, EngineGone } from './chdb-process.js';

const firstBackOffMs = 100;
const longestBackOffMs = 10_000;
/** A life that long ends a series of failures. */
const healthyMs = 60_000;
const startAttempts = 4;
/** How long callers wait for an engine that does not come back. */
const patienceMs = 30_000;
/** A killed parent's child holds the directory for another moment. */
const lockedMs = 5_000;

/** Keeps an engine process alive. */
export class ChdbSupervisor {
  readonly #options: ChdbProcessOptions;
  readonly #closing = new AbortController();
  #current: ChdbProcess | undefined;
  #next: Promise<ChdbProcess | undefined>;
  #downSince = 0;
  #failures = 0;

  private constructor(options: ChdbProcessOptions, first: ChdbProcess) {
    this.#options = options;
    this.#next = Promise.resolve(first);
    this.#adopt(first);
  }

  /**
   * Starts the first process.
   * @throws HuntError `engine.busy` when another process holds the engine's files, `engine.start`
   */
  static async start(path: string, options: ChdbProcessOptions): Promise<ChdbSupervisor> {
    const since = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return new ChdbSupervisor(options, await ChdbProcess.start(options));
      } catch (error) {
        const locked = isLocked(error);
        if (locked ? performance.now() - since > lockedMs : attempt >= startAttempts) {
          throw locked
            ? new HuntError('engine.busy', { path }, { cause: error })
            : new HuntError('engine.start', { path, reason: reasonOf(error) }, { cause: error });
        }
        await delay(locked ? 300 : firstBackOffMs * 2 ** attempt);
      }
    }
  }

  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /**
   * The running process, or the next one.
   * @throws HuntError `engine.unavailable` when there is none within half a minute, `hunt.cancelled`
   */
  async process(cancel?: AbortSignal): Promise<ChdbProcess> {
    if (this.#closing.signal.aborted) {
      throw new HuntError('engine.unavailable', {});
    }
    if (this.#current) {
      return this.#current;
    }
    const patience = new AbortController();
    const leftMs = Math.max(0, patienceMs - (performance.now() - this.#downSince));
    try {
      const end = AbortSignal.any(cancel ? [patience.signal, cancel] : [patience.signal]);
      const next = await Promise.race([this.#next, pause(leftMs, end)]);
      if (cancel?.aborted) {
        throw new HuntError('hunt.cancelled', {});
      }
      if (!next) {
        throw new HuntError('engine.unavailable', {});
      }
      return next;
    } finally {
      patience.abort();
    }
  }

  /** No new work and no new process from now on; what runs goes on. */
  retire(): void {
    this.#closing.abort();
  }

  async stop(): Promise<void> {
    this.retire();
    const last = this.#current ?? (await this.#next);
    await last?.stop();
  }

  #adopt(engine: ChdbProcess): void {
    const since = performance.now();
    this.#current = engine;
    void engine.exited.then(() => {
      this.#current = undefined;
      this.#downSince = performance.now();
      if (this.#downSince - since > healthyMs) {
        this.#failures = 0;
      }
      this.#next = this.#restart();
    });
  }

  async #restart(): Promise<ChdbProcess | undefined> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await pause(Math.min(firstBackOffMs * 2 ** this.#failures, longestBackOffMs), signal);
      this.#failures += 1;
      if (signal.aborted) {
        break;
      }
      try {
        const engine = await ChdbProcess.start(this.#options);
        this.#adopt(engine);
        return engine;
      } catch (error) {
        this.#options.log({ event: 'engine.restart', failed: String(error) });
      }
    }
    return undefined;
  }
}

/** Resolves after a time, or when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

const longestReason = 500;

/** What the engine has said last; its own trace would hide it. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = /Code: \d+\..*/s.exec(text)?.[0] ?? text;
  return said
    .replace(/\s*(Stack trace| from query ATTACH ).*/s, '')
    .slice(0, longestReason)
    .trim();
}

/** The binding's error says nothing; the engine has written its own on standard error. */
function isLocked(error: unknown): boolean {
  return error instanceof EngineGone && error.message.includes('Cannot lock file');
}
