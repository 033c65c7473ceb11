import {
  columnsOf,
  type Expression,
  elements,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { Builder, expressionOf, one } from '../builder.js';
import { noRow, type PlanContext, rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** The pattern of texts in which no term is frequent. */
const others = stringLiteral('others');

interface Options {
  readonly threshold: PlanExpression;
  readonly separators: PlanExpression;
}

/**
 * `T | reduce by Text with threshold = 0.1, characters = "-"`: texts by what they have in common. A term is
 * frequent if more than that share of the texts, and not one alone, has it in its place; a pattern is a text with `*` for
 * its other terms.
 */
export const reduce: OperatorPlanner = (node, input, context) => {
  if (context.partition.length > 0) {
    throw unsupported(node, 'reduce inside partition', 'its terms are counted over all rows');
  }
  const options = optionsOf(node, context);
  const build = new Builder(context, spanOf(node));
  const text = build.column('text', 'string');
  const value = planScalar(member(node, 'Expression'), context, rowOf(input));
  const passed = passThrough(input, context);
  const source: Relation = {
    ...input,
    plan: {
      kind: 'project',
      input: input.plan,
      columns: [...passed, { column: text, expression: converted(value, 'string') }],
    },
    columns: [...passed.map(({ column }) => column), text],
  };
  const use = build.shared(source);
  const frequent = frequentTerms(build, use, options);
  const rows = use();
  const ownText = rows.columns.at(-1) ?? text;
  const found = build.call('reduce_pattern', [ownText, options.separators, frequent], 'string');
  const pattern = build.column('Pattern', 'string');
  const withPattern = build.extend(rows, [{ column: pattern, expression: found }]);
  const isOther = build.call('==', [pattern, stringLiteral('')], 'bool');
  const shown = build.call('iff', [isOther, others, pattern], 'string');
  const names = columnsOf(node.ResultType).map(({ name }) => name);
  if (parameterText(node, 'kind') === 'source') {
    const column = build.column('Pattern', 'string');
    const extended = build.extend(withPattern, [{ column, expression: shown }]);
    return { ...extended, columns: [...rows.columns.slice(0, input.columns.length), column] };
  }
  const [count, sample] = [build.column('count', 'long'), build.column('sample', 'string')];
  const grouped = build.group(
    withPattern,
    [pattern],
    [
      { column: count, name: 'count', arguments: [] },
      { column: sample, name: 'take_any', arguments: [ownText] },
    ],
  );
  const values = [
    shown,
    expressionOf(count),
    build.call('iff', [isOther, stringLiteral(''), sample], 'string'),
  ];
  const columns = values.map((expression, index) => ({
    column: build.column(names[index] ?? '', expression.type),
    expression,
  }));
  const result = build.project(grouped, columns);
  const size = result.columns[1] ?? count;
  return {
    ...result,
    order: [{ expression: columnReference(size), descending: true, nullsFirst: false }],
  };
};

function optionsOf(node: Expression, context: PlanContext): Options {
  const given = new Map<string, PlanExpression>();
  const clause = optionalMember<SyntaxNode>(node, 'With');
  for (const parameter of elements<SyntaxNode>(clause, 'Parameters')) {
    const name = member(parameter, 'Name').SimpleName ?? '';
    given.set(name, planScalar(member(parameter, 'Expression'), context, noRow));
  }
  return {
    threshold: converted(
      given.get('threshold') ?? { kind: 'literal', type: 'real', value: 0.1 },
      'real',
    ),
    separators: given.get('characters') ?? stringLiteral(''),
  };
}

/** The frequent terms with their places, as one array. */
function frequentTerms(
  build: Builder,
  use: () => Relation,
  { threshold, separators }: Options,
): PlanExpression {
  const all = use();
  const size = build.column('size', 'long');
  const counted = build.group(all, [], [{ column: size, name: 'count', arguments: [] }]);
  const total = scalar(counted, size);
  const rows = use();
  const text = rows.columns.at(-1);
  const term = build.column('term', 'string');
  const times = build.column('times', 'long');
  const terms: Relation = {
    ...rows,
    plan: {
      kind: 'unnest',
      input: rows.plan,
      items: [
        {
          column: term,
          expression: build.call('reduce_terms', [text ?? term, separators], 'dynamic'),
        },
      ],
      index: null,
      limit: null,
    },
    columns: [term],
  };
  const grouped = build.group(terms, [term], [{ column: times, name: 'count', arguments: [] }]);
  const least = build.call('*', [build.call('toreal', [total], 'real'), threshold], 'real');
  const isFrequent = build.all(
    build.call('>', [times, one], 'bool'),
    build.call('>', [build.call('toreal', [times], 'real'), least], 'bool'),
  );
  const list = build.column('frequent', 'dynamic');
  const listed = build.group(
    build.filter(grouped, isFrequent),
    [],
    [{ column: list, name: 'make_list', arguments: [term] }],
  );
  return scalar(listed, list);
}

function scalar({ plan }: Relation, column: PlanColumn): PlanExpression {
  return { kind: 'scalarSubquery', input: plan, column, type: column.type };
}
