import { boolText, datetimeText, realJson, timespanText } from './convert.js';
import type { Operand } from './operand.js';
import { join, literal, type Sql, sql } from './sql.js';

/**
 * How the row text is written: `legacy` for the generations before Graph, `graph` for Graph; a JSON array with
 * all digits of datetimes is `kusto`, and `values`, for the portal, where whole numbers lose none either.
 */
export type RowEncoding = 'legacy' | 'graph' | 'kusto' | 'values';

interface RowColumn {
  readonly name: string;
  readonly operand: Operand;
}

/** The row's JSON object text: keys in the schema's order, every column in every row. */
export function rowText(columns: readonly RowColumn[], encoding: RowEncoding): Sql {
  if (encoding === 'values') return arrayText(columns, exactValue);
  if (encoding === 'kusto') return arrayText(columns, kustoValue);
  if (columns.length === 0) return sql`'{}'`;
  const parts = columns.flatMap(({ name, operand }, index) => {
    const before = index === 0 ? '{' : ',';
    return members[encoding](before, JSON.stringify(name), operand);
  });
  return sql`concat(${join(merged([...parts, '}']))})`;
}

function arrayText(columns: readonly RowColumn[], value: (operand: Operand) => Sql): Sql {
  if (columns.length === 0) return sql`'[]'`;
  const parts = columns.flatMap(({ operand }, index): Piece[] => [
    index === 0 ? '[' : ',',
    fixedValue(operand, 'null') ?? orNull(value(operand), operand, sql`'null'`),
  ]);
  return sql`concat(${join(merged([...parts, ']']))})`;
}

/** Whole numbers that a JSON number of JavaScript does not hold are texts. */
function exactValue(operand: Operand): Sql {
  return operand.type === 'long'
    ? sql`if(abs(${operand}) <= 9007199254740991, toString(${operand}), concat('"', toString(${operand}), '"'))`
    : kustoValue(operand);
}

/** Datetimes have all their digits. */
function kustoValue(operand: Operand): Sql {
  switch (operand.type) {
    case 'bool':
      return boolText(operand, 'true', 'false');
    case 'datetime':
      return sql`concat('"', substring(${datetimeText(operand)}, 1, 27), 'Z"')`;
    default:
      return jsonValue(operand);
  }
}

/** A piece of the row's text: always the same, or computed. */
type Piece = string | Sql;

/** Neighbouring fixed pieces as one literal: a row of a wide union is mostly those. */
function merged(pieces: readonly Piece[]): Sql[] {
  const found: Sql[] = [];
  let fixed = '';
  const flush = () => {
    if (fixed !== '') found.push(literal(fixed));
    fixed = '';
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') fixed += piece;
    else {
      flush();
      found.push(piece);
    }
  }
  flush();
  // `concat` of one argument would be an alias of it.
  return found.length === 1 ? [...found, sql`''`] : found;
}

/** The pieces of one member: what stands before it, its quoted name, its value. */
type Member = (before: string, key: string, operand: Operand) => Piece[];

/** The JSON of a value that every row has: a column that a union's table lacks. */
function fixedValue({ constant, type }: Operand, nullText: string): string | undefined {
  if (!constant) return undefined;
  if (constant.value === null) return type === 'string' ? '""' : nullText;
  return type === 'string' ? JSON.stringify(String(constant.value).toWellFormed()) : undefined;
}

const members: Readonly<Record<Exclude<RowEncoding, 'kusto' | 'values'>, Member>> = {
  legacy: legacyMember,
  graph: graphMember,
};

function legacyMember(before: string, key: string, operand: Operand): Piece[] {
  const value = fixedValue(operand, 'null') ?? orNull(jsonValue(operand), operand, sql`'null'`);
  return [`${before}${key}:`, value];
}

/** Graph says what a value is where JSON cannot: bools are numbers, dynamic arrays hold strings. */
function graphMember(before: string, key: string, operand: Operand): Piece[] {
  const name = `${key.slice(0, -1)}@odata.type"`;
  const annotated = (type: string) => `${before}${name}:"${type}",${key}:`;
  const plain = `${before}${key}:`;
  const fixed = fixedValue(operand, '{}');
  if (fixed !== undefined) return [plain, fixed];
  if (operand.type === 'bool') {
    const start = annotated('#SByte');
    if (!operand.nullable) return [start, jsonValue(operand)];
    return [
      sql`if(isNull(${operand}), ${literal(plain)}, ${literal(start)})`,
      orNull(jsonValue(operand), operand, sql`'{}'`),
    ];
  }
  if (operand.type === 'dynamic') {
    const start = annotated('#Collection(String)');
    return [
      sql`if(startsWith(${operand}, '['), ${literal(start)}, ${literal(plain)})`,
      sql`multiIf(empty(${operand}), '{}', startsWith(${operand}, '['), ${texts(operand)}, startsWith(${operand}, '{'), ${graphObject(operand)}, ${oneLine(operand)})`,
    ];
  }
  return [plain, orNull(jsonValue(operand), operand, sql`'{}'`)];
}

/** A JSON array whose every element is a string: the JSON text of what is none. */
function texts(array: Operand): Sql {
  const text = sql`if(startsWith(_e, '"') OR _e = 'null', _e, toJSONString(_e))`;
  return sql`concat('[', arrayStringConcat(arrayMap(_e -> ${text}, JSONExtractArrayRaw(${array})), ','), ']')`;
}

/** What tells Graph's objects from its nulls; api/graph/dynamic-values.ts goes on inside them. */
const graphObjectStart = '{"@odata.type":"#microsoft.graph.security.dynamicColumnValue"';

function graphObject(object: Operand): Sql {
  const rest = sql`if(${object} = '{}', '}', concat(',', ${oneLine(sql`substring(${object}, 2)`)}))`;
  return sql`concat(${literal(graphObjectStart)}, ${rest})`;
}

function orNull(value: Sql, operand: Operand, otherwise: Sql): Sql {
  return operand.nullable ? sql`ifNull(${value}, ${otherwise})` : value;
}

/** A value as JSON; NULL where a nullable operand is null. */
function jsonValue(operand: Operand): Sql {
  switch (operand.type) {
    case 'string':
      return sql`toJSONString(${operand})`;
    case 'int':
    case 'long':
      return sql`toString(${operand})`;
    case 'bool':
      return boolText(operand, '1', '0');
    case 'real':
      return realJson(operand);
    case 'datetime':
      return sql`concat('"', ${trimmedDatetime(operand)}, '"')`;
    case 'timespan':
      return sql`concat('"', ${timespanText(operand)}, '"')`;
    case 'guid':
    case 'decimal':
      return sql`concat('"', toString(${operand}), '"')`;
    case 'dynamic':
      return sql`if(empty(${operand}), 'null', ${oneLine(operand)})`;
  }
}

/** Raw line breaks separate rows; inside JSON text they can only be white space. */
function oneLine(json: Sql): Sql {
  return sql`translate(${json}, '\\n\\r', '  ')`;
}

/** Without the trailing zeros of its fraction, as the service writes it. */
function trimmedDatetime(operand: Operand): Sql {
  const text = datetimeText(operand);
  return sql`concat(trim(TRAILING '.' FROM trim(TRAILING '0' FROM substring(${text}, 1, 27))), 'Z')`;
}
