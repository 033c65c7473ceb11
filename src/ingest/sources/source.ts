import { HuntError } from '../../errors.js';
import { tenantSince } from '../../store/tenants.js';
import type { OpenIntake } from '../intake.js';
import type { PositionPlace } from '../positions.js';

/** What a source is told of itself. */
export interface SourceSettings {
  /** Tells it from others; its positions are kept under it. */
  readonly name: string;
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records of each file. */
  readonly source?: string | undefined;
}

/** What sources stand on. */
export interface SourceParts extends PositionPlace {
  readonly open: OpenIntake;
  /** Whether the first record of a connector's streams names the fields of the others. */
  readonly hasHeader: (tenant: string, connector: string) => Promise<boolean>;
  readonly log: (line: object) => void;
}

/** A source that is being read. */
export interface RunningSource {
  /** Resolves when all has been taken that was there when it was asked. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a source while it is read for one tenant. */
interface SourceState {
  poll(signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

/** Reads a source for a tenant; from the start for one that has been removed and made again, which was given nothing. */
export class OfTenant {
  readonly #parts: SourceParts;
  readonly #tenant: string;
  readonly #make: (since: number) => Promise<SourceState>;
  #current: { readonly since: number; readonly state: SourceState } | undefined;

  constructor(parts: SourceParts, tenant: string, make: (since: number) => Promise<SourceState>) {
    this.#parts = parts;
    this.#tenant = tenant;
    this.#make = make;
  }

  /** @throws HuntError `request.notFound` where there is no such tenant at the moment */
  async open(): Promise<SourceState> {
    const since = await tenantSince(this.#parts.store, this.#tenant);
    if (this.#current && this.#current.since !== since) {
      await this.close();
    }
    if (since === undefined) {
      throw new HuntError('request.notFound', { what: `Tenant ${this.#tenant}` });
    }
    this.#current ??= { since, state: await this.#make(since) };
    return this.#current.state;
  }

  /** @throws HuntError as `open` */
  async poll(signal: AbortSignal): Promise<void> {
    await (await this.open()).poll(signal);
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.state.close?.();
  }
}

const longestWaitMs = 60_000;

/**
 * Calls `work` again and again, with a pause between, until it is closed; longer where it fails. What is
 * under way then is told by the signal.
 */
export function every(
  pauseMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  onFailure: (error: unknown) => void,
): RunningSource {
  const closing = new AbortController();
  const { signal } = closing;
  let wake: () => void = () => undefined;
  let failures = 0;
  let rounds = 0;
  const waiting: { readonly after: number; readonly resolve: () => void }[] = [];
  const run = async () => {
    while (!signal.aborted) {
      const round = ++rounds;
      try {
        await work(signal);
        failures = 0;
        for (const each of waiting.splice(0)) {
          if (each.after < round) each.resolve();
          else waiting.push(each);
        }
      } catch (error) {
        failures++;
        onFailure(error);
      }
      const ms = failures === 0 ? pauseMs : Math.min(longestWaitMs, pauseMs * 2 ** failures);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, signal.aborted ? 0 : ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    caughtUp: () => new Promise((resolve) => waiting.push({ after: rounds, resolve })),
    async close() {
      closing.abort();
      wake();
      await running;
    },
  };
}
