// The engine process: it owns the data directory and does what its parent says. Its JavaScript thread
// never waits for the engine: every statement runs on libuv's pool.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Session } from 'chdb';
import type { ChildConfiguration, EngineFault, FromChild, ToChild } from './chdb-protocol.js';
import { type Sample, sampleSql, UsageAccounts } from './chdb-usage.js';

const configuration = JSON.parse(process.argv[2] ?? '') as ChildConfiguration;
const accounts = new UsageAccounts(configuration.cores);
/** Tags of the hunts at work; true: to be killed. */
const hunts = new Map<string, boolean>();

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

let sampling: Promise<void> | undefined;
let samplerTimer: NodeJS.Timeout | undefined;

async function takeSample(): Promise<void> {
  let samples: Sample[] = [];
  try {
    const lines = (await sampler.run(sampleSql)).split('\n').filter((line) => line !== '');
    samples = lines.map((line) => JSON.parse(line) as Sample);
  } catch {
    // Out of memory, most likely. The hunts are accounted by process time until a poll succeeds.
  }
  accounts.sampled(samples);
}

function scheduleSample(): void {
  clearTimeout(samplerTimer);
  const wait = accounts.nextSampleIn();
  if (wait === undefined || sampling) {
    return;
  }
  samplerTimer = setTimeout(() => {
    sampling = takeSample().finally(() => {
      sampling = undefined;
      scheduleSample();
    });
  }, wait);
}

async function hunt(message: Extract<ToChild, { kind: 'hunt' }>): Promise<void> {
  const { id, tag } = message;
  hunts.set(tag, false);
  accounts.start(tag);
  scheduleSample();
  try {
    const text = await runOnce(message.sql, 'Null');
    if (sampling && !accounts.hasSample(tag)) {
      await sampling;
    }
    send({ kind: 'done', id, text, usage: accounts.finish(tag) });
  } catch (error) {
    accounts.finish(tag);
    send({ kind: 'error', id, fault: faultOf(error) });
  } finally {
    hunts.delete(tag);
    scheduleSample();
  }
}

async function statement(message: Extract<ToChild, { kind: 'statement' }>): Promise<void> {
  try {
    const text = await runOnce(message.sql, message.format);
    send({ kind: 'done', id: message.id, text });
  } catch (error) {
    send({ kind: 'error', id: message.id, fault: faultOf(error) });
  }
}

/** Again until it is gone: the engine may not have known the query yet when it was first told. */
async function kill(tag: string): Promise<void> {
  if (hunts.get(tag) !== false) {
    return;
  }
  hunts.set(tag, true);
  for (let wait = 50; hunts.has(tag); wait = Math.min(wait * 2, 1_000)) {
    try {
      await control.run(`KILL QUERY WHERE Settings['log_comment'] = '${tag}' ASYNC`);
    } catch {
      // Tried again below; the parent ends this process when nothing helps.
    }
    await delay(wait);
  }
}

async function ping(id: number): Promise<void> {
  try {
    await control.run('SELECT 1');
  } catch {
    // An engine that refuses (out of memory, say) is alive.
  }
  send({ kind: 'done', id, text: '' });
}

const handlers: {
  readonly [K in ToChild['kind']]: (message: Extract<ToChild, { kind: K }>) => Promise<void>;
} = {
  hunt,
  statement,
  kill: (message) => kill(message.tag),
  ping: (message) => ping(message.id),
  stop: async () => process.exit(0),
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
  openSession();
  await control.run('SELECT 1');
  process.on('message', (message: ToChild) => void handle(message));
  send({ kind: 'ready' });
} catch (error) {
  const failed: FromChild = { kind: 'failed', fault: faultOf(error) };
  process.send?.(failed, () => process.exit(1));
}
