import type { Hint } from '../api/types.js';
import { strings } from './strings.js';

const straight: Readonly<Record<string, string>> = { '“': '"', '”': '"', '‘': "'", '’': "'" };
const closing: Readonly<Record<string, string>> = { '“': '”', '‘': '’' };

/** Typographic quotation marks around a text, as web pages and word processors write them, with their fix. */
export function quoteHints(query: string): readonly Hint[] {
  const marks = marksOf(query);
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined) return [];
  let text = '';
  for (let at = first; at <= last; at++) {
    const character = query[at] ?? '';
    text += marks.includes(at) ? (straight[character] ?? character) : character;
  }
  const span = { start: first, length: last - first + 1 };
  const fix = { ...span, text };
  return [{ ...span, message: strings.curlyQuotes, title: strings.writeStraight, fix }];
}

/** Where they stand for quotation marks: not inside of strings and comments. */
function marksOf(query: string): number[] {
  const marks: number[] = [];
  const pattern = /\/\/.*|[@hH]*"(?:\\.|[^"\\\n])*"|[@hH]*'(?:\\.|[^'\\\n])*'|[“”‘’]/g;
  for (let match = pattern.exec(query); match; match = pattern.exec(query)) {
    const [found] = match;
    if (!(found in straight)) continue;
    marks.push(match.index);
    const end = query.indexOf(closing[found] ?? found, match.index + 1);
    const lineEnd = query.indexOf('\n', match.index);
    if (end < 0 || (lineEnd >= 0 && end > lineEnd)) continue;
    marks.push(end);
    pattern.lastIndex = end + 1;
  }
  return marks;
}
