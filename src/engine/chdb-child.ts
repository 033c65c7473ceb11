// The engine process: it owns the data directory and does what its parent says. Its JavaScript thread
// never waits for the engine: every statement runs on libuv's pool.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { drainPending, Session } from 'chdb';
import type { ChildConfiguration, EngineFault, FromChild, ToChild } from './chdb-protocol.js';
import { UsageMeter } from './chdb-usage.js';

const configuration = JSON.parse(process.argv[2] ?? '') as ChildConfiguration;
/** By tag, the hunts at work, and whether they are being killed. */
const hunts = new Map<string, { killed: boolean }>();

function openSession(): Session {
  return new Session(configuration.engineDirectory, {
    connectionArgs: configuration.connectionArguments,
  });
}

/**
 * A session of its own for every statement: after a failed one the session would put that
 * statement's leftover output in front of the next one's.
 */
async function runOnce(sql: string, format: string): Promise<string> {
  const session = openSession();
  try {
    return (await session.queryAsync(sql, { format })).text();
  } finally {
    session.close();
  }
}

/** A session that is kept as long as nothing fails on it; one statement at a time. */
class KeptSession {
  #session: Session | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  run(sql: string, format = 'JSONEachRow'): Promise<string> {
    const result = this.#tail.then(() => this.#run(sql, format));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  close(): void {
    this.#session?.close();
  }

  async #run(sql: string, format: string): Promise<string> {
    this.#session ??= openSession();
    const session = this.#session;
    try {
      return (await session.queryAsync(sql, { format })).text();
    } catch (error) {
      this.#session = undefined;
      session.close();
      throw error;
    }
  }
}

const control = new KeptSession();
const sampler = new KeptSession();

function send(message: FromChild): void {
  if (process.connected) {
    process.send?.(message);
  }
}

function faultOf(error: unknown): EngineFault {
  const code = (error as { clickhouseCode?: unknown }).clickhouseCode;
  return {
    code: typeof code === 'number' ? code : undefined,
    message: error instanceof Error ? error.message : String(error),
  };
}

const meter = new UsageMeter({
  openSession,
  read: (sql) => sampler.run(sql),
  cores: configuration.cores,
});

async function hunt(message: Extract<ToChild, { kind: 'hunt' }>): Promise<void> {
  const { id, tag, sql } = message;
  hunts.set(tag, { killed: false });
  try {
    const { result, usage } = await meter.measure(tag, () => runOnce(sql, 'Null'));
    send({ kind: 'done', id, text: result, usage });
  } catch (error) {
    send({ kind: 'error', id, fault: faultOf(error) });
  } finally {
    hunts.delete(tag);
  }
}

async function statement(message: Extract<ToChild, { kind: 'statement' }>): Promise<void> {
  try {
    const text = await meter.accompany(() => runOnce(message.sql, message.format));
    send({ kind: 'done', id: message.id, text });
  } catch (error) {
    send({ kind: 'error', id: message.id, fault: faultOf(error) });
  }
}

/** Again until it is gone: the engine may not have known the query yet when it was first told. */
async function kill(tag: string): Promise<void> {
  const hunt = hunts.get(tag);
  if (!hunt || hunt.killed) {
    return;
  }
  hunt.killed = true;
  for (let wait = 50; hunts.has(tag); wait = Math.min(wait * 2, 1_000)) {
    try {
      await control.run(`KILL QUERY WHERE Settings['log_comment'] = '${tag}' ASYNC`);
    } catch {
      // Tried again below; the parent ends this process when nothing helps.
    }
    await delay(wait);
  }
}

/** How far a hunt has got; nothing when it has ended, or when the engine cannot answer. */
async function progress({ id, tag }: Extract<ToChild, { kind: 'progress' }>): Promise<void> {
  let text = '';
  try {
    text = await sampler.run(`SELECT elapsed AS elapsedSeconds, read_rows AS rowsRead,
      read_bytes AS bytesRead, total_rows_approx AS rowsToRead FROM system.processes
      WHERE Settings['log_comment'] = '${tag}' SETTINGS output_format_json_quote_64bit_integers = 0`);
  } catch {
    // A hunt does not fail by that.
  }
  send({ kind: 'done', id, text });
}

async function ping(id: number): Promise<void> {
  try {
    await control.run('SELECT 1');
  } catch {
    // An engine that refuses (out of memory, say) is alive.
  }
  send({ kind: 'done', id, text: '' });
}

let engine: Session | undefined;

/** In order: a process that exits with open sessions crashes in the engine's own clean-up. */
async function stop(): Promise<void> {
  meter.close();
  control.close();
  sampler.close();
  engine?.close();
  await drainPending();
  process.exit(0);
}

const handlers: {
  readonly [K in ToChild['kind']]: (message: Extract<ToChild, { kind: K }>) => Promise<void>;
} = {
  hunt,
  statement,
  kill: (message) => kill(message.tag),
  progress,
  ping: (message) => ping(message.id),
  stop,
};

function handle<K extends ToChild['kind']>(message: Extract<ToChild, { kind: K }>): Promise<void> {
  const handler = handlers[message.kind as K];
  return handler(message);
}

// A terminal's or a service manager's signal goes to the parent too, which stops us in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// The parent is gone: nothing here may outlive it, and what is acknowledged is on disk.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

try {
  // Out of memory, the kernel shall take this process and not its parent.
  writeFileSync('/proc/self/oom_score_adj', '500');
} catch {
  // Not Linux, or not allowed.
}

try {
  // Open for as long as the process lives: closing the last session closes the engine.
  engine = openSession();
  await control.run('SELECT 1');
  meter.prepare();
  process.on('message', (message: ToChild) => void handle(message));
  send({ kind: 'ready' });
} catch (error) {
  const failed: FromChild = { kind: 'failed', fault: faultOf(error) };
  process.send?.(failed, () => process.exit(1));
}
