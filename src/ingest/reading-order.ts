import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { contentsOf } from './contents.js';
import { isOfSysmon, lookedAtBytes } from './of-sysmon.js';

/**
 * Files that are taken in together, in the order to read them: those of Sysmon before the others. Where it
 * and another log tell of one occurrence, Sysmon's row is kept, which has to be known when the other comes.
 */
export async function inReadingOrder(files: readonly string[]): Promise<string[]> {
  if (files.length < 2) {
    return [...files];
  }
  const first: string[] = [];
  const others: string[] = [];
  for (const file of files) {
    ((await isSysmonFile(file)) ? first : others).push(file);
  }
  return [...first, ...others];
}

/** What cannot be read is not told here, but when its turn comes. */
async function isSysmonFile(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  // Standard input and pipes can be read once.
  if (!info?.isFile()) {
    return false;
  }
  const input = createReadStream(file, { highWaterMark: lookedAtBytes });
  try {
    return await isOfSysmon(contentsOf({ name: path.basename(file), chunks: input }, { file }));
  } catch {
    return false;
  } finally {
    input.destroy();
  }
}
