import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  builtinCatalog,
  catalogOf,
  columnsOf,
  findLegacyTable,
  findTable,
  type ResolvedColumn,
} from '../../src/catalog/catalog.js';
import { systemColumns } from '../../src/catalog/common-columns.js';
import { documentedTables } from '../../src/catalog/tables.js';
import { type LegacyTable, scalarTypes, type Table } from '../../src/catalog/types.js';

const everyTable = [...builtinCatalog.tables, ...builtinCatalog.legacyTables];

function tableNamed(name: string): Table | LegacyTable {
  const table = findTable(builtinCatalog, name) ?? findLegacyTable(builtinCatalog, name);
  if (table === undefined) {
    throw new Error(`no table ${name}`);
  }
  return table;
}

function column(table: string, name: string): ResolvedColumn | undefined {
  return columnsOf(builtinCatalog, tableNamed(table)).get(name);
}

function ownNames(table: Table | LegacyTable): string[] {
  return [
    ...table.columns,
    ...(table.hiddenColumns ?? []),
    ...('columnAliases' in table ? (table.columnAliases ?? []) : []),
    ...(table.computedColumns ?? []),
  ].map(({ name }) => name);
}

describe('the documented schema', () => {
  test('has all 66 tables and 1,641 columns', () => {
    expect(documentedTables).toHaveLength(66);
    expect(documentedTables.flatMap(({ columns }) => columns)).toHaveLength(1641);
  });

  test('is in files that are named after their tables', () => {
    const files = readdirSync(new URL('../../src/catalog/tables', import.meta.url));
    // The record of who did what is in the catalog of those alone who may read it.
    const names = [
      ...builtinCatalog.tables.map(({ name }) => name.toLowerCase()),
      'quarryauditlogs',
    ];
    expect(files.map((file) => file.replace(/-|\.ts$/g, '')).sort()).toEqual(names.sort());
  });

  test('names every one of the 19 tables that were renamed', () => {
    const renamed = [
      'AADSignInEventsBeta',
      'AADSpnSignInEventsBeta',
      'AIAgentsInfo',
      'AccountInfo',
      'DeviceFileCertificateInfoBeta',
      'GraphApiAuditEvents',
      ...builtinCatalog.legacyTables.map(({ name }) => name),
    ];
    expect(renamed).toHaveLength(19);
    for (const name of renamed) {
      expect(columnsOf(builtinCatalog, tableNamed(name)).size).toBeGreaterThan(0);
    }
  });
});

describe.each(everyTable.map((table) => [table.name, table] as const))('%s', (_, table) => {
  const columns = [...columnsOf(builtinCatalog, table).values()];

  test('has no name twice, also not in another case among its documented ones', () => {
    const names = ownNames(table);
    expect(names).toEqual([...new Set(names)]);
    const documented = table.columns.map(({ name }) => name.toLowerCase());
    expect(documented).toEqual([...new Set(documented)]);
  });

  test('has columns of known types whose names need no quotes', () => {
    for (const { name, type } of columns) {
      expect(scalarTypes).toContain(type);
      expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(systemColumns).not.toContain(name);
    }
  });

  test('has documented columns, and only them, in *', () => {
    const visible = columns.filter((column) => column.visible);
    expect(visible.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name));
  });

  test('is summed up, and so is every documented column of a stored table', () => {
    expect(table.summary).not.toBe('');
    if ('timeColumn' in table) {
      expect(table.columns.filter(({ summary }) => !summary)).toEqual([]);
    }
  });
});

describe.each(builtinCatalog.tables.map((table) => [table.name, table] as const))(
  'the stored table %s',
  (_, table) => {
    test('has its time column, and belongs to devices only where it knows the device', () => {
      const typeOf = (name: string) => table.columns.find((column) => column.name === name)?.type;
      if (table.timeColumn !== null) {
        expect(typeOf(table.timeColumn)).toBe('datetime');
      }
      expect(typeOf('DeviceId')).toBe(table.deviceScoped ? 'string' : undefined);
    });

    test('has action types only where it has ActionType, each once', () => {
      const { actionTypes = [] } = table;
      expect(actionTypes).toEqual([...new Set(actionTypes)]);
      if (actionTypes.length > 0) {
        expect(table.columns.map(({ name }) => name)).toContain('ActionType');
      }
    });

    test('knows the device group of its rows, and the workspace columns', () => {
      const names = [...columnsOf(builtinCatalog, table).keys()];
      const expected = ['TenantId', 'SourceSystem', 'Type', '_BilledSize', '_IsBillable'];
      expect(names).toEqual(
        expect.arrayContaining([...expected, ...(table.deviceScoped ? ['MachineGroup'] : [])]),
      );
    });
  },
);

test('no name means two tables', () => {
  const names = [
    ...builtinCatalog.tables.flatMap((table) => [table.name, ...(table.aliases ?? [])]),
    ...builtinCatalog.legacyTables.map(({ name }) => name),
  ];
  expect(names).toEqual([...new Set(names)]);
});

test('a deprecated table is replaced by one that exists', () => {
  for (const { deprecated } of builtinCatalog.tables) {
    if (deprecated?.replacedBy !== undefined) {
      expect(findTable(builtinCatalog, deprecated.replacedBy)).toBeDefined();
    }
  }
});

// The names that published queries use and no page documents, and what they read.
test.each([
  ['DeviceProcessEvents', 'TimeGenerated', 'Timestamp', 'datetime'],
  ['DeviceProcessEvents', 'EventTime', 'Timestamp', 'datetime'],
  ['DeviceProcessEvents', 'MachineId', 'DeviceId', 'string'],
  ['DeviceProcessEvents', 'ComputerName', 'DeviceName', 'string'],
  ['DeviceProcessEvents', 'InitiatingProcessMd5', 'InitiatingProcessMD5', 'string'],
  ['DeviceProcessEvents', 'MachineGroup', 'MachineGroup', 'string'],
  ['DeviceLogonEvents', 'RemoteComputerName', 'RemoteDeviceName', 'string'],
  ['DeviceInfo', 'RegistryMachineTag', 'RegistryDeviceTag', 'string'],
  ['AlertInfo', 'MachineGroup', 'MachineGroup', 'string'],
  ['CallActivityEvents', 'TimeGenerated', 'ActivityTimestamp', 'datetime'],
  ['CallActivityEvents', 'Timestamp', 'ActivityTimestamp', 'datetime'],
  ['EntraIdSignInEvents', 'TimeGenerated', 'TimeGenerated', 'datetime'],
  ['IdentityInfo', 'AccountUPN', 'AccountUpn', 'string'],
  ['IdentityInfo', 'AccountSID', 'OnPremSid', 'string'],
  ['IdentityInfo', 'OnPremisesDistinguishedName', 'DistinguishedName', 'string'],
  ['IdentityInfo', 'RiskState', 'RiskStatus', 'string'],
  ['IdentityInfo', 'SourceProvider', 'IdentityEnvironment', 'string'],
  ['IdentityInfo', 'UserType', 'TenantMembershipType', 'string'],
  ['IdentityInfo', 'Type', 'Type', 'string'],
  ['CloudAppEvents', 'ISP', 'Isp', 'string'],
  ['IdentityLogonEvents', 'ISP', 'Isp', 'string'],
  ['IdentityDirectoryEvents', 'Isp', 'ISP', 'string'],
  ['AADSignInEventsBeta', 'RiskLevelDuringSignIn', 'RiskLevelDuringSignIn', 'int'],
  ['AADSignInEventsBeta', 'RiskEventTypes', 'RiskEventTypes', 'string'],
  ['EmailEvents', 'MalwareFilterVerdict', 'ThreatTypes', 'string'],
  ['EmailEvents', 'PhishFilterVerdict', 'ThreatTypes', 'string'],
  ['EmailEvents', 'PhishDetectionMethod', 'DetectionMethods', 'string'],
  ['EmailEvents', 'FinalEmailAction', 'EmailAction', 'string'],
  ['EmailEvents', 'FinalEmailActionPolicy', 'EmailActionPolicy', 'string'],
  ['EmailAttachmentInfo', 'MalwareDetectionMethod', 'DetectionMethods', 'string'],
  ['AgentsInfo', 'Name', 'AgentName', 'string'],
  ['MessageEvents', 'ThreadType', 'ThreadType', 'string'],
  ['MessageEvents', 'ThreadSubType', 'ThreadSubtype', 'string'],
  ['MessageEvents', 'Subject', 'MessageSubject', 'string'],
  ['DeviceTvmSoftwareVulnerabilitiesKB', 'EpssScore', 'EpssScore', 'real'],
  ['GraphAPIAuditEvents', 'IPAddress', 'IpAddress', 'string'],
  ['DeviceFileEvents', '_TimeReceived', '_ingested', 'datetime'],
  ['ProcessCreationEvents', 'EventTime', 'Timestamp', 'datetime'],
  ['ProcessCreationEvents', 'Timestamp', 'Timestamp', 'datetime'],
  ['ProcessCreationEvents', 'InitiatingProcessMd5', 'InitiatingProcessMD5', 'string'],
  ['ProcessCreationEvents', 'TimeGenerated', 'Timestamp', 'datetime'],
])('%s.%s reads %s as %s', (table, name, stored, type) => {
  const found = column(table, name);
  expect(found).toMatchObject({ type, source: { kind: 'stored', column: stored } });
});

test.each([
  ['ProcessCreationEvents', 'ProcessId', 'int', 'long'],
  ['ProcessCreationEvents', 'LogonId', 'string', 'long'],
  ['FileCreationEvents', 'RequestSourcePort', 'string', 'int'],
  ['MachineInfo', 'OSBuild', 'string', 'long'],
  ['AppFileEvents', 'AdditionalFields', 'string', 'dynamic'],
])('%s.%s is %s although %s is stored', (table, name, type, stored) => {
  expect(column(table, name)).toMatchObject({ type, source: { type: stored } });
});

test.each([
  ['DeviceEvents', 'Type', { kind: 'computed', value: { kind: 'constant', text: 'DeviceEvents' } }],
  ['MiscEvents', 'Type', { kind: 'computed', value: { kind: 'constant', text: 'MiscEvents' } }],
  [
    'MiscEvents',
    'EventType',
    { kind: 'computed', value: { kind: 'constant', text: 'MiscEvents' } },
  ],
  ['DeviceEvents', '_BilledSize', { kind: 'computed', value: { kind: 'rowBytes' } }],
  ['MiscEvents', 'EventId', { kind: 'empty' }],
  ['AppFileEvents', 'FolderPath', { kind: 'empty' }],
  ['AlertEvents', 'MachineId', { kind: 'definition' }],
])('%s.%s comes from %j', (table, name, source) => {
  expect(column(table, name)?.source).toEqual(source);
});

test.each([
  ['DeviceEvents', 'EventId'],
  ['DeviceEvents', 'FileOriginip'],
  ['DeviceEvents', 'timestamp'],
  ['DeviceTvmSoftwareInventory', 'TimeGenerated'],
  ['EmailEvents', 'MachineGroup'],
])('%s has no %s', (table, name) => {
  expect(column(table, name)).toBeUndefined();
});

test('a legacy table reads one stored table or has a definition, never both', () => {
  for (const { table, definition } of builtinCatalog.legacyTables) {
    expect([table, definition].filter((value) => value !== undefined)).toHaveLength(1);
  }
});

test('a definition projects the documented columns in their order', () => {
  for (const { definition, columns } of builtinCatalog.legacyTables) {
    const projected = definition?.split('| project ').at(-1)?.split(',');
    const names = projected?.map((part) => part.split('=')[0]?.trim());
    expect(names ?? columns.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  }
});

test('the version follows the content', () => {
  const { tables, legacyTables, version } = builtinCatalog;
  expect(catalogOf(tables, legacyTables).version).toBe(version);
  expect(catalogOf(tables.slice(1), legacyTables).version).not.toBe(version);
});
