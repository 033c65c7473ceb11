import { rm } from 'node:fs/promises';
import { HuntError } from '../errors.js';
import { integer, literal, sql } from '../sql/sql.js';
import { huntError, unavailable } from './chdb-errors.js';
import { type ChdbProcess, type Reply, StatementFailed } from './chdb-process.js';
import type { EngineQuery, EngineResult, QueryProgress } from './engine.js';
import { openResult } from './result-file.js';
import { huntSettings, settingsClause } from './settings.js';

export interface HuntContext {
  readonly engine: ChdbProcess;
  /** Where the engine writes the result. */
  readonly output: string;
  /** String literals of the query, which may come back as messages of throwIf. */
  readonly literals: readonly string[];
  readonly host: { readonly cores: number; readonly huntMemoryBytes: number };
  readonly log: (line: object) => void;
}

export interface RunningHunt {
  /** Settles as soon as the hunt is over for its caller. */
  readonly result: Promise<EngineResult>;
  /** Resolves when it is over for the engine too. */
  readonly ended: Promise<void>;
  cancel(): void;
}

type Killed = 'hunt.cancelled' | 'hunt.timeout';

/** The engine's own limit comes first; this one is for a query that it cannot interrupt. */
const overrunMs = 1_000;
/** An engine that ignores KILL for longer is ended. */
const killGraceMs = 10_000;
/** Looking costs the engine a millisecond, which is counted as the hunt's own. */
const progressEveryMs = 250;

/** Runs one hunt on an engine process. */
export function startHunt(query: EngineQuery, context: HuntContext): RunningHunt {
  const { tag, limits, signal, onProgress } = query;
  const { engine, output, literals, log } = context;
  let answer: (result: EngineResult) => void = () => undefined;
  let refuse: (error: unknown) => void = () => undefined;
  const result = new Promise<EngineResult>((resolve, reject) => {
    answer = resolve;
    refuse = reject;
  });
  let killed: Killed | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  function kill(reason: Killed): void {
    if (killed === undefined) {
      killed = reason;
      refuse(new HuntError(reason, {}));
      engine.kill(tag);
      watchdog = setTimeout(() => {
        log({ event: 'engine.watchdog', tag });
        engine.terminate(`hunt ${tag} ignored KILL`);
      }, killGraceMs);
    }
  }

  async function tell(report: (progress: QueryProgress) => void): Promise<void> {
    try {
      const { text } = await engine.request({ kind: 'progress', tag });
      if (text !== '') report(JSON.parse(text) as QueryProgress);
    } catch {
      // The hunt itself says what is wrong.
    }
  }

  async function work(): Promise<void> {
    try {
      const reply = await engine.request({ kind: 'hunt', tag, sql: huntSql(query, context) });
      const read = await readResult(output, reply, limits.resultBytes);
      answer(read);
      if (killed !== undefined) {
        read.rows.destroy();
      }
    } catch (error) {
      refuse(
        error instanceof StatementFailed
          ? huntError(error.fault, { literals, killed })
          : unavailable(error),
      );
    } finally {
      clearTimeout(deadline);
      clearTimeout(watchdog);
      clearInterval(teller);
      signal?.removeEventListener('abort', cancel);
    }
    await rm(output, { force: true }).catch((error) =>
      log({ event: 'engine.result', tag, failed: String(error) }),
    );
  }

  const cancel = () => kill('hunt.cancelled');
  const deadline = setTimeout(() => kill('hunt.timeout'), limits.wallSeconds * 1_000 + overrunMs);
  signal?.addEventListener('abort', cancel, { once: true });
  const teller = onProgress && setInterval(() => void tell(onProgress), progressEveryMs);
  const ended = work();
  if (signal?.aborted) {
    cancel();
  }
  return { result, ended, cancel };
}

function huntSql({ sql: text, tag, limits }: EngineQuery, { output, host }: HuntContext): string {
  return sql`SELECT row FROM (
${{ text }}
) LIMIT ${integer(limits.rows)}
INTO OUTFILE ${literal(output)} FORMAT Template
SETTINGS ${settingsClause(huntSettings(tag, text.length, limits, host))}`.text;
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
