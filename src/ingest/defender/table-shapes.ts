import { builtinCatalog } from '../../catalog/catalog.js';
import type { ScalarType, Table } from '../../catalog/types.js';

/** A table's columns, as rows are compared with them. */
export interface TableShape {
  readonly name: string;
  /** Types by the columns' names in lower case: its own, hidden ones, other names of them. */
  readonly columns: ReadonlyMap<string, ScalarType>;
  /** Its own columns alone, in lower case. */
  readonly own: readonly string[];
  readonly timeNames: readonly string[];
  readonly actionTypes: ReadonlySet<string>;
}

const ownCategory = 'Quarry';
const tables = builtinCatalog.tables.filter(({ category }) => category !== ownCategory);

/** The tables of the schema that rows may come from. */
const shapes: readonly TableShape[] = tables.map(shapeOf);

/** Also by the names that the tables had in 2018. */
const byName = new Map(
  tables.flatMap(({ name, aliases = [] }, index) => {
    const earlier = builtinCatalog.legacyTables.filter(({ table }) => table === name);
    const names = [name, ...aliases, ...earlier.map((table) => table.name)];
    return names.map((each) => [each.toLowerCase(), shapes[index]] as const);
  }),
);

const knownActions = new Set(shapes.flatMap(({ actionTypes }) => [...actionTypes]));

function shapeOf(table: Table): TableShape {
  const columns = new Map<string, ScalarType>();
  for (const { name, type } of [...table.columns, ...(table.hiddenColumns ?? [])]) {
    columns.set(name.toLowerCase(), type);
  }
  for (const { name, column } of table.columnAliases ?? []) {
    const type = columns.get(column.toLowerCase());
    if (type !== undefined && !columns.has(name.toLowerCase())) {
      columns.set(name.toLowerCase(), type);
    }
  }
  for (const { name, type } of table.computedColumns ?? []) {
    if (!columns.has(name.toLowerCase())) {
      columns.set(name.toLowerCase(), type);
    }
  }
  const time = table.timeColumn?.toLowerCase();
  const otherTimes = (table.columnAliases ?? [])
    .filter(({ column }) => column === table.timeColumn)
    .map(({ name }) => name.toLowerCase());
  return {
    name: table.name,
    columns,
    own: table.columns.map(({ name }) => name.toLowerCase()),
    timeNames:
      time === undefined ? [] : [...new Set([time, ...otherTimes, 'timestamp', 'timegenerated'])],
    actionTypes: new Set((table.actionTypes ?? []).map((type) => type.toLowerCase())),
  };
}

/** The table of a name, in any case. */
export function shapeNamed(name: string): TableShape | undefined {
  return byName.get(name.toLowerCase());
}

/** What a row shows of where it is from. */
export interface Evidence {
  /** Names of members that have a value, in lower case, without type suffix. */
  readonly filled: readonly Filled[];
  /** Names of all members, in lower case, without type suffix. */
  readonly names: ReadonlySet<string>;
  readonly actionType: string | undefined;
}

export interface Filled {
  readonly name: string;
  /** What the name's suffix says. */
  readonly type?: ScalarType;
}

interface Score {
  readonly shape: TableShape;
  /** Values without a column, and such whose suffix names another type. */
  readonly lost: number;
  /** 2: known of this table; 1: of none. */
  readonly action: number;
  /** Columns that the row does not name at all. */
  readonly unnamed: number;
}

/** So many values have to have a column. */
const fewestHeld = 3;

/** The table that a row with these members is of; undefined where none is, or several could be. */
export function shapeWith(evidence: Evidence): TableShape | undefined {
  const scores = shapes
    .filter((shape) => hasTime(shape, evidence))
    .map((shape) => scoreOf(shape, evidence))
    .filter(({ lost }) => isEnough(lost, evidence.filled.length))
    .sort(better);
  const [first, second] = scores;
  return first && second && better(first, second) === 0 ? undefined : first?.shape;
}

function hasTime({ timeNames }: TableShape, { filled }: Evidence): boolean {
  return timeNames.length === 0 || filled.some(({ name }) => timeNames.includes(name));
}

function isEnough(lost: number, filled: number): boolean {
  const held = filled - lost;
  return held >= fewestHeld && held >= lost;
}

function scoreOf(shape: TableShape, { filled, names, actionType }: Evidence): Score {
  let lost = 0;
  for (const { name, type } of filled) {
    const own = shape.columns.get(name);
    if (own === undefined || (type !== undefined && !sameKind(own, type))) {
      lost++;
    }
  }
  const action = actionType?.toLowerCase() ?? '';
  return {
    shape,
    lost,
    action: actionScore(shape, action),
    unnamed: shape.own.filter((name) => !names.has(name)).length,
  };
}

function actionScore({ name, actionTypes }: TableShape, action: string): number {
  if (knownActions.has(action)) {
    return actionTypes.has(action) ? 2 : 0;
  }
  // Nearly all of the many kinds of events are of this table, new ones too.
  return action !== '' && name === 'DeviceEvents' ? 2 : 1;
}

function better(one: Score, other: Score): number {
  return one.lost - other.lost || other.action - one.action || one.unnamed - other.unnamed;
}

const numeric: ReadonlySet<ScalarType> = new Set(['int', 'long', 'real', 'decimal']);

/** Suffixes of numbers do not tell long from double. */
function sameKind(one: ScalarType, other: ScalarType): boolean {
  return one === other || (numeric.has(one) && numeric.has(other));
}
