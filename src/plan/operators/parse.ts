import type { ScalarType } from '../../catalog/types.js';
import {
  type Expression,
  elements,
  kindOf,
  member,
  scalarTypeOf,
  spanOf,
  textOf,
} from '../../kql/syntax.js';
import { extended, type NamedValue, passThrough } from '../assignments.js';
import { newColumn, type PlanContext, rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  longLiteral,
  nullLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `T | parse [kind=simple|regex|relaxed] [flags=…] Expression with * "text" Name: type …` */
export const parse: OperatorPlanner = (node, input, context) => parsed(node, input, context, false);

/** `T | parse-where …`: rows that do not match are left out. */
export const parseWhere: OperatorPlanner = (node, input, context) =>
  parsed(node, input, context, true);

interface Capture {
  readonly name: string;
  readonly type: ScalarType;
}

type Kind = 'simple' | 'regex' | 'relaxed';

function parsed(
  node: Expression,
  input: Relation,
  context: PlanContext,
  filter: boolean,
): Relation {
  const kind = kindOfParse(node);
  const { pattern, captures } = patternOf(elements<Expression>(node, 'Patterns'), kind, node);
  const text = planScalar(member(node, 'Expression'), context, rowOf(input));
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type, span: spanOf(node) }) as const;
  // The text is searched once: its groups are a column that the values read, and each value one that
  // the others' validity reads.
  const groups = newColumn(context, 'groups', 'dynamic');
  const searched = call(
    'regex_groups',
    [converted(text, 'string'), stringLiteral(pattern)],
    'dynamic',
  );
  const withGroups = withHidden(input, [{ column: groups, expression: searched }], context);
  const values = captures.map(({ name, type }, index) => {
    const parts = [columnReference(groups), longLiteral(index + 1)];
    const taken = call(type === 'string' ? 'regex_group' : 'regex_value', parts, 'string');
    return { column: newColumn(context, name, type), expression: converted(taken, type) };
  });
  const withValues = withHidden(withGroups, values, context, [groups]);
  const matched = call('regex_matched', [columnReference(groups)], 'bool');
  // A value that its type refuses makes the whole row a non-match, unless the kind is relaxed.
  const valid = values
    .filter(({ column }) => kind !== 'relaxed' && !isText(column.type))
    .map(({ column }) => call('isnotnull', [columnReference(column)], 'bool'));
  const condition = valid.length === 0 ? matched : call('and', [matched, ...valid], 'bool');
  const named = values.map(({ column }): NamedValue => {
    const value = columnReference(column);
    const isSure = filter || valid.length === 0;
    return {
      name: column.name,
      node,
      expression: isSure
        ? value
        : call('iff', [condition, value, nullLiteral(column.type)], column.type),
    };
  });
  const rows: Relation = filter
    ? { ...withValues, plan: { kind: 'filter', input: withValues.plan, condition } }
    : withValues;
  return extended(rows, named, node.ResultType, context);
}

/** Columns that the next steps read and the query does not see. */
function withHidden(
  input: Relation,
  added: readonly PlanAssignment[],
  context: PlanContext,
  kept: readonly PlanColumn[] = [],
): Relation {
  const carried = kept.map((column) => ({ column, expression: columnReference(column) }));
  const columns = [...passThrough(input, context), ...carried, ...added];
  return { ...input, plan: { kind: 'project', input: input.plan, columns } };
}

function isText(type: ScalarType): boolean {
  return type === 'string' || type === 'dynamic';
}

function kindOfParse(node: Expression): Kind {
  const kind = parameterText(node, 'kind') ?? 'simple';
  if (kind === 'simple' || kind === 'regex' || kind === 'relaxed') return kind;
  throw unsupported(node, `parse kind=${kind}`, 'the kinds are simple, regex and relaxed');
}

/** Patterns are bounded: each capture costs the engine's search a little more. */
const maxCaptures = 100;

/** The regular expression that texts, stars and captures stand for; the captures are its groups `_q1`, `_q2`, … */
function patternOf(
  parts: readonly Expression[],
  kind: Kind,
  node: Expression,
): { pattern: string; captures: Capture[] } {
  const captures: Capture[] = [];
  const isStar = (part: Expression | undefined) => part && kindOf(part) === 'StarExpression';
  const pieces = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (isStar(part)) return kind === 'regex' ? '.*?' : '(?s:.*?)';
    if (part.IsLiteral) return literalPiece(String(part.LiteralValue ?? ''), kind);
    const capture = captureOf(part);
    if (!capture) {
      throw unsupported(
        part,
        `parse pattern ${textOf(part).trim()}`,
        'it is neither text nor a column',
      );
    }
    captures.push(capture);
    const next = isStar(parts[index + 1]);
    return capturePiece(`_q${captures.length}`, capture.type, {
      kind,
      isLast,
      beforeStar: Boolean(next),
    });
  });
  if (captures.length > maxCaptures) {
    throw unsupported(
      node,
      `a parse with more than ${maxCaptures} columns`,
      'patterns are bounded',
    );
  }
  const flags = kind === 'regex' ? flagsOf(node) : '';
  return { pattern: `${flags}^${pieces.join('')}$`, captures };
}

function flagsOf(node: Expression): string {
  const flags = parameterText(node, 'flags') ?? '';
  return flags === '' ? '' : `(?${flags})`;
}

function literalPiece(text: string, kind: Kind): string {
  return kind === 'regex' ? `(?:${text})` : text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

function captureOf(part: Expression): Capture | undefined {
  if (kindOf(part) === 'NameDeclaration') return { name: part.SimpleName ?? '', type: 'string' };
  if (kindOf(part) !== 'NameAndTypeDeclaration') return undefined;
  const type = member(part, 'Type').ReferencedSymbol;
  return {
    name: member(part, 'Name').SimpleName ?? '',
    // A type's name refers to the type itself.
    type: scalarTypeOf(type as Parameters<typeof scalarTypeOf>[0]),
  };
}

/** Texts of the types that stop by themselves, where no text follows that says how far they go. */
const ownPatterns: Partial<Readonly<Record<ScalarType, string>>> = {
  int: String.raw`[+-]?\d+`,
  long: String.raw`[+-]?\d+`,
  real: String.raw`[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?`,
  decimal: String.raw`[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?`,
  bool: '(?i:true|false)|[01]',
  guid: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  datetime: String.raw`\d[\d:./-]*(?:[T ]\d[\d:.]*)?(?:Z| ?[+-]\d\d:?\d\d| ?[AaPp][Mm])?`,
  timespan: String.raw`-?\d[\d:.]*[a-z]*`,
};

/** What a capture takes: as little as the next text allows, or all at the end. */
function capturePiece(
  group: string,
  type: ScalarType,
  { kind, isLast, beforeStar }: { kind: Kind; isLast: boolean; beforeStar: boolean },
): string {
  // As Kusto's own translation, which is greedy unless the flag U says otherwise.
  const anything = kind === 'regex' ? '.*' : isLast ? '(?s:.*)' : '(?s:.*?)';
  const own = ownPatterns[type];
  const isNumber = type === 'int' || type === 'long';
  if (own === undefined || !(isNumber || beforeStar)) return `(?<${group}>${anything})`;
  // Relaxed, a text of another type is skipped, and the value is null.
  const otherwise = kind === 'relaxed' ? `|${anything}` : '';
  return `(?<${group}>\\s*(?:${own})\\s*${otherwise})`;
}
