import type { ScalarType } from '../../catalog/types.js';
import { type Connector, type Outcome, type RawRecord, shareOf } from '../connector.js';
import { type Evidence, shapeNamed, shapeWith, type TableShape } from '../defender/table-shapes.js';
import { compactJson, type JsonValue } from '../json.js';
import { asObject, type JsonObject } from '../windows/shape.js';

/**
 * Rows as a Defender or Sentinel tenant gives them out: answers of the hunting APIs, Log Analytics'
 * exports and answers, unions of several tables. Which table a row is from is named in it, or shows in
 * its columns (learn.microsoft.com/azure/azure-monitor/logs, learn.microsoft.com/defender-xdr).
 */
export const defenderRows: Connector = {
  name: 'defender-rows',
  summary: 'Rows exported from Defender or Sentinel: hunting answers, Log Analytics exports',
  format: 'json',
  detect(sample) {
    return shareOf(sample, ({ value }) => {
      const rows = asObject(value) && rowsOf(value as JsonObject);
      return rows?.some((row) => detected.of(row) !== undefined) === true;
    });
  },
  open() {
    const tables = new TableFinder();
    return { convert: (record: RawRecord) => convert(record, tables) };
  },
};

function convert(record: RawRecord, tables: TableFinder): readonly Outcome[] {
  const value = asObject(record.value);
  if (value === undefined) {
    return [{ rejected: 'record.shape', detail: 'no JSON object' }];
  }
  const rows = rowsOf(value);
  if (rows === undefined) {
    return [{ rejected: 'record.shape', detail: 'its rows are too many for so many columns' }];
  }
  if (rows.length === 0) {
    return isFrame(value) ? [] : [{ passed: 'unmapped' }];
  }
  const isAnswer = rows[0]?.members !== value;
  return rows.map((row, index) => {
    const outcome = eventOf(row, tables);
    return isAnswer ? { ...outcome, record: partOf(record, row.members, index + 1) } : outcome;
  });
}

/** A row of an answer as a record of its own, so that a dead letter holds no more than it. */
function partOf({ place }: RawRecord, members: JsonObject, part: number): RawRecord {
  return {
    text: compactJson(members),
    value: members,
    ...(place && { place: { ...place, part } }),
  };
}

function eventOf(row: ExportedRow, tables: TableFinder): Outcome {
  const named = tableNamed(row);
  const shape = tables.of(row);
  const table = named !== undefined && customTable.test(named) ? named : (shape?.name ?? named);
  if (table === undefined) {
    return {
      rejected: 'table.unknown',
      detail: 'a row that names none and has the columns of none',
    };
  }
  return { table, columns: columnsOf(row, shape) };
}

/** A row, and what is known of the table that it stood in. */
interface ExportedRow {
  readonly members: JsonObject;
  readonly table?: string | undefined;
  /** The answers of the hunting APIs have an empty object for nothing. */
  readonly emptyIsNull?: true;
}

/** What the members of all rows may take, whose names come with each row: bytes, roughly. */
const mostMemberBytes = 64 * 1024 * 1024;
/** Of a member, besides its name. */
const memberBytes = 16;

/** The rows of an answer; the record itself where it is one. undefined: they come to too much. */
function rowsOf(value: JsonObject): readonly ExportedRow[] | undefined {
  const results = value['Results'] ?? value['results'];
  const schema = value['Schema'] ?? value['schema'];
  if (Array.isArray(results) && Array.isArray(schema)) {
    return results.map((row) => ({ members: asObject(row) ?? {}, emptyIsNull: true as const }));
  }
  const tables = value['tables'] ?? value['Tables'];
  if (Array.isArray(tables)) {
    return rowsOfTables(tables.map((table) => asObject(table) ?? {}));
  }
  if (isFrame(value)) {
    return value['TableKind'] === 'PrimaryResult' ? rowsOfTables([value]) : [];
  }
  return [{ members: value }];
}

function rowsOfTables(tables: readonly JsonObject[]): readonly ExportedRow[] | undefined {
  const bytes = tables.reduce((sum, table) => sum + memberBytesOf(table), 0);
  return bytes > mostMemberBytes ? undefined : resultsOf(tables).flatMap(rowsOfTable);
}

function memberBytesOf(table: JsonObject): number {
  const { names, rows } = partsOfTable(table) ?? { names: [], rows: [] };
  return rows.length * names.reduce((sum, name) => sum + name.length + memberBytes, 0);
}

/** A part of an answer of Kusto's second version, which is a list of them: a table, or what stands around it. */
function isFrame(value: JsonObject): boolean {
  return typeof value['FrameType'] === 'string';
}

/**
 * Without what Kusto's first version puts behind the results, statistics and how to draw them: the last table says
 * what each is.
 */
function resultsOf(tables: readonly JsonObject[]): readonly JsonObject[] {
  const listed = rowsOfTable(tables.at(-1) ?? {}).map(({ members }) => members);
  const kinds = new Map(listed.map(({ Ordinal, Kind }) => [numberOf(Ordinal), Kind]));
  const isList = kinds.size > 0 && !kinds.has(Number.NaN) && [...kinds.values()].every(Boolean);
  return isList ? tables.filter((_, index) => kinds.get(index) === 'QueryResult') : tables;
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** `{columns: [{name}], rows: [[…]]}`, as Log Analytics and Kusto answer. */
function partsOfTable(
  table: JsonObject,
): { readonly names: readonly string[]; readonly rows: readonly JsonValue[] } | undefined {
  const columns = table['columns'] ?? table['Columns'];
  const rows = table['rows'] ?? table['Rows'];
  if (!Array.isArray(columns) || !Array.isArray(rows)) {
    return undefined;
  }
  const names = columns.map((column) => {
    const { name: lower, ColumnName } = (asObject(column) ?? {}) as Record<string, JsonValue>;
    const named = lower ?? ColumnName;
    return typeof named === 'string' ? named : '';
  });
  return { names, rows };
}

function rowsOfTable(table: JsonObject): readonly ExportedRow[] {
  const { names, rows } = partsOfTable(table) ?? { names: [], rows: [] };
  const name = table['name'] ?? table['TableName'];
  return rows.map((row) => ({
    members: Array.isArray(row)
      ? Object.fromEntries(names.map((column, index) => [column, row[index] ?? null]))
      : (asObject(row) ?? {}),
    table: typeof name === 'string' && shapeNamed(name) ? name : undefined,
  }));
}

/** Members that may say which table a row is from; `Type` and `Category` are columns, too. */
const tableMembers = ['$table', 'TableName', 'SourceTable', 'Table', '_table', 'Type', 'Category'];
const categoryPrefix = /^AdvancedHunting-/i;
/** Log Analytics calls the tables of its users so, among them copies of Defender's. */
const customTable = /^(\w{1,100})_CL$/;

function tableNamed({ members, table }: ExportedRow): string | undefined {
  for (const member of tableMembers) {
    const value = members[member];
    if (typeof value === 'string') {
      const name = value.replace(categoryPrefix, '');
      const isName = shapeNamed(name) !== undefined || customTable.test(name);
      if (isName || name !== value || member === '$table') {
        return name;
      }
    }
  }
  return table;
}

const mostRemembered = 1_000;
/** Characters of all names of a row; of one with more is found out anew what it is of. */
const longestRemembered = 16_384;

/** Finds the table of rows; those with the same members are of the same. */
class TableFinder {
  readonly #found = new Map<string, TableShape | undefined>();

  of(row: ExportedRow): TableShape | undefined {
    const named = tableNamed(row);
    if (named !== undefined) {
      return shapeNamed(named) ?? shapeNamed(customTable.exec(named)?.[1] ?? '');
    }
    const filled = Object.keys(row.members).filter((name) => !isEmpty(row, row.members[name]));
    const key = `${row.members['ActionType']}\n${filled.join('\n')}`;
    if (this.#found.has(key)) {
      return this.#found.get(key);
    }
    const found = shapeWith(evidenceOf(row, filled));
    if (this.#found.size >= mostRemembered) {
      this.#found.clear();
    }
    if (key.length <= longestRemembered) {
      this.#found.set(key, found);
    }
    return found;
  }
}

function evidenceOf({ members }: ExportedRow, filled: readonly string[]): Evidence {
  const action = members['ActionType'] ?? members['ActionType_s'] ?? members['ActionType_string'];
  return {
    filled: filled
      .map((name) => plainName(name))
      .filter(({ name }) => !workspaceMembers.has(name))
      .map(({ name, type }) => (type === undefined ? { name } : { name, type })),
    names: new Set(Object.keys(members).map((name) => plainName(name).name)),
    actionType: typeof action === 'string' ? action : undefined,
  };
}

function isEmpty({ emptyIsNull }: ExportedRow, value: JsonValue | undefined): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    (emptyIsNull === true && isEmptyObject(value))
  );
}

function isEmptyObject(value: JsonValue): boolean {
  const object = asObject(value);
  return object !== undefined && Object.keys(object).length === 0;
}

/** What a workspace and OData add to a row, in lower case. */
const workspaceMembers: ReadonlySet<string> = new Set([
  ...['type', 'mg', 'managementgroupname'],
  ...['_resourceid', '_subscriptionid', '_itemid', '_timereceived', '_workspaceid', '_internal'],
  ...['_isbillable', '_billedsize', 'rawdata', 'tenantid', 'sourcesystem', '_partition'],
]);

const suffixes: readonly (readonly [RegExp, ScalarType])[] = [
  [/_(?:s|string)$/, 'string'],
  [/_(?:l|long)$/, 'long'],
  [/_(?:i|int)$/, 'int'],
  [/_(?:d|real|double)$/, 'real'],
  [/_(?:b|bool)$/, 'bool'],
  [/_(?:t|datetime)$/, 'datetime'],
  [/_(?:g|guid)$/, 'guid'],
  [/_(?:o|dynamic)$/, 'dynamic'],
  [/_timespan$/, 'timespan'],
  [/_decimal$/, 'decimal'],
];
/** The portal's exports say so which zone its times are in. */
const zone = /(?<!\s)\s*\[(?:UTC|Local Time)\]$/i;

interface PlainName {
  readonly name: string;
  readonly type?: ScalarType;
}

const plainNames = new Map<string, PlainName>();
const mostPlainNames = 10_000;
const longestPlainName = 256;

/** A member's name in lower case, without what says the type of its values. */
function plainName(member: string): PlainName {
  let plain = plainNames.get(member);
  if (plain === undefined) {
    const whole = member.replace(zone, '');
    const suffix = suffixes.find(([pattern]) => pattern.test(whole));
    plain = suffix
      ? { name: whole.replace(suffix[0], '').toLowerCase(), type: suffix[1] }
      : { name: whole.toLowerCase() };
    if (plainNames.size >= mostPlainNames) {
      plainNames.clear();
    }
    if (member.length <= longestPlainName) {
      plainNames.set(member, plain);
    }
  }
  return plain;
}

/** For records whose connector is being looked for. */
const detected = new TableFinder();

/** Whether members are a row of a table that is known. */
export function isExportedRow(members: JsonObject): boolean {
  return detected.of({ members }) !== undefined;
}

/** The row under the table's own names; of several members for a column, the one of its type wins. */
function columnsOf(row: ExportedRow, shape: TableShape | undefined): Record<string, JsonValue> {
  const columns: Record<string, JsonValue> = Object.create(null);
  const later: (readonly [string, JsonValue])[] = [];
  for (const member in row.members) {
    const value = row.members[member];
    if (value === undefined || isEmpty(row, value) || member.includes('@odata.')) {
      continue;
    }
    const whole = member.replace(zone, '');
    if (shape === undefined || shape.columns.has(whole.toLowerCase())) {
      columns[whole] = cellOf(value, shape?.columns.get(whole.toLowerCase()));
      continue;
    }
    const { name, type } = plainName(member);
    const own = shape.columns.get(name);
    if (own === undefined) {
      if (!workspaceMembers.has(name) && !tableMembers.includes(whole)) {
        columns[whole] = value;
      }
    } else if (own === type) {
      columns[name] = cellOf(value, own);
    } else {
      later.push([name, cellOf(value, own)]);
    }
  }
  for (const [name, value] of later) {
    columns[name] ??= value;
  }
  return columns;
}

const american = /^\d{1,2}\/\d{1,2}\/\d{4}, /;

/** A value in a form that its column takes. */
function cellOf(value: JsonValue, type: ScalarType | undefined): JsonValue {
  if (type !== 'datetime' || typeof value !== 'string') {
    return type === 'datetime' && isEmptyObject(value) ? null : value;
  }
  // The portal's exports: `8/2/2021, 1:11:39.772 PM`, which browsers write with a space of their choice.
  return american.test(value) ? value.replace(', ', ' ').replace(/\s(?=[AP]M$)/, ' ') : value;
}
