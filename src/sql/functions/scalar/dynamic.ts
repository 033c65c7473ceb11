import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { dressed, isArray, isBag, isReprinted, isTooWide, onlyIf, restored } from '../../json.js';
import type { Operand, ReadForm } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';

/** A text as a dynamic: compact JSON; a text that is none is a JSON string. A dynamic stays as it is. */
export function parsedJson(value: Operand): Sql {
  if (value.type !== 'string') return convert(value, 'dynamic');
  return bound(value, (text) => {
    const json = sql`JSONExtractRaw(${text})`;
    const isChanged = isReprinted(text);
    const rewritten = restored(sql`JSONExtractRaw(${dressed(onlyIf(isChanged, text))})`);
    const isNone = sql`empty(${json})`;
    const isWide = sql`(${isNone} AND ${isTooWide(onlyIf(isNone, text))})`;
    const wide = restored(sql`JSONExtractRaw(${dressed(onlyIf(isWide, text))})`);
    const isBlank = sql`${isNone} AND match(${text}, '^\\\\s*$')`;
    return sql`multiIf(${json} = 'null' OR ${isBlank}, '', ${isNone}, if(empty(${wide}), toJSONString(${onlyIf(isNone, text)}), ${wide}), ${isChanged}, ${rewritten}, ${json})`;
  });
}

/** Paths find in the text itself what they find in its parsed form, and in no JSON nothing. */
function readParsed(form: ReadForm, value: Operand): Sql | undefined {
  if (value.type !== 'string') return value.read?.(form);
  return form === 'json' ? value : undefined;
}

export const parseJson: ScalarFunction = {
  doc: 'parse-json-function',
  trap: 'a text that is no JSON is a dynamic string, and the JSON null is null',
  emit: parsedJson,
  read: readParsed,
  examples: [
    ['parse_json(\'{"a": [1, 2.0]}\')', '{"a":[1,2.0]}'],
    ['parse_json("no JSON")', 'no JSON'],
  ],
};

/** The runtime type of a dynamic; its instants are strings in the form that KQL writes. */
function typeName(value: Operand): Sql {
  if (value.type !== 'dynamic') return literal(value.type);
  return bound(
    value,
    (json) =>
      sql`multiIf(empty(${json}), 'null', ${isArray(json)}, 'array', ${isBag(json)}, 'dictionary', match(${json}, '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{7}Z"$'), 'datetime', startsWith(${json}, '"'), 'string', ${json} IN ('true', 'false'), 'bool', match(${json}, '^-?[0-9]+$'), 'long', 'real')`,
  );
}

export const dynamicFunctions = {
  todynamic: parseJson,
  toobject: parseJson,
  parse_json: parseJson,
  parsejson: parseJson,
  gettype: {
    doc: 'gettype-function',
    emit: typeName,
    examples: [
      ['gettype(dynamic([1]))', 'array'],
      ['gettype(parse_json("1.0"))', 'real'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
