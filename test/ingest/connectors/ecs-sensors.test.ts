import { describe, expect, it } from 'vitest';
import { converted, onlyRow, type Row } from '../convert.js';

const common = { '@timestamp': '2026-01-05T10:11:12.345Z', ecs: { version: '8.11.0' } };
const host = { hostname: 'web01', ip: ['10.1.2.10'], os: { type: 'linux', name: 'Ubuntu' } };
const outside = { ip: '203.0.113.77', port: 40000 };
const server = { ip: '10.1.2.10', port: 80 };

const rowOf = (document: object): Row => onlyRow(converted([{ ...common, ...document }]));

describe('what sensors in the network see, in ECS', () => {
  it.each<[string, object, object]>([
    [
      'a request, by Filebeat of Zeek',
      {
        event: {
          module: 'zeek',
          dataset: 'zeek.http',
          category: ['network', 'web'],
          type: ['connection', 'info', 'protocol'],
        },
        source: outside,
        destination: { ...server, domain: 'www' },
        url: { original: '/uploads/shell.php?cmd=id', domain: 'www' },
        http: { request: { method: 'POST' }, response: { status_code: 200 } },
        user_agent: { original: 'curl/8', name: 'curl' },
        network: { transport: 'tcp' },
        host: { name: 'sensor', ip: ['10.9.9.9'] },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'HttpConnectionInspected',
        Protocol: 'Tcp',
        LocalIP: '10.1.2.10',
        LocalPort: 80,
        RemoteIP: '203.0.113.77',
        RemotePort: 40000,
        RemoteUrl: 'www',
        DeviceName: null,
        AdditionalFields: {
          direction: 'In',
          method: 'POST',
          uri: '/uploads/shell.php?cmd=id',
          user_agent: 'curl/8',
          'user_agent.name': 'curl',
          status_code: 200,
          host: 'www',
          'host.name': 'sensor',
        },
      },
    ],
    [
      'a handshake, by Packetbeat',
      {
        agent: { type: 'packetbeat' },
        event: { category: ['network'], type: ['connection', 'protocol'], dataset: 'tls' },
        host,
        source: { ip: '10.1.2.10', port: 40000 },
        destination: { ip: '203.0.113.5', port: 443, domain: 'c2.example' },
        tls: { client: { ja3: '72a589da', server_name: 'c2.example' } },
        network: { transport: 'tcp', direction: 'egress' },
      },
      {
        ActionType: 'SslConnectionInspected',
        DeviceName: 'web01',
        RemoteIP: '203.0.113.5',
        RemoteUrl: 'c2.example',
        AdditionalFields: {
          direction: 'Out',
          server_name: 'c2.example',
          tls: { client: { ja3: '72a589da' } },
        },
      },
    ],
    [
      'a failed login over SSH, whose connection did not fail',
      {
        event: {
          module: 'zeek',
          dataset: 'zeek.ssh',
          category: ['network'],
          type: ['connection', 'protocol'],
          outcome: 'failure',
        },
        source: outside,
        destination: { ip: '10.1.2.10', port: 22 },
        network: { transport: 'tcp' },
      },
      {
        ActionType: 'SshConnectionInspected',
        LocalPort: 22,
        AdditionalFields: { direction: 'In' },
      },
    ],
    [
      'a request, by Filebeat of Suricata',
      {
        event: {
          module: 'suricata',
          dataset: 'suricata.eve',
          category: ['network', 'web'],
          type: ['access', 'protocol'],
        },
        suricata: { eve: { event_type: 'http', flow_id: '124' } },
        source: { ip: '10.1.2.3', port: 50111 },
        destination: { ip: '203.0.113.5', port: 80 },
        url: { full: 'http://evil.example/x', domain: 'evil.example' },
      },
      { ActionType: 'HttpConnectionInspected', RemoteUrl: 'http://evil.example/x' },
    ],
    [
      'a connection, as Security Onion has it',
      {
        event: { module: 'zeek', dataset: 'conn', category: 'network' },
        source: { ip: '10.1.2.3', port: 50111 },
        destination: { ip: '203.0.113.5', port: 443 },
        network: { transport: 'tcp', protocol: 'ssl' },
        connection: { state: 'S0' },
        observer: { name: 'so-sensor' },
      },
      { ActionType: 'ConnectionFailed', RemoteIP: '203.0.113.5', DeviceName: null },
    ],
    [
      'a name asked for, as Security Onion has it',
      {
        event: { module: 'zeek', dataset: 'dns', category: 'network' },
        source: { ip: '10.1.2.3', port: 50111 },
        destination: { ip: '10.1.2.1', port: 53 },
        dns: {
          query: { name: 'a.tunnel.example', type_name: 'TXT' },
          response: { code_name: 'NOERROR' },
        },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'DnsConnectionInspected',
        AdditionalFields: { query: 'a.tunnel.example', qtype_name: 'TXT', rcode_name: 'NOERROR' },
      },
    ],
    [
      'an alert of Suricata, as Security Onion has it',
      {
        event: { module: 'suricata', dataset: 'suricata.alert', category: 'network' },
        rule: { name: 'ET MALWARE Cobalt Strike', uuid: '2024' },
        source: { ip: '10.1.2.3', port: 50111 },
        destination: { ip: '203.0.113.5', port: 443 },
      },
      {
        ActionType: 'NetworkSignatureInspected',
        AdditionalFields: { SignatureName: 'ET MALWARE Cobalt Strike' },
      },
    ],
    [
      'a notice of Zeek, as Security Onion has it',
      {
        event: { module: 'zeek', dataset: 'zeek.notice', category: 'network' },
        notice: { note: 'SSH::Password_Guessing', message: 'm' },
        source: { ip: '203.0.113.77' },
        destination: { ip: '10.1.2.10' },
      },
      {
        ActionType: 'NetworkSignatureInspected',
        RemoteIP: '203.0.113.77',
        AdditionalFields: { SignatureName: 'SSH::Password_Guessing' },
      },
    ],
    [
      'a logon with NTLM, which is none to the sensor',
      {
        event: {
          module: 'zeek',
          dataset: 'zeek.ntlm',
          category: ['authentication', 'network'],
          type: ['info', 'connection'],
          outcome: 'success',
        },
        zeek: { ntlm: { hostname: 'WS01', username: 'admin', success: true } },
        user: { name: 'admin', domain: 'CONTOSO' },
        source: { ip: '10.1.2.3', port: 50111 },
        destination: { ip: '10.1.2.10', port: 445 },
        host: { name: 'sensor' },
      },
      {
        table: 'IdentityLogonEvents',
        ActionType: 'LogonSuccess',
        Protocol: 'NTLM',
        AccountName: 'admin',
        AccountDomain: 'contoso',
        DeviceName: 'ws01',
        IPAddress: '10.1.2.3',
        DestinationIPAddress: '10.1.2.10',
        DestinationPort: 445,
      },
    ],
    [
      'a file that is written to a share',
      {
        event: {
          module: 'zeek',
          dataset: 'zeek.smb_files',
          category: ['network', 'file'],
          type: ['connection', 'protocol', 'change'],
          action: 'SMB::FILE_WRITE',
        },
        source: { ip: '10.1.2.3', port: 50113 },
        destination: { ip: '10.1.2.20', port: 445 },
        file: { name: 'PSEXESVC.exe', path: '\\\\10.1.2.20\\ADMIN$\\PSEXESVC.exe' },
      },
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileModified',
        FileName: 'PSEXESVC.exe',
        RequestProtocol: 'Smb',
        RequestSourceIP: '10.1.2.3',
        RequestSourcePort: 50113,
      },
    ],
    [
      'a ping',
      {
        agent: { type: 'packetbeat' },
        event: { category: ['network'], type: ['connection'], dataset: 'icmp' },
        source: { ip: '10.1.2.10' },
        destination: { ip: '203.0.113.5' },
        network: { transport: 'icmp', direction: 'egress' },
        host,
      },
      { ActionType: 'IcmpConnectionInspected', Protocol: 'Icmp', RemoteIP: '203.0.113.5' },
    ],
    [
      'a request, as the server logs it',
      {
        event: { module: 'nginx', dataset: 'nginx.access', category: ['web'], type: ['access'] },
        source: { ip: '198.51.100.9' },
        url: { original: '/uploads/shell.php?cmd=id' },
        host,
      },
      {
        ActionType: 'InboundConnectionAccepted',
        DeviceName: 'web01',
        LocalIP: null,
        RemoteIP: '198.51.100.9',
      },
    ],
    [
      'a flow that is refused, from outside',
      {
        event: {
          module: 'aws',
          dataset: 'aws.vpcflow',
          category: ['network'],
          type: ['connection', 'denied'],
          outcome: 'failure',
          action: 'reject',
        },
        cloud: { provider: 'aws' },
        source: outside,
        destination: { ip: '10.1.2.3', port: 22 },
        network: { transport: 'tcp' },
        host: { name: 'collector' },
      },
      {
        ActionType: 'ConnectionFailed',
        LocalIP: '10.1.2.3',
        LocalPort: 22,
        RemoteIP: '203.0.113.77',
        DeviceName: null,
      },
    ],
  ])('%s', (_name, document, wanted) => {
    expect({ DeviceName: null, LocalIP: null, ...rowOf(document) }).toMatchObject(wanted);
  });
});

const ends = {
  source: { ip: '10.1.2.3', port: 50113 },
  destination: { ip: '203.0.113.5', port: 443 },
  network: { transport: 'tcp' },
};

describe("Suricata's events, whose data set alone names it", () => {
  const ofSuricata = (eve: object, more: object = {}) => ({
    ...ends,
    event: { dataset: 'suricata.eve', kind: 'event', category: ['network'], type: ['protocol'] },
    suricata: { eve },
    ...more,
  });
  it.each<[string, object, object]>([
    [
      'ssh',
      ofSuricata({ event_type: 'ssh', ssh: { client: { software_version: 'OpenSSH_7.6' } } }),
      { ActionType: 'SshConnectionInspected', AdditionalFields: { direction: 'Out' } },
    ],
    [
      'TLS',
      ofSuricata({ event_type: 'tls' }, { tls: { client: { server_name: 'a.example' } } }),
      { ActionType: 'SslConnectionInspected', RemoteUrl: 'a.example' },
    ],
    [
      'DNS',
      ofSuricata(
        { event_type: 'dns' },
        { dns: { question: { name: 'a.example', type: 'A' }, response_code: 'NOERROR' } },
      ),
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'DnsConnectionInspected',
        AdditionalFields: { query: 'a.example', qtype_name: 'A', rcode_name: 'NOERROR' },
      },
    ],
    [
      'a flow that nobody answers, which has ended',
      ofSuricata(
        { event_type: 'flow', flow: { state: 'new' } },
        {
          event: {
            ...{ dataset: 'suricata.eve', category: ['network'], type: ['connection'] },
            start: '2026-01-05T10:01:00.000Z',
          },
          destination: { ...ends.destination, packets: 0 },
        },
      ),
      { ActionType: 'ConnectionFailed', Timestamp: '2026-01-05T10:01:00.0000000Z' },
    ],
    [
      'from one network of others to another',
      ofSuricata({ event_type: 'ssh' }, { source: { ip: '198.51.100.7', port: 1024 } }),
      { LocalIP: '203.0.113.5', RemoteIP: '198.51.100.7', AdditionalFields: { direction: 'In' } },
    ],
  ])('%s', (_name, document, wanted) => {
    expect(rowOf(document)).toMatchObject(wanted);
  });
});

describe('what a firewall sees', () => {
  const firewall = { observer: { type: 'firewall', hostname: 'fw1' }, host: { hostname: 'fw1' } };
  const event = { category: ['network'], type: ['denied'], outcome: 'failure' };

  it('is of neither the firewall nor the process that writes its log', () => {
    const row = rowOf({ ...ends, ...firewall, event, process: { name: 'CiscoASA', pid: 999 } });
    expect(row).toMatchObject({
      ActionType: 'ConnectionFailed',
      LocalIP: '10.1.2.3',
      RemoteIP: '203.0.113.5',
      AdditionalFields: { process: { name: 'CiscoASA', pid: 999 }, observer: { hostname: 'fw1' } },
    });
    expect(row).not.toHaveProperty('DeviceName');
    expect(row).not.toHaveProperty('InitiatingProcessFileName');
  });

  it('is of the device that has the address', () => {
    const known = {
      ...common,
      '@timestamp': '2026-01-05T10:00:00Z',
      host: { hostname: 'WKS7', ip: ['10.1.2.3'] },
      event: { category: ['process'], type: ['start'] },
      process: { pid: 7, name: 'a', executable: '/a' },
    };
    const { rows } = converted([known, { ...common, ...ends, ...firewall, event }]);
    expect(rows['DeviceNetworkEvents']).toMatchObject([{ DeviceName: 'wks7' }]);
  });

  it.each(['outbound', 'inbound', undefined])(
    'who comes from outside is remote: %s',
    (direction) => {
      const from = {
        source: { ip: '203.0.113.9', port: 5 },
        destination: { ip: '10.0.0.5', port: 443 },
      };
      const network = { transport: 'tcp', direction };
      expect(rowOf({ ...from, ...firewall, event, network })).toMatchObject({
        LocalIP: '10.0.0.5',
        RemoteIP: '203.0.113.9',
      });
    },
  );

  it('what a host says of its own direction is believed', () => {
    const from = {
      source: { ip: '10.0.0.9', port: 5 },
      destination: { ip: '203.0.113.5', port: 22 },
    };
    const accepted = { category: ['network'], type: ['connection'], action: 'connection_accepted' };
    const process = { pid: 5, name: 'sshd', executable: '/usr/sbin/sshd' };
    const network = { transport: 'tcp', direction: 'ingress' };
    expect(
      rowOf({ ...from, network, process, event: accepted, host: { hostname: 'vm1' } }),
    ).toMatchObject({ LocalIP: '203.0.113.5', RemoteIP: '10.0.0.9', DeviceName: 'vm1' });
  });

  it("a collector's name is told where the row has no device", () => {
    const row = rowOf({ ...ends, ...firewall, event, host: { hostname: 'collector' } });
    expect(row).toMatchObject({ AdditionalFields: { host: { hostname: 'collector' } } });
  });

  it('that all of it is inbound to a client is not believed', () => {
    const network = { transport: 'tcp', direction: 'inbound' };
    const alert = { category: ['intrusion_detection', 'network'], kind: 'alert' };
    const panw = { panos: { threat: { name: 'URL-filtering' } } };
    expect(
      rowOf({ ...ends, ...firewall, network, event: alert, panw, rule: { name: 'rule1' } }),
    ).toMatchObject({
      LocalIP: '10.1.2.3',
      RemoteIP: '203.0.113.5',
      AdditionalFields: { SignatureName: 'URL-filtering' },
    });
  });
});

it('an alert that is no malware, connection or activity is one of AlertInfo', () => {
  const { rows } = converted([
    {
      ...common,
      event: {
        ...{ kind: 'alert', category: ['file'], type: ['access'], dataset: 'crowdstrike.fdr' },
        ...{ action: 'RansomwareOpenFile', id: 'f-1' },
      },
      file: { name: 'plan.pptx', path: 'C:\\Users\\a\\plan.pptx' },
      observer: { serial_number: 'aid-7', vendor: 'crowdstrike' },
      process: { entity_id: '1016182570608' },
    },
  ]);
  expect(rows).toMatchObject({
    AlertInfo: [{ AlertId: 'f-1', Title: 'RansomwareOpenFile', ServiceSource: 'crowdstrike' }],
    AlertEvidence: [
      { EntityType: 'Process', DeviceName: 'aid-7' },
      { EntityType: 'File', FileName: 'plan.pptx' },
    ],
  });
});

it('what sensors have besides of a connection is no connection of its own', () => {
  const ofZeek = ['zeek.dce_rpc', 'zeek.rdp', 'zeek.smb_mapping'].map((dataset) => ({
    ...common,
    ...ends,
    event: { module: 'zeek', dataset, category: ['network'], type: ['connection', 'protocol'] },
  }));
  const ofSuricata = ['smb', 'fileinfo', 'flow'].map((event_type) => ({
    ...common,
    ...ends,
    event: { module: 'suricata', category: ['network'], type: ['connection'] },
    suricata: { eve: { event_type } },
  }));
  const { rows, counts } = converted([...ofZeek, ...ofSuricata]);
  expect(counts).toMatchObject({ unmapped: 5, rejected: 0 });
  expect(rows['DeviceNetworkEvents']).toMatchObject([{ ActionType: 'ConnectionSuccess' }]);
});

describe('what services tell, in ECS', () => {
  it.each<[string, object, object]>([
    [
      'a file that is taken from SharePoint',
      {
        event: {
          module: 'o365',
          dataset: 'o365.audit',
          provider: 'SharePoint',
          action: 'FileDownloaded',
          category: ['file'],
          type: ['access'],
        },
        user: { id: 'alice@contoso.com', name: 'alice', email: 'alice@contoso.com' },
        file: { name: 'a.xlsx' },
        host: { name: 'contoso.com' },
      },
      { table: 'CloudAppEvents', ActionType: 'FileDownloaded', ObjectName: 'a.xlsx' },
    ],
    [
      'a sign-in to Microsoft 365, on no device',
      {
        event: {
          module: 'o365',
          dataset: 'o365.audit',
          provider: 'AzureActiveDirectory',
          action: 'UserLoggedIn',
          category: ['authentication'],
          type: ['start'],
          outcome: 'success',
        },
        user: { id: 'alice@contoso.com', name: 'alice', domain: 'contoso.com' },
        source: { ip: '203.0.113.5' },
        host: { name: 'contoso.com' },
      },
      { table: 'IdentityLogonEvents', AccountUpn: 'alice@contoso.com', DeviceName: null },
    ],
    [
      'a sign-in to Entra ID that fails',
      {
        event: {
          module: 'azure',
          dataset: 'azure.signinlogs',
          category: ['authentication'],
          outcome: 'failure',
        },
        azure: {
          signinlogs: {
            result_description: 'Invalid username or password',
            properties: {
              user_principal_name: 'Alice@contoso.com',
              device_detail: { operating_system: 'Windows 10' },
            },
          },
        },
        user: { name: 'alice', id: 'u1' },
      },
      {
        ActionType: 'LogonFailed',
        AccountUpn: 'alice@contoso.com',
        FailureReason: 'Invalid username or password',
        OSPlatform: 'Windows 10',
      },
    ],
    [
      'a consent to an application',
      {
        event: { dataset: 'azure.auditlogs', action: 'Consent to application' },
        azure: {
          auditlogs: {
            properties: {
              logged_by_service: 'Core Directory',
              initiated_by: { user: { userPrincipalName: 'alice@contoso.com', id: 'u1' } },
              target_resources: { '0': { display_name: 'EvilApp', id: 'sp1' } },
            },
          },
        },
      },
      {
        table: 'CloudAppEvents',
        ActionType: 'Consent to application.',
        Application: 'Office 365',
        ApplicationId: 11161,
        AccountId: 'alice@contoso.com',
        AccountObjectId: 'u1',
        ObjectName: 'EvilApp',
        ObjectId: 'sp1',
      },
    ],
    [
      'a key made in Google Cloud, whose module counts all as network',
      {
        event: {
          module: 'gcp',
          dataset: 'gcp.audit',
          action: 'google.iam.admin.v1.CreateServiceAccountKey',
          category: ['network', 'configuration'],
          type: ['creation', 'access'],
        },
        client: { user: { email: 'bob@contoso.com' } },
        source: { ip: '203.0.113.5' },
      },
      {
        table: 'CloudAppEvents',
        ActivityType: 'Create',
        AccountId: 'bob@contoso.com',
        IPAddress: '203.0.113.5',
      },
    ],
  ])('%s', (_name, document, wanted) => {
    expect({ DeviceName: null, ...rowOf(document) }).toMatchObject(wanted);
  });

  it('a finding of GuardDuty, and what it names', () => {
    const { rows } = converted([
      {
        ...common,
        event: {
          dataset: 'aws.guardduty',
          kind: ['event'],
          type: ['info'],
          action: 'KUBERNETES_API_CALL',
        },
        aws: {
          guardduty: {
            id: 'f1',
            title: 'API called from a Tor exit node',
            type: 'Discovery:Kubernetes/TorIPCaller',
            severity: { code: 5, value: 'Medium' },
          },
        },
        cloud: { provider: 'aws' },
        rule: { category: 'Discovery' },
        source: { ip: ['203.0.113.1'] },
        user: { name: ['role'] },
      },
    ]);
    expect(rows['CloudAppEvents']).toBeUndefined();
    expect(rows['AlertInfo']).toMatchObject([
      { AlertId: 'f1', Severity: 'Medium', Category: 'Discovery', ServiceSource: 'GuardDuty' },
    ]);
    expect(rows['AlertEvidence']).toMatchObject([
      { EntityType: 'User', AccountName: 'role' },
      { EntityType: 'Ip', RemoteIP: '203.0.113.1' },
    ]);
  });
});

describe('what happens on a host in a cloud, in ECS', () => {
  const cloud = { provider: 'aws', instance: { id: 'i-0' } };

  it.each<[string, object, object]>([
    [
      'a new user',
      {
        event: {
          module: 'system',
          category: ['iam'],
          type: ['user', 'creation'],
          action: 'user_added',
        },
        user: { name: 'backdoor', id: '0' },
      },
      { table: 'DeviceEvents', ActionType: 'UserAccountCreated', AccountName: 'backdoor' },
    ],
    [
      'a file that is changed',
      {
        event: {
          module: 'file_integrity',
          category: ['file'],
          type: ['change'],
          action: 'updated',
        },
        file: { path: '/etc/passwd' },
      },
      { table: 'DeviceFileEvents', ActionType: 'FileModified', FolderPath: '/etc/passwd' },
    ],
    [
      'a module of the kernel, and who loaded it',
      {
        event: {
          module: 'auditd',
          category: ['driver'],
          action: 'loaded-kernel-module',
          outcome: 'success',
        },
        auditd: { summary: { object: { primary: 'diamorphine' } } },
        process: { pid: 201, name: 'insmod', executable: '/usr/bin/kmod' },
        user: { name: 'root', id: '0' },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'DriverLoad',
        FileName: 'diamorphine',
        InitiatingProcessId: 201,
        InitiatingProcessAccountName: 'root',
      },
    ],
    [
      'a file that gets another name, by the audit system',
      {
        event: { module: 'auditd', category: ['file'], type: ['change'], action: 'renamed' },
        auditd: {
          paths: [
            { name: '/tmp', nametype: 'PARENT' },
            { name: '/etc', nametype: 'PARENT' },
            { name: 'x', nametype: 'DELETE' },
            { name: '/etc/ld.so.preload', nametype: 'CREATE' },
          ],
        },
        file: { path: '/tmp/x' },
        process: { pid: 902, executable: '/usr/bin/mv', working_directory: '/tmp' },
      },
      {
        ActionType: 'FileRenamed',
        FolderPath: '/etc/ld.so.preload',
        FileName: 'ld.so.preload',
        PreviousFolderPath: '/tmp/x',
        PreviousFileName: 'x',
      },
    ],
    [
      'a port that is listened at, as if from outside',
      {
        event: {
          module: 'auditd',
          category: ['network'],
          type: ['start'],
          action: 'bound-socket',
        },
        source: { ip: '10.1.2.10', port: 31337 },
        network: { direction: 'ingress' },
        process: { pid: 900, name: 'nc', executable: '/usr/bin/nc' },
      },
      { ActionType: 'ListeningConnectionCreated', LocalIP: '10.1.2.10', LocalPort: 31337 },
    ],
    [
      'a parent that is known by its GUID alone, which has its start',
      {
        event: { module: 'sysmon', category: ['process'], type: ['start'] },
        process: {
          pid: 500,
          executable: '/usr/bin/id',
          parent: { pid: 400, entity_id: '{23ad9b10-7e60-695a-0506-0708090a0b0c}' },
        },
      },
      { InitiatingProcessId: 400, InitiatingProcessCreationTime: '2026-01-04T14:51:12.0000000Z' },
    ],
    [
      'a process that is traced, which starts none',
      {
        event: { category: ['process'], type: ['start'], action: 'ptrace' },
        process: { pid: 901, executable: '/tmp/a', name: 'a' },
        Target: { process: { pid: 1, name: 'sshd' } },
      },
      { ActionType: 'PTraceDetected', ProcessId: 1, FileName: 'sshd', InitiatingProcessId: 901 },
    ],
  ])('%s', (_name, document, wanted) => {
    expect(rowOf({ host, cloud, ...document })).toMatchObject({ DeviceName: 'web01', ...wanted });
  });

  it.each([
    ['user_auth', 'failed', 'LogonFailed'],
    ['user_login', 'success', 'LogonSuccess'],
  ])("a login in Filebeat's words for the audit log: %s, %s", (action, outcome, actionType) => {
    const row = rowOf({
      host,
      event: { module: 'auditd', category: ['authentication'], type: ['info'], action, outcome },
      user: { name: 'root' },
      source: { ip: '203.0.113.77' },
      process: { pid: 2211, executable: '/usr/sbin/sshd' },
    });
    expect(row).toMatchObject({
      table: 'DeviceLogonEvents',
      ActionType: actionType,
      RemoteIP: '203.0.113.77',
    });
  });

  const made = { category: ['network'], type: ['connection', 'start'] };
  const inside = { ip: '10.0.0.1', port: 5432 };
  it.each<[string, object]>([
    ['its only address is no list', { event: made, host: { name: 'a', ip: '203.0.113.77' } }],
    [
      'it has attempted it',
      { event: { ...made, action: 'connection_attempted' }, host: { name: 'a' } },
    ],
    [
      'it has asked for a page',
      {
        event: { category: ['network', 'web'], type: ['access', 'connection'] },
        host: { name: 'a', ip: ['203.0.113.77'] },
        destination: undefined,
        url: { domain: 'x.example' },
      },
    ],
  ])('a connection of a host with an address of the Internet is its own: %s', (_name, document) => {
    const row = rowOf({ source: outside, destination: inside, ...document });
    expect(row).toMatchObject({ ActionType: 'ConnectionSuccess', LocalIP: '203.0.113.77' });
  });

  it("a flow of Suricata's has a row also where Suricata's own members are gone", () => {
    const event = { ...made, module: 'suricata', dataset: 'flow' };
    expect(rowOf({ event, source: inside, destination: outside })).toMatchObject({
      table: 'DeviceNetworkEvents',
    });
  });

  it("a service's new user is none of the collector, whose data set alone names the service", () => {
    const row = rowOf({
      event: {
        category: ['iam'],
        type: ['user', 'creation'],
        dataset: 'google_workspace.admin',
        action: 'CREATE_USER',
      },
      host,
      user: { name: 'admin@x.example', target: { name: 'evil' } },
    });
    expect(row).toMatchObject({ table: 'CloudAppEvents', ActionType: 'CREATE_USER' });
  });

  it.each([[['fork', 'exec', 'end']], [['exec', 'uid_change']]])(
    'a process starts where one event tells of %j',
    (action) => {
      const row = rowOf({
        host,
        event: { category: ['process'], type: ['start', 'end'], action },
        process: { pid: 901, name: 'a', executable: '/tmp/a' },
      });
      expect(row).toMatchObject({ ActionType: 'ProcessCreated', ProcessId: 901 });
    },
  );

  it('a file in memory and a change of user start no process', () => {
    const events = ['memfd_create', 'uid_change'].map((action) => ({
      ...common,
      host,
      event: { category: ['process'], type: ['start'], action },
      process: { pid: 901, name: 'a', executable: '/tmp/a' },
    }));
    expect(converted(events).counts).toMatchObject({ unmapped: 2 });
  });
});

describe('an alert of Falco, which another host collects', () => {
  const falco = {
    event: { kind: 'alert', dataset: 'falco.alerts', provider: 'syscall' },
    'event.category': ['process'],
    'event.type': ['start'],
    observer: { hostname: 'node7', product: 'falco', type: 'sensor' },
    process: {
      command_line: 'bash -c ls',
      executable: '/bin/bash',
      name: 'bash',
      parent: { executable: '/bin/event-generator', name: 'httpd' },
    },
    rule: { name: 'Run shell untrusted' },
    host: { ...host, hostname: 'collector', ip: ['10.9.9.9'] },
  };

  it('is no start of a process, and of the host that it was seen on', () => {
    const { rows, snapshots } = converted([{ ...common, ...falco }]);
    expect(rows).toMatchObject({
      AlertInfo: [{ Title: 'Run shell untrusted', ServiceSource: 'Falco' }],
      AlertEvidence: [
        { EntityType: 'Machine', DeviceName: 'node7' },
        { EntityType: 'Process', DeviceName: 'node7', FileName: 'bash', FolderPath: '/bin/bash' },
      ],
    });
    // What is said of the collector is not said of the host.
    expect(snapshots['DeviceInfo']).toMatchObject([{ DeviceName: 'node7' }]);
    expect(snapshots['DeviceInfo']?.[0]).not.toHaveProperty('OSPlatform');
  });
});

it('what a firewall knows of a connection’s other end is its domain', () => {
  const row = rowOf({
    event: { dataset: 'fortinet_fortigate.log', category: ['network'], type: ['allowed'] },
    source: { ip: '10.1.100.22', port: 50798 },
    destination: { ip: '203.0.113.14', port: 443 },
    network: { transport: 'tcp', direction: 'outbound' },
    observer: { type: 'firewall' },
    url: { domain: 'www.example', path: '/' },
  });
  expect(row).toMatchObject({ ActionType: 'ConnectionSuccess', RemoteUrl: 'www.example' });
});

it.each([
  [
    'SentinelOne',
    {
      sentinel_one_cloud_funnel: {
        event: {
          meta_event_name: 'SCRIPTS',
          cmd_script: { content: '$global:?', is_complete: true },
        },
      },
    },
  ],
  ['a pipeline for PowerShell', { powershell: { file: { script_block_text: '$global:?' } } }],
])('a script that %s has seen', (_name, more) => {
  const row = rowOf({
    ...more,
    event: { category: ['process'], type: ['info'] },
    host: { hostname: 'srv1' },
    process: { pid: 5912, name: 'powershell.exe', command_line: 'powershell.exe -c x' },
  });
  expect(row).toMatchObject({
    table: 'DeviceEvents',
    ActionType: 'AmsiScriptContent',
    DeviceName: 'srv1',
    InitiatingProcessId: 5912,
    InitiatingProcessFileName: 'powershell.exe',
    AdditionalFields: { Content: '$global:?' },
  });
});

it('a file that is moved away is deleted where it was', () => {
  const row = rowOf({
    event: {
      ...{ module: 'file_integrity', action: ['moved', 'deleted'], category: ['file'] },
      type: ['change', 'deletion'],
    },
    file: { path: '/etc/x' },
    host,
  });
  expect(row).toMatchObject({ ActionType: 'FileDeleted', FolderPath: '/etc/x' });
});

describe('groups and sudo in the log of authentication', () => {
  it.each([
    ['group-user-added', 'UserAccountAddedToLocalGroup'],
    ['group-user-removed', 'UserAccountRemovedFromLocalGroup'],
    ['group-member-added', 'UserAccountAddedToLocalGroup'],
  ])('%s', (action, actionType) => {
    const event = { dataset: 'system.auth', category: ['iam'], type: ['change'], action };
    const user = { name: 'root', target: { name: 'bob' } };
    const row = rowOf({ event, host, user, group: { name: 'sudo' } });
    expect(row).toMatchObject({
      ActionType: actionType,
      AccountName: 'bob',
      AdditionalFields: { GroupName: 'sudo' },
    });
  });

  it('the same in the file of shadow groups, and what sudo is asked for, have no row', () => {
    const shadow = {
      event: {
        ...{ dataset: 'system.auth', category: ['iam'], type: ['user', 'change'] },
        action: 'group-member-added',
      },
      message: "add 'bob' to shadow group 'sudo'",
      host,
    };
    const sudo = {
      event: { dataset: 'system.auth', category: ['process'], type: ['start'] },
      system: { auth: { sudo: { command: '/usr/bin/id', user: 'root' } } },
      process: { name: 'sudo' },
      host,
    };
    const { rows, counts } = converted([
      { ...common, ...shadow },
      { ...common, ...sudo },
    ]);
    expect([rows, counts.unmapped]).toEqual([{}, 2]);
  });
});

it('an alert of Defender is a row of AlertInfo, and of evidence', () => {
  const { rows } = converted([
    {
      ...common,
      event: {
        ...{ kind: 'alert', dataset: 'm365_defender.alert', id: 'da1', action: ['detected'] },
        ...{ category: ['host', 'process'], type: ['info'] },
      },
      host: { id: ['505d'], ip: ['127.0.0.1'] },
      process: { pid: [8224], name: ['powershell.exe'] },
      m365_defender: {
        alert: {
          ...{ id: 'da1', title: 'Suspicious PowerShell command line', severity: 'medium' },
          ...{ category: 'Execution', service_source: 'microsoftDefenderForEndpoint' },
          ...{ detection_source: 'constructor', mitre_techniques: ['T1059.001'] },
        },
      },
    },
  ]);
  expect(rows['AlertInfo']).toMatchObject([
    {
      AlertId: 'da1',
      Title: 'Suspicious PowerShell command line',
      Severity: 'Medium',
      Category: 'Execution',
      ServiceSource: 'Microsoft Defender for Endpoint',
      DetectionSource: 'constructor',
      AttackTechniques: '["T1059.001"]',
    },
  ]);
  expect(rows['AlertEvidence']?.map(({ EntityType }) => EntityType)).toContain('Process');
  expect(rows['DeviceEvents']).toBeUndefined();
});

it('an alert of Defender for Endpoint is one row of AlertInfo, whatever evidence it comes with', () => {
  const alert = {
    ...common,
    event: {
      ...{ kind: 'alert', dataset: 'microsoft_defender_endpoint.log', id: 'da6' },
      ...{ category: ['host'], type: ['access', 'start'], action: 'Execution', severity: 21 },
    },
    message: 'Low-reputation arbitrary code executed by signed executable',
    host: { hostname: 'pc1' },
    threat: { technique: { name: ['Execution'] } },
  };
  const of = (evidence: object, more: object) => ({
    ...alert,
    microsoft: { defender_endpoint: { lastUpdateTime: '2026-01-05T10:00:00Z', evidence } },
    ...more,
  });
  const { rows } = converted([
    of({ entityType: 'User' }, { user: { name: 'bob', domain: 'C' } }),
    of({ entityType: 'File' }, { file: { name: 'a.exe', path: 'C:\\a.exe' } }),
  ]);
  expect(Object.keys(rows).sort()).toEqual(['AlertEvidence', 'AlertInfo']);
  // The same row, which is stored once.
  expect(new Set(rows['AlertInfo']?.map((row) => JSON.stringify(row))).size).toBe(1);
  expect(rows['AlertInfo']?.[0]).toMatchObject({
    ...{ AlertId: 'da6', Severity: 'Low', Category: 'Execution', DetectionSource: 'EDR' },
  });
  expect(new Set(rows['AlertEvidence']?.map(({ EntityType }) => EntityType))).toEqual(
    new Set(['Machine', 'User', 'File']),
  );
});

it('a translation that a firewall makes is no connection', () => {
  const event = { dataset: 'cisco_asa.log', category: ['network'], type: ['info'] };
  const { counts } = converted([
    {
      ...{ ...common, event, host: { hostname: 'fw1' }, observer: { type: 'firewall' } },
      process: { name: 'CiscoASA', pid: 999 },
      source: { ip: '172.31.98.44', port: 1772 },
      destination: { ip: '203.0.113.44', port: 8256 },
    },
  ]);
  expect(counts.unmapped).toBe(1);
});

describe('a list of one value says what the value says', () => {
  /** Each value that is none of a list's, in a list. */
  const listed = (value: unknown): unknown =>
    value !== null && typeof value === 'object'
      ? Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, listed(each)]))
      : [value];
  const actor = { pid: 200, executable: '/usr/bin/bash', name: 'bash', command_line: 'bash -c id' };

  it.each<[string, object]>([
    [
      'process',
      {
        event: { category: 'process', type: 'start', action: 'start' },
        process: {
          ...actor,
          args: ['bash', '-c', 'id'],
          parent: { pid: 1, executable: '/sbin/i' },
        },
        user: { name: 'bob', id: '7' },
      },
    ],
    [
      'file',
      {
        event: { category: 'file', type: 'creation' },
        file: {
          path: '/a/b',
          name: 'b',
          size: 5,
          hash: { md5: 'd41d8cd98f00b204e9800998ecf8427e' },
        },
        process: actor,
      },
    ],
    [
      'connection',
      {
        event: { category: 'network', type: 'start', action: 'connected-to' },
        source: { ip: '10.1.2.10', port: 5 },
        destination: { ip: '203.0.113.5', port: 443, domain: 'c2.example' },
        network: { transport: 'tcp', direction: 'egress' },
        process: actor,
      },
    ],
    [
      'registry',
      {
        event: { category: 'registry', type: 'change' },
        registry: { path: 'HKLM\\Run\\x', value: 'x', data: { type: 'REG_SZ', strings: 'a' } },
        process: actor,
      },
    ],
    [
      'DNS',
      {
        event: { category: 'network', type: 'protocol', action: 'lookup_requested' },
        dns: { question: { name: 'a.example', type: 'A' }, resolved_ip: '203.0.113.1' },
        process: actor,
      },
    ],
    [
      'logon',
      {
        event: { category: 'authentication', type: 'start', outcome: 'failure' },
        user: { name: 'bob', domain: 'C' },
        source: { ip: '203.0.113.9' },
        process: actor,
      },
    ],
    [
      'service',
      {
        event: { dataset: 'github.audit', category: 'web', action: 'repo.destroy', id: 'L' },
        user: { name: 'monalisa' },
      },
    ],
  ])('%s', (_name, document) => {
    const {
      AdditionalFields: plainMore,
      ReportId: _,
      RawEventData: __,
      ...plain
    } = rowOf({
      host: { hostname: 'web01' },
      ...document,
    });
    const inLists = listed({ host: { hostname: 'web01' }, ...document }) as object;
    expect(rowOf(inLists)).toMatchObject(plain);
    expect(rowOf(listed({ ...common, ...inLists }) as object)).toMatchObject(plain);
  });
});

it.each([
  [['access'], 404, 'InboundConnectionAccepted'],
  [['access', 'denied'], 403, 'ConnectionFailed'],
  [['access'], undefined, 'ConnectionFailed'],
])('a request that fails, of types %j, with status %s: %s', (type, status_code, actionType) => {
  const row = rowOf({
    event: { dataset: 'nginx.access', category: ['web'], type, outcome: 'failure' },
    source: { ip: '203.0.113.8' },
    http: { request: { method: 'GET' }, response: { status_code } },
    host,
  });
  expect(row).toMatchObject({ ActionType: actionType, RemoteIP: '203.0.113.8' });
});
