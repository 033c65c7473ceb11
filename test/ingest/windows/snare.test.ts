import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const security = 'Microsoft-Windows-Security-Auditing';

/** A line as NXLog writes it: breaks and tabs of the message have become spaces. */
function line(id: number, source: string, message: string, tab = '\t'): string {
  const flat = message.replace(/[\r\n\t]/g, ' ');
  const fields = [
    ...['MSWinEventLog', '1', 'Security', '284138676', 'Mon Jan  5 10:11:12 2026', String(id)],
    ...[source, 'N/A', 'N/A', 'Success Audit', 'PC1.contoso.com', 'Logon', '', flat, '1234'],
  ];
  return `<13>Jan  5 10:11:12 PC1.contoso.com ${fields.join(tab)}`;
}

function message(...lines: readonly string[]): string {
  return lines.join('\r\n');
}

const logon = message(
  'An account was successfully logged on.',
  '',
  'Subject:',
  '\tSecurity ID:\t\tS-1-0-0',
  '\tAccount Name:\t\t-',
  '\tAccount Domain:\t\t-',
  '\tLogon ID:\t\t0x0',
  '',
  'Logon Type:\t\t\t3',
  '',
  'New Logon:',
  '\tSecurity ID:\t\tS-1-5-21-1-2-3-4',
  '\tAccount Name:\t\tBob',
  '\tAccount Domain:\t\tCONTOSO',
  '\tLogon ID:\t\t0x3E8',
  '\tLogon GUID:\t\t{00000000-0000-0000-0000-000000000000}',
  '',
  'Process Information:',
  '\tProcess ID:\t\t0x0',
  '\tProcess Name:\t\t-',
  '',
  'Network Information:',
  '\tWorkstation Name:\t\t',
  '\tSource Network Address:\t203.0.113.9',
  '\tSource Port:\t\t50000',
  '',
  'Detailed Authentication Information:',
  '\tLogon Process:\t\tNtLmSsp ',
  '\tAuthentication Package:\tNTLM',
);
const start = message(
  'A new process has been created.',
  '',
  'Creator Subject:',
  '\tSecurity ID:\t\tS-1-5-21-1-2-3-4',
  '\tAccount Name:\t\tBob',
  '\tAccount Domain:\t\tCONTOSO',
  '\tLogon ID:\t\t0x3E8',
  '',
  'Target Subject:',
  '\tSecurity ID:\t\tS-1-0-0',
  '\tAccount Name:\t\t-',
  '\tAccount Domain:\t\t-',
  '\tLogon ID:\t\t0x0',
  '',
  'Process Information:',
  '\tNew Process ID:\t\t0x42',
  '\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe',
  '\tToken Elevation Type:\t%%1936',
  '\tMandatory Label:\t\tS-1-16-8192',
  '\tCreator Process ID:\t0x7',
  '\tCreator Process Name:\tC:\\Windows\\explorer.exe',
  '\tProcess Command Line:\tcmd /c dir  C:\\ a: b',
  '',
  'Token Elevation Type indicates the type of token that was assigned.',
);
const created = message(
  'File created:',
  'RuleName: ',
  'UtcTime: 2026-01-05 10:11:12.345',
  'ProcessGuid: {b34bc01c-8e40-695b-0200-000000000a00}',
  'ProcessId: 42',
  'Image: C:\\Windows\\System32\\cmd.exe',
  'TargetFilename: C:\\Temp\\a  b.txt',
  'User: CONTOSO\\Bob',
);

describe('Snare', () => {
  it.each([
    [
      'a logon',
      line(4624, security, logon),
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonSuccess',
        Timestamp: '2026-01-05T10:11:12.0000000Z',
        DeviceName: 'pc1.contoso.com',
        LogonType: 'Network',
        AccountName: 'bob',
        AccountDomain: 'contoso',
        AccountSid: 'S-1-5-21-1-2-3-4',
        LogonId: 1000,
        RemoteIP: '203.0.113.9',
        RemotePort: 50_000,
        Protocol: 'NTLM',
      },
    ],
    [
      'a process start',
      line(4688, security, start),
      {
        table: 'DeviceProcessEvents',
        FileName: 'cmd.exe',
        ProcessId: 66,
        ProcessCommandLine: 'cmd /c dir  C:\\ a: b',
        ProcessTokenElevation: 'TokenElevationTypeDefault',
        ProcessIntegrityLevel: 'Medium',
        AccountName: 'bob',
        InitiatingProcessId: 7,
        InitiatingProcessFileName: 'explorer.exe',
      },
    ],
    [
      'Sysmon',
      line(11, 'Microsoft-Windows-Sysmon', created),
      {
        table: 'DeviceFileEvents',
        Timestamp: '2026-01-05T10:11:12.3450000Z',
        FolderPath: 'C:\\Temp\\a  b.txt',
        InitiatingProcessId: 42,
        InitiatingProcessAccountName: 'bob',
      },
    ],
    [
      'a script',
      line(
        4104,
        'Microsoft-Windows-PowerShell',
        message(
          'Creating Scriptblock text (1 of 1):',
          'a',
          'b: c',
          '',
          'ScriptBlock ID: 7',
          'Path: ',
        ),
      ),
      { AdditionalFields: { ScriptBlockId: '7', Content: 'a  b: c' } },
    ],
  ])('%s', (_name, text, wanted) => {
    const result = converted([text]);
    expect([result.source, result.letters]).toEqual(['windows-event', []]);
    expect(onlyRow(result)).toMatchObject(wanted);
    // As rsyslog hands it to Elasticsearch.
    const escaped = text.replaceAll('\t', '#011');
    expect(
      onlyRow(converted([{ '@timestamp': '2026-01-05T10:11:12Z', message: escaped }])),
    ).toEqual(onlyRow(result));
  });

  it('whose message is not to be read is a dead letter', () => {
    const { rows, letters } = converted([line(4624, security, 'Ein Konto wurde angemeldet.')]);
    expect([rows, letters.length]).toEqual([{}, 1]);
  });
});

describe('a line that is made to be slow', () => {
  const spaces = ' '.repeat(100_000);

  it.each([
    ['a script', 4104, `Creating Scriptblock text (1 of 1):  a${spaces}b`],
    [
      'its end',
      4104,
      `Creating Scriptblock text (1 of 1):  a${'  ScriptBlock ID: 7'.repeat(10_000)}b`,
    ],
    ['another event', 4688, `A new process has been created.${spaces}b`],
    ['its labels', 4688, `A new process has been created.${'    A'.repeat(20_000)}b`],
  ])('is read in no time: %s', (_what, id, text) => {
    const start = performance.now();
    converted([line(id, 'Microsoft-Windows-PowerShell', text)], 'windows-event');
    expect(performance.now() - start).toBeLessThan(1_500);
  });
});
