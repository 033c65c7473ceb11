import type { Device } from '../correlation/devices.js';
import type { Process } from '../correlation/process.js';
import { ExactNumber, type JsonValue } from '../json.js';
import type { WindowsEvent } from './event.js';
import type { JsonObject } from './shape.js';
import { present } from './values.js';

/** What a rule may read. */
export interface RuleScope {
  readonly event: WindowsEvent;
  readonly device: Device;
  /** The event's time, repaired, to 100 ns. */
  readonly time: string;
  readonly target: Process | undefined;
  /** The process that the event starts. */
  readonly started: Process | undefined;
  /** What the other log's word on the same occurrence has besides. */
  readonly twin: Readonly<Record<string, string>> | undefined;
  sidOf(user: string): string | undefined;
  /** The event as a whole, of sources whose events are documents. */
  readonly document?: JsonObject;
}

/** How a column comes from an event. */
export interface Expression {
  readonly read: (scope: RuleScope) => JsonValue | undefined;
  /** As the documentation prints it. */
  readonly text: string;
  /** Fields of the event that are told in full by it, in lower case. */
  readonly fields: readonly string[];
  /** Those of the fields that it tells of one event; all of them where it does not say. */
  readonly toldOf?: (scope: RuleScope) => readonly string[];
}

/** What an expression tells. */
export type Telling = Pick<Expression, 'fields' | 'toldOf'>;

/** A field's name, or more. */
export type Operand = string | Expression;

/** The fields that are told of one event. */
export function fieldsTold({ fields, toldOf }: Telling, scope: RuleScope): readonly string[] {
  return toldOf ? toldOf(scope) : fields;
}

/** What all of them tell. */
export function tellingOf(...all: readonly Telling[]): Telling {
  const fields = all.flatMap((each) => each.fields);
  return all.some(({ toldOf }) => toldOf !== undefined)
    ? { fields, toldOf: (scope) => all.flatMap((each) => fieldsTold(each, scope)) }
    : { fields };
}

/** A field of the event; `-` is nothing. Where its name has spaces, some shippers write it otherwise. */
export function field(name: string): Expression {
  const key = name.toLowerCase();
  const spellings = key.includes(' ')
    ? [key, key.replaceAll(' ', '_'), key.replaceAll(' ', '')]
    : [key];
  return {
    read: ({ event }) => firstValue(event, spellings),
    text: name,
    fields: spellings,
    ...(spellings.length > 1 && {
      toldOf: ({ event: { data } }) =>
        spellings.filter((spelling) => present(data.get(spelling)) !== undefined).slice(0, 1),
    }),
  };
}

/** The value of a field under the first of its spellings that has one. */
export function firstValue(
  { data }: WindowsEvent,
  spellings: readonly string[],
): string | undefined {
  for (const spelling of spellings) {
    const value = present(data.get(spelling));
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

export function literal(value: JsonValue): Expression {
  return { read: () => value, text: JSON.stringify(value), fields: [] };
}

/** A value that is no field of the event. */
export function computed(
  text: string,
  read: (scope: RuleScope) => JsonValue | undefined,
  fields: readonly string[] = [],
): Expression {
  return { read, text, fields };
}

export function expressionOf(operand: Operand): Expression {
  return typeof operand === 'string' ? field(operand) : operand;
}

/** A function of one text; it is not asked about absent ones. */
export function transform(
  name: string,
  compute: (text: string, scope: RuleScope) => JsonValue | undefined,
): (operand: Operand) => Expression {
  return (operand) => {
    const expression = expressionOf(operand);
    const { read, text } = expression;
    return {
      read: (scope) => {
        const value = textFrom(read(scope));
        return value === undefined ? undefined : compute(value, scope);
      },
      text: `${name}(${text})`,
      ...tellingOf(expression),
    };
  };
}

/** The fields stay in AdditionalFields, because what is taken is not all that they say. */
export function inPart({ read, text }: Expression): Expression {
  return { read, text, fields: [] };
}

/** The first that is there; it alone is told. */
export function firstOf(...operands: readonly Operand[]): Expression {
  const all = operands.map(expressionOf);
  const isThere = (value: JsonValue | undefined) => value !== undefined && value !== '';
  return {
    read: (scope) => {
      for (const { read } of all) {
        const value = read(scope);
        if (isThere(value)) {
          return value;
        }
      }
      return undefined;
    },
    text: `firstOf(${all.map(({ text }) => text).join(', ')})`,
    fields: all.flatMap(({ fields }) => fields),
    toldOf: (scope) => {
      const first = all.find(({ read }) => isThere(read(scope)));
      return first === undefined ? [] : fieldsTold(first, scope);
    },
  };
}

export interface Condition {
  readonly test: (scope: RuleScope) => boolean;
  readonly text: string;
  /** Fields of which nothing else is to be told, in lower case. */
  readonly fields: readonly string[];
}

/** One that asks for no more than the event's own values. */
interface EventCondition extends Condition {
  readonly test: (scope: Pick<RuleScope, 'event'>) => boolean;
}

/** Equal to one of them, whatever the case. */
export function is(name: string, ...values: readonly string[]): EventCondition {
  const key = name.toLowerCase();
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return {
    test: ({ event }) => wanted.has(event.data.get(key)?.toLowerCase() ?? ''),
    text: values.map((value) => `${name} = '${value}'`).join(' or '),
    fields: [key],
  };
}

/** The field has a value. */
export function has(name: string): Condition {
  const { read } = field(name);
  return { test: (scope) => read(scope) !== undefined, text: `${name} is there`, fields: [] };
}

/** One of two; the other is not told. */
export function when(condition: Condition, then: Operand, otherwise: Operand): Expression {
  const [yes, no] = [expressionOf(then), expressionOf(otherwise)];
  const [ofYes, ofNo] = [tellingOf(condition, yes), tellingOf(condition, no)];
  return {
    read: (scope) => (condition.test(scope) ? yes : no).read(scope),
    text: `if(${condition.text}, ${yes.text}, ${no.text})`,
    fields: [...condition.fields, ...yes.fields, ...no.fields],
    toldOf: (scope) => fieldsTold(condition.test(scope) ? ofYes : ofNo, scope),
  };
}

/** A text by the value of a field, whatever its case. */
export function match(
  operand: Operand,
  cases: Readonly<Record<string, string>>,
  otherwise: string,
): Expression {
  const expression = expressionOf(operand);
  const { read, text } = expression;
  const byValue = new Map(Object.entries(cases).map(([key, value]) => [key.toLowerCase(), value]));
  return {
    read: (scope) => byValue.get(textFrom(read(scope))?.toLowerCase() ?? '') ?? otherwise,
    text: `match(${text}: ${[...Object.entries(cases).map(([key, value]) => `${key} ${value}`), `else ${otherwise}`].join(', ')})`,
    ...tellingOf(expression),
  };
}

/** What is there, joined. */
export function joined(separator: string, ...operands: readonly Operand[]): Expression {
  const all = operands.map(expressionOf);
  return {
    read: (scope) => {
      const parts = all.map(({ read }) => textFrom(read(scope))).filter((part) => part);
      return parts.length === 0 ? undefined : parts.join(separator);
    },
    text: all.map(({ text }) => text).join(` + '${separator}' + `),
    ...tellingOf(...all),
  };
}

export function textFrom(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  if (value === undefined || value === null || typeof value === 'object') {
    return value instanceof ExactNumber ? value.digits : undefined;
  }
  return String(value);
}
