import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const time = '2026-01-05T10:11:12.123Z';
const host = {
  hostname: 'WEB01',
  ip: ['10.0.0.5', '127.0.0.1'],
  os: { type: 'linux', name: 'Ubuntu', version: '22.04' },
};
const common = {
  '@timestamp': time,
  ecs: { version: '8.11.0' },
  host,
  agent: { type: 'auditbeat' },
};

const start = {
  ...common,
  event: { kind: 'event', category: ['process'], type: ['start'], action: 'exec', id: 'e1' },
  user: { name: 'Alice', id: '1000' },
  process: {
    entity_id: 'abc',
    pid: 42,
    name: 'curl',
    executable: '/usr/bin/curl',
    args: ['curl', '-o', 'a b', 'http://x'],
    start: '2026-01-05T10:11:12.000Z',
    hash: { sha256: 'AB'.repeat(32) },
    parent: { pid: 7, entity_id: 'par', executable: '/bin/Bash', command_line: 'bash -i' },
    working_directory: '/tmp',
  },
};

describe('ECS documents', () => {
  it('a process start', () => {
    const result = converted([start]);
    expect(result.source).toBe('ecs');
    expect(onlyRow(result)).toMatchObject({
      table: 'DeviceProcessEvents',
      ActionType: 'ProcessCreated',
      Timestamp: '2026-01-05T10:11:12.1230000Z',
      DeviceName: 'web01',
      FileName: 'curl',
      FolderPath: '/usr/bin/curl',
      ProcessId: 42,
      ProcessCommandLine: 'curl -o a b http://x',
      ProcessCreationTime: '2026-01-05T10:11:12.0000000Z',
      ProcessUniqueId: 'abc',
      SHA256: 'ab'.repeat(32),
      AccountName: 'alice',
      AccountSid: '1000',
      InitiatingProcessId: 7,
      InitiatingProcessUniqueId: 'par',
      InitiatingProcessFileName: 'bash',
      InitiatingProcessFolderPath: '/bin/bash',
      InitiatingProcessCommandLine: 'bash -i',
      AdditionalFields: { process: { working_directory: '/tmp' }, event: { action: 'exec' } },
    });
    expect(result.snapshots['DeviceInfo']?.[0]).toMatchObject({
      DeviceName: 'web01',
      OSPlatform: 'Linux',
      OSVersion: '22.04',
      OSDistribution: 'Ubuntu',
    });
    expect(result.snapshots['DeviceNetworkInfo']?.[0]?.['IPAddresses']).toContain('10.0.0.5');
  });

  it('the id of a parent that is not known keeps its letters', () => {
    const parent = { ...start.process.parent, entity_id: 'NGM5YzljYjMtZjgw' };
    const document = { ...start, process: { ...start.process, parent } };
    expect(onlyRow(converted([document]))).toMatchObject({
      InitiatingProcessUniqueId: 'NGM5YzljYjMtZjgw',
    });
  });

  it('what the start of a process says of it is known of what it does', () => {
    const process = {
      entity_id: 'abc',
      pid: 42,
      executable: 'C:\\Temp\\a.exe',
      pe: { original_file_name: 'Cmd.Exe', company: 'Contoso' },
      Ext: {
        token: { elevation: true, elevation_type: 'limited', integrity_level_name: 'medium' },
      },
    };
    const { rows } = converted([
      { ...start, process },
      {
        ...common,
        '@timestamp': '2026-01-05T10:11:13.123Z',
        event: { category: ['file'], type: ['creation'] },
        file: { path: 'C:\\Temp\\b.txt' },
        process: { entity_id: 'abc', pid: 42, executable: process.executable },
        user: { name: 'alice' },
      },
    ]);
    expect(rows['DeviceProcessEvents']?.[0]).toMatchObject({
      ProcessTokenElevation: 'TokenElevationTypeLimited',
      ProcessVersionInfoOriginalFileName: 'Cmd.Exe',
    });
    expect(rows['DeviceFileEvents']?.[0]).toMatchObject({
      InitiatingProcessTokenElevation: 'TokenElevationTypeLimited',
      InitiatingProcessIntegrityLevel: 'Medium',
      InitiatingProcessVersionInfoOriginalFileName: 'Cmd.Exe',
      InitiatingProcessVersionInfoCompanyName: 'Contoso',
      InitiatingProcessAccountName: 'alice',
      InitiatingProcessAccountSid: '1000',
    });
  });

  it('the only user of a change to accounts is not the one who made it', () => {
    const row = onlyRow(
      converted([
        {
          ...common,
          event: { category: ['iam'], type: ['user', 'creation'], action: 'user_added' },
          user: { name: 'mallory', id: '1001' },
        },
      ]),
    );
    expect(row['AccountName']).toBe('mallory');
    expect(row['InitiatingProcessAccountName'] ?? '').toBe('');
    expect(row['InitiatingProcessAccountSid'] ?? '').toBe('');
  });

  it('dotted names, and both at once, are the same event', () => {
    const dotted = {
      '@timestamp': time,
      'ecs.version': '8.11.0',
      'host.hostname': 'WEB01',
      'event.category': 'process',
      'event.type': ['start'],
      'event.id': 'e1',
      'process.pid': 42,
      process: { name: 'curl' },
      'process.executable': '/usr/bin/curl',
      'process.parent.pid': 7,
    };
    expect(onlyRow(converted([dotted]))).toMatchObject({
      table: 'DeviceProcessEvents',
      FileName: 'curl',
      FolderPath: '/usr/bin/curl',
      ProcessId: 42,
      InitiatingProcessId: 7,
    });
  });

  it('hits of a search have fields, each a list', () => {
    const fields = {
      '@timestamp': [time],
      'event.category': ['process'],
      'event.type': ['start'],
      'host.hostname': ['WEB01'],
      'process.name': ['curl'],
      'process.pid': [42],
    };
    expect(onlyRow(converted([{ _index: 'x', _id: '1', fields }]))).toMatchObject({
      table: 'DeviceProcessEvents',
      FileName: 'curl',
      ProcessId: 42,
    });
  });

  it('the name of a process is not its path', () => {
    const row = onlyRow(
      converted([
        {
          ...common,
          event: { category: ['file'], type: ['creation'] },
          file: { path: '/tmp/x' },
          process: { pid: 3, name: 'Touch' },
        },
      ]),
    );
    expect(row['InitiatingProcessFileName']).toBe('touch');
    expect(row['InitiatingProcessFolderPath'] ?? undefined).toBeUndefined();
  });

  it('exports of Elasticsearch wrap the document', () => {
    const { rows } = converted([{ _index: 'x', _id: '1', _source: start }]);
    expect(rows['DeviceProcessEvents']).toHaveLength(1);
  });

  it.each<[string, object, object]>([
    [
      'an outbound connection',
      {
        event: {
          category: ['network'],
          type: ['connection', 'start'],
          action: 'connection_attempted',
        },
        source: { ip: '10.0.0.5', port: 50000 },
        destination: { ip: '2001:DB8:0:0:0:0:0:1', port: 443, domain: 'evil.example' },
        network: { transport: 'tcp', direction: 'egress' },
        process: { pid: 42, entity_id: 'abc', executable: 'C:\\A\\Evil.exe', name: 'Evil.exe' },
        user: { name: 'alice', domain: 'CONTOSO' },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'ConnectionSuccess',
        LocalIP: '10.0.0.5',
        LocalPort: 50000,
        LocalIPType: 'Private',
        RemoteIP: '2001:db8::1',
        RemotePort: 443,
        RemoteUrl: 'evil.example',
        Protocol: 'Tcp',
        InitiatingProcessFileName: 'evil.exe',
        InitiatingProcessFolderPath: 'c:\\a\\evil.exe',
        InitiatingProcessId: 42,
        InitiatingProcessUniqueId: 'abc',
        InitiatingProcessAccountName: 'alice',
        InitiatingProcessAccountDomain: 'contoso',
      },
    ],
    [
      'an inbound connection',
      {
        event: { category: ['network'], type: ['connection'], action: 'network_flow' },
        source: { ip: '203.0.113.9', port: 50000 },
        destination: { ip: '10.0.0.5', port: 22 },
        network: { transport: 'tcp', direction: 'ingress' },
      },
      {
        ActionType: 'InboundConnectionAccepted',
        LocalIP: '10.0.0.5',
        LocalPort: 22,
        RemoteIP: '203.0.113.9',
        RemotePort: 50000,
        RemoteIPType: 'Public',
      },
    ],
    [
      'a query',
      {
        event: { category: ['network'], type: ['connection', 'protocol'] },
        dns: {
          question: { name: 'a.example', type: 'A' },
          answers: [{ type: 'A', data: '192.0.2.1' }],
        },
        process: { name: 'Chrome.exe', pid: 3 },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'DnsQueryResponse',
        InitiatingProcessFileName: 'chrome.exe',
        AdditionalFields: {
          DnsQueryString: 'a.example',
          DnsQueryResult: [{ DnsQueryType: 'A', Result: '192.0.2.1' }],
        },
      },
    ],
    [
      'a renamed file',
      {
        event: { category: ['file'], type: ['change'], action: 'rename' },
        file: {
          path: 'C:\\b.txt',
          name: 'b.txt',
          size: 12,
          Ext: { original: { path: 'C:\\a.txt' } },
          hash: { md5: 'A'.repeat(32) },
        },
        process: { pid: 9 },
        user: { name: 'Bob', domain: 'CONTOSO', id: 'S-1-5-21-1-2-3-1001' },
      },
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileRenamed',
        RequestAccountName: 'Bob',
        RequestAccountDomain: 'CONTOSO',
        RequestAccountSid: 'S-1-5-21-1-2-3-1001',
        FileName: 'b.txt',
        FolderPath: 'C:\\b.txt',
        FileSize: 12,
        MD5: 'a'.repeat(32),
        PreviousFolderPath: 'C:\\a.txt',
        PreviousFileName: 'a.txt',
      },
    ],
    [
      'a deleted file',
      { event: { category: 'file', type: 'deletion' }, file: { path: '/etc/x' } },
      { ActionType: 'FileDeleted', FileName: 'x' },
    ],
    [
      'a registry value',
      {
        event: { category: ['registry'], type: ['change'], action: 'modification' },
        registry: {
          hive: 'HKLM',
          key: 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
          value: 'Evil',
          path: 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Evil',
          data: { type: 'REG_SZ', strings: ['c:\\evil.exe'] },
        },
        process: { pid: 9, name: 'REG.exe' },
      },
      {
        table: 'DeviceRegistryEvents',
        ActionType: 'RegistryValueSet',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
        RegistryValueName: 'Evil',
        RegistryValueType: 'String',
        RegistryValueData: 'c:\\evil.exe',
        InitiatingProcessFileName: 'reg.exe',
      },
    ],
    [
      'a registry value that is a number',
      {
        event: { category: ['registry'], type: ['change'], action: 'modification' },
        registry: {
          hive: 'HKLM',
          key: 'SYSTEM\\CurrentControlSet\\Services\\Bad',
          value: 'Start',
          data: { type: 'REG_DWORD', strings: ['0x00000004'] },
        },
        process: { pid: 9 },
      },
      { RegistryValueType: 'Dword', RegistryValueData: '4' },
    ],
    [
      'a registry value of which there is only the path',
      {
        event: { category: ['registry'], type: ['change'], action: 'ACTION_WRITE_VALUE' },
        registry: { path: 'HKLM\\SOFTWARE\\Wow6432Node\\Contoso\\Agent\\Last Run' },
        process: { pid: 9, executable: 'c:\\a\\agent.exe' },
        user: { domain: 'contoso' },
        carbon_black_cloud: {
          endpoint_event: { process: { username: 'NT AUTHORITY\\LOCAL SERVICE' } },
        },
      },
      {
        ActionType: 'RegistryValueSet',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\Contoso\\Agent',
        RegistryValueName: 'Last Run',
        InitiatingProcessAccountName: 'local service',
        InitiatingProcessAccountDomain: 'nt authority',
      },
    ],
    [
      'a registry key of which there is only the path',
      {
        event: { category: ['registry'], type: ['change'], action: 'ACTION_CREATE_KEY' },
        registry: { path: 'HKLM\\SOFTWARE\\Contoso\\Agent' },
        process: { pid: 9 },
      },
      {
        ActionType: 'RegistryKeyCreated',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\\Agent',
      },
    ],
    [
      'a registry value that is created',
      {
        event: { category: ['registry'], type: ['creation'], action: ['creation'] },
        registry: {
          path: 'MACHINE\\SYSTEM\\ControlSet001\\Services\\Bad\\Type',
          key: 'MACHINE\\SYSTEM\\ControlSet001\\Services\\Bad',
          value: 'Type',
          data: { type: 'BINARY', strings: 'x' },
        },
        process: { pid: 9, user: { name: 'CONTOSO\\Bob' } },
        sentinel_one_cloud_funnel: { event: { meta_event_name: 'REGVALUECREATE' } },
      },
      {
        ActionType: 'RegistryValueSet',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Bad',
        RegistryValueName: 'Type',
        RegistryValueType: 'Binary',
        RegistryValueData: 'x',
        InitiatingProcessAccountName: 'bob',
        InitiatingProcessAccountDomain: 'contoso',
      },
    ],
    [
      'a registry key that a sensor splits as if it were a value',
      {
        event: { category: ['registry'], type: ['deletion'], action: ['deletion'] },
        registry: {
          path: 'MACHINE\\SOFTWARE\\Contoso\\Bad',
          key: 'MACHINE\\SOFTWARE\\Contoso',
          value: 'Bad',
        },
        process: { pid: 9 },
        sentinel_one_cloud_funnel: { event: { meta_event_name: 'REGKEYDELETE' } },
      },
      {
        ActionType: 'RegistryKeyDeleted',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\\Bad',
      },
    ],
    [
      'a deleted file that is told as a change',
      {
        event: { category: ['file'], type: ['change'], action: 'ACTION_FILE_DELETE' },
        file: { path: 'c:\\x.log' },
        process: {
          pid: 9,
          user: { name: 'bob', domain: 'CONTOSO', id: 'S-1-5-21-1-2-3-1001' },
        },
      },
      {
        ActionType: 'FileDeleted',
        InitiatingProcessAccountName: 'bob',
        InitiatingProcessAccountDomain: 'contoso',
        InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-1001',
      },
    ],
    [
      'a connection that is told as no more than information',
      {
        event: { category: ['network'], type: ['info'], outcome: 'success' },
        source: { ip: '10.0.0.5', port: 56473 },
        destination: { ip: '203.0.113.9', port: 443 },
        network: { direction: 'egress', protocol: 'https' },
        process: { pid: 9, name: 'chrome.exe' },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'ConnectionSuccess',
        RemoteIP: '203.0.113.9',
        InitiatingProcessFileName: 'chrome.exe',
      },
    ],
    [
      'a socket that is opened, without a category',
      {
        event: { kind: 'event', module: 'system', dataset: 'socket', action: 'socket_opened' },
        source: { ip: '203.0.113.9', port: 55270 },
        destination: { ip: '10.0.0.5', port: 22 },
        network: { direction: 'incoming', transport: 'tcp' },
        process: { pid: 9, name: 'sshd' },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'InboundConnectionAccepted',
        LocalPort: 22,
        RemoteIP: '203.0.113.9',
      },
    ],
    [
      'a port that is listened on',
      {
        event: { category: ['network'], type: ['start', 'connection'], action: 'NetworkListenIP4' },
        source: { ip: '0.0.0.0', port: 8443 },
        process: { entity_id: 'x' },
      },
      { ActionType: 'ListeningConnectionCreated', LocalPort: 8443 },
    ],
    [
      'a module load that is told as a start of a process',
      {
        event: { category: ['process'], type: ['start'], action: 'ACTION_LOAD_MODULE' },
        dll: { path: 'c:\\windows\\system32\\dnsapi.dll' },
        process: { pid: 9, executable: 'c:\\windows\\system32\\arp.exe' },
      },
      {
        table: 'DeviceImageLoadEvents',
        ActionType: 'ImageLoaded',
        FileName: 'dnsapi.dll',
        InitiatingProcessFileName: 'arp.exe',
      },
    ],
    [
      'a process start that is told by the parent, of Carbon Black Cloud',
      {
        event: { category: ['process'], type: ['start'], action: 'ACTION_CREATE_PROCESS' },
        process: {
          pid: 1684,
          entity_id: 'parent-id',
          executable: 'c:\\agent\\agent.exe',
          command_line: 'C:\\Agent\\Agent.exe -s',
          parent: { pid: 640, executable: 'c:\\windows\\system32\\services.exe' },
        },
        carbon_black_cloud: {
          endpoint_event: {
            process: { username: 'NT AUTHORITY\\SYSTEM' },
            target_cmdline: '"netstat.exe" /a',
            childproc: {
              guid: 'child-id',
              name: 'c:\\windows\\system32\\netstat.exe',
              pid: 4676,
              username: 'NT AUTHORITY\\SYSTEM',
              hash: { md5: 'A'.repeat(32), sha256: 'B'.repeat(64) },
            },
          },
        },
      },
      {
        table: 'DeviceProcessEvents',
        ActionType: 'ProcessCreated',
        FileName: 'netstat.exe',
        FolderPath: 'c:\\windows\\system32\\netstat.exe',
        ProcessId: 4676,
        ProcessUniqueId: 'child-id',
        ProcessCommandLine: '"netstat.exe" /a',
        MD5: 'a'.repeat(32),
        SHA256: 'b'.repeat(64),
        AccountName: 'system',
        AccountDomain: 'nt authority',
        InitiatingProcessId: 1684,
        InitiatingProcessFileName: 'agent.exe',
        InitiatingProcessCommandLine: 'C:\\Agent\\Agent.exe -s',
        InitiatingProcessAccountName: 'system',
        InitiatingProcessParentFileName: 'services.exe',
      },
    ],
    [
      'a process start that is told by the parent, of SentinelOne',
      {
        event: { category: ['process'], type: ['start'], action: ['start'] },
        process: {
          pid: 3596,
          name: 'infra.exe',
          command_line: 'infra.exe -x',
          start: '2026-01-05T10:00:00.000Z',
          user: { name: 'NT AUTHORITY\\SYSTEM' },
        },
        sentinel_one_cloud_funnel: {
          event: {
            meta_event_name: 'PROCESSCREATION',
            tgt: {
              process: {
                pid: '4720',
                uid: 'D004',
                name: 'nr-winpkg.exe',
                cmd_line: './nr-winpkg',
                image: { path: 'C:\\Agent\\nr-winpkg.exe', sha1: 'C'.repeat(40) },
                start_time: '2026-01-05T10:11:12.100Z',
                integrity_level: 'SYSTEM',
                user: { name: 'NT AUTHORITY\\SYSTEM' },
              },
            },
          },
        },
      },
      {
        table: 'DeviceProcessEvents',
        FileName: 'nr-winpkg.exe',
        FolderPath: 'C:\\Agent\\nr-winpkg.exe',
        ProcessId: 4720,
        ProcessCommandLine: './nr-winpkg',
        ProcessCreationTime: '2026-01-05T10:11:12.1000000Z',
        ProcessIntegrityLevel: 'System',
        SHA1: 'c'.repeat(40),
        InitiatingProcessId: 3596,
        InitiatingProcessFileName: 'infra.exe',
        InitiatingProcessAccountName: 'system',
      },
    ],
    [
      'a process start of which only the process has a user',
      {
        event: { category: ['process'], type: ['start'] },
        process: { pid: 9, name: 'a', executable: '/a', user: { name: 'Bob', id: '1001' } },
      },
      { ActionType: 'ProcessCreated', AccountName: 'bob', AccountSid: '1001' },
    ],
    [
      'a library',
      {
        event: { category: ['library'], type: ['start'], action: 'load' },
        dll: { name: 'A.dll', path: 'C:\\A.dll' },
        process: { pid: 1 },
      },
      {
        table: 'DeviceImageLoadEvents',
        ActionType: 'ImageLoaded',
        FileName: 'A.dll',
        InitiatingProcessId: 1,
      },
    ],
    [
      'a failed logon',
      {
        event: {
          category: ['authentication'],
          type: ['start'],
          outcome: 'failure',
          action: 'ssh_login',
        },
        user: { name: 'root' },
        source: { ip: '203.0.113.9', port: 999, domain: 'evil' },
        winlog: { logon: { type: 'RemoteInteractive' } },
      },
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonFailed',
        AccountName: 'root',
        LogonType: 'RemoteInteractive',
        RemoteIP: '203.0.113.9',
        RemoteIPType: 'Public',
        RemotePort: 999,
        RemoteDeviceName: 'evil',
      },
    ],
    [
      'a new user',
      {
        event: { category: ['iam'], type: ['user', 'creation'], action: 'user_added' },
        user: { name: 'mallory', id: '1001' },
        process: { name: 'useradd', pid: 7 },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'UserAccountCreated',
        AccountName: 'mallory',
        InitiatingProcessFileName: 'useradd',
      },
    ],
    [
      'a new user, and who made it',
      {
        event: { category: ['iam'], type: ['user', 'creation'], action: 'user_added' },
        user: { name: 'alice', id: '1000', target: { name: 'mallory', id: '1001' } },
      },
      {
        AccountName: 'mallory',
        AccountSid: '1001',
        InitiatingProcessAccountName: 'alice',
        InitiatingProcessAccountSid: '1000',
      },
    ],
    [
      'an API call',
      {
        event: { category: ['api'], type: ['change'] },
        process: { pid: 4, name: 'evil.exe', Ext: { api: { name: 'WriteProcessMemory' } } },
        Target: { process: { pid: 500, executable: 'C:\\lsass.exe' } },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'WriteProcessMemoryApiCall',
        ProcessId: 500,
        FileName: 'lsass.exe',
      },
    ],
    [
      'an intrusion alert',
      {
        event: { kind: 'alert', category: ['network', 'intrusion_detection'], module: 'suricata' },
        source: { ip: '10.0.0.5' },
        destination: { ip: '203.0.113.1', port: 80 },
        rule: { name: 'ET MALWARE' },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'NetworkSignatureInspected',
        AdditionalFields: { SignatureName: 'ET MALWARE' },
      },
    ],
    [
      'activity in a cloud',
      {
        event: {
          category: ['iam'],
          type: ['change'],
          action: 'ConsoleLogin2',
          dataset: 'aws.cloudtrail',
          provider: 'iam.amazonaws.com',
          id: 'q',
        },
        cloud: { provider: 'aws' },
        user: { name: 'bob', id: 'AIDA' },
        source: { ip: '198.51.100.1', geo: { country_iso_code: 'DE', city_name: 'Bonn' } },
        user_agent: { original: 'aws-cli' },
      },
      {
        table: 'CloudAppEvents',
        ActionType: 'ConsoleLogin2',
        Application: 'Amazon Web Services',
        AccountObjectId: 'AIDA',
        IPAddress: '198.51.100.1',
        CountryCode: 'DE',
        City: 'Bonn',
        UserAgent: 'aws-cli',
      },
    ],
    [
      'a start that Elastic Endpoint has seen',
      {
        event: { category: ['process'], type: ['start'], action: 'start', module: 'endpoint' },
        user: { name: 'SYSTEM', domain: 'NT AUTHORITY', id: 'S-1-5-18' },
        process: {
          ...{ pid: 5, name: 'a.exe', executable: 'C:\\a.exe', command_line: 'a.exe' },
          parent: { pid: 6, executable: 'C:\\b.exe', args: [], command_line: '' },
          Ext: {
            authentication_id: '0x3e7',
            token: { integrity_level_name: 'high', elevation_level: 'full' },
          },
        },
      },
      {
        ProcessIntegrityLevel: 'High',
        ProcessTokenElevation: 'TokenElevationTypeFull',
        LogonId: 999,
        InitiatingProcessFileName: 'b.exe',
      },
    ],
    [
      'a start on a host that has no name but an id',
      {
        host: { id: '8c68', os: { type: 'linux' } },
        event: { category: ['process'], type: ['start'] },
        process: { name: 'a', executable: '/a', pid: 1 },
      },
      { DeviceName: '8c68', FileName: 'a' },
    ],
    [
      'a start that a sensor reports by its own number',
      {
        host: { os: { type: 'macos' } },
        event: { category: ['process'], type: ['start'] },
        process: { name: 'sh', executable: '/bin/sh', pid: 9505 },
        observer: { serial_number: 'ffffa63e' },
      },
      { DeviceName: 'ffffa63e', FileName: 'sh' },
    ],
    [
      'a process whose name is a path',
      {
        event: { category: ['file'], type: ['creation'] },
        file: { path: 'C:\\x' },
        process: { name: 'C:\\Windows\\A.exe', executable: 'C:\\Windows\\A.exe', pid: 1 },
      },
      { InitiatingProcessFileName: 'a.exe', InitiatingProcessFolderPath: 'c:\\windows\\a.exe' },
    ],
    [
      'a logon as another user: the account is the one that logs on',
      {
        event: { category: ['authentication'], type: ['info'], action: 'authenticated' },
        auditd: { message_type: 'user_auth', session: '62' },
        service: { type: 'auditd' },
        user: { name: 'alice', id: '1001', effective: { name: 'Bob', id: '9999' } },
        process: { executable: '/bin/su', pid: 3 },
      },
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonSuccess',
        AccountName: 'bob',
        AccountSid: '9999',
        LogonId: 62,
        InitiatingProcessFileName: 'su',
        InitiatingProcessAccountName: 'alice',
        InitiatingProcessAccountSid: '1001',
      },
    ],
    [
      'a group, as the audit system adds one',
      {
        event: { category: ['iam'], type: ['group', 'creation'], action: 'added-group-account-to' },
        group: { id: '1004', name: 'lab' },
        user: { name: 'alice', id: '1000', effective: { name: 'root', id: '0' } },
      },
      {
        ActionType: 'SecurityGroupCreated',
        AccountName: 'root',
        AccountSid: '0',
        AdditionalFields: { GroupName: 'lab' },
      },
    ],
    [
      'a connection that is being made',
      {
        event: {
          ...{ category: ['network'], type: ['connection', 'start'], action: 'connected-to' },
          outcome: 'failure',
        },
        auditd: { data: { syscall: 'connect', exit: 'EINPROGRESS' } },
        destination: { ip: '203.0.113.9', port: 443 },
        network: { direction: 'egress' },
      },
      { ActionType: 'ConnectionSuccess', RemoteIP: '203.0.113.9' },
    ],
    [
      'a flow without a direction, to an address of the host',
      {
        event: { category: ['network'], type: ['connection'], action: 'network_flow' },
        source: { ip: '10.0.0.9', port: 51320 },
        destination: { ip: '10.0.0.5', port: 8000 },
      },
      {
        ActionType: 'InboundConnectionAccepted',
        LocalIP: '10.0.0.5',
        LocalPort: 8000,
        RemoteIP: '10.0.0.9',
      },
    ],
    [
      'a question that has no answer yet',
      {
        event: {
          category: ['network'],
          type: ['connection', 'protocol'],
          action: 'lookup_requested',
        },
        dns: { question: { name: 'a.example.' } },
      },
      { ActionType: 'DnsQueryRequest', AdditionalFields: { DnsQueryString: 'a.example' } },
    ],
    [
      'a USB drive',
      {
        event: { category: ['volume_device'], type: ['start'], action: ['mount'] },
        device: { bus_type: 'Usb', manufacturer: 'Maker', serial_number: '04' },
        volume: { mount_name: 'G:', device_name: '\\Device\\HarddiskVolume6' },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'UsbDriveMounted',
        AdditionalFields: { DriveLetter: 'G:', BusType: 'Usb', SerialNumber: '04' },
      },
    ],
    [
      'a call of an API, with the access that it asks for',
      {
        event: { category: ['api', 'intrusion_detection'], kind: 'event' },
        process: {
          ...{ pid: 9, name: 'a.exe' },
          Ext: { api: { name: 'OpenProcess', parameters: { desired_access_numeric: 4112 } } },
        },
        Target: { process: { pid: 700, executable: 'C:\\Windows\\lsass.exe' } },
      },
      {
        ActionType: 'OpenProcessApiCall',
        FileName: 'lsass.exe',
        ProcessId: 700,
        AdditionalFields: { DesiredAccess: 4112 },
      },
    ],
    [
      'what is read only where another is absent is kept',
      {
        event: { category: ['network'], type: ['start'] },
        source: { ip: '10.0.0.5' },
        destination: { ip: '203.0.113.9', domain: 'a.example' },
        url: { full: 'https://a.example/x' },
        tls: { client: { server_name: 'b.example' } },
      },
      {
        RemoteUrl: 'https://a.example/x',
        AdditionalFields: {
          destination: { domain: 'a.example' },
          tls: { client: { server_name: 'b.example' } },
        },
      },
    ],
    [
      'a sign-in that names its user in several places',
      {
        event: {
          category: ['authentication', 'session'],
          action: 'user.session.start',
          dataset: 'okta.system',
        },
        user: { name: 'Bob', full_name: 'Bob' },
        client: { user: { id: '00u1' }, geo: { country_name: 'Ireland' } },
        okta: { actor: { alternate_id: 'Bob@contoso.com', id: '00u1' } },
      },
      {
        table: 'IdentityLogonEvents',
        AccountUpn: 'bob@contoso.com',
        AccountObjectId: '00u1',
        Location: 'Ireland',
      },
    ],
    [
      'a sign-in',
      {
        event: {
          category: ['authentication'],
          outcome: 'failure',
          dataset: 'azure.signinlogs',
          module: 'azure',
          action: 'Sign-in activity',
        },
        user: { name: 'Bob@contoso.com', full_name: 'Bob', id: 'oid' },
        source: { ip: '198.51.100.1' },
      },
      {
        table: 'IdentityLogonEvents',
        ActionType: 'LogonFailed',
        AccountUpn: 'bob@contoso.com',
        AccountObjectId: 'oid',
        AccountDomain: 'contoso.com',
      },
    ],
  ])('%s', (_what, event, wanted) => {
    const result = converted([{ ...common, ...event }], 'ecs');
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('a mail: a row for each recipient', () => {
    const { rows, letters } = converted([
      {
        ...common,
        event: { category: ['email'], action: 'message_delivered', id: 'm' },
        email: {
          from: { address: ['Eve@evil.example'] },
          to: { address: ['a@contoso.com', 'b@contoso.com'] },
          subject: 'Invoice',
          message_id: '<1@evil.example>',
          direction: 'inbound',
          attachments: [{ file: { name: 'a.zip' } }],
        },
        source: { ip: '203.0.113.9' },
      },
    ]);
    expect(letters).toEqual([]);
    expect(rows['EmailEvents']?.map((row) => row['RecipientEmailAddress'])).toEqual([
      'a@contoso.com',
      'b@contoso.com',
    ]);
    expect(rows['EmailEvents']?.[0]).toMatchObject({
      SenderFromAddress: 'Eve@evil.example',
      SenderFromDomain: 'evil.example',
      SenderIPv4: '203.0.113.9',
      Subject: 'Invoice',
      EmailDirection: 'Inbound',
      DeliveryAction: 'Delivered',
      AttachmentCount: 1,
      RecipientDomain: 'contoso.com',
    });
  });

  it('an event learns of its process from the start, whichever comes first', () => {
    const connection = {
      ...common,
      event: { category: ['network'], type: ['start'], id: 'n1' },
      destination: { ip: '203.0.113.9', port: 80 },
      process: { entity_id: 'abc', pid: 42 },
    };
    const { rows } = converted([connection, start]);
    expect(rows['DeviceNetworkEvents']?.[0]).toMatchObject({
      InitiatingProcessFileName: 'curl',
      InitiatingProcessCommandLine: 'curl -o a b http://x',
      InitiatingProcessAccountName: 'alice',
      InitiatingProcessSHA256: 'ab'.repeat(32),
      InitiatingProcessParentId: 7,
    });
  });

  it("Winlogbeat's documents are the Windows event that they carry", () => {
    const winlog = {
      ...common,
      event: { category: ['process'], type: ['start'], code: '1', kind: 'event' },
      winlog: {
        provider_name: 'Microsoft-Windows-Sysmon',
        event_id: '1',
        computer_name: 'PC1.contoso.com',
        record_id: 1,
        channel: 'Microsoft-Windows-Sysmon/Operational',
        event_data: {
          UtcTime: '2026-01-05 10:11:12.123',
          ProcessId: '77',
          Image: 'C:\\Windows\\cmd.exe',
          User: 'CONTOSO\\bob',
        },
      },
    };
    expect(converted([winlog]).source).toBe('windows-event');
    const mixed = converted([start, winlog]);
    expect(mixed.source).toBe('ecs');
    expect(
      mixed.rows['DeviceProcessEvents']?.map((row) => [row['DeviceName'], row['ProcessId']]),
    ).toEqual([
      ['web01', 42],
      ['pc1.contoso.com', 77],
    ]);
  });

  it('events of one session are as many, although they have its id', () => {
    const dns = (more: object) => ({
      ...common,
      event: { category: ['network'], type: ['protocol'], id: 'CAcJ', dataset: 'zeek.dns' },
      source: { ip: '10.0.0.5', port: 50000 },
      dns: { question: { name: 'a.example', ...more } },
    });
    const { rows } = converted([dns({ type: 'A' }), dns({ type: 'AAAA' })]);
    const ids = rows['DeviceNetworkEvents']?.map((row) => row['ReportId']);
    expect([ids?.length, new Set(ids).size]).toEqual([2, 2]);
  });

  it.each([
    ['auditd', 'curl https://x'],
    ['powershell', null],
  ])(
    'the title of a process is its command line for the audit system alone: %s',
    (module, line) => {
      const document = {
        ...common,
        event: { category: ['network'], type: ['connection', 'start'], module },
        process: { pid: 42, executable: '/usr/bin/curl', title: 'curl https://x' },
        source: { ip: '10.0.0.5', port: 50000 },
        destination: { ip: '203.0.113.9', port: 443 },
      };
      const row = onlyRow(converted([document]));
      expect(row['InitiatingProcessCommandLine'] ?? null).toBe(line);
    },
  );

  it('a connection that Zeek saw no answer to has failed', () => {
    const document = {
      ...common,
      event: { category: ['network'], type: ['connection', 'start'], dataset: 'zeek.connection' },
      source: { ip: '10.0.0.5', port: 50000 },
      destination: { ip: '10.0.0.9', port: 445 },
      zeek: { connection: { state: 'S0' } },
    };
    expect(onlyRow(converted([document]))).toMatchObject({ ActionType: 'ConnectionFailed' });
  });

  it('reports of a flow are of one row, at its start', () => {
    const flow = (time: string, final: boolean) => ({
      ...common,
      '@timestamp': time,
      event: {
        ...{ category: ['network'], type: ['connection'], action: 'network_flow' },
        start: '2026-01-05T10:10:00.000Z',
      },
      flow: { id: 'QAT', final },
      source: { ip: '10.0.0.5' },
      destination: { ip: '203.0.113.9' },
    });
    const { rows } = converted([
      flow('2026-01-05T10:10:10.000Z', false),
      flow('2026-01-05T10:10:20.000Z', true),
    ]);
    const all = rows['DeviceNetworkEvents'] ?? [];
    expect(new Set(all.map(({ ReportId, Timestamp }) => `${ReportId} ${Timestamp}`)).size).toBe(1);
    expect(all[0]).toMatchObject({ Timestamp: '2026-01-05T10:10:00.0000000Z' });
  });

  it('the platform of a host whose name of it is short', () => {
    const os = {
      ...{ name: 'Windows', type: 'windows', version: '1809 (10.0.17763.2686)' },
      full: 'Windows Server 2019 Datacenter 1809 (10.0.17763.2686)',
    };
    const { snapshots } = converted([{ ...start, host: { ...host, os } }]);
    expect(snapshots['DeviceInfo']?.[0]).toMatchObject({
      OSPlatform: 'WindowsServer2019',
      OSBuild: 17763,
    });
  });

  it('ends, flows that close and states have no row; what is no document is a dead letter', () => {
    const { rows, counts } = converted(
      [
        { ...start, event: { category: ['process'], type: ['end'] } },
        { ...common, event: { category: ['network'], type: ['end'] }, source: { ip: '10.0.0.1' } },
        { ...common, event: { kind: 'metric', dataset: 'system.cpu' } },
        // A step of a logon, a command that sudo was asked for, an alert that is of no malware.
        {
          ...common,
          event: { category: ['authentication'], type: ['info'], action: 'acquired-credentials' },
          service: { type: 'auditd' },
        },
        { ...common, event: { category: ['process'], type: ['start'], action: 'ran-command' } },
        {
          ...common,
          event: { kind: 'alert', category: ['file'], type: ['access'] },
          file: { path: '/etc/shadow' },
        },
        { a: 1 },
        '"text"',
      ],
      'ecs',
    );
    expect([rows, counts.unmapped, counts.rejected]).toEqual([{}, 6, 2]);
  });

  it('an alert of Elastic Security, and what it names', () => {
    const { rows, letters, counts } = converted([
      {
        ...common,
        event: { kind: 'signal', category: ['process'], type: ['start'], id: 'e1' },
        process: { pid: 7, name: 'x', executable: '/tmp/x', command_line: 'x -y' },
        user: { name: 'bob', id: '1000' },
        source: { ip: '203.0.113.1', port: 1 },
        'kibana.alert.uuid': 'a1',
        'kibana.alert.severity': 'critical',
        'kibana.alert.rule.name': 'Found',
        'kibana.alert.rule.type': 'eql',
        'kibana.alert.rule.threat': [
          {
            framework: 'MITRE ATT&CK',
            tactic: { id: 'TA0002', name: 'Execution' },
            technique: [{ id: 'T1059', name: 'Command and Scripting Interpreter' }],
          },
        ],
      },
    ]);
    expect([letters, counts.unmapped]).toEqual([[], 0]);
    expect(Object.keys(rows).sort()).toEqual(['AlertEvidence', 'AlertInfo']);
    const alert = {
      AlertId: 'a1',
      Title: 'Found',
      Severity: 'High',
      ServiceSource: 'Elastic Security',
      DetectionSource: 'eql',
      AttackTechniques: '["Command and Scripting Interpreter (T1059)"]',
    };
    expect(rows['AlertInfo']).toMatchObject([{ ...alert, Category: 'Execution' }]);
    expect(rows['AlertEvidence']).toMatchObject(
      [
        { EntityType: 'Machine', EvidenceRole: 'Impacted', LocalIP: '10.0.0.5' },
        {
          EntityType: 'Process',
          FileName: 'x',
          FolderPath: '/tmp/x',
          ProcessCommandLine: 'x -y',
          AdditionalFields: { process: { pid: 7 } },
        },
        { EntityType: 'User', AccountName: 'bob', AccountObjectId: '1000' },
        { EntityType: 'Ip', EvidenceDirection: 'Source', RemoteIP: '203.0.113.1' },
      ].map((row) => ({ ...alert, Categories: '["Execution"]', ...row })),
    );
  });

  it.each(['event.category', 'host.name', 'process.args'])(
    'lists within lists without end in %s end no stream',
    (path) => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const event = { '@timestamp': '2026-01-05T10:11:12Z', 'event.kind': 'event', [path]: 0 };
      const text = JSON.stringify({ ...event, 'process.pid': 1 }).replace(`:0`, `:${deep}`);
      const { counts } = converted([text, text], 'ecs');
      expect(counts.rejected).toBe(0);
    },
  );
});
