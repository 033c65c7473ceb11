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
}

const deepest = 16;
const mostFiles = 100_000;

/**
 * The files at a path: itself, or those below it; the oldest first. Hidden ones are left out. Links are followed,
 * and each folder is read once, by however many ways it can be reached.
 * @param pattern of their names, with `*` and `?`
 * @param onUnreadable told of what cannot be opened, because its name is no UTF-8
 */
export async function listFiles(
  place: string,
  pattern = '*',
  depth = deepest,
  onUnreadable: (file: string) => void = () => undefined,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const isWanted = matcherOf(pattern);
  const seen = new Set<string>();
  const root = await stat(place, { bigint: true }).catch(() => undefined);
  const idOf = ({ dev, ino }: BigIntStats) => (dev === root?.dev ? `${ino}` : `${dev}-${ino}`);
  const look = async (file: string, left: number, isNamed: boolean): Promise<void> => {
    if (found.length >= mostFiles) {
      return;
    }
    const info = await stat(file, { bigint: true }).catch(() => undefined);
    if (info?.isDirectory() && left >= 0 && !seen.has(idOf(info))) {
      seen.add(idOf(info));
      for (const name of await namesIn(file, onUnreadable)) {
        await look(path.join(file, name), left - 1, false);
      }
    } else if (info?.isFile() && (isNamed || isWanted(path.basename(file)))) {
      const { size, mtimeNs } = info;
      found.push({ path: file, id: idOf(info), size: Number(size), changedMs: msOf(mtimeNs) });
    }
  };
  await look(place, depth, true);
  return found.sort((left, right) => left.changedMs - right.changedMs);
}

/** As `stat` has it without big integers, to the last digit. */
function msOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) * 1e3 + Number(ns % 1_000_000_000n) / 1e6;
}

async function namesIn(folder: string, onUnreadable: (file: string) => void): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch(() => []);
  const readable = names.filter((name) => {
    if (isUtf8(name)) return true;
    onUnreadable(path.join(folder, name.toString()));
    return false;
  });
  return readable
    .map((name) => name.toString())
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Whether a name fits a pattern with `*` and `?`. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 's');
  return (name) => expression.test(name);
}
