import { randomUUID } from 'node:crypto';
import { integer, type Sql } from './sql.js';

/** No query can have guessed it, and so none has it among its texts. */
const mark = `moment_${randomUUID().replaceAll('-', '')}_`;
const written = new RegExp(`${mark}([pm])(\\d+)`, 'g');

/** The ticks of an instant so far from the moment of a hunt that is not known yet. */
export function ticksSinceNow(sinceNow: bigint): Sql {
  const size = sinceNow < 0n ? `m${-sinceNow}` : `p${sinceNow}`;
  return { text: mark + size };
}

/** SQL for hunts of any moment, as that of one. */
export function atMoment(text: string, now: Date): string {
  return text.replaceAll(written, (_, sign: string, size: string) => {
    const distance = sign === 'm' ? -BigInt(size) : BigInt(size);
    return integer(BigInt(now.getTime()) * 10_000n + distance).text;
  });
}
