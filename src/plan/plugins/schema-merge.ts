import { qualifiedTypeName } from '../../catalog/type-names.js';
import { scalarTypes } from '../../catalog/types.js';
import type { SchemaColumn } from '../../kql/syntax.js';
import { type Builder, one, same } from '../builder.js';
import {
  columnReference,
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import type { Plugin } from '../plugin.js';

/** What `getschema` gives, and this plugin again. */
const schema: readonly SchemaColumn[] = [
  { name: 'ColumnName', type: 'string' },
  { name: 'ColumnOrdinal', type: 'long' },
  { name: 'DataType', type: 'string' },
  { name: 'ColumnType', type: 'string' },
];

const outOfOrder = 'ERROR(columns are out of order)';
const mixed = 'ERROR(columns have different types)';

/** `S1 | union S2 | evaluate schema_merge([PreserveOrder])`: tables' schemas as one. */
export const schemaMerge: Plugin = {
  doc: 'schema-merge-plugin',
  plan: (call) => {
    const flag = call.optional(0, 'PreserveOrder');
    const keepsOrder = flag ? call.constant(flag) !== false : true;
    const build = call.builder;
    const [name, place, , type] = schema.map((wanted) => {
      const column = call.input.columns.find((candidate) => candidate.name === wanted.name);
      if (column?.type === wanted.type) return column;
      throw call.wrong(`'${call.name}' takes what getschema gives: '${wanted.name}' is missing`);
    });
    if (!name || !place || !type) throw new Error('a schema has four columns');
    const [first, last] = [build.column('first', 'long'), build.column('last', 'long')];
    const [low, high] = [build.column('low', 'string'), build.column('high', 'string')];
    const merged = build.group(
      call.input,
      [name],
      [
        { column: first, name: 'min', arguments: [place] },
        { column: last, name: 'max', arguments: [place] },
        { column: low, name: 'min', arguments: [type] },
        { column: high, name: 'max', arguments: [type] },
      ],
    );
    return shown(build, merged, name, {
      last,
      isMoved: keepsOrder ? build.call('!=', [first, last], 'bool') : no,
      common: commonType(build, low, high),
    });
  },
};

const no: PlanExpression = { kind: 'literal', type: 'bool', value: false };

/** One type, or the wider one of two numbers, or the error. */
function commonType(build: Builder, low: PlanColumn, high: PlanColumn): PlanExpression {
  const is = (column: PlanColumn, text: string) =>
    build.call('==', [column, stringLiteral(text)], 'bool');
  const whole = build.call('or', [is(low, 'int'), is(low, 'long')], 'bool');
  const wider = build.call('or', [is(high, 'long'), is(high, 'real')], 'bool');
  const isNumber = build.call('and', [whole, wider], 'bool');
  const otherwise = build.call('iff', [isNumber, high, stringLiteral(mixed)], 'string');
  return build.call('iff', [build.call('==', [low, high], 'bool'), low, otherwise], 'string');
}

function shown(
  build: Builder,
  merged: Relation,
  name: PlanColumn,
  parts: {
    readonly last: PlanColumn;
    readonly isMoved: PlanExpression;
    readonly common: PlanExpression;
  },
): Relation {
  const number = build.column('number', 'long');
  const numbered = build.window(
    merged,
    [],
    [parts.last, name],
    [{ column: number, name: 'row_number', arguments: [] }],
  );
  const type = build.call(
    'iff',
    [parts.isMoved, stringLiteral(outOfOrder), parts.common],
    'string',
  );
  const unknown = build.call(
    'strcat',
    [stringLiteral('ERROR(unknown CSL type:'), type, stringLiteral(')')],
    'string',
  );
  const names = scalarTypes.flatMap((each) => [
    build.call('==', [type, stringLiteral(each)], 'bool'),
    stringLiteral(qualifiedTypeName(each)),
  ]);
  const dataType = build.call('case', [...names, unknown], 'string');
  const position = build.call('-', [number, one], 'long');
  const [, ordinal, data, kind] = schema.map((column) => build.column(column.name, column.type));
  if (!ordinal || !data || !kind) throw new Error('a schema has four columns');
  const result = build.project(numbered, [
    same(name),
    {
      column: ordinal,
      expression: build.call('iff', [parts.isMoved, longLiteral(-1), position], 'long'),
    },
    { column: data, expression: dataType },
    { column: kind, expression: type },
    same(number),
  ]);
  const order = [{ expression: columnReference(number), descending: false, nullsFirst: true }];
  return { ...result, columns: result.columns.slice(0, schema.length), order };
}
