import { describeTable, listTables, type TableDescription } from '../../catalog/describe.js';
import type { Catalog, ScalarType } from '../../catalog/types.js';
import type { ResultColumn } from '../../compile.js';
import { HuntError } from '../../errors.js';
import { typeNames } from '../type-names.js';

/** What a command shows: how tools learn of the tables before they send a query. */
export interface CommandResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

interface Command {
  /** As it is written, after the dot; `T` stands for a table's name. */
  readonly syntax: string;
  readonly columns: readonly (readonly [name: string, type: ScalarType])[];
  readonly rows: (place: Place, table: TableDescription) => unknown[][];
}

interface Place {
  readonly catalog: Catalog;
  /** The one database there is: the caller's tenant. */
  readonly database: string;
}

const ofTables = [
  ['TableName', 'string'],
  ['DatabaseName', 'string'],
  ['Folder', 'string'],
  ['DocString', 'string'],
] as const;

const ofOneTable = [
  ['TableName', 'string'],
  ['Schema', 'string'],
  ['DatabaseName', 'string'],
  ['Folder', 'string'],
  ['DocString', 'string'],
] as const;

const ofFunctions = [
  ['Name', 'string'],
  ['Parameters', 'string'],
  ['Body', 'string'],
  ['Folder', 'string'],
  ['DocString', 'string'],
] as const;

const ofDatabases = [
  ['DatabaseName', 'string'],
  ['PersistentStorage', 'string'],
  ['Version', 'string'],
  ['IsCurrent', 'bool'],
  ['DatabaseAccessMode', 'string'],
  ['PrettyName', 'string'],
  ['ReservedSlot1', 'bool'],
  ['DatabaseId', 'guid'],
  ['InTransitionTo', 'string'],
] as const;

const wholeSchema = [['DatabaseSchema', 'string']] as const;

/** The commands that clients of Kusto send by themselves; each is a page of learn.microsoft.com/kusto/management. */
const commands: readonly Command[] = [
  {
    syntax: 'show tables',
    columns: ofTables,
    rows: ({ catalog, database }) =>
      listTables(catalog).map(({ name, category, summary }) => [name, database, category, summary]),
  },
  {
    syntax: 'show databases',
    columns: ofDatabases,
    rows: ({ database }) => [
      [database, '', 'v1.0', true, 'ReadOnly', database, null, emptyGuid, ''],
    ],
  },
  {
    syntax: 'show database schema',
    columns: [
      ['DatabaseName', 'string'],
      ['TableName', 'string'],
      ['ColumnName', 'string'],
      ['ColumnType', 'string'],
      ['IsDefaultTable', 'bool'],
      ['IsDefaultColumn', 'bool'],
      ['PrettyName', 'string'],
      ['Version', 'string'],
      ['Folder', 'string'],
      ['DocString', 'string'],
    ],
    rows: ({ catalog, database }) => [
      [database, '', '', '', false, false, database, 'v1.0', '', ''],
      ...tablesOf(catalog).flatMap(({ name, category, summary, columns }) => [
        [database, name, '', '', false, false, '', '', category, summary],
        ...columns.map((column) => [
          ...[database, name, column.name, netName(column.type), false, false, '', '', category],
          column.summary,
        ]),
      ]),
    ],
  },
  ...['show database schema as json', 'show databases schema as json', 'show schema as json'].map(
    (syntax): Command => ({
      syntax,
      columns: wholeSchema,
      rows: (place) => [[JSON.stringify(schemaOf(place))]],
    }),
  ),
  {
    syntax: 'show table T',
    columns: [
      ['AttributeName', 'string'],
      ['AttributeType', 'string'],
      ['Folder', 'string'],
      ['DocString', 'string'],
    ],
    rows: (_place, { columns, category }) =>
      columns.map(({ name, type, summary }) => [name, netName(type), category, summary]),
  },
  {
    syntax: 'show table T cslschema',
    columns: ofOneTable,
    rows: ({ database }, { name, category, summary, columns }) => [
      [name, columns.map(cslColumn).join(','), database, category, summary],
    ],
  },
  {
    syntax: 'show table T schema as json',
    columns: ofOneTable,
    rows: ({ database }, table) => [
      [table.name, JSON.stringify(tableSchema(table)), database, table.category, table.summary],
    ],
  },
  {
    syntax: 'show functions',
    columns: ofFunctions,
    rows: ({ catalog }) =>
      catalog.functions.map(({ name, parameters, body, summary }) => [
        name,
        `(${parameters})`,
        `{ ${body} }`,
        '',
        summary,
      ]),
  },
  {
    syntax: 'show version',
    columns: [
      ['ServiceType', 'string'],
      ['ProductVersion', 'string'],
      ['ServiceOffering', 'string'],
    ],
    rows: () => [['Engine', 'Quarry', '{"Type":"Quarry"}']],
  },
];

const emptyGuid = '00000000-0000-0000-0000-000000000000';

/** A name, in brackets and quotes where it is no identifier; or `db.name`. */
const tableName = String.raw`(?:[\w-]+\.)?(?:(\w+)|\["([^"\\]+)"\]|\['([^'\\]+)'\])`;
/** Of a database, which tools name though there is one alone. */
const databaseName = String.raw`(?:\s+(?:[\w-]+|\["[^"\\]+"\]|\['[^'\\]+'\]))?`;

const patterns = commands.map((command) => ({
  command,
  pattern: new RegExp(
    String.raw`^\.\s*${command.syntax
      .replaceAll(' ', String.raw`\s+`)
      .replace('T', tableName)
      .replace(/database(?=\\s\+schema)/, `database${databaseName}`)}\s*;?$`,
    'i',
  ),
}));

/**
 * What a command shows of a tenant's tables.
 * @param text with its leading dot
 * @throws HuntError `kql.unsupported` `request.notFound`
 */
export function runCommand(text: string, place: Place): CommandResult {
  const written = text.trim();
  for (const { command, pattern } of patterns) {
    const found = pattern.exec(written);
    if (!found) continue;
    const name = found.slice(1).find((part) => part !== undefined);
    const table = name === undefined ? noTable : visibleTable(place.catalog, name);
    if (!table) throw new HuntError('request.notFound', { what: `The table ${name}` });
    return {
      columns: command.columns.map(([column, type]) => ({ name: column, type })),
      rows: command.rows(place, table),
    };
  }
  throw new HuntError('kql.unsupported', {
    what: 'This command',
    because: `tables are changed through Quarry's own API; of Kusto's commands there are .${commands
      .map(({ syntax }) => syntax)
      .join(', .')}`,
  });
}

const noTable: TableDescription = {
  name: '',
  category: '',
  summary: '',
  aliases: [],
  timeColumn: null,
  columns: [],
  actionTypes: [],
};

/** A table with the columns that are part of `*`. */
function visibleTable(catalog: Catalog, name: string): TableDescription | undefined {
  const table = describeTable(catalog, name);
  return table && { ...table, columns: table.columns.filter(({ visible }) => visible) };
}

function tablesOf(catalog: Catalog): TableDescription[] {
  return listTables(catalog).flatMap(({ name }) => visibleTable(catalog, name) ?? []);
}

function netName(type: ScalarType): string {
  return type === 'decimal' ? 'System.Data.SqlTypes.SqlDecimal' : `System.${typeNames[type]}`;
}

function cslColumn({ name, type }: { name: string; type: ScalarType }): string {
  return `${/^\w+$/.test(name) ? name : `['${name}']`}:${type}`;
}

function tableSchema({ name, category, summary, columns }: TableDescription) {
  return {
    Name: name,
    Folder: category,
    DocString: summary,
    OrderedColumns: columns.map((column) => ({
      Name: column.name,
      Type: netName(column.type),
      CslType: column.type,
      DocString: column.summary,
    })),
  };
}

function schemaOf({ catalog, database }: Place) {
  const tables = tablesOf(catalog).map((table) => [table.name, tableSchema(table)] as const);
  const functions = catalog.functions.map(({ name, parameters, body, summary }) => [
    name,
    {
      Name: name,
      Body: `{ ${body} }`,
      Folder: '',
      DocString: summary,
      FunctionKind: 'Unknown',
      Parameters: `(${parameters})`,
    },
  ]);
  return {
    Databases: {
      [database]: {
        Name: database,
        Tables: Object.fromEntries(tables),
        MajorVersion: 1,
        MinorVersion: 0,
        Functions: Object.fromEntries(functions),
      },
    },
  };
}
