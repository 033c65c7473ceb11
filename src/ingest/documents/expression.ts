import { type JsonValue, maxJsonDepth } from '../json.js';
import { lowerCase } from '../windows/event.js';
import {
  type Condition,
  computed,
  type Expression,
  type Operand,
  type RuleScope,
  textFrom,
  firstOf as windowsFirstOf,
  when as windowsWhen,
} from '../windows/expression.js';
import { onlyOf } from './document.js';
import { slotOf } from './paths.js';
import { valueIn } from './scope.js';

/**
 * Before a path that an expression reads only where another has no value: what stands there is told only
 * where the row has it.
 */
export const perhaps = '?';

function perhapsTold({ read, text, fields }: Expression, sure: readonly string[] = []): Expression {
  const isSure = new Set(sure);
  return {
    read,
    text,
    fields: fields.map((path) =>
      isSure.has(path) || path.startsWith(perhaps) ? path : `${perhaps}${path}`,
    ),
  };
}

/** The first that is there; the others stay in AdditionalFields where they say something else. */
export function firstOf(first: Expression, ...others: readonly Operand[]): Expression {
  return perhapsTold(windowsFirstOf(first, ...others), first.fields);
}

/** One of two; the other stays in AdditionalFields where nothing else tells it. */
export function when(condition: Condition, then: Operand, otherwise: Operand): Expression {
  return perhapsTold(windowsWhen(condition, then, otherwise));
}

/** The member of the document at a path as it stands, for what is no part of a row. */
export function rawAt(path: string): (scope: RuleScope) => JsonValue | undefined {
  const slot = slotOf(path);
  return (scope) => valueIn(scope, slot);
}

export function textAt(path: string): (scope: RuleScope) => string | undefined {
  const read = rawAt(path);
  return (scope) => textFrom(onlyOf(read(scope)));
}

/** The member of the document at a path; `-` and empty text are nothing. */
export function at(path: string): Expression {
  const slot = slotOf(path);
  return computed(
    path,
    (scope) => {
      const value = onlyOf(valueIn(scope, slot));
      return value === '' || value === '-' ? undefined : value;
    },
    [path],
  );
}

/** The member, for what is not told in full by what is made of it. */
export function inPartAt(path: string): Expression {
  return { ...at(path), fields: [] };
}

/** The first element of a list, or the value that is none. */
export function firstAt(path: string): Expression {
  const { read, text, fields } = at(path);
  return {
    read: (scope) => {
      const value = read(scope);
      return Array.isArray(value) ? value[0] : value;
    },
    text: `first(${text})`,
    fields,
  };
}

/** Whether a member that is a word or a list of them has one that passes, in lower case. */
function hasWord(
  value: JsonValue | undefined,
  passes: (word: string) => boolean,
  depth = 0,
): boolean {
  if (Array.isArray(value)) {
    for (const each of depth < maxJsonDepth ? (value as readonly JsonValue[]) : []) {
      if (hasWord(each, passes, depth + 1)) {
        return true;
      }
    }
    return false;
  }
  const text = textFrom(value);
  return text !== undefined && passes(lowerCase(text));
}

/** One of the words is the member, or among its elements; whatever the case. */
export function lists(path: string, ...words: readonly string[]): Condition {
  const { read } = at(path);
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const isWanted = (word: string) => wanted.has(word);
  return {
    test: (scope) => hasWord(read(scope), isWanted),
    text: `${path} ${words.length === 1 ? `= ${words[0]}` : `in (${words.join(', ')})`}`,
    fields: [],
  };
}

export function isThere(path: string): Condition {
  const { read } = at(path);
  return { test: (scope) => read(scope) !== undefined, text: `${path} is there`, fields: [] };
}

/** The text matches. */
export function matches(path: string, pattern: Pick<RegExp, 'test'>, words: string): Condition {
  const { read } = at(path);
  const isMatch = (word: string) => pattern.test(word);
  return {
    test: (scope) => hasWord(read(scope), isMatch),
    text: `${path} ${words}`,
    fields: [],
  };
}

export function all(...conditions: readonly Condition[]): Condition {
  return {
    test: (scope) => {
      for (const condition of conditions) {
        if (!condition.test(scope)) {
          return false;
        }
      }
      return true;
    },
    text: conditions.map(({ text }) => text).join(' and '),
    fields: [],
  };
}

export function any(...conditions: readonly Condition[]): Condition {
  return {
    test: (scope) => {
      for (const condition of conditions) {
        if (condition.test(scope)) {
          return true;
        }
      }
      return false;
    },
    text: `(${conditions.map(({ text }) => text).join(' or ')})`,
    fields: [],
  };
}

export function not({ test, text }: Condition): Condition {
  const whole = isConjunction(text) ? `(${text})` : text;
  return { test: (scope) => !test(scope), text: `not ${whole}`, fields: [] };
}

/** Whether the condition's text is of several that all hold, outside of parentheses. */
function isConjunction(text: string): boolean {
  let depth = 0;
  const parts = text.split(/([()])/);
  return parts.some((part) => {
    depth += part === '(' ? 1 : part === ')' ? -1 : 0;
    return depth === 0 && part.includes(' and ');
  });
}

/** The first case whose condition holds; undefined where none does. */
export function choose(
  ...cases: readonly (readonly [Condition | undefined, string])[]
): Expression {
  return computed(
    cases
      .map(([condition, value]) => `${value}${condition ? ` if ${condition.text}` : ' else'}`)
      .join(', '),
    (scope: RuleScope) => {
      for (const [condition, value] of cases) {
        if (condition === undefined || condition.test(scope)) {
          return value;
        }
      }
      return undefined;
    },
  );
}
