import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const seconds = Date.UTC(2026, 0, 5, 10, 11, 12) / 1000;
const at = (more: number) => String(seconds + more);
const result = (name: string, columns: object, more: object = {}) => ({
  name,
  hostIdentifier: 'WEB01.contoso.com',
  calendarTime: 'Mon Jan  5 10:12:00 2026 UTC',
  unixTime: seconds + 48,
  action: 'added',
  columns,
  ...more,
});

const start = result('pack_x_process_events', {
  pid: '42',
  parent: '7',
  path: '/usr/bin/curl',
  cmdline: 'curl http://x',
  cwd: '"/tmp"',
  uid: '0',
  euid: '0',
  auid: '1000',
  time: at(0),
  eid: '1',
});

describe('osquery results', () => {
  it('a process start', () => {
    const read = converted([start]);
    expect(read.source).toBe('osquery');
    expect(read.letters).toEqual([]);
    expect(onlyRow(read)).toMatchObject({
      table: 'DeviceProcessEvents',
      ActionType: 'ProcessCreated',
      Timestamp: '2026-01-05T10:11:12.0000000Z',
      ProcessCreationTime: '2026-01-05T10:11:12.0000000Z',
      DeviceName: 'web01.contoso.com',
      FileName: 'curl',
      FolderPath: '/usr/bin/curl',
      ProcessId: 42,
      ProcessCommandLine: 'curl http://x',
      AccountName: 'root',
      InitiatingProcessId: 7,
      AdditionalFields: { ProcessCurrentWorkingDirectory: '/tmp', auid: '1000', euid: '0' },
    });
  });

  it('a process start of Windows', () => {
    const columns = {
      ...{ type: 'ProcessStart', pid: '42', ppid: '7', path: 'C:\\a.exe', cmdline: 'a.exe' },
      ...{ username: 'CONTOSO\\Bob', mandatory_label: 'S-1-16-12288', session_id: '1' },
      ...{ token_elevation_type: 'TokenElevationTypeFull', time: at(0) },
    };
    expect(onlyRow(converted([result('process_etw_events', columns)]))).toMatchObject({
      table: 'DeviceProcessEvents',
      AccountName: 'bob',
      AccountDomain: 'contoso',
      ProcessIntegrityLevel: 'High',
      ProcessTokenElevation: 'TokenElevationTypeFull',
      CreatedProcessSessionId: 1,
      InitiatingProcessId: 7,
    });
  });

  it.each<[string, object, object]>([
    [
      'a connection of a known process, whatever the query is called',
      result('outbound', {
        action: 'connect',
        status: 'succeeded',
        pid: '42',
        path: '/usr/bin/curl',
        local_address: '10.0.0.5',
        local_port: '5000',
        remote_address: '203.0.113.1',
        remote_port: '443',
        protocol: '6',
        time: at(2),
      }),
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'ConnectionSuccess',
        RemoteIP: '203.0.113.1',
        RemotePort: 443,
        LocalPort: 5000,
        Protocol: 'Tcp',
        InitiatingProcessFileName: 'curl',
        InitiatingProcessCommandLine: 'curl http://x',
        InitiatingProcessParentId: 7,
      },
    ],
    [
      'a failed connection',
      result('socket_events', {
        action: 'connect',
        status: 'failed',
        remote_address: '203.0.113.1',
        remote_port: '1',
        pid: '1',
      }),
      { ActionType: 'ConnectionFailed' },
    ],
    [
      'a listening socket',
      result('socket_events', {
        action: 'bind',
        local_address: '0.0.0.0',
        local_port: '99',
        remote_address: '',
        remote_port: '0',
        status: 'succeeded',
        pid: '1',
      }),
      { ActionType: 'ListeningConnectionCreated', LocalPort: 99 },
    ],
    [
      'a file',
      result('fim', {
        target_path: '/etc/passwd',
        action: 'UPDATED',
        size: '12',
        sha256: 'AB'.repeat(32),
        category: 'etc',
        time: at(1),
      }),
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileModified',
        FileName: 'passwd',
        FolderPath: '/etc/passwd',
        FileSize: 12,
        SHA256: 'ab'.repeat(32),
      },
    ],
    [
      'a file that came to be, in the words of the journal of NTFS',
      result('journal', {
        ...{ action: 'FileCreation', path: 'C:\\a.exe', old_path: '', category: 'c', time: at(1) },
      }),
      { ActionType: 'FileCreated', FolderPath: 'C:\\a.exe', FileName: 'a.exe' },
    ],
    [
      'a file that was deleted, in the words of the journal of NTFS',
      result('journal', { action: 'FileDeletion', path: 'C:\\a.exe', old_path: '', time: at(1) }),
      { ActionType: 'FileDeleted', FileName: 'a.exe' },
    ],
    [
      'a file with another name, in the words of the journal of NTFS',
      result('journal', {
        ...{ action: 'FileRename_NewName', path: 'C:\\a.locked', old_path: 'C:\\a.txt' },
        time: at(1),
      }),
      {
        ...{ ActionType: 'FileRenamed', FileName: 'a.locked', PreviousFileName: 'a.txt' },
        PreviousFolderPath: 'C:\\a.txt',
      },
    ],
    [
      'a file that was written to, in the words of the journal of NTFS',
      result('journal', { action: 'FileWrite', path: 'C:\\a.txt', old_path: '', time: at(1) }),
      { ActionType: 'FileModified', FileName: 'a.txt' },
    ],
    [
      'a logon',
      result('user_events', {
        type: '1112',
        message: 'success',
        uid: '1000',
        pid: '3',
        path: '/usr/sbin/sshd',
        address: '203.0.113.9',
        terminal: 'ssh',
        auid: '1000',
        time: at(1),
      }),
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonSuccess',
        RemoteIP: '203.0.113.9',
        InitiatingProcessFileName: 'sshd',
      },
    ],
    [
      'a logon of which the result is not told, at a daemon that is root',
      result('user_events', {
        ...{ type: '1112', message: 'op=login', uid: '0', auid: '4294967295', pid: '3' },
        ...{ path: '/usr/sbin/sshd', address: '203.0.113.9', terminal: 'ssh', time: at(1) },
      }),
      { ActionType: 'LogonAttempted', AccountName: null, InitiatingProcessAccountName: 'root' },
    ],
    [
      'a logon that failed, with the whole of the message',
      result('user_events', {
        ...{ type: '1100', uid: '0', auid: '4294967295', pid: '3', path: '/usr/sbin/sshd' },
        ...{ message: 'op=PAM:authentication acct="bob" res=failed', terminal: 'ssh', time: at(1) },
      }),
      { ActionType: 'LogonFailed', AccountName: 'bob' },
    ],
    [
      'a connection that is refused, as BPF sees it',
      result('blacklist_socket_events', {
        ...{ syscall: 'connect', exit_code: '18446744073709551505', family: '2', fd: '11' },
        ...{ local_address: '', local_port: '0', protocol: '0', type: '1', pid: '9', parent: '7' },
        ...{ remote_address: '203.0.113.1', remote_port: '8080', path: '/usr/sbin/apache2' },
      }),
      {
        ActionType: 'ConnectionFailed',
        Protocol: 'Tcp',
        RemotePort: 8080,
        LocalIP: null,
        LocalPort: null,
        InitiatingProcessFileName: 'apache2',
      },
    ],
    [
      'a connection that is being made, as BPF sees it',
      result('bpf_socket_events', {
        ...{ syscall: 'connect', exit_code: '18446744073709551501', type: '2', pid: '9' },
        ...{ remote_address: '203.0.113.1', remote_port: '53', protocol: '17' },
      }),
      { ActionType: 'ConnectionSuccess', Protocol: 'Udp' },
    ],
    [
      'a connection of macOS, whose own address is not known',
      result('pack/tls@eventing-pack/socket_events', {
        ...{ action: 'connect', auid: '501', family: '2', fd: '1f', success: '0', time: at(1) },
        ...{ local_address: '0', local_port: '0', path: '/usr/local/bin/osqueryd', pid: '26075' },
        ...{ remote_address: '203.0.113.85', remote_port: '443' },
      }),
      { ActionType: 'ConnectionSuccess', LocalIP: null, RemoteIP: '203.0.113.85' },
    ],
    [
      'what an operator has every result say',
      result(
        'pack_x_crontab',
        { command: 'nc -e /bin/sh', path: '/etc/crontab' },
        { decorations: { host_uuid: 'u', owner: 'ops@x.example', ip: ['10.0.0.5'] } },
      ),
      {
        ActionType: 'OsqueryResult',
        AdditionalFields: { Decorations: { owner: 'ops@x.example', ip: ['10.0.0.5'] } },
      },
    ],
    [
      'a time in ISO, and no other',
      result('x', { a: '1' }, { unixTime: undefined, calendarTime: '2026-01-05T10:11:12Z' }),
      { Timestamp: '2026-01-05T10:11:12.0000000Z' },
    ],
    [
      'a query of another table',
      result('pack_x_etc_hosts', { address: '127.0.0.1', hostnames: 'evil.example' }),
      {
        table: 'DeviceEvents',
        ActionType: 'OsqueryResult',
        Timestamp: '2026-01-05T10:12:00.0000000Z',
        AdditionalFields: {
          address: '127.0.0.1',
          hostnames: 'evil.example',
          QueryName: 'pack_x_etc_hosts',
          Action: 'added',
        },
      },
    ],
    [
      'a script',
      result('powershell_events', {
        script_text: 'iex',
        script_block_id: 'b',
        script_path: '',
        time: at(1),
      }),
      {
        table: 'DeviceEvents',
        ActionType: 'AmsiScriptContent',
        AdditionalFields: { Content: 'iex', ScriptBlockId: 'b' },
      },
    ],
  ])('%s', (_what, record, wanted) => {
    const { rows, letters } = converted([record, start]);
    expect(letters).toEqual([]);
    const all = Object.entries(rows).flatMap(([table, each]) =>
      each.map((row) => ({ table, ...row })),
    );
    expect(all.filter(({ table }) => table !== 'DeviceProcessEvents')).toHaveLength(1);
    const row = all.find(({ table }) => table !== 'DeviceProcessEvents');
    expect({ LocalIP: null, LocalPort: null, AccountName: null, ...row }).toMatchObject(wanted);
  });

  it.each<[string, (text: string) => object]>([
    ['Filebeat, as text', (message) => ({ '@timestamp': 'x', ecs: { version: '8' }, message })],
    ['Splunk', (_raw) => ({ preview: false, result: { _raw } })],
    ['Wazuh', (full_log) => ({ agent: { name: 'manager' }, rule: {}, full_log })],
    [
      'Filebeat, by its module',
      (text) => {
        const { name, columns, action, unixTime } = JSON.parse(text);
        const inner = { name, columns, action, unix_time: unixTime, host_identifier: 'web01' };
        return {
          '@timestamp': 'x',
          event: { dataset: 'osquery.result' },
          osquery: { result: inner },
        };
      },
    ],
  ])('in what %s puts around it', (_name, wrapped) => {
    const read = converted([wrapped(JSON.stringify(start))]);
    expect([read.source, read.letters]).toEqual(['osquery', []]);
    expect(onlyRow(read)).toMatchObject({
      FileName: 'curl',
      ProcessId: 42,
      DeviceName: expect.stringMatching(/^web01/),
    });
    const ecs = { '@timestamp': at(1), event: { kind: 'metric' }, ecs: { version: '8' } };
    const mixed = converted([ecs, ecs, wrapped(JSON.stringify(start))]);
    expect([mixed.source, onlyRow(mixed)['FileName']]).toEqual(['ecs', 'curl']);
  });

  it('processes without the time of their start', () => {
    const columns = { pid: '43', name: 'curl', cmdline: 'curl http://x', parent: '22', uid: '0' };
    expect(onlyRow(converted([result('processes_snapshot', columns)]))).toMatchObject({
      table: 'DeviceProcessEvents',
      FileName: 'curl',
      ProcessId: 43,
      InitiatingProcessId: 22,
    });
  });

  it('a start that failed, and what osquery says of its own work, have no row', () => {
    const failed = result('bpf_process_events', {
      ...{ syscall: 'exec', exit_code: '18446744073709551614', path: '/bin/x', cmdline: 'x' },
      ...{ pid: '2', parent: '1', ntime: '92306409329558', tid: '2' },
    });
    const status = {
      ...{ hostIdentifier: 'web01', unixTime: String(seconds), severity: '0', version: '5.1' },
      ...{ filename: 'scheduler.cpp', line: '73', message: 'Executing scheduled query x' },
    };
    const { rows, counts, source } = converted([failed, status]);
    expect([source, rows, counts.unmapped, counts.rejected]).toEqual(['osquery', {}, 2, 0]);
  });

  it('users of the host have names', () => {
    const read = converted([
      result('process_events', {
        pid: '2',
        path: '/bin/a',
        cmdline: 'a',
        parent: '1',
        uid: '1000',
        time: at(5),
      }),
      result('users', {
        uid: '1000',
        gid: '1000',
        username: 'Alice',
        directory: '/home/alice',
        shell: '/bin/sh',
      }),
    ]);
    expect(read.rows['DeviceProcessEvents']?.[0]).toMatchObject({ AccountName: 'alice' });
  });

  it('snapshots, differences and batches', () => {
    const { name, hostIdentifier, unixTime } = result('processes', {});
    const process = (pid: number) => ({
      pid: String(pid),
      name: 'a',
      path: '/bin/a',
      cmdline: 'a',
      parent: '1',
      uid: '0',
      start_time: at(-100),
    });
    const snapshot = {
      name,
      hostIdentifier,
      unixTime,
      action: 'snapshot',
      snapshot: [process(1), process(2)],
    };
    const later = { ...snapshot, unixTime: seconds + 500 };
    const difference = {
      name,
      hostIdentifier,
      unixTime,
      diffResults: { added: [process(3)], removed: [process(1)] },
    };
    const batch = { node_key: 'k', log_type: 'result', data: [snapshot, result('x', { a: '1' })] };
    const { rows, letters } = converted(
      [snapshot, later, difference, batch, { log_type: 'status', data: [{}] }],
      'osquery',
    );
    expect(letters).toEqual([]);
    const seen = rows['DeviceProcessEvents'] ?? [];
    expect(new Set(seen.map(({ ProcessId }) => ProcessId))).toEqual(new Set([1, 2, 3]));
    expect(new Set(seen.map(({ Timestamp }) => Timestamp))).toEqual(
      new Set(['2026-01-05T10:09:32.0000000Z']),
    );
    expect(new Set(seen.map(({ ReportId, ProcessId }) => `${ReportId} ${ProcessId}`)).size).toBe(3);
    expect(rows['DeviceEvents']).toHaveLength(1);
  });

  it('the system and its addresses are the device', () => {
    const { rows, snapshots, letters } = converted([
      result('os_version', {
        name: 'Ubuntu',
        version: '22.04',
        major: '22',
        minor: '4',
        build: '',
        platform: 'ubuntu',
        arch: 'x86_64',
      }),
      result('system_info', {
        hostname: 'web01',
        uuid: 'u-1',
        cpu_type: 'x86_64',
        hardware_vendor: 'QEMU',
        hardware_model: 'Standard PC',
      }),
      result('interface_addresses', {
        interface: 'eth0',
        address: '10.0.0.5',
        mask: '255.255.255.0',
      }),
    ]);
    expect(letters).toEqual([]);
    const facts = {
      DeviceName: 'web01.contoso.com',
      OSPlatform: 'Linux',
      OSVersion: '22.04',
      OSDistribution: 'Ubuntu',
      OSArchitecture: '64-bit',
      Vendor: 'QEMU',
      Model: 'Standard PC',
      HardwareUuid: 'u-1',
    };
    expect(snapshots['DeviceInfo']?.length).toBeGreaterThan(2);
    for (const row of snapshots['DeviceInfo'] ?? []) expect(row).toMatchObject(facts);
    expect(snapshots['DeviceNetworkInfo']?.[0]?.['IPAddresses']).toContain('10.0.0.5');
    expect(rows['DeviceEvents']).toHaveLength(1);
  });

  it("rows of windows_events are the events of Windows' logs", () => {
    const read = converted([
      result('windows_events', {
        source: 'Microsoft-Windows-Sysmon/Operational',
        provider_name: 'Microsoft-Windows-Sysmon',
        computer_name: 'PC1',
        eventid: '1',
        datetime: '2026-01-05T10:11:12.5Z',
        data: JSON.stringify({
          EventData: {
            UtcTime: '2026-01-05 10:11:12.400',
            ProcessId: '77',
            Image: 'C:\\Windows\\cmd.exe',
          },
        }),
      }),
    ]);
    expect(onlyRow(read)).toMatchObject({
      table: 'DeviceProcessEvents',
      DeviceName: 'pc1',
      ProcessId: 77,
      FileName: 'cmd.exe',
    });
  });

  it('removed rows have no row; what is no result is a dead letter', () => {
    const { rows, counts } = converted(
      [result('x', { a: 1 }, { action: 'removed' }), { a: 1 }, '7'],
      'osquery',
    );
    expect([rows, counts.unmapped, counts.rejected]).toEqual([{}, 1, 2]);
  });
});
