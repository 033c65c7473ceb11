import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const provider = 'Microsoft-Windows-Sysmon';
const channel = 'Microsoft-Windows-Sysmon/Operational';
const computer = 'PC1.contoso.com';
const data = {
  RuleName: '-',
  UtcTime: '2026-01-05 10:11:12.345',
  ProcessGuid: '{b34bc01c-8e40-695b-0200-000000000a00}',
  ProcessId: '42',
  Image: 'C:\\Windows\\System32\\cmd.exe',
  TargetFilename: 'C:\\Temp\\a, "b".txt',
  CreationUtcTime: '2026-01-05 10:11:12.345',
  User: 'CONTOSO\\Bob',
};
const list = Object.entries(data);
const message = ['File created:', ...list.map(([name, text]) => `${name}: ${text}`)].join('\r\n');
const xml = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>\r\n<System><Provider Name='${provider}'/><EventID>11</EventID><TimeCreated SystemTime='2026-01-05T10:11:12.4Z'/><EventRecordID>5</EventRecordID><Channel>${channel}</Channel><Computer>${computer}</Computer></System>\r\n<EventData>${list
  .map(([name, text]) => `<Data Name='${name}'>${text}</Data>`)
  .join('')}</EventData></Event>`;

const wanted = {
  table: 'DeviceFileEvents',
  ActionType: 'FileCreated',
  Timestamp: '2026-01-05T10:11:12.3450000Z',
  DeviceName: 'pc1.contoso.com',
  FileName: 'a, "b".txt',
  FolderPath: 'C:\\Temp\\a, "b".txt',
  InitiatingProcessId: 42,
  InitiatingProcessFileName: 'cmd.exe',
  InitiatingProcessAccountName: 'bob',
};

/** A record of CSV, with quotes where they must be. */
function line(fields: readonly string[], delimiter = ','): string {
  return fields
    .map((field) => (/["\r\n,;\t]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(delimiter);
}

/** A header and a record. */
function csv(record: Readonly<Record<string, string>>, delimiter = ','): string {
  return [Object.keys(record), Object.values(record)]
    .map((fields) => `${line(fields, delimiter)}\r\n`)
    .join('');
}

const evtxECmd = {
  RecordNumber: '5',
  EventRecordId: '5',
  TimeCreated: '2026-01-05 10:11:12.4000000',
  EventId: '11',
  Level: 'Info',
  Provider: provider,
  Channel: channel,
  ProcessId: '99',
  ThreadId: '1',
  Computer: computer,
  ChunkNumber: '0',
  UserId: 'S-1-5-18',
  MapDescription: 'FileCreate',
  UserName: '',
  RemoteHost: '',
  PayloadData1: 'a summary, with a comma',
  ExecutableInfo: '',
  HiddenRecord: 'False',
  SourceFile: 'C:\\x.evtx',
  Keywords: 'Classic',
  ExtraDataOffset: '0',
  Payload: JSON.stringify({
    EventData: { Data: list.map(([name, text]) => ({ '@Name': name, '#text': text })) },
  }),
};

const getWinEvent = {
  Message: message,
  Id: '11',
  Version: '2',
  Qualifiers: '',
  Level: '4',
  RecordId: '5',
  ProviderName: provider,
  LogName: channel,
  ProcessId: '99',
  MachineName: computer,
  TimeCreated: '1/5/2026 10:11:12 AM',
  Properties: 'System.Collections.Generic.List`1[System.Diagnostics.Eventing.Reader.EventProperty]',
};

const exports: readonly (readonly [string, string])[] = [
  ['EvtxECmd', csv(evtxECmd)],
  ['Get-WinEvent', csv(getWinEvent)],
  ['Get-WinEvent, with the type before the header', `#TYPE a.b\r\n${csv(getWinEvent)}`],
  ['Get-WinEvent, with semicolons', csv(getWinEvent, ';')],
  ['tabs', csv(getWinEvent, '\t')],
  ['a header twice', `${csv(getWinEvent)}${line(Object.keys(getWinEvent))}\r\n`],
  ['a byte order mark', `\ufeff${csv(evtxECmd)}`],
  [
    'Get-EventLog',
    csv({
      EventID: '11',
      MachineName: computer,
      Data: 'System.Byte[]',
      Index: '5',
      EntryType: 'Information',
      Message: message,
      Source: provider,
      ReplacementStrings: 'System.String[]',
      TimeGenerated: '1/5/2026 10:11:12 AM',
    }),
  ],
  [
    'the columns of Event Viewer, with the computer',
    csv({
      Level: 'Information',
      'Date and Time': '1/5/2026 10:11:12 AM',
      Source: provider,
      'Event ID': '11',
      'Task Category': 'File created',
      Computer: computer,
      Message: message,
    }),
  ],
  [
    'Log Analytics, from its page',
    csv({
      'TimeGenerated [UTC]': '1/5/2026, 10:11:12.400 AM',
      Computer: computer,
      EventID: '11',
      Provider: provider,
      Channel: channel,
      EventData: JSON.stringify(data),
      Type: 'WindowsEvent',
    }),
  ],
  [
    'Velociraptor',
    csv({
      EventTime: '2026-01-05T10:11:12.400Z',
      Computer: computer,
      Channel: channel,
      Provider: provider,
      EventID: '11',
      EventRecordID: '5',
      EventData: JSON.stringify(data),
      UserData: '',
      Message: message,
    }),
  ],
  [
    'Splunk, the event as XML',
    csv({
      _raw: xml,
      _time: '2026-01-05T10:11:12.400+00:00',
      host: 'x',
      sourcetype: 'XmlWinEventLog',
    }),
  ],
  [
    'Splunk, its fields',
    csv({
      _time: '2026-01-05T10:11:12.400+00:00',
      EventCode: '11',
      Computer: computer,
      source: `XmlWinEventLog:${channel}`,
      ...data,
    }),
  ],
  [
    'Kibana',
    csv({
      '@timestamp': '2026-01-05T10:11:12.400Z',
      'winlog.provider_name': provider,
      'winlog.event_id': '11',
      'winlog.computer_name': computer,
      ...Object.fromEntries(list.map(([name, text]) => [`winlog.event_data.${name}`, text])),
    }),
  ],
];

describe('exports as CSV', () => {
  it.each(exports)('%s', (_name, text) => {
    const result = converted(text);
    expect([result.source, result.letters]).toEqual(['windows-csv', []]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('one behind the other, each with its header', () => {
    const { rows, letters } = converted(csv(evtxECmd) + csv(getWinEvent) + csv(evtxECmd, ';'));
    expect([rows['DeviceFileEvents']?.length, letters]).toEqual([3, []]);
  });

  it('a message may have lines that are blank, or JSON, or a header', () => {
    const lines = ['whoami', '', '{"a":1}', '[]', line(Object.keys(getWinEvent)), '#TYPE x'];
    const script = csv({
      ...getWinEvent,
      Id: '4104',
      ProviderName: 'Microsoft-Windows-PowerShell',
      Message: `Creating Scriptblock text (1 of 1):\r\n${lines.join('\r\n')}\r\n\r\nScriptBlock ID: 7\r\nPath: `,
    });
    expect(onlyRow(converted(script))).toMatchObject({
      AdditionalFields: { ScriptBlockId: '7', Content: lines.join('\n') },
    });
  });

  it.each([
    ['1/5/2026, 10:11:12.400 AM', '2026-01-05T10:11:12.4000000Z'],
    ['1/5/2026 1:11:12 PM', '2026-01-05T13:11:12.0000000Z'],
  ])('the time %s', (time, Timestamp) => {
    const record = {
      'TimeGenerated [UTC]': time,
      Computer: computer,
      EventID: '5025',
      Channel: 'Security',
      Type: 'SecurityEvent',
    };
    expect(onlyRow(converted(csv(record)))).toMatchObject({ Timestamp });
  });

  it.each([
    [
      'the day first, which a later record shows',
      ['5/1/2026 10:11:12', '26/1/2026 10:11:12'],
      '2026-01-05',
    ],
    [
      'the day first, which an earlier one has shown',
      ['26/1/2026 10:11:12', '5/1/2026 10:11:12'],
      '2026-01-05',
    ],
    [
      'the day first, on a 12-hour clock',
      ['5/1/2026 1:11:12 PM', '26/1/2026 1:11:12 PM'],
      '2026-01-05',
    ],
    ['the day first, with dots', ['05.01.2026 10:11:12'], '2026-01-05'],
    ['the month first', ['5/1/2026 10:11:12', '5/26/2026 10:11:12'], '2026-05-01'],
    ['nothing to tell it by', ['5/1/2026 10:11:12'], '2026-05-01'],
  ])('times with %s', (_name, times, wanted) => {
    const records = times.map((TimeCreated, index) =>
      csv({
        TimeCreated,
        EventID: '5025',
        RecordNumber: String(index),
        SourceName: 'Microsoft-Windows-Security-Auditing',
        Hostname: computer,
      }),
    );
    const { rows, letters } = converted(records.join(''));
    const days = rows['DeviceEvents']?.map(({ Timestamp }) => String(Timestamp).slice(0, 10));
    expect([days?.length, letters]).toEqual([times.length, []]);
    expect(days).toContain(wanted);
  });

  it.each([
    ['too many fields', `${csv(evtxECmd)}1,2\r\n`, 'the fields do not fit the header'],
    ['a quote that does not end', `${csv(evtxECmd)}"1,2\r\n3`, 'a quoted field does not end'],
    ['another thing', csv({ ...evtxECmd, Computer: '' }).repeat(2), 'no event of a Windows log'],
  ])('what cannot be read is a dead letter: %s', (_name, text, detail) => {
    const { letters } = converted(text);
    expect(letters.length).toBeGreaterThan(0);
    expect(letters.every(({ Reason }) => String(Reason).includes(detail))).toBe(true);
  });

  it.each([
    ['CSV', ','],
    ['text', '\t'],
  ])('Event Viewer has no computer in its %s', (_name, delimiter) => {
    const header = ['Level', 'Date and Time', 'Source', 'Event ID', 'Task Category'];
    const record = ['Information', '1/5/2026 10:11:12 AM', provider, '11', 'File created', message];
    const text = `${header.join(delimiter)}\r\n${line(record, delimiter)}\r\n`;
    const { source, rows, letters } = converted(text);
    expect([source, rows, letters.length]).toEqual(['windows-csv', {}, 1]);
    expect(letters[0]?.['Reason']).toMatch(/no column says which computer/);
  });

  it('Get-WinEvent without the computer is refused for that', () => {
    const { MachineName: _, ...record } = getWinEvent;
    const { rows, letters } = converted(csv(record));
    expect([rows, letters.length]).toEqual([{}, 1]);
    expect(letters[0]?.['Reason']).toMatch(/no column says which computer/);
  });

  it('EvtxECmd without the payload has summaries, of which no row is made but one that needs nothing', () => {
    const { Payload: _, ...record } = evtxECmd;
    const start = { ...record, EventId: '4688', Provider: 'Microsoft-Windows-Security-Auditing' };
    expect(converted(csv(start))).toMatchObject({ rows: {}, counts: { rejected: 1 } });
    const task = { ...start, EventId: '4698', PayloadData1: 'Task: \\x', PayloadData2: '' };
    expect(onlyRow(converted(csv(task)))).toMatchObject({
      ActionType: 'ScheduledTaskCreated',
      AdditionalFields: { Message: 'FileCreate; Task: \\x' },
    });
  });

  it.each(['Name,Size\r\na,1\r\n', 'a\tb\tc\td\r\n1\t2\t3\t4\r\n', '"x"\r\n'])(
    'no export of events: %j',
    (text) => {
      expect(() => converted(text)).toThrow(/no connector/);
    },
  );
});
