import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file as it is at the moment. */
export interface FoundFile {
  readonly path: string;
  /** The inode: it stays when the file is renamed. */
  readonly id: string;
  readonly size: number;
  readonly changedMs: number;
}

const deepest = 16;
const mostFiles = 100_000;

/**
 * The files at a path: itself, or those below it; the oldest first. Hidden ones are left out.
 * @param pattern of their names, with `*` and `?`
 */
export async function listFiles(
  place: string,
  pattern = '*',
  depth = deepest,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const isWanted = matcherOf(pattern);
  const look = async (file: string, left: number, isNamed: boolean): Promise<void> => {
    if (found.length >= mostFiles) {
      return;
    }
    const info = await stat(file).catch(() => undefined);
    if (info?.isDirectory() && left >= 0) {
      const names = await readdir(file).catch(() => []);
      for (const name of names.filter((each) => !each.startsWith('.')).sort()) {
        await look(path.join(file, name), left - 1, false);
      }
    } else if (info?.isFile() && (isNamed || isWanted(path.basename(file)))) {
      const { ino, size, mtimeMs } = info;
      found.push({ path: file, id: String(ino), size, changedMs: mtimeMs });
    }
  };
  await look(place, depth, true);
  return found.sort((left, right) => left.changedMs - right.changedMs);
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
