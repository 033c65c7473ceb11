import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const position = `${number}(?: +${number})+`;
const list = `\\( *${position}(?: *, *${position})* *\\)`;
const lists = `\\( *${list}(?: *, *${list})* *\\)`;

/** Each geometry's name in WKT and GeoJSON, and how its positions stand in the text. */
const geometries = {
  POINT: { type: 'Point', pattern: `\\( *${position} *\\)`, depth: 0 },
  LINESTRING: { type: 'LineString', pattern: list, depth: 1 },
  POLYGON: { type: 'Polygon', pattern: lists, depth: 2 },
  MULTIPOINT: { type: 'MultiPoint', pattern: `(?:${list}|${lists})`, depth: 1 },
  MULTILINESTRING: { type: 'MultiLineString', pattern: lists, depth: 2 },
  MULTIPOLYGON: {
    type: 'MultiPolygon',
    pattern: `\\( *${lists}(?: *, *${lists})* *\\)`,
    depth: 3,
  },
} as const;

const single = Object.entries(geometries)
  .map(([name, { pattern }]) => `${name} *${pattern}`)
  .join('|');

/** A geometry's text, upper case and checked, as GeoJSON: positions and brackets by replacement. */
function geometryJson(text: Sql): Sql {
  const name = sql`extract(${text}, '^[A-Z]+')`;
  const names = Object.keys(geometries);
  const types = Object.values(geometries).map(({ type }) => type);
  const array = (values: readonly string[]) => ({
    text: `[${values.map((value) => literal(value).text).join(', ')}]`,
  });
  const body = sql`substring(${text}, position(${text}, '('))`;
  // A point among several may stand in parentheses of its own.
  const plain = sql`if(${name} = 'MULTIPOINT', replaceRegexpAll(${body}, '\\\\( *([^(),]+)\\\\)', '\\\\1'), ${body})`;
  const opened = sql`if(${name} = 'MULTIPOINT' AND NOT startsWith(${plain}, '('), concat('(', ${plain}, ')'), ${plain})`;
  const positions = sql`replaceRegexpAll(${opened}, ${literal(`(${number}) +(${number})(?: +${number})*`)}, '[\\\\1,\\\\2]')`;
  const bracketed = sql`replaceRegexpAll(translate(${positions}, '()', '[]'), ' ', '')`;
  // The one position of a point is the list that its parentheses made.
  const shown = sql`if(${name} = 'POINT', substring(${bracketed}, 2, length(${bracketed}) - 2), ${bracketed})`;
  const type = sql`transform(${name}, ${array(names)}, ${array(types)}, '')`;
  return sql`concat('{"type":"', ${type}, '","coordinates":', ${shown}, '}')`;
}

function fromWkt(wkt: Operand): Sql {
  const text = sql`replaceRegexpAll(trimBoth(upper(${wkt})), '\\\\s+', ' ')`;
  const one = sql`match(_wt, ${literal(`^(?:${single})$`)})`;
  const many = sql`match(_wt, ${literal(`^GEOMETRYCOLLECTION *\\( *(?:${single})(?: *, *(?:${single}))* *\\)$`)})`;
  const parts = sql`extractAll(substring(_wt, 19), ${literal(`(${single})`)})`;
  const collection = sql`concat('{"type":"GeometryCollection","geometries":[', arrayStringConcat(arrayMap(_wp -> ${geometryJson(sql`_wp`)}, ${parts}), ','), ']}')`;
  return letIn(
    { _wt: text },
    sql`multiIf(${one}, ${geometryJson(sql`_wt`)}, ${many}, ${collection}, '')`,
  );
}

export const wktFunctions = {
  geo_from_wkt: {
    doc: 'geo-from-wkt-function',
    emit: fromWkt,
    examples: [
      ['geo_from_wkt("POINT (1 2)")', '{"type":"Point","coordinates":[1,2]}'],
      [
        'geo_from_wkt("POLYGON ((0 0, 2 0, 2 2, 0 0))")',
        '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]}',
      ],
      ['isnull(geo_from_wkt("LINESTRING"))', 'true'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
