import { describe, expect, it } from 'vitest';
import { headerBytes } from '../../src/ingest/csv.js';
import { converted } from './convert.js';

const audit = (serial: number, type: string, rest: string) =>
  `type=${type} msg=audit(1767607872.123:${serial}): ${rest}`;
const execve = [
  audit(
    7,
    'SYSCALL',
    'arch=c000003e syscall=59 success=yes exit=0 ppid=5 pid=6 auid=1000 uid=0 ses=3 comm="id" exe="/usr/bin/id" key=(null)',
  ),
  audit(7, 'EXECVE', 'argc=2 a0="id" a1="-u"'),
];
const sysmon =
  '<Event><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID><TimeCreated SystemTime="2026-01-05T10:11:12.123Z"/><Channel>Linux-Sysmon/Operational</Channel><Computer>web01</Computer></System><EventData><Data Name="UtcTime">2026-01-05 10:11:12.123</Data><Data Name="ProcessId">6</Data><Data Name="Image">/usr/bin/id</Data><Data Name="CommandLine">id -u</Data></EventData></Event>';
const osquery = {
  ...{ name: 'process_events', hostIdentifier: 'web01', unixTime: 1767607873, action: 'added' },
  ...{ calendarTime: 'Mon Jan  5 10:11:13 2026 UTC' },
  columns: { pid: '6', parent: '5', path: '/usr/bin/id', cmdline: 'id -u', time: '1767607872' },
};
const ocsf = {
  ...{ class_uid: 1007, category_uid: 1, activity_id: 1, time: 1767607872123 },
  ...{ 'device.hostname': 'web01', 'process.pid': 6, 'process.cmd_line': 'id -u' },
  'process.file.path': '/usr/bin/id',
};

/** @param delimiter between the fields */
function csv(records: readonly object[], delimiter = ','): string {
  const names = Object.keys(records[0] ?? {});
  const line = (values: readonly unknown[]) =>
    values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(delimiter);
  return [line(names), ...records.map((record) => line(Object.values(record)))]
    .map((text) => `${text}\r\n`)
    .join('');
}

const ofSplunk = (texts: readonly string[]) =>
  texts.map((_raw) => ({ _time: '2026-01-05T10:11:12.000+0000', host: 'web01', _raw }));

const cases: readonly (readonly [string, string])[] = [
  ['auditd of Splunk', csv(ofSplunk(execve))],
  ['Sysmon for Linux of Splunk', csv(ofSplunk([`Jan  5 10:11:12 web01 sysmon: ${sysmon}`]))],
  ['osquery of Splunk', csv(ofSplunk([JSON.stringify(osquery)]))],
  ['OCSF with paths as names', csv([ocsf], ';')],
  [
    'ECS of Kibana',
    csv([
      {
        '@timestamp': 'Jan 5, 2026 @ 10:11:12.123',
        _id: 'a',
        'event.category': 'process',
        'event.type': 'start, info',
        'host.name': 'web01',
        'process.args': 'id, -u',
        'process.command_line': '-',
        'process.executable': '/usr/bin/id',
        'process.pid': '6',
        'process.parent.pid': '(empty)',
      },
    ]),
  ],
];

describe('exports as CSV', () => {
  it.each(cases)('%s', (_name, text) => {
    const { source, rows, letters } = converted(text);
    expect([source, letters]).toEqual(['exported-csv', []]);
    expect(rows['DeviceProcessEvents']).toMatchObject([
      {
        DeviceName: 'web01',
        ActionType: 'ProcessCreated',
        FolderPath: '/usr/bin/id',
        ProcessId: 6,
        ProcessCommandLine: 'id -u',
      },
    ]);
    expect(rows['DeviceProcessEvents']?.[0]?.['Timestamp']).toMatch(/^2026-01-05T10:11:12/);
  });

  it('of several sources, and one behind the other', () => {
    const both = csv(ofSplunk([...execve, JSON.stringify({ ...osquery, name: 'x' })]));
    const { rows, letters } = converted(both + both.replaceAll(':7)', ':8)'));
    expect([rows['DeviceProcessEvents']?.length, letters]).toEqual([4, []]);
  });

  it('whose records are of no source, or do not fit the header, are dead letters', () => {
    const good = csv(ofSplunk(execve));
    const { rows, letters } = converted(`${good}a,b,c\r\na,b\r\n"a`);
    expect(rows['DeviceProcessEvents']).toHaveLength(1);
    expect(letters.map(({ ReasonCode, RawEvent }) => [ReasonCode, RawEvent])).toEqual([
      ['source.unknown', 'a,b,c'],
      ['record.shape', 'a,b'],
      ['record.shape', '"a'],
    ]);
  });

  it.each(['a,b\n1,2\n', '_raw,host\nhello,web01\n', '_raw\nx\n'])(
    'other CSV is not claimed: %j',
    (text) => {
      expect(() => converted(text)).toThrow('no connector');
    },
  );
});

it('a record that goes to the dead letters keeps all digits of its numbers', () => {
  const event = { 'event.kind': 'event', 'event.category': 'process', 'event.type': 'start' };
  const big = '{"a":12345678901234567890}';
  const { letters } = converted(
    csv([{ ...event, 'host.name': 'web01', '@timestamp': 'never', 'labels.big': big }]),
  );
  expect(letters.map(({ RawEvent }) => RawEvent)).toEqual([expect.stringContaining(big)]);
});

it.each([
  ['"a","b"\n', '1,2\n'],
  ['#TYPE Selected.Event\n"a","b"\n', '1,2\n'],
  ['\ufeff#TYPE Selected.Event\r\n"a","b"\r\n', '1,2\r\n'],
])('the heading of %j is all that says what the others are', (heading, rest) => {
  expect(headerBytes(Buffer.from(`${heading}${rest}`))).toBe(Buffer.byteLength(heading));
});
