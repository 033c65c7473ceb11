import { connectors } from '../connectors.js';
import { evtxMagic } from '../evtx.js';
import { gzipMagic, utf16In } from '../unpack.js';
import { startsZstdMessages, zstdMagic } from '../zstd.js';

const magics = [gzipMagic, zstdMagic, evtxMagic, Buffer.from('PK')];
const tarMagicAt = 257;
/** Lines at the start that tell whether it is CSV, whose first line says what the others are. */
const lookedAt = 20;

/** Whether a file that starts so is no text that grows by the line. */
export function isPacked(start: Buffer): boolean {
  return (
    utf16In(start) !== undefined ||
    startsZstdMessages(start) ||
    magics.some((magic) => start.subarray(0, magic.length).equals(magic)) ||
    start.toString('latin1', tarMagicAt, tarMagicAt + 5) === 'ustar' ||
    isCsv(
      start
        .toString()
        .replace(/^\ufeff/, '')
        .split(/\r?\n/, lookedAt),
    )
  );
}

function isCsv(lines: readonly string[]): boolean {
  const sample = lines.map((text) => ({ text, value: undefined }));
  return connectors.some(({ hasHeader, detect }) => hasHeader && detect(sample) > 0);
}
