import { epochText } from '../../datetime.js';
import type { JsonValue } from '../../json.js';
import { computed, type Expression, textFrom } from '../../windows/expression.js';
import { at } from '../expression.js';

export const epoch = (path: string): Expression => {
  const [count, text] = [at(path), at(`${path}_dt`)];
  return computed(`time(${path})`, (scope) => momentText(count.read(scope)) ?? text.read(scope), [
    path,
    `${path}_dt`,
  ]);
};

/** Milliseconds, as the schema says; what would not be of our days in them is counted otherwise. */
export function momentText(value: JsonValue | undefined): string | undefined {
  const text = textFrom(value);
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) {
    return text;
  }
  const count = Math.abs(Number(text));
  const unit = units.find(([least]) => count >= least)?.[1] ?? 'seconds';
  return epochText(text, unit);
}

const units = [
  [1e17, 'nanoseconds'],
  [1e14, 'microseconds'],
  [1e11, 'milliseconds'],
] as const;
