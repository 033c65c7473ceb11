import { describeTable, listTables, type TableDescription } from '../../catalog/describe.js';
import { parametersOf } from '../../catalog/parameters.js';
import { qualifiedTypeName, typeNames } from '../../catalog/type-names.js';
import type { Catalog, ScalarType, StoredFunction } from '../../catalog/types.js';
import type { ResultColumn } from '../../compile.js';
import { HuntError } from '../../errors.js';
import type { TableStatistics } from '../../hunting/statistics.js';
import type { Principal } from '../../identity/principal.js';
import { columnsOf, emptyGuid, type NamedType } from './data-set.js';
import { databaseOf } from './request.js';

/** What a command shows: how tools learn of the tables before they send a query. */
export interface CommandResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What commands are asked about. */
export interface Place {
  readonly principal: Principal;
  readonly catalog: Catalog;
  /** The one database there is, by the name that the caller has for it. */
  readonly database: string;
  /** How much there is for the caller of each table that is not empty; undefined where nobody is told. */
  readonly statistics: () => Promise<ReadonlyMap<string, TableStatistics> | undefined>;
  /** Why the server cannot answer hunts; undefined where it can. */
  readonly failure: () => Promise<HuntError | undefined>;
}

interface Command {
  /** As it is written, after the dot: `T` stands for the name of a table or function, `[D]` for a database. */
  readonly syntax: string;
  readonly columns: readonly NamedType[];
  readonly rows: (place: Place, name: string) => unknown[][] | Promise<unknown[][]>;
}

/** Columns that all are texts. */
function texts(...names: string[]): NamedType[] {
  return names.map((name) => [name, 'string']);
}

const ofTables = texts('TableName', 'DatabaseName', 'Folder', 'DocString');
const ofOneTable = texts('TableName', 'Schema', 'DatabaseName', 'Folder', 'DocString');
const ofFunctions = texts('Name', 'Parameters', 'Body', 'Folder', 'DocString');

const ofTableDetails: readonly NamedType[] = [
  ...ofTables,
  ['TotalExtents', 'long'],
  ['TotalExtentSize', 'real'],
  ['TotalOriginalSize', 'real'],
  ['TotalRowCount', 'long'],
];

const ofDatabases: readonly NamedType[] = [
  ['DatabaseName', 'string'],
  ['PersistentStorage', 'string'],
  ['Version', 'string'],
  ['IsCurrent', 'bool'],
  ['DatabaseAccessMode', 'string'],
  ['PrettyName', 'string'],
  ['ReservedSlot1', 'bool'],
  ['DatabaseId', 'guid'],
  ...texts('InTransitionTo', 'SuspensionState'),
];

const policies = ['Retention', 'Merge', 'Caching', 'Sharding', 'StreamingIngestion'];

const ofDatabaseDetails: readonly NamedType[] = [
  ...ofDatabases,
  ...texts('AuthorizedPrincipals', ...policies.map((name) => `${name}Policy`)),
];

const ofSchema: readonly NamedType[] = [
  ...texts('DatabaseName', 'TableName', 'ColumnName', 'ColumnType'),
  ['IsDefaultTable', 'bool'],
  ['IsDefaultColumn', 'bool'],
  ...texts('PrettyName', 'Version', 'Folder', 'DocString'),
];

const ofMaterializedViews: readonly NamedType[] = [
  ...texts('Name', 'SourceTable', 'Query'),
  ['MaterializedTo', 'datetime'],
  ['LastRun', 'datetime'],
  ['LastRunResult', 'string'],
  ['IsHealthy', 'bool'],
  ['IsEnabled', 'bool'],
  ...texts('Folder', 'DocString'),
  ['AutoUpdateSchema', 'bool'],
  ['EffectiveDateTime', 'datetime'],
  ['Lookback', 'timespan'],
];

const ofPrincipals = texts(
  ...[
    'Role',
    'PrincipalType',
    'PrincipalDisplayName',
    'PrincipalObjectId',
    'PrincipalFQN',
    'Notes',
  ],
);

const ofCluster: readonly NamedType[] = [
  ...texts('NodeId', 'Address', 'Name'),
  ['StartTime', 'datetime'],
  ['IsAdmin', 'bool'],
  ['MachineTotalMemory', 'long'],
  ['MachineAvailableMemory', 'long'],
  ['ProcessorCount', 'int'],
  ['EnvironmentDescription', 'string'],
];

const ofDiagnostics: readonly NamedType[] = [
  ['IsHealthy', 'bool'],
  ['IsRebuildRequired', 'bool'],
  ['IsScaleOutRequired', 'bool'],
  ['MachinesTotal', 'int'],
  ['MachinesOffline', 'int'],
  ['ClusterDataCapacityFactor', 'real'],
  ['IsAttentionRequired', 'bool'],
  ['AttentionRequiredReason', 'string'],
  ['NotHealthyReason', 'string'],
];

const none = () => [];

/** The commands that clients of Kusto send by themselves; each is a page of learn.microsoft.com/kusto/management. */
const commands: readonly Command[] = [
  {
    syntax: 'show tables',
    columns: ofTables,
    rows: ({ catalog, database }) =>
      listTables(catalog).map(({ name, category, summary }) => [name, database, category, summary]),
  },
  {
    syntax: 'show tables details',
    columns: ofTableDetails,
    rows: async (place) => {
      const statistics = await place.statistics();
      return tablesOf(place.catalog).map((table) => detailsOf(place, table, statistics));
    },
  },
  {
    syntax: 'show table T details',
    columns: ofTableDetails,
    rows: async (place, name) => {
      const table = tableOf(place, name);
      return [detailsOf(place, table, await place.statistics())];
    },
  },
  {
    syntax: 'show table T cslschema',
    columns: ofOneTable,
    rows: (place, name) => [cslSchemaOf(place, tableOf(place, name))],
  },
  {
    syntax: 'show table T schema as json',
    columns: ofOneTable,
    rows: (place, name) => {
      const table = tableOf(place, name);
      const { category, summary } = table;
      return [[table.name, JSON.stringify(tableSchema(table)), place.database, category, summary]];
    },
  },
  {
    syntax: 'show table T',
    columns: texts('AttributeName', 'AttributeType', 'Folder', 'DocString'),
    rows: (place, name) => {
      const { columns, category } = tableOf(place, name);
      return columns.map((column) => [
        column.name,
        qualifiedTypeName(column.type),
        category,
        column.summary,
      ]);
    },
  },
  ...['show database [D] schema', 'show databases schema', 'show schema'].flatMap(
    (syntax): Command[] => [
      { syntax, columns: ofSchema, rows: schemaRows },
      {
        syntax: `${syntax} as json`,
        columns: texts('DatabaseSchema'),
        rows: (place) => [[JSON.stringify(schemaOf(place))]],
      },
    ],
  ),
  {
    syntax: 'show database [D] cslschema',
    columns: ofOneTable,
    rows: (place) => tablesOf(place.catalog).map((table) => cslSchemaOf(place, table)),
  },
  {
    syntax: 'show databases entities',
    columns: [
      ...texts('DatabaseName', 'EntityType', 'EntityName', 'DocString', 'Folder'),
      ...texts('CslInputSchema', 'Content', 'CslOutputSchema'),
      ['Properties', 'dynamic'],
    ],
    rows: entitiesOf,
  },
  ...['show databases details', 'show database [D] details'].map(
    (syntax): Command => ({
      syntax,
      columns: ofDatabaseDetails,
      rows: (place) => [[...databaseRow(place), '', ...policies.map(() => '')]],
    }),
  ),
  ...[
    'show databases',
    'show databases identity',
    'show database',
    'show database [D] identity',
  ].map(
    (syntax): Command => ({
      syntax,
      columns: ofDatabases,
      rows: (place) => [databaseRow(place)],
    }),
  ),
  {
    syntax: 'show functions',
    columns: ofFunctions,
    rows: ({ catalog }) => catalog.functions.map(functionRow),
  },
  {
    syntax: 'show function T',
    columns: ofFunctions,
    rows: ({ catalog }, name) => {
      const found = catalog.functions.find((each) => each.name === name);
      if (!found) throw new HuntError('request.notFound', { what: `The function ${name}` });
      return [functionRow(found)];
    },
  },
  { syntax: 'show materialized-views', columns: ofMaterializedViews, rows: none },
  {
    syntax: 'show external tables',
    columns: [
      ...texts('TableName', 'TableType', 'Folder', 'DocString', 'Properties'),
      ...texts('ConnectionStrings', 'Partitions', 'PathFormat'),
    ],
    rows: none,
  },
  { syntax: 'show entity_groups', columns: texts('Name', 'Entities'), rows: none },
  {
    syntax: 'show graph_models',
    columns: [...texts('DatabaseName', 'Name'), ['CreationTime', 'datetime'], ['Id', 'guid']],
    rows: none,
  },
  {
    syntax: 'show principal roles',
    columns: texts('Scope', 'DisplayName', 'AADObjectID', 'Role'),
    rows: ({ principal, database }) => [
      [`Database: ${database}`, principal.name, principal.id, 'Viewer'],
    ],
  },
  // Who else there is, is for the tenant's administrators.
  {
    syntax: 'show database [D] principals',
    columns: ofPrincipals,
    rows: ({ principal, database }) => [principalRow(principal, `Database ${database} Viewer`)],
  },
  {
    syntax: 'show cluster principals',
    columns: ofPrincipals,
    rows: ({ principal }) => [principalRow(principal, 'AllDatabasesViewer')],
  },
  // The nodes that are active. Of the machine, nobody is told more than that it is one.
  {
    syntax: 'show cluster',
    columns: ofCluster,
    rows: async ({ failure }) =>
      isOffline(await failure()) ? [] : [['', '', 'Quarry', null, true, null, null, null, '']],
  },
  {
    syntax: 'show diagnostics',
    columns: ofDiagnostics,
    rows: async (place) => {
      const failure = await place.failure();
      const [isHealthy, reason] = [failure === undefined, failure?.message ?? ''];
      const offline = Number(isOffline(failure));
      return [[isHealthy, false, false, 1, offline, null, !isHealthy, reason, reason]];
    },
  },
  {
    syntax: 'show version',
    columns: [
      ['BuildVersion', 'string'],
      ['BuildTime', 'datetime'],
      ...texts('ServiceType', 'ProductVersion', 'ServiceOffering'),
    ],
    rows: () => [['', null, 'Engine', 'Quarry', '{"Type":"Quarry"}']],
  },
];

/** A name, in brackets and quotes where it is no identifier; Azure Data Studio has brackets without them. */
const entityName = String.raw`(?:[\w-]+|\[@?"[^"\\]+"\]|\[@?'[^'\\]+'\]|\[[\w-]+\])`;

const placeholders: Readonly<Record<string, string>> = {
  T: String.raw`\s+(?:${entityName}\.)?(?<name>${entityName})`,
  // Which tools name though there is one alone.
  '[D]': String.raw`(?:\s+(?<database>${entityName}))?`,
};

/** What is the same whatever it says: nobody's schema is older, and nothing is obfuscated. */
const options = String.raw`(?:\s+with\s*\([^()]*\)|\s+if_later_than\s+["'][^"']*["'])?`;

const patterns = commands.map((command) => {
  const words = command.syntax.split(' ').map((word) => placeholders[word] ?? `\\s+${word}`);
  const written = words.join('').replace(/^\\s\+/, String.raw`\s*`);
  return { command, pattern: new RegExp(String.raw`^\.${written}${options}\s*;?$`, 'i') };
});

/** Characters of a command, what it is piped into aside. */
const maxCommandLength = 4096;

/** A command, and what it is piped into, which is a query: `.show tables | count`. */
export interface WrittenCommand {
  readonly command: string;
  /** From the pipe on; empty where there is none. */
  readonly query: string;
}

/** What may stand before a command: space and comments. */
const leading = /^(?:\s|\/\/[^\n]*)*/;

/** The command that a text is; undefined for a query. */
export function commandOf(text: string): WrittenCommand | undefined {
  const start = text.replace(leading, '');
  if (!start.startsWith('.')) return undefined;
  // A name may have a pipe in it.
  const command = /^(?:[^|"']+|"[^"]*"|'[^']*')*/.exec(start)?.[0] ?? '';
  const query = start.slice(command.length);
  return query.startsWith('|')
    ? { command: command.trim(), query }
    : { command: start.trim(), query: '' };
}

/**
 * What a command shows of a tenant's tables.
 * @param written with its leading dot
 * @throws HuntError `kql.unsupported` `request.notFound`
 */
export async function runCommand(written: string, place: Place): Promise<CommandResult> {
  for (const { command, pattern } of written.length > maxCommandLength ? [] : patterns) {
    const found = pattern.exec(written);
    if (!found) continue;
    const { database, name = '' } = found.groups ?? {};
    const asked = database === undefined ? place : { ...place, database: databaseNamed(database) };
    const rows = await command.rows(asked, unquoted(name));
    return { columns: columnsOf(command.columns), rows };
  }
  throw new HuntError('kql.unsupported', {
    what: 'This command',
    because: `tables are changed through Quarry's own API; of Kusto's commands there are .${commands
      .map(({ syntax }) => syntax)
      .join(', .')}`,
  });
}

function databaseNamed(written: string): string {
  return databaseOf(unquoted(written)) ?? '';
}

function unquoted(name: string): string {
  return name.replace(/^\[@?["']?(.*?)["']?\]$/, '$1');
}

/** Whether it is the engine that does not serve. */
function isOffline(failure: HuntError | undefined): boolean {
  return failure?.code === 'engine.unavailable';
}

function principalRow({ kind, id, name, tenant }: Principal, role: string): unknown[] {
  const [type, prefix] = kind === 'user' ? ['User', 'aaduser'] : ['Application', 'aadapp'];
  return [role, `AAD ${type}`, name, id, `${prefix}=${id};${tenant}`, ''];
}

/**
 * The rows as a table in KQL, which a query can go on from. Each is one literal, whose insides are the engine's to
 * read: tens of thousands of them, or one of them all, would keep the compiler busy for seconds.
 */
export function tableText({ columns, rows }: CommandResult): string {
  const values = columns.map(({ name, type }, index) => {
    const value = `_row[${index}]`;
    return `${name}=${type === 'dynamic' ? value : `to${type}(${value})`}`;
  });
  const literals = rows.map((row) => quoted(JSON.stringify(row)));
  return `datatable(_text:string)[${literals.join(',')}]|extend _row=parse_json(_text)|project ${values.join(',')}`;
}

function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(
      /[\p{Cc}\u2028\u2029]/gu,
      (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${escaped}"`;
}

/** @throws HuntError `request.notFound` */
function tableOf({ catalog }: Place, name: string): TableDescription {
  const table = visibleTable(catalog, name);
  if (!table) throw new HuntError('request.notFound', { what: `The table ${name}` });
  return table;
}

/** A table with the columns that are part of `*`. */
function visibleTable(catalog: Catalog, name: string): TableDescription | undefined {
  const table = describeTable(catalog, name);
  return table && { ...table, columns: table.columns.filter(({ visible }) => visible) };
}

function tablesOf(catalog: Catalog): TableDescription[] {
  return listTables(catalog).flatMap(({ name }) => visibleTable(catalog, name) ?? []);
}

function databaseRow({ database }: Place): unknown[] {
  return [database, '', 'v1.0', true, 'ReadOnly', database, null, emptyGuid, '', ''];
}

function detailsOf(
  { catalog, database }: Place,
  { name, category, summary }: TableDescription,
  statistics: ReadonlyMap<string, TableStatistics> | undefined,
): unknown[] {
  // An earlier name has no rows of its own.
  const isCounted = statistics && catalog.tables.some((table) => table.name === name);
  const { bytes, rows } = statistics?.get(name) ?? { bytes: 0, rows: 0 };
  const size = isCounted ? [bytes, rows] : [null, null];
  return [name, database, category, summary, null, null, ...size];
}

function cslSchemaOf({ database }: Place, table: TableDescription): unknown[] {
  return [table.name, cslColumns(table), database, table.category, table.summary];
}

function cslColumns({ columns }: TableDescription): string {
  return columns
    .map(({ name, type }) => `${/^\w+$/.test(name) ? name : `['${name}']`}:${type}`)
    .join(',');
}

function schemaRows({ catalog, database }: Place): unknown[][] {
  return [
    [database, '', '', '', false, false, database, 'v1.0', '', ''],
    ...tablesOf(catalog).flatMap(({ name, category, summary, columns }) => [
      [database, name, '', '', false, false, '', '', category, summary],
      ...columns.map((column) => [
        ...[
          database,
          name,
          column.name,
          qualifiedTypeName(column.type),
          false,
          false,
          '',
          '',
          category,
        ],
        column.summary,
      ]),
    ]),
  ];
}

function entitiesOf({ catalog, database }: Place): unknown[][] {
  return [
    ...tablesOf(catalog).map((table) => [
      ...[database, 'Table', table.name, table.summary, table.category, '', ''],
      ...[cslColumns(table), {}],
    ]),
    ...catalog.functions.map(({ name, summary, parameters, body }) => [
      ...[database, 'Function', name, summary, '', `(${parameters})`, `{ ${body} }`, '', {}],
    ]),
  ];
}

function functionRow({ name, parameters, body, summary }: StoredFunction): unknown[] {
  return [name, `(${parameters})`, `{ ${body} }`, '', summary];
}

function tableSchema({ name, category, summary, columns }: TableDescription) {
  return {
    Name: name,
    Folder: category,
    DocString: summary,
    OrderedColumns: columns.map((column) => ({
      Name: column.name,
      Type: qualifiedTypeName(column.type),
      CslType: column.type,
      DocString: column.summary,
    })),
  };
}

function schemaOf({ catalog, database }: Place) {
  const tables = tablesOf(catalog).map((table) => [table.name, tableSchema(table)] as const);
  const functions = catalog.functions.map((each) => [each.name, functionSchema(each)] as const);
  return {
    Plugins: [],
    Databases: {
      [database]: {
        Name: database,
        Tables: Object.fromEntries(tables),
        ExternalTables: {},
        MaterializedViews: {},
        EntityGroups: {},
        MajorVersion: 1,
        MinorVersion: 0,
        Functions: Object.fromEntries(functions),
        DatabaseAccessMode: 'ReadOnly',
      },
    },
  };
}

function functionSchema({ name, parameters, body, summary }: StoredFunction) {
  return {
    Name: name,
    InputParameters: parametersOf(parameters).map(inputParameter),
    Body: `{ ${body} }`,
    Folder: '',
    DocString: summary,
    FunctionKind: 'Unknown',
    OutputColumns: [],
  };
}

/** `limit: long = 10`, or a table: `T: (DeviceId: string)`. */
function inputParameter({ name, type }: { name: string; type: string }): object {
  const columns = /^\((.*)\)$/s.exec(type)?.[1];
  if (columns !== undefined) {
    const known = parametersOf(columns).filter((column) => isScalar(column.type));
    return { Name: name, Columns: known.map(inputParameter) };
  }
  const [declared = '', fallback] = type.split(/=(.*)/s).map((part) => part.trim());
  const scalar = isScalar(declared) ? declared : 'dynamic';
  return {
    Name: name,
    Type: qualifiedTypeName(scalar),
    CslType: scalar,
    ...(fallback !== undefined && { CslDefaultValue: fallback }),
  };
}

function isScalar(type: string): type is ScalarType {
  return Object.hasOwn(typeNames, type);
}
