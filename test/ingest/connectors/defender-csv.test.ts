import { describe, expect, it } from 'vitest';
import { isPacked } from '../../../src/ingest/sources/packed.js';
import { converted, onlyRow } from '../convert.js';

function csv(rows: readonly Readonly<Record<string, string>>[], delimiter = ','): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) =>
    cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => `${line(cells)}\r\n`)
    .join('');
}

const process = {
  Timestamp: '2026-01-05T10:11:12.1234567Z',
  DeviceId: 'ab'.repeat(20),
  DeviceName: 'pc1.contoso.com',
  ActionType: 'ProcessCreated',
  FileName: 'cmd.exe',
  FolderPath: 'C:\\Windows\\System32\\cmd.exe',
  ProcessId: '42',
  ProcessCommandLine: 'cmd.exe /c "echo a,b"',
  ProcessCreationTime: '2026-01-05T10:11:12.0000000Z',
  AccountName: 'bob',
  InitiatingProcessId: '7',
  InitiatingProcessFileName: 'explorer.exe',
  ReportId: '77',
  AdditionalFields: '{"a":1}',
};
const wanted = {
  table: 'DeviceProcessEvents',
  Timestamp: '2026-01-05T10:11:12.1234567Z',
  DeviceName: 'pc1.contoso.com',
  ProcessId: 42,
  ProcessCommandLine: 'cmd.exe /c "echo a,b"',
  ProcessCreationTime: '2026-01-05T10:11:12.0000000Z',
  ReportId: 77,
  AdditionalFields: { a: 1 },
};

const network = {
  Timestamp: process.Timestamp,
  DeviceName: 'pc1.contoso.com',
  ActionType: 'ConnectionSuccess',
  RemoteIP: '203.0.113.9',
  RemotePort: '443',
  Protocol: 'Tcp',
};

describe('rows exported as CSV', () => {
  it.each([
    ['of the Defender portal', csv([process])],
    [
      'of PowerShell',
      `#TYPE Selected.System.Management.Automation.PSCustomObject\r\n${csv([process])}`,
    ],
    ['with a byte order mark', `\ufeff${csv([process])}`],
    ['with semicolons', csv([process], ';')],
    ['with tabs', csv([process], '\t')],
  ])('%s', (_what, text) => {
    const result = converted(text);
    expect([result.source, result.letters]).toEqual(['defender-csv', []]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('of the portal, whose times are those that it shows', () => {
    const result = converted(csv([{ ...process, Timestamp: 'Jan 5, 2026 10:11:12 AM' }]));
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject({ Timestamp: '2026-01-05T10:11:12.0000000Z' });
  });

  it('of Log Analytics, whose columns and times are written otherwise', () => {
    const { Timestamp: _, ProcessCreationTime: __, ...rest } = process;
    const result = converted(
      csv([
        {
          TenantId: 't',
          ...rest,
          'ProcessCreationTime [UTC]': '1/5/2026, 10:11:12.000 AM',
          'TimeGenerated [UTC]': '1/5/2026, 10:11:12.123\u202fAM',
          SourceSystem: '',
          Type: 'DeviceProcessEvents',
        },
      ]),
    );
    expect([result.source, result.letters]).toEqual(['defender-csv', []]);
    expect(onlyRow(result)).toMatchObject({
      ...wanted,
      Timestamp: '2026-01-05T10:11:12.1230000Z',
    });
  });

  it("of a device's timeline with a column of any name", () => {
    const names =
      'Event Time,Machine Id,Computer Name,Action Type,File Name,Process Id,constructor';
    const row = `2026-01-05T10:11:12,${'ab'.repeat(20)},pc1,ProcessCreated,cmd.exe,42,x`;
    const { rows, letters } = converted(`${names}\r\n${row}\r\n`);
    expect(letters).toEqual([]);
    expect(rows['DeviceProcessEvents']).toMatchObject([{ AdditionalFields: { constructor: 'x' } }]);
  });

  it("of a device's timeline", () => {
    const both = { 'Event Time': '2026-01-05T10:11:12.123', 'Machine Id': 'ab'.repeat(20) };
    const none = { 'Remote Computer Name': '', 'Logon Type': '', 'Process Id': '' };
    const rest = { 'Alert Ids': '', 'Is Marked': 'False', 'Data Type': 'Events' };
    const { source, rows, letters } = converted(
      csv([
        {
          ...both,
          'Computer Name': 'pc1.contoso.com',
          'Action Type': 'ProcessCreated',
          'File Name': 'cmd.exe',
          Sha1: 'AB'.repeat(20),
          'Process Command Line': 'cmd.exe /c x',
          'Account Name': 'bob',
          ...none,
          'Process Id': '42',
          'Initiating Process File Name': 'explorer.exe',
          'Report Id': '77',
          ...rest,
        },
        {
          ...both,
          'Computer Name': 'pc1.contoso.com',
          'Action Type': 'LogonSuccess',
          'Account Name': 'bob',
          ...none,
          'Remote Computer Name': 'pc2',
          'Logon Type': 'Network',
          'Report Id': '78',
          ...rest,
        },
        {
          ...both,
          'Computer Name': 'pc1.contoso.com',
          'Action Type': 'Command and scripting interpreter',
          'File Name': 'cmd.exe',
          ...none,
          'Report Id': '79',
          'Data Type': 'Techniques',
        },
        {
          ...both,
          'Computer Name': 'pc1.contoso.com',
          'Action Type': 'NeverSeenBefore',
          'File Name': 'cmd.exe',
          ...none,
          'Report Id': '80',
          ...rest,
        },
      ]),
    );
    expect([source, letters]).toEqual(['defender-csv', []]);
    expect(rows['DeviceProcessEvents']).toEqual([
      expect.objectContaining({
        Timestamp: '2026-01-05T10:11:12.1230000Z',
        DeviceId: 'ab'.repeat(20),
        DeviceName: 'pc1.contoso.com',
        SHA1: 'AB'.repeat(20),
        ProcessId: 42,
        ProcessCommandLine: 'cmd.exe /c x',
        InitiatingProcessFileName: 'explorer.exe',
      }),
    ]);
    expect(rows['DeviceEvents']).toEqual([
      expect.objectContaining({ ActionType: 'NeverSeenBefore', FileName: 'cmd.exe' }),
    ]);
    expect(rows['DeviceLogonEvents']).toEqual([
      expect.objectContaining({
        RemoteDeviceName: 'pc2',
        LogonType: 'Network',
        AccountName: 'bob',
      }),
    ]);
  });

  it('of several tables, in one and one behind the other', () => {
    const all = { ...process, ...network };
    const none = Object.fromEntries(Object.keys(all).map((name) => [name, '']));
    const union = csv([
      { ...none, ...process },
      { ...none, ...network },
    ]);
    for (const text of [union, csv([process]) + csv([network])]) {
      const { rows, letters } = converted(text);
      expect(letters).toEqual([]);
      expect(rows['DeviceProcessEvents']).toHaveLength(1);
      expect(rows['DeviceNetworkEvents']).toEqual([
        expect.objectContaining({ RemoteIP: '203.0.113.9', RemotePort: 443, Protocol: 'Tcp' }),
      ]);
    }
  });

  it('a field may hold lines', () => {
    const ProcessCommandLine = 'powershell -c "a\n\nb"';
    const { rows, letters } = converted(csv([{ ...process, ProcessCommandLine }, process]));
    expect(letters).toEqual([]);
    expect(rows['DeviceProcessEvents']?.map((row) => row['ProcessCommandLine'])).toEqual([
      ProcessCommandLine,
      process.ProcessCommandLine,
    ]);
  });

  it('what does not fit is a dead letter, and what is around it is stored', () => {
    const two = csv([process, { ...process, ReportId: '78' }]).split('\r\n');
    const { rows, letters } = converted([two[0], two[1], 'a,b', two[2], '"open'].join('\r\n'));
    expect(rows['DeviceProcessEvents']).toHaveLength(2);
    expect(letters).toHaveLength(2);
  });

  it('is a file that is taken whole', () => {
    expect(isPacked(Buffer.from(csv([process])))).toBe(true);
    expect(isPacked(Buffer.from('Timestamp,a,b\n1,2,3\n'))).toBe(false);
  });

  it.each(['Timestamp,a,b,c\n2026-01-05,1,2,3', 'DeviceName,FileName,ActionType\na,b,c'])(
    'is not %j',
    (text) => {
      expect(() => converted(text)).toThrow();
    },
  );
});
