import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { contentsOf } from './contents.js';

/** How much of a file's (unpacked) start is looked at. */
const lookedAtBytes = 256 * 1024;
const sysmon = /Microsoft-Windows-Sysmon|Linux-Sysmon/i;

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
    ((await isOfSysmon(file)) ? first : others).push(file);
  }
  return [...first, ...others];
}

/** What cannot be read is not told here, but when its turn comes. */
async function isOfSysmon(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  // Standard input and pipes can be read once.
  if (!info?.isFile()) {
    return false;
  }
  const input = createReadStream(file, { highWaterMark: lookedAtBytes });
  try {
    const contents = contentsOf({ name: path.basename(file), chunks: input }, { file });
    for await (const { name, chunks } of contents) {
      return sysmon.test(name) || sysmon.test(await startOf(chunks));
    }
    return false;
  } catch {
    return false;
  } finally {
    input.destroy();
  }
}

/** As text: names in UTF-16, which the logs' own files have, without their zeros. */
async function startOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('latin1').replaceAll('\0', '');
    if (text.length >= lookedAtBytes) {
      break;
    }
  }
  return text;
}
