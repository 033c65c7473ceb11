import { Readable } from 'node:stream';
import { HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import type { HuntCall } from '../../hunting/service.js';
import type { HuntingParts } from '../hunting.js';

/** Tables of one answer; each is a hunt of its own. */
const maxTables = 20;

/**
 * Hunts for each of a query's tables, one after the other: `fork`, `facet` and several statements give several. They
 * share the time that the program gives them, what the first takes for the present, and the profile's limits of rows
 * and bytes.
 * @param answers where they are put; none is left open if one of them fails
 */
export async function huntTables(
  hunt: HuntingParts['hunt'],
  call: HuntCall,
  answers: HuntAnswer[],
): Promise<void> {
  const { wallSeconds = Number.POSITIVE_INFINITY } = call.atMost ?? {};
  const started = performance.now();
  const left = (table: number) => {
    const seconds = wallSeconds - (performance.now() - started) / 1000;
    if (table > 0 && seconds <= 0) throw new HuntError('hunt.timeout', {});
    return table > 0 ? seconds : wallSeconds;
  };
  try {
    let count = 1;
    for (let table = 0; table < count; table++) {
      const atMost = { ...call.atMost, wallSeconds: left(table) };
      const now = call.now ?? answers[0]?.now;
      const before = {
        rows: sum(answers, ({ stats }) => stats.resultRows),
        resultBytes: sum(answers, ({ stats }) => stats.resultBytes),
      };
      const answer = await hunt({ ...call, ...(now && { now }), atMost, before, table });
      answers.push(answer);
      count = answer.tables?.length ?? 1;
      if (count > maxTables) {
        throw new HuntError('kql.unsupported', {
          what: `A query of more than ${maxTables} tables`,
          because: 'each of them is a hunt of its own',
        });
      }
    }
  } catch (error) {
    for (const { rows } of answers) rows.destroy();
    throw error;
  }
}

function sum(answers: readonly HuntAnswer[], of: (answer: HuntAnswer) => number): number {
  return answers.reduce((total, answer) => total + of(answer), 0);
}

/** The rows of all tables, with what stands between them. */
export function joined(
  answers: readonly HuntAnswer[],
  encode: (answer: HuntAnswer, index: number) => Readable,
  between: (ended: HuntAnswer, next: HuntAnswer, index: number) => string,
): Readable {
  const [first] = answers;
  if (first && answers.length === 1) return encode(first, 0);
  async function* texts(): AsyncGenerator<Buffer> {
    for (const [index, answer] of answers.entries()) {
      const ended = answers[index - 1];
      if (ended) yield Buffer.from(between(ended, answer, index));
      for await (const chunk of encode(answer, index)) yield chunk as Buffer;
    }
  }
  // Also where nobody has begun to read it.
  return Readable.from(texts()).once('close', () => {
    for (const { rows } of answers) rows.destroy();
  });
}
