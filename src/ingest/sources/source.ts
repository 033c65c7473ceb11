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
  readonly log: (line: object) => void;
}

/** A source that is being read. */
export interface RunningSource {
  /** Resolves when all has been taken that was there when it was asked. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
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
