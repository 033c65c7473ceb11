import { describe, expect, it } from 'vitest';
import { converted, onlyRow, type Row } from '../convert.js';

const at = { node_name: 'node1.example', time: '2026-01-05T10:11:12.700326678Z' };
const shell = {
  exec_id: 'bm9kZTE6MTAwOjc=',
  pid: 7,
  uid: 0,
  cwd: '/root',
  binary: '/usr/bin/bash',
  arguments: '-c "curl https://a.example"',
  flags: 'execve clone',
  start_time: '2026-01-05T10:11:10.5Z',
};
const curl = {
  exec_id: 'bm9kZTE6MjAwOjUy',
  pid: 52,
  uid: 0,
  cwd: '/tmp',
  binary: '/usr/bin/curl',
  arguments: 'https://a.example',
  flags: 'execve',
  start_time: '2026-01-05T10:11:12.700327580Z',
  auid: 4294967295,
  parent_exec_id: shell.exec_id,
};
const pod = {
  namespace: 'shop',
  name: 'web-1',
  workload: 'web',
  workload_kind: 'Deployment',
  container: {
    id: 'containerd://551e161c47d8',
    name: 'app',
    image: { id: 'docker.io/x/web@sha256:8e86', name: 'docker.io/x/web:latest' },
  },
};
const execOf = (process: object, parent: object = shell) => ({
  process_exec: { process, parent },
  ...at,
});
const byCurl = {
  DeviceName: 'node1.example',
  InitiatingProcessId: 52,
  InitiatingProcessFileName: 'curl',
  InitiatingProcessFolderPath: '/usr/bin/curl',
  InitiatingProcessCommandLine: '/usr/bin/curl https://a.example',
  InitiatingProcessAccountName: 'root',
};

function traced(name: string, args: readonly object[], more: object = {}, kind = 'process_kprobe') {
  const function_name = name;
  return { [kind]: { process: curl, parent: shell, function_name, args, ...more }, ...at };
}

describe('process_exec', () => {
  it('is a start of a process, by its parent', () => {
    const { source, rows, letters } = converted([execOf(curl)]);
    expect([source, letters, Object.keys(rows)]).toEqual(['tetragon', [], ['DeviceProcessEvents']]);
    expect(rows['DeviceProcessEvents']).toMatchObject([
      {
        Timestamp: '2026-01-05T10:11:12.7003266Z',
        ActionType: 'ProcessCreated',
        DeviceName: 'node1.example',
        FileName: 'curl',
        FolderPath: '/usr/bin/curl',
        ProcessId: 52,
        ProcessCommandLine: '/usr/bin/curl https://a.example',
        ProcessUniqueId: curl.exec_id,
        AccountName: 'root',
        InitiatingProcessId: 7,
        InitiatingProcessFileName: 'bash',
        InitiatingProcessFolderPath: '/usr/bin/bash',
        InitiatingProcessUniqueId: shell.exec_id,
        AdditionalFields: {
          ProcessCurrentWorkingDirectory: '/tmp',
          process: { flags: 'execve', auid: 4294967295 },
        },
      },
    ]);
  });

  it('in a container has a row of CloudProcessEvents, too', () => {
    const { rows } = converted([execOf({ ...curl, pod, docker: '551e161c47d8' })]);
    expect(rows['DeviceProcessEvents']).toHaveLength(1);
    expect(rows['CloudProcessEvents']).toMatchObject([
      {
        ActionType: 'ProcessCreated',
        FileName: 'curl',
        ProcessId: 52,
        ParentProcessName: 'bash',
        ParentProcessId: '7',
        ProcessCurrentWorkingDirectory: '/tmp',
        KubernetesNamespace: 'shop',
        KubernetesPodName: 'web-1',
        KubernetesResource: 'Deployment/web',
        ContainerName: 'app',
        ContainerId: '551e161c47d8',
        ContainerImageName: 'docker.io/x/web:latest',
        ImageDigest: 'sha256:8e86',
        HostName: 'node1.example',
        AccountName: 'root',
      },
    ]);
  });

  it('of a process that ran before has the time of its start, however often it is told', () => {
    const process = { ...curl, flags: 'procFS auid' };
    const { rows } = converted([
      execOf(process),
      { ...execOf(process), time: '2026-01-06T00:00:00Z' },
    ]);
    const [first, second] = rows['DeviceProcessEvents'] ?? [];
    expect(first).toMatchObject({ Timestamp: '2026-01-05T10:11:12.7003275Z' });
    expect(second?.['ReportId']).toBe(first?.['ReportId']);
    expect(second?.['Timestamp']).toBe(first?.['Timestamp']);
  });

  it('knows the users that Tetragon has looked up', () => {
    const row = onlyRow(converted([execOf({ ...curl, uid: 1000, user: { name: 'alice' } })]));
    expect(row).toMatchObject({ AccountName: 'alice' });
  });

  it('tells what later events of the process leave out', () => {
    const process = { exec_id: curl.exec_id, pid: 52 };
    const args = [{ sock_arg: { daddr: '203.0.113.9', dport: 443 } }];
    const { rows } = converted([
      execOf(curl),
      { process_kprobe: { process, function_name: 'tcp_connect', args }, ...at },
    ]);
    expect(rows['DeviceNetworkEvents']).toMatchObject([
      { InitiatingProcessFolderPath: '/usr/bin/curl', InitiatingProcessParentFileName: 'bash' },
    ]);
  });
});

const sock = {
  family: 'AF_INET',
  type: 'SOCK_STREAM',
  protocol: 'IPPROTO_TCP',
  saddr: '10.0.0.5',
  daddr: '203.0.113.9',
  sport: 45729,
  dport: 443,
};
const out = {
  table: 'DeviceNetworkEvents',
  ActionType: 'ConnectionSuccess',
  RemoteIP: '203.0.113.9',
  RemotePort: 443,
  RemoteIPType: 'Public',
};

it.each<[string, object, object]>([
  [
    'a connection',
    traced('tcp_connect', [{ sock_arg: sock }]),
    { ...out, LocalIP: '10.0.0.5', LocalPort: 45_729, LocalIPType: 'Private', Protocol: 'Tcp' },
  ],
  [
    'a connection under way',
    traced('__sys_connect', [{ sock_arg: sock }], {
      function_name: '__x64_sys_connect',
      return: { int_arg: -115 },
    }),
    out,
  ],
  [
    'one that was refused',
    traced('tcp_connect', [{ sock_arg: sock }], { return: { int_arg: -111 } }),
    { ...out, ActionType: 'ConnectionFailed' },
  ],
  [
    'an address that is connected to',
    traced('security_socket_connect', [
      { sockaddr_arg: { family: 'AF_INET', addr: '203.0.113.9', port: 443 } },
    ]),
    out,
  ],
  [
    'a connection from elsewhere',
    traced('inet_csk_accept', [
      { sock_arg: { ...sock, sport: 22, dport: 50_000, protocol: 'IPPROTO_TCP' } },
    ]),
    { ActionType: 'InboundConnectionAccepted', LocalPort: 22, RemotePort: 50_000 },
  ],
  [
    'the same, where it is what the function gives back',
    traced('inet_csk_accept', [], {
      return: { sock_arg: { ...sock, sport: 22, dport: 50_000, protocol: 'IPPROTO_TCP' } },
    }),
    { ActionType: 'InboundConnectionAccepted', LocalPort: 22, RemotePort: 50_000 },
  ],
  [
    'a port that is listened at',
    traced('inet_csk_listen_start', [{ sock_arg: { saddr: '0.0.0.0', sport: 4444 } }]),
    { ActionType: 'ListeningConnectionCreated', LocalIP: '0.0.0.0', LocalPort: 4444 },
  ],
  [
    'a file that is written to',
    traced('security_file_permission', [{ file_arg: { path: '/etc/passwd' } }, { int_arg: 2 }]),
    {
      table: 'DeviceFileEvents',
      ActionType: 'FileModified',
      FolderPath: '/etc/passwd',
      FileName: 'passwd',
    },
  ],
  [
    'the same, by a hook of the security modules',
    traced(
      'file_permission',
      [{ file_arg: { path: '/etc/passwd' } }, { int_arg: 2 }],
      {},
      'process_lsm',
    ),
    { ActionType: 'FileModified', FolderPath: '/etc/passwd' },
  ],
  [
    'a file that is deleted, from where the process is',
    traced('__x64_sys_unlinkat', [{ int_arg: -100 }, { string_arg: 'x.log' }]),
    { table: 'DeviceFileEvents', ActionType: 'FileDeleted', FolderPath: '/tmp/x.log' },
  ],
  [
    'a file that is renamed, from where the process is',
    traced('__x64_sys_renameat2', [
      ...[{ int_arg: -100 }, { string_arg: 'a' }],
      ...[{ int_arg: -100 }, { string_arg: '/etc/b' }],
    ]),
    {
      table: 'DeviceFileEvents',
      ActionType: 'FileRenamed',
      FolderPath: '/etc/b',
      FileName: 'b',
      PreviousFolderPath: '/tmp/a',
      PreviousFileName: 'a',
    },
  ],
  [
    'the same, by a hook, which has folders and names',
    traced('security_path_rename', [
      ...[{ path_arg: { path: '/tmp' } }, { path_arg: { path: 'a' } }],
      ...[{ path_arg: { path: '/etc' } }, { path_arg: { path: '/etc/b' } }],
    ]),
    { ActionType: 'FileRenamed', FolderPath: '/etc/b', PreviousFolderPath: '/tmp/a' },
  ],
  [
    'a trace of another process',
    traced('__x64_sys_ptrace', [{ long_arg: '16' }, { int_arg: 99 }]),
    { table: 'DeviceEvents', ActionType: 'PTraceDetected' },
  ],
  [
    'a module of the kernel',
    traced('do_init_module', [{ module_arg: { name: 'rootkit', signature_ok: false } }]),
    { table: 'DeviceEvents', ActionType: 'DriverLoad', FileName: 'rootkit' },
  ],
  [
    'a library',
    { process_loader: { process: curl, path: '/usr/lib/libc.so.6', buildid: 'aa' }, ...at },
    {
      table: 'DeviceImageLoadEvents',
      ActionType: 'ImageLoaded',
      FolderPath: '/usr/lib/libc.so.6',
      FileName: 'libc.so.6',
    },
  ],
])('%s', (_name, record, wanted) => {
  const result = converted([record]);
  expect(result.source).toBe('tetragon');
  expect(onlyRow(result)).toMatchObject({ ...byCurl, ...wanted });
});

it('what a policy says and does is kept', () => {
  const row: Row = onlyRow(
    converted([
      traced('tcp_connect', [{ sock_arg: sock }], {
        action: 'KPROBE_ACTION_SIGKILL',
        policy_name: 'egress',
      }),
    ]),
  );
  expect(row['AdditionalFields']).toMatchObject({
    function_name: 'tcp_connect',
    action: 'KPROBE_ACTION_SIGKILL',
    policy_name: 'egress',
  });
});

it.each<[string, object]>([
  ['the end of a process', { process_exit: { process: curl, parent: shell }, ...at }],
  [
    'a file that is read',
    traced('security_file_permission', [{ file_arg: { path: '/etc/shadow' } }, { int_arg: 4 }]),
  ],
  [
    'a socket of the machine itself',
    traced('security_socket_connect', [{ sockaddr_arg: { family: 'AF_UNIX', addr: '/run/x' } }]),
  ],
  ['a function of no interest', traced('commit_creds', [{ cred_arg: {} }])],
  ['what failed', traced('__x64_sys_unlink', [{ string_arg: '/x' }], { return: { int_arg: -13 } })],
])('%s has no row, and is counted', (_name, record) => {
  const { source, rows, counts, letters } = converted([record]);
  expect([source, rows, counts.unmapped, letters]).toEqual(['tetragon', {}, 1, []]);
});

it('in what Kubernetes and shippers put around it', () => {
  const text = JSON.stringify(execOf(curl));
  for (const record of [
    { log: text, stream: 'stdout' },
    { message: text },
    { result: { _raw: text } },
  ]) {
    expect(converted([record]).source).toBe('tetragon');
  }
});
