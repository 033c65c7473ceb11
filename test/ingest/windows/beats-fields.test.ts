import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const provider = 'Microsoft-Windows-Sysmon';
const computer = 'PC1.contoso.com';
const iso = '2026-01-05T10:11:12.400Z';
const data = {
  ProcessGuid: '{b34bc01c-8e40-695b-0200-000000000a00}',
  Image: 'C:\\Windows\\System32\\cmd.exe',
  TargetFilename: 'C:\\Temp\\a b.txt',
};

describe('values that a shipper has moved to fields of ECS', () => {
  const winlog = (id: number, rest: object, source = provider) => ({
    '@timestamp': iso,
    event: { code: String(id), provider: source, category: ['process'] },
    winlog: {
      provider_name: source,
      event_id: String(id),
      computer_name: computer,
      event_data: {},
    },
    ...rest,
  });
  const process = {
    entity_id: data.ProcessGuid,
    pid: 42,
    executable: data.Image,
    name: 'cmd.exe',
  };
  const user = { domain: 'CONTOSO', name: 'Bob' };
  const sha1 = 'ab'.repeat(20);
  const acting = {
    InitiatingProcessId: 42,
    InitiatingProcessFileName: 'cmd.exe',
    InitiatingProcessAccountName: 'bob',
    InitiatingProcessAccountDomain: 'contoso',
  };

  it.each([
    [
      'a process start',
      winlog(1, {
        process: {
          ...process,
          command_line: 'cmd.exe /c whoami',
          hash: { sha1, imphash: 'cd'.repeat(16) },
          pe: { company: 'Microsoft Corporation', original_file_name: 'Cmd.Exe' },
          parent: { pid: 7, executable: 'C:\\Windows\\explorer.exe', command_line: 'explorer.exe' },
        },
        user,
      }),
      {
        table: 'DeviceProcessEvents',
        FolderPath: data.Image,
        ProcessId: 42,
        ProcessUniqueId: data.ProcessGuid,
        ProcessCommandLine: 'cmd.exe /c whoami',
        ProcessVersionInfoCompanyName: 'Microsoft Corporation',
        ProcessVersionInfoOriginalFileName: 'Cmd.Exe',
        SHA1: sha1,
        AccountName: 'bob',
        AccountDomain: 'contoso',
        InitiatingProcessId: 7,
        InitiatingProcessFileName: 'explorer.exe',
        InitiatingProcessCommandLine: 'explorer.exe',
      },
    ],
    [
      'a query for a name that is not there',
      winlog(22, {
        process,
        dns: { question: { name: 'a.example' } },
        sysmon: { dns: { status: 'DNS_ERROR_RCODE_NAME_ERROR' } },
      }),
      { AdditionalFields: { DnsQueryString: 'a.example', DnsQueryResult: [], QueryStatus: 9003 } },
    ],
    [
      'a connection',
      winlog(3, {
        process,
        user,
        network: { transport: 'tcp', direction: 'ingress' },
        source: { ip: '203.0.113.9', port: 50000 },
        destination: { ip: '10.0.0.5', port: 443 },
      }),
      {
        ActionType: 'InboundConnectionAccepted',
        RemoteIP: '203.0.113.9',
        RemotePort: 50000,
        LocalIP: '10.0.0.5',
        LocalPort: 443,
        Protocol: 'Tcp',
        ...acting,
      },
    ],
    [
      'a module',
      winlog(7, { process, user, file: { path: 'C:\\Evil.dll', hash: { sha1 } } }),
      { ActionType: 'ImageLoaded', FileName: 'Evil.dll', SHA1: sha1, ...acting },
    ],
    [
      'a file',
      winlog(11, { process, user, file: { path: data.TargetFilename } }),
      { ActionType: 'FileCreated', FolderPath: data.TargetFilename, ...acting },
    ],
    [
      'a registry value',
      winlog(13, {
        process,
        user,
        registry: { path: 'HKLM\\SOFTWARE\\x\\Value' },
        winlog: {
          provider_name: provider,
          event_id: '13',
          computer_name: computer,
          event_data: { EventType: 'SetValue', Details: 'DWORD (0x0000000a)' },
        },
      }),
      {
        ActionType: 'RegistryValueSet',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\x',
        RegistryValueName: 'Value',
        RegistryValueData: '10',
        ...acting,
      },
    ],
    [
      'a query',
      winlog(22, {
        process,
        user,
        sysmon: { dns: { status: 'SUCCESS' } },
        dns: {
          question: { name: 'a.example' },
          answers: [
            { type: 'CNAME', data: 'b.example' },
            { type: 'A', data: '192.0.2.1' },
          ],
        },
      }),
      {
        ActionType: 'DnsQueryResponse',
        AdditionalFields: {
          DnsQueryString: 'a.example',
          DnsQueryResult: [
            { DnsQueryType: 'CNAME', Result: 'b.example' },
            { DnsQueryType: 'A', Result: '192.0.2.1' },
          ],
          QueryStatus: 0,
        },
        ...acting,
      },
    ],
    [
      'a process start of the Security log',
      winlog(
        4688,
        {
          process: { ...process, command_line: 'cmd.exe', parent: { executable: 'C:\\a.exe' } },
        },
        'Microsoft-Windows-Security-Auditing',
      ),
      {
        table: 'DeviceProcessEvents',
        ProcessId: 42,
        FileName: 'cmd.exe',
        ProcessCommandLine: 'cmd.exe',
        InitiatingProcessFileName: 'a.exe',
      },
    ],
    [
      'a script block',
      winlog(
        4104,
        {
          powershell: {
            sequence: 1,
            total: 2,
            file: { script_block_id: 'x', script_block_text: 'iex $a' },
          },
          file: { path: 'C:\\a.ps1' },
        },
        'Microsoft-Windows-PowerShell',
      ),
      {
        ActionType: 'AmsiScriptContent',
        AdditionalFields: {
          ScriptBlockId: 'x',
          Path: 'C:\\a.ps1',
          MessageNumber: 1,
          MessageTotal: 2,
          Content: 'iex $a',
        },
      },
    ],
    [
      'a process start in Security Onion',
      winlog(1, {
        process: {
          ...process,
          command_line: 'cmd.exe /c whoami',
          pe: { company: 'Microsoft Corporation' },
          parent: { executable: 'C:\\Windows\\explorer.exe', command_line: 'explorer.exe' },
          ppid: '7',
        },
        user: { name: 'CONTOSO\\Bob' },
        hash: { md5: '12'.repeat(16).toUpperCase(), imphash: 'CD'.repeat(16) },
        file: { hash: { SHA1: sha1.toUpperCase() } },
      }),
      {
        table: 'DeviceProcessEvents',
        ...{ ProcessId: 42, AccountName: 'bob', AccountDomain: 'contoso' },
        ...{ SHA1: sha1, MD5: '12'.repeat(16), InitiatingProcessId: 7 },
      },
    ],
    [
      'a file in Security Onion',
      winlog(11, {
        process,
        user: { name: 'CONTOSO\\Bob' },
        file: { target: data.TargetFilename },
      }),
      { ActionType: 'FileCreated', FolderPath: data.TargetFilename, ...acting },
    ],
    [
      'a connection in Security Onion',
      winlog(3, {
        ...{ process, user: { name: 'CONTOSO\\Bob' }, network: { transport: 'tcp' } },
        source: { ip: '10.0.0.5', port: '50111', hostname: computer },
        destination: { ip: '203.0.113.10', port: '443', hostname: 'evil.example' },
      }),
      { RemoteIP: '203.0.113.10', RemotePort: 443, RemoteUrl: 'evil.example', ...acting },
    ],
    [
      'a query in Security Onion',
      winlog(22, {
        process,
        dns: {
          query: { name: 'evil.example' },
          answers: { name: 'type:  5 x.evil.example;192.0.2.1;' },
        },
      }),
      {
        AdditionalFields: {
          DnsQueryString: 'evil.example',
          DnsQueryResult: [
            { DnsQueryType: 'CNAME', Result: 'x.evil.example' },
            { DnsQueryType: 'A', Result: '192.0.2.1' },
          ],
        },
      },
    ],
    [
      'an account’s doing in Security Onion',
      {
        '@timestamp': iso,
        event: { module: 'windows_eventlog', code: '4720' },
        user: { name: 'Admin' },
        winlog: {
          ...{ provider_name: 'Microsoft-Windows-Security-Auditing', event_id: 4720 },
          computer_name: computer,
          event_data: { TargetUserName: 'Backdoor', SubjectDomainName: 'CONTOSO' },
        },
      },
      { AccountName: 'backdoor', InitiatingProcessAccountName: 'admin' },
    ],
    [
      'a command',
      winlog(
        4103,
        {
          powershell: {
            command: {
              invocation_details: [
                { type: 'CommandInvocation', related_command: 'Get-Item', value: '"Get-Item"' },
              ],
            },
          },
          user,
        },
        'Microsoft-Windows-PowerShell',
      ),
      { ActionType: 'PowerShellCommand', InitiatingProcessAccountName: 'bob' },
    ],
  ])('%s', (_name, record, wanted) => {
    const result = converted([record]);
    expect(result.source).toBe('windows-event');
    expect(onlyRow(result)).toMatchObject(wanted);
  });
});
