import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file as it is at the moment. */
export interface FoundFile {
  readonly path: string;
  /** The inode, and its device where that is not the place's: it stays when the file is renamed. */
  readonly id: string;
  readonly size: number;
  readonly changedMs: number;
  /** When it was made, where the file system knows it; another may have its id later. */
  readonly madeMs: number;
}

const deepest = 16;
const mostFiles = 100_000;

/** Told of what is passed over and might hold files, and of a place that is not there; and why. */
export type OnPassed = (file: string, why: string) => void;

/**
 * The files at a path: itself, or those below it; the oldest first. Hidden ones are left out. Links are followed,
 * and each folder is read once, by however many ways it can be reached.
 * @param pattern of their names, with `*` and `?`
 */
export async function listFiles(
  place: string,
  pattern = '*',
  depth = deepest,
  onPassed: OnPassed = () => undefined,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const isWanted = matcherOf(pattern);
  const seen = new Set<string>();
  let isFull = false;
  const root = await stat(place, { bigint: true }).catch((error: Error) => {
    onPassed(place, error.message);
    return undefined;
  });
  const idOf = ({ dev, ino }: BigIntStats) => (dev === root?.dev ? `${ino}` : `${dev}-${ino}`);
  const lookInto = async (folder: string, id: string, left: number): Promise<void> => {
    if (isFull || seen.has(id)) {
      return;
    }
    if (left < 0) {
      onPassed(folder, `It lies below ${depth} other folders.`);
      return;
    }
    seen.add(id);
    for (const name of await namesIn(folder, onPassed)) {
      const file = path.join(folder, name);
      const info = await statOf(file, onPassed);
      if (info?.isDirectory()) {
        await lookInto(file, idOf(info), left - 1);
      } else if (info?.isFile() && isWanted(name)) {
        if (found.length === mostFiles) {
          isFull = true;
          onPassed(place, `There are more than ${mostFiles} files.`);
          return;
        }
        found.push(foundFile(file, idOf(info), info));
      }
    }
  };
  if (root?.isDirectory()) {
    await lookInto(place, idOf(root), depth);
  } else if (root?.isFile()) {
    found.push(foundFile(place, idOf(root), root));
  }
  return found.sort((left, right) => left.changedMs - right.changedMs);
}

function foundFile(file: string, id: string, info: BigIntStats): FoundFile {
  const [changedMs, madeMs] = [msOf(info.mtimeNs), msOf(info.birthtimeNs)];
  return { path: file, id, size: Number(info.size), changedMs, madeMs };
}

/** undefined where it is not there, or cannot be seen. */
async function statOf(file: string, onPassed: OnPassed): Promise<BigIntStats | undefined> {
  try {
    return await stat(file, { bigint: true });
  } catch (error) {
    tellUnlessGone(file, error, onPassed);
    return undefined;
  }
}

function tellUnlessGone(file: string, error: unknown, onPassed: OnPassed): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') {
    onPassed(file, message);
  }
}

/** As `stat` has it without big integers, to the last digit. */
function msOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) * 1e3 + Number(ns % 1_000_000_000n) / 1e6;
}

async function namesIn(folder: string, onPassed: OnPassed): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch((error) => {
    tellUnlessGone(folder, error, onPassed);
    return [];
  });
  const readable = names.filter((name) => {
    if (isUtf8(name)) return true;
    onPassed(path.join(folder, name.toString()), 'The name is no UTF-8.');
    return false;
  });
  return readable
    .map((name) => name.toString())
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Whether a name fits a pattern with `*` and `?`; takes the product of their lengths in time at most. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const wanted = [...pattern];
  return (name) => {
    const given = [...name];
    let next = 0;
    let star = -1;
    /** Characters before it are what stands before the star, and what that is taken for. */
    let behindStar = 0;
    for (let at = 0; at < given.length; ) {
      if (wanted[next] === '*') {
        star = next++;
        behindStar = at;
      } else if (wanted[next] === '?' || wanted[next] === given[at]) {
        next++;
        at++;
      } else if (star >= 0) {
        // Stars before the last one need not be tried again.
        next = star + 1;
        at = ++behindStar;
      } else {
        return false;
      }
    }
    return wanted.slice(next).every((left) => left === '*');
  };
}
