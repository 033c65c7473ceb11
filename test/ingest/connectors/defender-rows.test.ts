import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const time = '2026-01-05T10:11:12.1234567Z';
const process = {
  DeviceId: 'd1',
  DeviceName: 'host.contoso.com',
  ActionType: 'ProcessCreated',
  FileName: 'cmd.exe',
  ProcessCommandLine: 'cmd.exe /c whoami',
  ProcessId: 42,
  ReportId: 7,
};
const of2018 = {
  EventTime: time,
  MachineId: 'd1',
  ComputerName: 'host.contoso.com',
  ActionType: 'ProcessCreated',
  FileName: 'cmd.exe',
  ProcessCommandLine: 'cmd.exe /c whoami',
  ProcessId: 42,
  ReportId: 7,
};
const wanted = {
  table: 'DeviceProcessEvents',
  Timestamp: time,
  DeviceName: 'host.contoso.com',
  FileName: 'cmd.exe',
  ProcessId: 42,
  ReportId: 7,
};

describe('a row goes to its table', () => {
  it.each<[string, object]>([
    ['$table', { $table: 'DeviceProcessEvents', Timestamp: time, ...process }],
    ['Type, as in Sentinel', { Type: 'DeviceProcessEvents', TimeGenerated: time, ...process }],
    ['TableName', { TableName: 'deviceprocessevents', Timestamp: time, ...process }],
    ['Category', { Category: 'AdvancedHunting-DeviceProcessEvents', Timestamp: time, ...process }],
    ['the columns', { Timestamp: time, ...process }],
    ['its name of 2018', { $table: 'ProcessCreationEvents', Timestamp: time, ...process }],
    ['its name of 2018 in a workspace', { Type: 'ProcessCreationEvents', ...of2018 }],
    ['its columns of 2018', of2018],
    [
      'members of a union with type suffixes',
      {
        Timestamp: time,
        ...process,
        ReportId: undefined,
        ReportId_long: 7,
        ReportId_string: '',
        AdditionalFields_string: '',
        AdditionalFields_dynamic: null,
        AccountUpn: '',
        Application: '',
      },
    ],
    [
      'suffixes of custom logs',
      {
        TimeGenerated: time,
        DeviceId_g: '',
        DeviceName_s: 'host.contoso.com',
        ActionType_s: 'ProcessCreated',
        FileName_s: 'cmd.exe',
        ProcessId_d: 42.0,
        ReportId_d: '7',
      },
    ],
    [
      'a workspace that has copies of Defender’s tables',
      {
        ...{
          TimeGenerated: time,
          Type: 'DeviceProcessEvents_CL',
          DeviceName_s: 'host.contoso.com',
        },
        ...{ ActionType_s: 'ProcessCreated', FileName_s: 'cmd.exe', ProcessId_d: 42.0 },
        ReportId_d: '7',
      },
    ],
    [
      'an answer of the hunting API',
      {
        Stats: {},
        Schema: [{ Name: 'Timestamp', Type: 'DateTime' }],
        Results: [{ Timestamp: time, ...process, ProcessCreationTime: {}, AdditionalFields: {} }],
      },
    ],
    [
      'an answer of Graph',
      {
        '@odata.context': 'x',
        schema: [{ name: 'Timestamp', type: 'DateTime' }],
        results: [
          {
            'Timestamp@odata.type': '#DateTime',
            Timestamp: time,
            ...process,
            ProcessCreationTime: {},
          },
        ],
      },
    ],
    [
      'an answer of Log Analytics',
      {
        tables: [
          {
            name: 'PrimaryResult',
            columns: [
              ...Object.keys({ TimeGenerated: '', Type: '', ...process }).map((name) => ({ name })),
            ],
            rows: [[time, 'DeviceProcessEvents', ...Object.values(process)]],
          },
        ],
      },
    ],
  ])('named by %s', (_what, record) => {
    const result = converted([record]);
    expect(result.source).toBe('defender-rows');
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
    expect(onlyRow(result)['ProcessCreationTime']).toBeUndefined();
  });

  const columns = Object.keys({ Timestamp: '', ...process }).map((ColumnName) => ({ ColumnName }));
  const rows = [[time, ...Object.values(process)]];
  const table = (TableName: string, names: string[], values: unknown[]) => ({
    TableName,
    Columns: names.map((ColumnName) => ({ ColumnName })),
    Rows: [values],
  });

  it('of an answer of Kusto, without what is no result of the query', () => {
    const kinds = ['QueryResult', 'QueryProperties', 'QueryStatus'];
    const result = converted([
      {
        Tables: [
          { TableName: 'Table_0', Columns: columns, Rows: rows },
          table('Table_1', ['Value'], ['{"Visualization":null}']),
          table('Table_2', ['Timestamp', 'Severity', 'StatusCode'], [time, 4, 0]),
          {
            ...table('Table_3', ['Ordinal', 'Kind', 'Name'], []),
            Rows: kinds.map((kind, index) => [index, kind, kind]),
          },
        ],
      },
    ]);
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it("of an answer of Kusto's second version, in the frames of it", () => {
    const result = converted([
      { FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' },
      {
        FrameType: 'DataTable',
        TableKind: 'QueryProperties',
        ...table('@ExtendedProperties', ['Key', 'Value'], ['Visualization', '{}']),
      },
      { FrameType: 'DataTable', TableKind: 'PrimaryResult', Columns: columns, Rows: rows },
      { FrameType: 'DataSetCompletion', HasErrors: false },
    ]);
    expect(result.source).toBe('defender-rows');
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('AlertInfo has a Category that names no table', () => {
    const row = onlyRow(
      converted([
        {
          Timestamp: time,
          AlertId: 'a1',
          Title: 'Something',
          Category: 'Malware',
          Severity: 'High',
          ServiceSource: 'Microsoft Defender for Endpoint',
          DetectionSource: 'EDR',
          AttackTechniques: '[]',
        },
      ]),
    );
    expect(row).toMatchObject({ table: 'AlertInfo', AlertId: 'a1', Category: 'Malware' });
  });

  it('the type of a suffix tells tables apart', () => {
    const union = {
      Timestamp: time,
      ActionType: 'Something new',
      Application: 'Active Directory',
      AccountUpn: 'a@contoso.com',
      DestinationDeviceName: 'dc01',
      TargetDeviceName: '',
      Protocol: 'Drsr',
      Port: 53163,
      DestinationPort: 49668,
      ReportId_string: 'r1',
      ReportId_long: null,
      AdditionalFields_dynamic: { 'FROM.DEVICE': 'A' },
      AdditionalFields_string: '',
      TargetAccountDisplayName: '',
      FileName: '',
    };
    const row = onlyRow(converted([union]));
    expect(row).toMatchObject({ table: 'IdentityDirectoryEvents', ReportId: 'r1' });
    expect(row['AdditionalFields']).toEqual({ 'FROM.DEVICE': 'A' });
  });
});

it('an answer larger than a record may be is cut into its rows', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => ({
    Timestamp: time,
    ...process,
    ReportId: index,
  }));
  const schema = [{ Name: 'Timestamp', Type: 'DateTime' }];
  const names = Object.keys(rows[0] ?? {});
  const table = {
    name: 'PrimaryResult',
    columns: names.map((name) => ({ name, type: 'string' })),
    rows: rows.map((row) => Object.values(row)),
  };
  for (const answer of [
    JSON.stringify({ tables: [table] }),
    JSON.stringify({ tables: [table], statistics: { query: {} } }, null, 1),
    JSON.stringify({ Stats: {}, Schema: schema, Results: rows }),
    JSON.stringify({ '@odata.context': 'x', schema, results: rows }),
    JSON.stringify({ Schema: schema, Results: rows, More: { a: [1] } }, null, 1),
  ]) {
    const result = converted(Buffer.from(answer));
    expect(result.letters).toEqual([]);
    expect(result.rows['DeviceProcessEvents']).toHaveLength(rows.length);
  }
});

describe('values', () => {
  it("the portal's columns and times", () => {
    const row = onlyRow(
      converted([
        {
          'TimeGenerated [UTC]': '1/5/2026, 10:11:12.123 PM',
          Type: 'DeviceProcessEvents',
          FileName: 'a.exe',
          DeviceName: 'h',
          'ProcessCreationTime [UTC]': '1/5/2026, 10:11:11.000 PM',
        },
      ]),
    );
    expect(row).toMatchObject({
      Timestamp: '2026-01-05T22:11:12.1230000Z',
      ProcessCreationTime: '2026-01-05T22:11:11.0000000Z',
    });
  });

  it("the workspace's columns are left out, a query's own are additional fields", () => {
    const result = converted([
      {
        Type: 'DeviceProcessEvents',
        TimeGenerated: time,
        FileName: 'a.exe',
        MG: 'x',
        _ItemId: 'y',
        _ResourceId: '',
        TenantId: 'w',
        computed_by_me: 1,
      },
    ]);
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)['AdditionalFields']).toEqual({ computed_by_me: 1 });
  });

  it.each<[string, object]>([
    ['columns of no table', { $x: 1, Timestamp: time, a: 1, b: 2, c: 3 }],
    ['no time', process],
    ['columns of several tables', { Timestamp: time, DeviceId: 'd', DeviceName: 'h', ReportId: 1 }],
    ['a table that is not there', { $table: 'Nonsense', Timestamp: time }],
  ])('%s: a dead letter', (_what, record) => {
    const { rows, counts } = converted([record], 'defender-rows');
    expect([rows, counts.rejected]).toEqual([{}, 1]);
  });
});
