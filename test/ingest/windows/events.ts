export type Data = Readonly<Record<string, unknown>>;

const providers = {
  sysmon: 'Microsoft-Windows-Sysmon',
  security: 'Microsoft-Windows-Security-Auditing',
  system: 'Service Control Manager',
  eventlog: 'Microsoft-Windows-Eventlog',
  powershell: 'Microsoft-Windows-PowerShell',
  wmi: 'Microsoft-Windows-WMI-Activity',
  dns: 'Microsoft-Windows-DNS-Client',
  tasks: 'Microsoft-Windows-TaskScheduler',
  defender: 'Microsoft-Windows-Windows Defender',
  applocker: 'Microsoft-Windows-AppLocker',
  integrity: 'Microsoft-Windows-CodeIntegrity',
  mitigations: 'Microsoft-Windows-Security-Mitigations',
  ldap: 'Microsoft-Windows-LDAP-Client',
  dpapi: 'Microsoft-Windows-Crypto-DPAPI',
  partitions: 'Microsoft-Windows-Partition',
  rdp: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager',
} as const;

export type Log = keyof typeof providers;

let record = 0;

/** An event as `evtx_dump` writes it, of 10:11:12 and a half; `UtcTime` is 10:11:12.4. */
export function event(
  log: Log,
  id: number,
  data: Data,
  more: { readonly seconds?: number; readonly pid?: number; readonly user?: Data } = {},
): object {
  const { seconds = 12, pid = 99, user } = more;
  const moment = `2026-01-05 10:11:${String(seconds).padStart(2, '0')}`;
  record++;
  return {
    Event: {
      System: {
        Provider: { '#attributes': { Name: providers[log] } },
        EventID: id,
        Channel: log,
        Computer: 'PC1.contoso.com',
        EventRecordID: record,
        TimeCreated: { '#attributes': { SystemTime: `${moment.replace(' ', 'T')}.500000Z` } },
        Execution: { '#attributes': { ProcessID: pid } },
      },
      ...(user ? { UserData: { Wrapper: user } } : {}),
      EventData: log === 'sysmon' ? { UtcTime: `${moment}.400`, ...data } : data,
    },
  };
}

export const guids = {
  parent: '{b34bc01c-8e36-695b-0100-000000000a00}',
  child: '{b34bc01c-8e40-695b-0200-000000000a00}',
  other: '{b34bc01c-8e40-695b-0300-000000000a00}',
};

/** A process start in Sysmon's words. */
export function start(more: Data = {}): Data {
  return {
    ProcessGuid: guids.child,
    ProcessId: '42',
    Image: 'C:\\Windows\\System32\\Cmd.exe',
    CommandLine: 'cmd.exe /c whoami',
    CurrentDirectory: 'C:\\Temp\\',
    User: 'CONTOSO\\Bob',
    LogonId: '0x3e7',
    TerminalSessionId: '1',
    IntegrityLevel: 'High',
    Hashes: `SHA1=${'AB'.repeat(20)},MD5=${'CD'.repeat(16)},SHA256=${'EF'.repeat(32)},IMPHASH=${'0'.repeat(32)}`,
    FileVersion: '10.0',
    Description: '-',
    Product: 'Windows',
    Company: 'Microsoft Corporation',
    OriginalFileName: 'Cmd.Exe',
    ParentProcessGuid: guids.parent,
    ParentProcessId: '7',
    ParentImage: 'C:\\Windows\\Explorer.EXE',
    ParentCommandLine: 'explorer.exe',
    ...more,
  };
}
