import type { ScalarType } from '../../catalog/types.js';
import { HuntError } from '../../errors.js';
import { literalValue } from '../../kql/literals.js';
import {
  columnsOf,
  type Expression,
  elements,
  member,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { extended, type NamedValue, passThrough } from '../assignments.js';
import { newColumn, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type PlanExpression, type Relation, stringLiteral } from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `T | parse-kv Expression as (Key: type, …) with (pair_delimiter=…, kv_delimiter=…, quote=…, …)` */
export const parseKv: OperatorPlanner = (node, input, context) => {
  const text = converted(planScalar(member(node, 'Expression'), context, rowOf(input)), 'string');
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type, span: spanOf(node) }) as const;
  const options = optionsOf(node);
  const pairs = newColumn(context, 'pairs', 'dynamic');
  const found =
    options.regex === undefined
      ? call('kv_pairs', [text, stringLiteral(JSON.stringify(options))], 'dynamic')
      : call('regex_pairs', [text, stringLiteral(options.regex)], 'dynamic');
  const withPairs: Relation = {
    ...input,
    plan: {
      kind: 'project',
      input: input.plan,
      columns: [...passThrough(input, context), { column: pairs, expression: found }],
    },
  };
  const values = keysOf(node).map(({ name, type }): NamedValue => {
    const parts = [columnReference(pairs), stringLiteral(name)];
    return { name, node, expression: converted(call('kv_value', parts, 'string'), type) };
  });
  return extended(withPairs, values, node.ResultType, context);
};

/** The keys that the query names; their types are those of the result's columns. */
function keysOf(node: Expression): SchemaColumn[] {
  const columns = columnsOf(node.ResultType);
  return elements<SyntaxNode>(member<SyntaxNode>(node, 'Keys'), 'Columns').flatMap((key) => {
    const name = member(key, 'Name').SimpleName;
    return columns.filter((column) => column.name === name);
  });
}

/** How keys and values are told apart. Without delimiters, by whatever is no letter and no digit. */
interface Options {
  readonly pair?: string | undefined;
  readonly kv?: string | undefined;
  readonly quotes: readonly string[];
  readonly escapes: readonly string[];
  readonly greedy: boolean;
  readonly regex?: string | undefined;
}

function optionsOf(node: Expression): Options {
  const clause = optionalMember<SyntaxNode>(node, 'WithClause');
  const given = (clause ? elements<SyntaxNode>(clause, 'Properties') : []).map((property) => ({
    property,
    name: member(property, 'Name').SimpleName ?? '',
    value: literalValue(member(property, 'Expression')).value,
  }));
  const texts = (name: string) =>
    given.flatMap((each) => (each.name === name ? [String(each.value ?? '')] : []));
  const options: Options = {
    pair: texts('pair_delimiter')[0],
    kv: texts('kv_delimiter')[0],
    quotes: texts('quote'),
    escapes: texts('escape'),
    greedy: texts('greedy')[0] === 'true',
    regex: texts('regex')[0],
  };
  const wrong = faultOf(options);
  if (wrong) {
    throw new HuntError('kql.semantic', { message: `parse-kv: ${wrong}` }, { span: spanOf(node) });
  }
  return options;
}

function faultOf({ pair, kv, quotes, escapes, greedy, regex }: Options): string | undefined {
  const isDelimited = pair !== undefined || kv !== undefined;
  if (regex !== undefined) {
    return isDelimited || quotes.length + escapes.length > 0 || greedy
      ? 'a regular expression stands alone'
      : undefined;
  }
  if (isDelimited && (pair === undefined || kv === undefined)) return 'it needs both delimiters';
  if (pair === '' || kv === '') return 'a delimiter is empty';
  if (greedy && !isDelimited) return 'greedy needs delimiters';
  if (quotes.some((quote) => quote.length < 1 || quote.length > 2)) {
    return 'a quote is one character, or an opening and a closing one';
  }
  return escapes.some((escaping) => escaping.length !== 1)
    ? 'an escape is one character'
    : undefined;
}
