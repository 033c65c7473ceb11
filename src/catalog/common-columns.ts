import type { Column, ColumnAlias, ComputedColumn, Table } from './types.js';

/** Columns that every table of the engine has besides its catalog's: arrival time and arrival order. */
export const systemColumns = ['_ingested', '_seq'] as const;

/**
 * Names of 2018 and 2019 (the defender-docs page on migrating queries; the 2018 spellings follow from
 * comparing the pages of both years) and the two spellings of the provider column.
 */
export const earlierNames: readonly (readonly [earlier: string, current: string])[] = [
  ['EventTime', 'Timestamp'],
  ['MachineId', 'DeviceId'],
  ['ComputerName', 'DeviceName'],
  ['RemoteComputerName', 'RemoteDeviceName'],
  ['RegistryMachineTag', 'RegistryDeviceTag'],
  ['ReportIndex', 'ReportId'],
  ['InitiatingProcessMd5', 'InitiatingProcessMD5'],
  ['InitiatingProcessSha1', 'InitiatingProcessSHA1'],
  ['InitiatingProcessSha256', 'InitiatingProcessSHA256'],
  ['InitiatingProcessParentName', 'InitiatingProcessParentFileName'],
  ['FileOriginIp', 'FileOriginIP'],
  ['ProcessCommandline', 'ProcessCommandLine'],
  ['ISP', 'Isp'],
  ['Isp', 'ISP'],
];

const machineGroup: Column = {
  name: 'MachineGroup',
  type: 'string',
  summary: 'Device group used for access control',
};

const workspaceColumns: readonly Column[] = [
  { name: 'TenantId', type: 'string', summary: 'Tenant or workspace that the record came from' },
  { name: 'SourceSystem', type: 'string', summary: 'Originating system' },
];

/** A column that says which table a row is from. */
export function tableNameColumn(name: string, tableName: string): ComputedColumn {
  const value = { kind: 'constant', text: tableName } as const;
  return { name, type: 'string', summary: 'Name of the table', value };
}

function computedColumns(tableName: string): readonly ComputedColumn[] {
  return [
    tableNameColumn('Type', tableName),
    {
      name: '_IsBillable',
      type: 'string',
      summary: 'Whether the record counts as ingested volume: always True',
      value: { kind: 'constant', text: 'True' },
    },
    {
      name: '_BilledSize',
      type: 'real',
      summary: 'Size of the stored record, bytes',
      value: { kind: 'rowBytes' },
    },
  ];
}

function commonAliases(table: Table, stored: ReadonlySet<string>): readonly ColumnAlias[] {
  const ofTime = table.timeColumn === null ? [] : ['TimeGenerated', 'Timestamp'];
  return [
    ...ofTime.map((name) => ({ name, column: table.timeColumn ?? '' })),
    ...earlierNames
      .filter(([, current]) => stored.has(current))
      .map(([name, column]) => ({ name, column })),
    { name: '_TimeReceived', column: '_ingested', summary: 'When the record was stored' },
  ];
}

/**
 * The table with what every table has without declaring it: the device group, a workspace's columns
 * and the names of earlier generations. A name that the table declares itself keeps its own meaning.
 */
export function withCommonColumns(table: Table): Table {
  const taken = new Set<string>();
  const untaken = <T extends { readonly name: string }>(entries: readonly T[]): readonly T[] =>
    entries.filter(({ name }) => !taken.has(name) && taken.add(name));
  for (const { name } of [
    ...table.columns,
    ...(table.hiddenColumns ?? []),
    ...(table.columnAliases ?? []),
    ...(table.computedColumns ?? []),
  ]) {
    taken.add(name);
  }
  const stored = new Set([...table.columns, ...(table.hiddenColumns ?? [])].map((c) => c.name));
  const hidden = [...(table.deviceScoped ? [machineGroup] : []), ...workspaceColumns];
  return {
    ...table,
    hiddenColumns: [...(table.hiddenColumns ?? []), ...untaken(hidden)],
    columnAliases: [...(table.columnAliases ?? []), ...untaken(commonAliases(table, stored))],
    computedColumns: [...(table.computedColumns ?? []), ...untaken(computedColumns(table.name))],
  };
}
