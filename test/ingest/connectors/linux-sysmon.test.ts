import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const event = (time: string, counted: string, more = '') =>
  [
    '<Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/>',
    `<EventID>1</EventID><Version>5</Version><TimeCreated SystemTime="${time}"/>`,
    '<EventRecordID>7</EventRecordID><Execution ProcessID="9" ThreadID="9"/>',
    '<Channel>Linux-Sysmon/Operational</Channel><Computer>web01</Computer></System>',
    `<EventData><Data Name="RuleName">-</Data><Data Name="UtcTime">${counted}</Data>`,
    '<Data Name="ProcessGuid">{a8fa4b5d-0db4-6854-8d8e-0c28645d0000}</Data>',
    '<Data Name="ProcessId">8246</Data><Data Name="Image">/usr/bin/curl</Data>',
    `<Data Name="CommandLine">curl http://x &amp;&amp; id</Data>${more}</EventData></Event>`,
  ].join('');

const wanted = {
  table: 'DeviceProcessEvents',
  ActionType: 'ProcessCreated',
  DeviceName: 'web01',
  ProcessId: 8246,
  FolderPath: '/usr/bin/curl',
  ProcessCommandLine: 'curl http://x && id',
};
const near = event('2026-01-05T10:11:12.927819000Z', '2026-01-05 10:11:12.932');

describe('Sysmon for Linux', () => {
  it.each<[string, string | object]>([
    ['a line of Debian', `Jan  5 10:11:12 web01 sysmon: ${near}`],
    ['a line of Fedora', `Jan  5 10:11:12 web01 sysmon[4111]: ${near}`],
    ['a line with a priority', `<134>Jan  5 10:11:12 web01 sysmon: ${near}`],
    [
      'a line whose values are escaped twice',
      `Jan  5 10:11:12 web01 sysmon: ${near.replaceAll('&amp;', '&amp;amp;')}`,
    ],
    ['a line with a zone', `2026-01-05T19:11:12.152234+09:00 web01 sysmon: ${near}`],
    [
      'an alert of Wazuh',
      { agent: { name: 'web01' }, full_log: `Jan  5 10:11:12 web01 sysmon: ${near}` },
    ],
  ])('%s', (_name, record) => {
    const result = converted([record]);
    expect([result.source, result.letters]).toEqual(['linux-sysmon', []]);
    expect(onlyRow(result)).toMatchObject({ ...wanted, Timestamp: '2026-01-05T10:11:12.9320000Z' });
  });

  it('lines that begin like JSON, more than are kept read', () => {
    const lines = Array.from(
      { length: 12_000 },
      (_, index) => `[${index}.5] web01 sysmon: ${near.replace('>7<', `>${index}<`)}`,
    );
    const result = converted(lines, 'linux-sysmon');
    expect(result.letters).toEqual([]);
    expect(result.rows['DeviceProcessEvents']).toHaveLength(lines.length);
  });

  it('a process that asks for another one traces it', () => {
    const names = { SourceProcessId: '201', SourceImage: '/usr/bin/gdb', SourceUser: 'root' };
    const data = { ...names, TargetProcessId: '300', TargetImage: '/usr/sbin/sshd' };
    const more = Object.entries({ ...data, GrantedAccess: '0x10', TargetUser: 'root' })
      .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
      .join('');
    const access = event('2026-01-05T10:11:12.927819000Z', '2026-01-05 10:11:12.932', more);
    const record = `Jan  5 10:11:12 web01 sysmon: ${access.replace('>1<', '>10<')}`;
    expect(onlyRow(converted([record]))).toMatchObject({
      table: 'DeviceEvents',
      ActionType: 'PTraceDetected',
      ProcessId: 300,
      FileName: 'sshd',
      InitiatingProcessFileName: 'gdb',
    });
  });

  it('a clock that stood while the machine slept is that of the log', () => {
    const late = event('2026-01-05T10:11:12.151790000Z', '2025-12-28 06:14:11.408');
    expect(onlyRow(converted([`Jan  5 10:11:12 web01 sysmon: ${late}`]))).toMatchObject({
      ...wanted,
      Timestamp: '2026-01-05T10:11:12.1517900Z',
      ProcessCreationTime: '2026-01-05T10:11:12.1517900Z',
    });
  });
});
