import { describe, expect, it } from 'vitest';
import { findConnector } from '../../../src/ingest/connectors.js';
import { isolatedContext } from '../../../src/ingest/correlation/correlation.js';
import { converted } from '../convert.js';

const xml = (script: string, between = '') =>
  [
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>',
    '<Provider Name="Microsoft-Windows-PowerShell"/><EventID>4104</EventID>',
    '<TimeCreated SystemTime="2026-01-05T10:11:12.400Z"/><Computer>PC1</Computer></System>',
    `<EventData><Data Name="ScriptBlockText">${script}</Data></EventData></Event>`,
  ].join(between);

const text = (second: number, command: string) => `01/05/2026 10:11:1${second} AM
LogName=Security
SourceName=Microsoft Windows security auditing.
EventCode=4688
ComputerName=PC1
Message=A new process has been created.

Process Information:
\tNew Process ID:\t\t0x2a
\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe
\tProcess Command Line:\t${command}
`;

const data = (name: string) => ({
  UtcTime: '2026-01-05 10:11:12.345',
  ProcessGuid: '{b34bc01c-8e40-695b-0200-000000000a00}',
  ProcessId: '42',
  Image: 'C:\\Windows\\System32\\cmd.exe',
  TargetFilename: `C:\\${name}`,
});

/** A file that is made, as NXLog writes it. */
const created = (name: string) => ({
  ...{ EventTime: '2026-01-05T10:11:12Z', Hostname: 'PC1', SourceModuleType: 'im_msvistalog' },
  ...{ SourceName: 'Microsoft-Windows-Sysmon', EventID: 11, ...data(name) },
});

const xmlOf = (name: string) =>
  `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon"/><EventID>11</EventID><Computer>PC1</Computer></System><EventData>${Object.entries(
    data(name),
  )
    .map(([of, value]) => `<Data Name="${of}">${value.replaceAll('<', '&lt;')}</Data>`)
    .join('')}</EventData></Event>`;

const scriptsIn = (input: string) =>
  converted(input).rows['DeviceEvents']?.map(
    ({ AdditionalFields }) => (AdditionalFields as { Content: string }).Content,
  );

describe('events of several lines', () => {
  it.each([
    ['line breaks in a value', `${xml('a\n  b')}\n${xml('c\nd')}\n`, ['a\n  b', 'c\nd']],
    ['blank lines in a value', `${xml('a\n\n \nb')}\n\n${xml('c')}\n\n`, ['a\n\n \nb', 'c']],
    [
      'lines that are JSON in a value',
      `${xml('a\n{"b":1}\n1\n"c"\nnull\nd')}\n${xml('e')}\n`,
      ['a\n{"b":1}\n1\n"c"\nnull\nd', 'e'],
    ],
    ['an element a line', `${xml('a', '\n')}\n${xml('b', '\n')}`, ['a', 'b']],
    [
      'marks around them',
      `Record 1\n<?xml version="1.0"?>\n${xml('a', '\n')}\nRecord 2\n<?xml version="1.0"?>\n${xml('b')}`,
      ['a', 'b'],
    ],
    ['all in one line', `<?xml version="1.0"?><Events>${xml('a')}${xml('b')}</Events>`, ['a', 'b']],
    ['one begins where one ends', `<Events>${xml('a\nb')}${xml('c')}</Events>`, ['a\nb', 'c']],
  ])('%s', (_name, input, wanted) => {
    expect(scriptsIn(input)).toEqual(wanted);
  });

  it('text of Splunk’s collector', () => {
    const { source, rows, letters } = converted(text(2, 'cmd /c a') + text(3, 'cmd /c b'));
    expect([source, letters]).toEqual(['windows-event', []]);
    expect(
      rows['DeviceProcessEvents']?.map(({ ProcessCommandLine }) => ProcessCommandLine),
    ).toEqual(['cmd /c a', 'cmd /c b']);
  });

  it('an event of JSON behind one of text is its own', () => {
    const json = { EventID: 5025, Channel: 'Security', Computer: 'PC1', TimeCreated: '2026-01-05' };
    const { rows, letters } = converted(`${text(2, 'cmd /c a')}${JSON.stringify(json)}\n`);
    expect([Object.keys(rows).sort(), letters]).toEqual([
      ['DeviceEvents', 'DeviceProcessEvents'],
      [],
    ]);
  });

  it.each([
    [
      'lines of syslog with JSON',
      (name: string) => `<13>Jan  5 10:11:12 PC1 app: ${JSON.stringify(created(name))}\n`,
    ],
    [
      'JSON in syslog that has the event as XML',
      (name: string) =>
        `<13>Jan  5 10:11:12 PC1 app: ${JSON.stringify({ Message: xmlOf(name) })}\n`,
    ],
    [
      'lines of Snare',
      (name: string) =>
        `<13>Jan  5 10:11:12 PC1 ${[
          ...['MSWinEventLog', '1', 'Sysmon', '5', 'Mon Jan 05 10:11:12 2026', '11'],
          ...['Microsoft-Windows-Sysmon', 'SYSTEM', 'User', 'Information', 'PC1', '-', ''],
          `File created:  ${Object.entries(data(name))
            .map((pair) => pair.join(': '))
            .join('  ')}`,
        ].join('\t')}\n`,
    ],
    [
      'text of Splunk’s collector',
      (name: string) =>
        `01/05/2026 10:11:12 AM\nLogName=Sysmon\nSourceName=Microsoft-Windows-Sysmon\nEventCode=11\nComputerName=PC1\nMessage=File created:\n${Object.entries(
          data(name),
        )
          .map((pair) => pair.join(': '))
          .join('\n')}\n`,
    ],
  ])('a value of one hides none: %s', (_name, write) => {
    const names = ['a', '<Event x', '<Event>b', 'c'];
    const { rows, letters } = converted(names.map(write).join(''));
    expect([rows['DeviceFileEvents']?.map(({ FileName }) => FileName), letters]).toEqual([
      names,
      [],
    ]);
  });

  it('nor does another line of syslog', () => {
    const line = (rest: string) => `<13>Jan  5 10:11:12 PC1 app: ${rest}\n`;
    const json = (name: string) => line(JSON.stringify(created(name)));
    const { rows, counts } = converted(
      [json('a'), line('no user <Event x'), json('b'), line(xmlOf('c').replace('><', '>\n<'))].join(
        '',
      ),
    );
    expect(rows['DeviceFileEvents']?.map(({ FileName }) => FileName)).toEqual(['a', 'b', 'c']);
    expect(counts.rejected).toBe(1);
  });

  it('one without its end is a dead letter, and costs no other', () => {
    const { rows, counts } = converted(`${xml('a').slice(0, 80)}\n${xml('b')}\n`);
    expect(rows['DeviceEvents']).toHaveLength(1);
    expect(counts.rejected).toBe(1);
  });

  it('one without anything in it is a dead letter of its own', () => {
    const { rows, counts } = converted(
      `${xml('a')}\n<Event xmlns="x"/>\nunreadable record: a size of 3 bytes\n${xml('b')}\n`,
    );
    expect(rows['DeviceEvents']).toHaveLength(2);
    expect(counts.rejected).toBe(2);
  });

  it('beginnings without an end take no time that grows with their square', () => {
    const start = performance.now();
    const { rows, counts } = converted(`${xml('b')}\n${'<Event '.repeat(120_000)}\n`);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(rows['DeviceEvents']).toHaveLength(1);
    expect(counts.rejected).toBe(1);
  });

  it('says from where on it has to be read again while an event is open', () => {
    const conversion = findConnector('windows-event')?.open(isolatedContext());
    const line = (part: string, offset: number) =>
      conversion?.convert({
        text: part,
        value: undefined,
        place: { offset, sizeBytes: part.length },
      });
    const [start = '', ...others] = xml('a', '\n').split('\n');
    line(start, 70);
    expect(conversion?.heldFrom).toBe(70);
    expect([...(conversion?.release?.(true) ?? [])]).toEqual([]);
    for (const other of others) line(other, 100);
    expect(conversion?.heldFrom).toBeUndefined();
    expect([...(conversion?.release?.(true) ?? [])]).toContainEqual(
      expect.objectContaining({ table: 'DeviceEvents' }),
    );
  });
});
