import type { ScalarType } from '../../catalog/types.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  type SyntaxNode,
  scalarTypeOf,
  textOf,
} from '../../kql/syntax.js';
import { extended, type NamedValue } from '../assignments.js';
import { newColumn, type PlanContext, rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  longLiteral,
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

function parsed(
  node: Expression,
  input: Relation,
  context: PlanContext,
  filter: boolean,
): Relation {
  const kind = parameterText(node, 'kind') ?? 'simple';
  const flags = (parameterText(node, 'flags') ?? '').replace(/[^imsU]/g, '');
  const { pattern, captures } = patternOf(
    elements<Expression>(node, 'Patterns'),
    kind,
    flags,
    node,
  );
  const text = planScalar(member(node, 'Expression'), context, rowOf(input));
  const span = { start: node.TextStart, length: node.Width };
  const call = (
    name: string,
    parts: readonly PlanExpression[],
    type: ScalarType,
  ): PlanExpression => ({
    kind: 'call',
    name,
    arguments: parts,
    type,
    span,
  });
  const groups = newColumn(context, 'groups', 'dynamic');
  const matched = call(
    'regex_groups',
    [converted(text, 'string'), stringLiteral(pattern)],
    'dynamic',
  );
  const withGroups: Relation = {
    ...input,
    plan: {
      kind: 'project',
      input: input.plan,
      columns: [
        ...extended(input, [], [], context).columns.map((column) => ({
          column,
          expression: columnReference(column),
        })),
        ...hidden(input, context),
        { column: groups, expression: matched },
      ],
    },
  };
  const item = (index: number) =>
    call('regex_group', [columnReference(groups), longLiteral(index)], 'string');
  const converts = captures.map((capture, index) => ({
    capture,
    value: converted(item(index + 1), capture.type),
  }));
  // A value that its type refuses makes the whole row a non-match, unless the kind is relaxed.
  const valid = [
    call('regex_matched', [columnReference(groups)], 'bool'),
    ...(kind === 'relaxed'
      ? []
      : converts.flatMap(({ capture, value }) =>
          capture.type === 'string' ? [] : [call('isnotnull', [value], 'bool')],
        )),
  ];
  const condition = call('and', valid, 'bool');
  const values = converts.map(
    ({ capture, value }): NamedValue => ({
      name: capture.name,
      node,
      expression: filter
        ? value
        : call('iff', [condition, value, emptyOf(capture.type)], capture.type),
    }),
  );
  const rows: Relation = filter
    ? { ...withGroups, plan: { kind: 'filter', input: withGroups.plan, condition } }
    : withGroups;
  return extended(rows, values, columnsOf(node.ResultType), context);
}

function hidden(input: Relation, context: PlanContext) {
  const columns = new Set([
    ...context.partition,
    ...(input.ingestionTime ? [input.ingestionTime] : []),
    ...input.order.flatMap((key) =>
      key.expression.kind === 'column' ? [key.expression.column] : [],
    ),
  ]);
  return [...columns]
    .filter((column) => !input.columns.includes(column))
    .map((column) => ({ column, expression: columnReference(column) }));
}

function emptyOf(type: ScalarType): PlanExpression {
  return type === 'string' ? stringLiteral('') : { kind: 'literal', type, value: null };
}

/** The regular expression that the pattern's texts and captures stand for. */
function patternOf(
  parts: readonly Expression[],
  kind: string,
  flags: string,
  node: Expression,
): { pattern: string; captures: Capture[] } {
  const captures: Capture[] = [];
  const isRegex = kind === 'regex';
  let pattern = '';
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1;
    if (part.IsToken || kindOf(part) === 'StarExpression' || textOf(part) === '*') {
      pattern += isLast ? '[\\s\\S]*' : '[\\s\\S]*?';
      return;
    }
    if (part.IsLiteral) {
      const text = String(part.LiteralValue ?? '');
      pattern += isRegex ? `(?:${text})` : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return;
    }
    const capture = captureOf(part);
    if (!capture)
      throw unsupported(part, `parse pattern ${textOf(part)}`, 'it is neither text nor a column');
    captures.push(capture);
    pattern += captureGroup(capture.type, isLast, isRegex);
  });
  if (captures.length > 90)
    throw unsupported(node, 'a parse with more than 90 columns', 'patterns are bounded');
  return {
    pattern:
      `^(?${flags.includes('s') || !isRegex ? 's' : '-s'}${flags.replace('s', '')})${pattern}$`.replace(
        '(?-s)',
        '(?-s)',
      ),
    captures,
  };
}

function captureOf(part: Expression): Capture | undefined {
  if (kindOf(part) === 'NameDeclaration') return { name: part.SimpleName ?? '', type: 'string' };
  if (kindOf(part) === 'NameAndTypeDeclaration') {
    return {
      name: member(part, 'Name').SimpleName ?? '',
      type: scalarTypeOf(member(part, 'Type').ReferencedSymbol as never),
    };
  }
  return undefined;
}

/** What a capture of the type takes: as little as the next text allows, or all at the end. */
function captureGroup(type: ScalarType, isLast: boolean, isRegex: boolean): string {
  if (isRegex) return isLast ? '(.*)' : '(.*?)';
  if (type === 'long' || type === 'int') return '\\s*([+-]?\\d+)\\s*';
  if (type === 'real' || type === 'decimal') return '\\s*([+-]?[\\d.]+(?:[eE][+-]?\\d+)?)\\s*';
  return isLast ? '([\\s\\S]*)' : '([\\s\\S]*?)';
}
