import { ApiError, send } from '../api/client.js';
import type { Frame, HuntRequest, Problem, Progress } from '../api/types.js';
import type { ResultColumn, ResultSet } from '../results/model.js';

/** A run as the page shows it. */
export interface RunState {
  readonly phase: 'running' | 'done' | 'stopped' | 'failed';
  readonly request: HuntRequest;
  /** Where the query stands in the tab's text, and how much of what was sent stands there. */
  readonly start: number;
  readonly length: number;
  readonly result: ResultSet;
  readonly progress: Progress;
  readonly problem?: Problem & { readonly retryAfter?: number | undefined };
  readonly startedAt: number;
  /** Milliseconds until there was a row to see. */
  readonly firstRowMs?: number;
}

/** Milliseconds between two looks of the page at what has arrived. */
const paceMs = 120;
const nothing: Progress = { elapsedSeconds: 0, rowsRead: 0, bytesRead: 0 };

/** One hunt, from the request to its last row. What has arrived when it is stopped stays. */
export class Run {
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #rows: (readonly unknown[])[] = [];
  #state: RunState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: Partial<RunState> = {};

  constructor(request: HuntRequest, { start, length }: Pick<RunState, 'start' | 'length'>) {
    this.#state = {
      phase: 'running',
      request,
      start,
      length,
      result: { columns: [], rows: this.#rows, version: 0, state: 'running' },
      progress: nothing,
      startedAt: Date.now(),
    };
    void this.#stream();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): RunState => this.#state;

  stop(): void {
    if (this.#state.phase !== 'running') return;
    this.#abort.abort();
    this.#finish('stopped', 'partial', {});
  }

  async #stream(): Promise<void> {
    try {
      const body = { ...this.#state.request };
      const { signal } = this.#abort;
      const response = await send('POST', '/api/quarry/hunt', { body, signal });
      if (response.body) await this.#read(response.body);
      if (this.#state.phase === 'running') {
        const message = 'The connection ended before the answer did.';
        this.#fail({ code: 'portal.cut', message });
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      if (error instanceof ApiError) {
        const { code, message, position, retryAfter } = error;
        this.#fail({ code, message, ...(position && { position }), retryAfter });
      } else {
        this.#fail({ code: 'portal.failed', message: 'The connection to the server was lost.' });
      }
    }
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = '';
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += value;
      let end = rest.indexOf('\n');
      let from = 0;
      while (end >= 0) {
        if (end > from) this.#take(JSON.parse(rest.slice(from, end)) as Frame);
        from = end + 1;
        end = rest.indexOf('\n', from);
      }
      rest = rest.slice(from);
    }
  }

  #take(frame: Frame): void {
    if (this.#state.phase !== 'running') return;
    switch (frame.kind) {
      case 'columns': {
        const { visualization } = frame;
        const columns = frame.columns as readonly ResultColumn[];
        this.#show({ ...this.#state.result, columns, ...(visualization && { visualization }) });
        break;
      }
      case 'rows': {
        for (const row of frame.rows) this.#rows.push(row);
        const { startedAt, firstRowMs = this.#pending.firstRowMs ?? Date.now() - startedAt } =
          this.#state;
        this.#pending = { ...this.#pending, firstRowMs };
        this.#later();
        break;
      }
      case 'progress': {
        const { kind: _kind, ...progress } = frame;
        this.#pending = { ...this.#pending, progress };
        this.#later();
        break;
      }
      case 'end': {
        const { stats, truncated } = frame;
        this.#finish('done', 'complete', { stats, truncated });
        break;
      }
      case 'error':
        this.#fail(frame.error);
    }
  }

  #fail(problem: RunState['problem'] & object): void {
    this.#finish('failed', 'failed', {}, problem);
  }

  #finish(
    phase: RunState['phase'],
    state: ResultSet['state'],
    more: Partial<ResultSet>,
    problem?: RunState['problem'],
  ): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { result, startedAt } = this.#state;
    const elapsedSeconds = (Date.now() - startedAt) / 1000;
    const progress = { ...(this.#pending.progress ?? this.#state.progress), elapsedSeconds };
    this.#state = {
      ...this.#state,
      ...this.#pending,
      progress,
      phase,
      ...(problem && { problem }),
      result: { ...result, ...more, version: result.version + 1, state },
    };
    this.#tell();
  }

  #show(result: ResultSet): void {
    this.#state = { ...this.#state, result: { ...result, version: result.version + 1 } };
    this.#tell();
  }

  /** The page looks now and then, not at each line. */
  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#state = { ...this.#state, ...this.#pending };
      this.#pending = {};
      this.#show(this.#state.result);
    }, paceMs);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
