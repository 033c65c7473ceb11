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

/** SQL for hunts of any moment: between each two of its texts, the ticks of an instant since that moment. */
export interface TimelessSql {
  readonly texts: readonly string[];
  readonly sinceNow: readonly bigint[];
}

export function timeless({ text }: Sql): TimelessSql {
  const texts: string[] = [];
  const sinceNow: bigint[] = [];
  let end = 0;
  for (const { 0: found, 1: sign, 2: size = '', index } of text.matchAll(written)) {
    texts.push(text.slice(end, index));
    sinceNow.push(sign === 'm' ? -BigInt(size) : BigInt(size));
    end = index + found.length;
  }
  texts.push(text.slice(end));
  return { texts, sinceNow };
}

/** The SQL for a hunt of that moment. */
export function atMoment({ texts, sinceNow }: TimelessSql, now: Date): string {
  const instants = sinceNow.map(
    (distance) => integer(BigInt(now.getTime()) * 10_000n + distance).text,
  );
  return texts.map((text, index) => text + (instants[index] ?? '')).join('');
}
