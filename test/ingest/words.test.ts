import { expect, it } from 'vitest';
import { converted } from './convert.js';
import { event, start } from './windows/events.js';

const common = { '@timestamp': '2026-01-05T10:11:12.345Z', ecs: { version: '8.11.0' } };
const host = { hostname: 'web01' };
const process = { pid: 5, executable: '/a' };
const osquery = (columns: object) => ({
  name: 'socket_events',
  hostIdentifier: 'web01',
  unixTime: 1_767_607_872,
  columns: { remote_address: '203.0.113.9', remote_port: '443', status: 'succeeded', ...columns },
});
const audit = (fields: string) =>
  `node=web01 type=SYSCALL msg=audit(1767607872.400:101): arch=c000003e ${fields} success=yes exit=0 ppid=1 pid=2 uid=0 exe="/a"`;

/** A word where each source has one of a few. */
const records: Readonly<Record<string, (word: string) => object | string>> = {
  'integrity level of Sysmon': (word) => event('sysmon', 1, start({ IntegrityLevel: word })),
  'protocol of Sysmon': (word) =>
    event('sysmon', 3, { ProcessId: '42', Image: 'C:\\a.exe', Protocol: word }),
  'elevation of 4688': (word) =>
    event('security', 4688, {
      ...{ NewProcessId: '0x2a', NewProcessName: 'C:\\a.exe', TokenElevationType: word },
      ...{ SubjectUserName: word, SubjectDomainName: word, MandatoryLabel: word },
    }),
  'logon type of 4624': (word) =>
    event('security', 4624, {
      ...{ LogonType: word, TargetUserName: word, TargetDomainName: 'builtin' },
      ...{ Status: word, SubStatus: word },
    }),
  'type of a registry value': (word) =>
    event('security', 4657, { ObjectName: 'x', ObjectValueName: 'y', NewValueType: word }),
  'message of Windows': (word) => ({
    ...{ EventID: 4624, Channel: 'Security', Computer: 'pc1' },
    SourceName: 'Microsoft-Windows-Security-Auditing',
    TimeCreated: '2026-01-05T10:11:12Z',
    Message: `An account was successfully logged on.\r\n\r\n${word}:\r\n\t${word}:\t\tx\r\nElevated Token:\t\t${word}`,
  }),
  'elevation in ECS': (word) => ({
    ...{ ...common, host, event: { category: ['process'], type: ['start'], action: 'start' } },
    process: {
      ...process,
      Ext: { token: { elevation_level: word, integrity_level_name: word } },
    },
  }),
  'API call in ECS': (word) => ({
    ...{ ...common, host, process, event: { category: ['api'], action: word } },
  }),
  'connection in ECS': (word) => ({
    ...{ ...common, host, process, event: { category: ['network'], type: ['start'] } },
    ...{ network: { transport: word }, source: { ip: '10.0.0.1' } },
  }),
  'registry in ECS': (word) => ({
    ...{ ...common, host, process, event: { category: ['registry'], type: ['change'] } },
    registry: { path: 'HKLM\\a\\b', data: { type: word, strings: ['x'] } },
  }),
  'call of osquery': (word) => osquery({ action: word }),
  'protocol of osquery': (word) => osquery({ action: 'connect', protocol: word, uid: word }),
  'system call of auditd': (word) => audit(`syscall=${word}`),
  'socket call of auditd': (word) => audit(`arch=i386 syscall=102 a0=${word}`),
};

it.each(
  Object.entries(records).flatMap(([what, recordOf]) =>
    ['constructor', '__proto__', 'toString', 'valueOf'].map(
      (word) => [what, word, recordOf] as const,
    ),
  ),
)('what is no word of a table stays text: %s, %s', (_what, word, recordOf) => {
  const { rows, letters } = converted([recordOf(word)]);
  expect(letters).toEqual([]);
  const text = JSON.stringify(rows);
  expect(text).not.toMatch(/\[native code\]|":"\{\}"|":\{\}/);
});
