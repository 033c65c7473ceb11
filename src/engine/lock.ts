import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { HuntError } from '../errors.js';

export interface DirectoryLock {
  /** Tells others how to reach this process. */
  setAddress(url: string): void;
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** When the process started, in the system's own words: a pid alone comes back after a restart. */
  readonly started: string | null;
  readonly url?: string;
}

const attempts = 10;

/**
 * Takes the data directory for this process, making it if need be. The lock of a process that no
 * longer runs is taken over.
 * @throws HuntError `engine.busy` naming the process that holds it, and its address
 */
export function lockDataDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = path.join(directory, 'lock');
  const own = path.join(directory, `lock.${process.pid}`);
  const me: Holder = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    write(own, me);
    try {
      // Atomic, and never seen without its content.
      linkSync(own, lock);
      unlinkSync(own);
      return held(lock, own, me);
    } catch (error) {
      unlinkSync(own);
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const text = read(lock);
    const holder = parse(text);
    if (holder && isRunning(holder)) {
      throw new HuntError('engine.busy', { path: directory, pid: holder.pid, url: holder.url });
    }
    takeAway(lock, `${own}.stale`, text);
  }
  throw new HuntError('engine.busy', { path: directory });
}

function held(lock: string, own: string, me: Holder): DirectoryLock {
  return {
    setAddress(url) {
      write(own, { ...me, url });
      renameSync(own, lock);
    },
    release() {
      const holder = parse(read(lock));
      if (holder?.pid === me.pid && holder.started === me.started) {
        rmSync(lock, { force: true });
      }
    },
  };
}

/** Removes a dead process's lock, unless someone has just replaced it by a living one's. */
function takeAway(lock: string, grave: string, judged: string | undefined): void {
  try {
    renameSync(lock, grave);
  } catch {
    return; // Someone else was faster.
  }
  if (read(grave) !== judged) {
    try {
      linkSync(grave, lock);
    } catch {
      // Someone has taken the directory meanwhile: the next attempt sees it.
    }
  }
  rmSync(grave, { force: true });
}

function write(file: string, holder: Holder): void {
  writeFileSync(file, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Holder>;
    return typeof value.pid === 'number' ? { started: null, ...value, pid: value.pid } : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // Someone else's process is a process.
    return (error as NodeJS.ErrnoException).code === 'EPERM' && sameStart(holder);
  }
  return sameStart(holder);
}

function sameStart(holder: Holder): boolean {
  const started = startOf(holder.pid);
  return holder.started === null || started === null || started === holder.started;
}

/** Boot and clock tick of a process's start; null where the system does not tell. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name and may hold anything, spaces and parentheses too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}
