import { isTabular } from '../../kql/syntax.js';
import { type Builder, expressionOf, one, same } from '../builder.js';
import type { PlanColumn, PlanExpression, Relation } from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';

/** `evaluate geo_polygon_lookup(Table, PolygonKey, Longitude, Latitude, radius, return_unmatched, …)` */
export const geoPolygonLookup: Plugin = {
  doc: 'geo-polygon-lookup-plugin',
  trap: 'every distinct place is tried against every polygon: keep the lookup table small',
  plan: (call) =>
    lookup(call, (build, place, polygon, radius) =>
      radius
        ? build.call('<=', [distance(build, 'polygon', place, polygon), radius], 'bool')
        : build.call('geo_point_in_polygon', [...place, polygon], 'bool'),
    ),
};

/** `evaluate geo_line_lookup(Table, LineKey, Longitude, Latitude, Radius, return_unmatched, …)` */
export const geoLineLookup: Plugin = {
  doc: 'geo-line-lookup-plugin',
  trap: 'every distinct place is tried against every line: keep the lookup table small',
  plan: (call) =>
    lookup(call, (build, place, line, radius) => {
      if (!radius) throw call.wrong('geo_line_lookup needs a radius');
      return build.call('<=', [distance(build, 'line', place, line), radius], 'bool');
    }),
};

type Place = readonly [longitude: PlanColumn, latitude: PlanColumn];

type Condition = (
  build: Builder,
  place: Place,
  shape: PlanColumn,
  radius: PlanExpression | undefined,
) => PlanExpression;

function distance(build: Builder, shape: 'polygon' | 'line', place: Place, of: PlanColumn) {
  return build.call(`geo_distance_point_to_${shape}`, [...place, of], 'real');
}

/** The distinct places of the source meet every shape, and the matches join the source's rows. */
function lookup(call: PluginCall, condition: Condition): Relation {
  const build = call.builder;
  const { input, context } = call;
  const tableNode = call.argument(0, 'LookupTable');
  if (!isTabular(tableNode.ResultType)) throw call.wrong('The lookup has no table', tableNode);
  const table = context.plan.table(tableNode, context);
  const keyNode = call.argument(1);
  const key = table.columns.find(({ name }) => name === keyNode.SimpleName);
  if (!key) throw call.wrong('The lookup table has no such column', keyNode);
  const [longitude, latitude] = [call.column(call.argument(2)), call.column(call.argument(3))];
  const radius = call.optional(4, 'radius');
  const isFlag = (place: number, name: string) => {
    const flag = call.optional(place, name);
    return flag !== undefined && call.constant(flag) === true;
  };
  const unmatched = isFlag(5, 'return_unmatched');
  const withKey = isFlag(7, 'return_lookup_key');

  const useInput = build.shared(input);
  const placeOf = (columns: readonly PlanColumn[]): Place => {
    const at = (column: PlanColumn) => columns[input.columns.indexOf(column)] ?? column;
    return [at(longitude), at(latitude)];
  };
  const origin = useInput();
  const places = build.group(origin, placeOf(origin.columns));
  const [x, y] = places.columns;
  if (!x || !y) throw new Error('places without coordinates');
  const crossed = build.join('inner', places, table, [[one, one]], table.columns);
  const found = build.filter(crossed, condition(build, [x, y], key, radius && call.scalar(radius)));
  const left = useInput();
  const [lng, lat] = placeOf(left.columns);
  const shown = table.columns.filter((column) => withKey || column !== key);
  const joined = build.join(
    unmatched ? 'left' : 'inner',
    left,
    found,
    [
      [lng, x],
      [lat, y],
    ],
    shown,
  );
  return underNames(call, build, joined, [...left.columns, ...shown]);
}

/** The result under the binder's names, which clash in neither table. */
function underNames(
  call: PluginCall,
  build: Builder,
  joined: Relation,
  columns: readonly PlanColumn[],
): Relation {
  const names = call.schema.map(({ name }) => name);
  return build.project(
    joined,
    columns.map((column, index) => {
      const name = names[index] ?? column.name;
      return name === column.name
        ? same(column)
        : { column: build.column(name, column.type), expression: expressionOf(column) };
    }),
  );
}
