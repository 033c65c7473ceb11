import type { ClassItem } from './syntax.js';

/** Code points from one to another, both included. */
type Span = readonly [from: number, to: number];

/** Spans in order that do not touch. */
export type CodePoints = readonly Span[];

export type SetOperator = '&&' | '--' | '~~';

const lastCodePoint = 0x10ffff;

const perl = {
  d: String.raw`\p{Nd}`,
  s: String.raw`\p{White_Space}`,
  w: String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`,
};
const asciiPerl = { d: '0-9', s: String.raw`\t-\r `, w: '0-9A-Za-z_' };

const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: String.raw`\x00-\x7f`,
  blank: String.raw`\t `,
  cntrl: String.raw`\x00-\x1f\x7f`,
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: String.raw`!-\/:-@\[-\x60\{-~`,
  space: String.raw`\t-\r `,
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** The characters that some of the items take. */
export function codePointsOf(items: readonly ClassItem[]): CodePoints {
  return merged(items.flatMap((item) => itemCodePoints(item)));
}

export function complement(points: CodePoints): CodePoints {
  const gaps: Span[] = [];
  let next = 0;
  for (const [from, to] of points) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= lastCodePoint) gaps.push([next, lastCodePoint]);
  return gaps;
}

export function combined(left: CodePoints, operator: SetOperator, right: CodePoints): CodePoints {
  switch (operator) {
    case '&&':
      return common(left, right);
    case '--':
      return common(left, complement(right));
    case '~~':
      return merged([...common(left, complement(right)), ...common(right, complement(left))]);
  }
}

export function rangesOf(points: CodePoints): ClassItem[] {
  return common(points, characters).map(([from, to]) => ({
    kind: 'range',
    from: String.fromCodePoint(from),
    to: String.fromCodePoint(to),
  }));
}

/** All but the surrogates. */
const characters: CodePoints = [
  [0, 0xd7ff],
  [0xe000, lastCodePoint],
];

function common(left: CodePoints, right: CodePoints): CodePoints {
  const found: Span[] = [];
  for (let [i, j] = [0, 0]; ; ) {
    const [a, b] = [left[i], right[j]];
    if (!a || !b) return found;
    const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (from <= to) found.push([from, to]);
    if (a[1] < b[1]) i++;
    else j++;
  }
}

function merged(spans: readonly Span[]): CodePoints {
  const found: [number, number][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

function itemCodePoints(item: ClassItem): CodePoints {
  if (item.kind === 'range') {
    return [[item.from.codePointAt(0) ?? 0, item.to.codePointAt(0) ?? 0]];
  }
  const points = matching(classBody(item));
  return item.negated ? complement(points) : points;
}

/** What stands between the brackets of the same class in JavaScript. */
function classBody(item: Exclude<ClassItem, { kind: 'range' }>): string {
  switch (item.kind) {
    case 'perl':
      return (item.ascii ? asciiPerl : perl)[item.letter];
    case 'posix':
      return posix[item.name] ?? '';
    case 'property':
      return `\\p{${item.name.length > 2 ? 'Script' : 'General_Category'}=${item.name}}`;
  }
}

/** Few classes are there to name. */
const known = new Map<string, CodePoints>();

function matching(body: string): CodePoints {
  let points = known.get(body);
  if (!points) {
    points = [...everyCharacter().matchAll(new RegExp(`[${body}]+`, 'gu'))].map(spanOf);
    known.set(body, points);
  }
  return points;
}

function everyCharacter(): string {
  const codes = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)).join(
      '',
    );
  return codes(0, 0xd7ff) + codes(0xe000, lastCodePoint);
}

function spanOf([run]: RegExpExecArray): Span {
  const from = run.codePointAt(0) ?? 0;
  const last = run.codePointAt(run.length - 2) ?? 0;
  const to = last > 0xffff ? last : (run.codePointAt(run.length - 1) ?? 0);
  return [from, to];
}
