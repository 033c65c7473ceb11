import type { RowEncoding } from '../compile.js';
import { datetimeText, realText, timespanText } from './convert.js';
import type { Operand } from './operand.js';
import { join, literal, type Sql, sql } from './sql.js';

/** The row's JSON object text: keys in the schema's order, every column in every row. */
export function rowText(
  columns: readonly { readonly name: string; readonly operand: Operand }[],
  encoding: RowEncoding,
): Sql {
  if (columns.length === 0) return sql`'{}'`;
  const parts = columns.map(({ name, operand }, index) => {
    const key = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    return sql`${literal(key)}, ${encoders[encoding](operand)}`;
  });
  return sql`concat(${join(parts)}, '}')`;
}

const encoders: Readonly<Record<RowEncoding, (operand: Operand) => Sql>> = {
  legacy: (operand) => orNull(legacyValue(operand), operand, sql`'null'`),
  graph: (operand) => orNull(legacyValue(operand), operand, sql`'{}'`),
};

function orNull(value: Sql, operand: Operand, otherwise: Sql): Sql {
  return operand.nullable ? sql`ifNull(${value}, ${otherwise})` : value;
}

function legacyValue(operand: Operand): Sql {
  switch (operand.type) {
    case 'string':
      return sql`toJSONString(${operand})`;
    case 'int':
    case 'long':
      return sql`toString(${operand})`;
    case 'bool':
      return sql`if(${operand}, '1', '0')`;
    case 'real':
      return sql`if(isFinite(${operand}), ${realText(operand)}, concat('"', ${realText(operand)}, '"'))`;
    case 'datetime':
      return sql`concat('"', ${trimmedDatetime(operand)}, '"')`;
    case 'timespan':
      return sql`concat('"', ${timespanText(operand)}, '"')`;
    case 'guid':
    case 'decimal':
      return sql`concat('"', toString(${operand}), '"')`;
    case 'dynamic':
      // Raw line breaks separate rows; inside JSON text they can only be white space.
      return sql`if(empty(${operand}), 'null', translate(${operand}, '\\n\\r', '  '))`;
  }
}

/** Without the trailing zeros of its fraction, as the service writes it. */
function trimmedDatetime(operand: Operand): Sql {
  const text = datetimeText(operand);
  return sql`concat(trim(TRAILING '.' FROM trim(TRAILING '0' FROM substring(${text}, 1, 27))), 'Z')`;
}
