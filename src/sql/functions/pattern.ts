import type { PlanExpression } from '../../plan/plan.js';
import { bound } from '../bound.js';
import { convert } from '../convert.js';
import type { CallSite } from '../functions.js';
import { constantText, type Operand } from '../operand.js';
import { parseRegex } from '../regex/parse.js';
import { re2Text, unicodeClasses } from '../regex/re2.js';
import { type Capture, type ParsedRegex, RegexError } from '../regex/syntax.js';
import { literal, type Sql, sql } from '../sql.js';
import { invalid, refused } from './refused.js';

/** A regular expression as an argument. */
export interface Pattern {
  /** Null where it is known only when the query runs. */
  readonly parsed: ParsedRegex | null;
  /** It is the same for all rows: most of the engine's functions want it so. */
  readonly isFixed: boolean;
  /** SQL over a text and the expression. */
  readonly over: (
    text: Sql,
    use: (text: Sql, pattern: Sql) => Sql,
    options?: PatternOptions,
  ) => Sql;
}

export interface PatternOptions {
  /** Which groups capture; all, unless it says otherwise. */
  readonly captures?: (capture: Capture) => boolean;
  /** RE2 to put before and after the expression, which has to close what it opens. */
  readonly around?: readonly [before: string, after: string];
}

/** Beyond so many copies of a Unicode class RE2 finds an expression too large: then \w means ASCII. */
const maxUnicodeClasses = 150;

/**
 * The pattern of a call. One that is constant is translated from Kusto's dialect; another is given to RE2
 * as it is.
 * @throws HuntError `kql.semantic` `kql.unsupported`
 */
export function patternOf(call: Pick<CallSite, 'span'>, operand: Operand): Pattern {
  const text = constantText(operand);
  if (text === undefined) return runtimePattern(operand);
  const parsed = parsedPattern(call, text);
  const isLarge = unicodeClasses(parsed.root) > maxUnicodeClasses;
  return {
    parsed,
    isFixed: true,
    over: (subject, use, { captures, around = ['', ''] } = {}) => {
      const print = (ascii: boolean) =>
        literal(re2Text(parsed.root, { ascii, ...(captures && { captures }) }, ...around));
      const [ascii, unicode] = [print(true), print(false)];
      if (ascii.text === unicode.text || isLarge) return use(subject, ascii);
      // Classes of every script cost several times as much, and most text is ASCII.
      return bound(
        subject,
        (name) => sql`if(isValidASCII(${name}), ${use(name, ascii)}, ${use(name, unicode)})`,
      );
    },
  };
}

function parsedPattern(call: Pick<CallSite, 'span'>, text: string): ParsedRegex {
  try {
    return parseRegex(text);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const shown = text.slice(0, 200);
    throw error.malformed
      ? invalid(call, `Regex pattern is malformed: ${error.message}: '${shown}'`)
      : refused(call, `The regular expression '${shown}'`, error.message);
  }
}

function runtimePattern(operand: Operand): Pattern {
  const text = convert(operand, 'string');
  return {
    parsed: null,
    isFixed: !readsColumns(operand.expression),
    over: (subject, use, { around: [before, after] = ['', ''] } = {}) =>
      use(subject, sql`concat(${literal(`(?-s)${before}`)}, ${text}, ${literal(after)})`),
  };
}

/** Whether a value can differ from row to row. */
export function readsColumns(expression: PlanExpression): boolean {
  if (expression.kind === 'call') return expression.arguments.some(readsColumns);
  return expression.kind === 'column';
}

/** The pattern of a function for which the engine has to know it before the first row. */
export function fixedPattern(call: Pick<CallSite, 'span'>, operand: Operand): Pattern {
  const pattern = patternOf(call, operand);
  if (!pattern.isFixed)
    throw refused(call, 'A regular expression that differs from row to row', 'it has to be known');
  return pattern;
}
