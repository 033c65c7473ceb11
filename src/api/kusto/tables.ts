import { Readable } from 'node:stream';
import type { HuntAnswer } from '../../hunting/hunt.js';

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
