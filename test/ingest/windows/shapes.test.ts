import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const data = {
  RuleName: '-',
  UtcTime: '2026-01-05 10:11:12.345',
  ProcessGuid: '{b34bc01c-8e40-695b-0200-000000000a00}',
  ProcessId: '42',
  Image: 'C:\\Windows\\System32\\cmd.exe',
  TargetFilename: 'C:\\Temp\\a b.txt',
  CreationUtcTime: '2026-01-05 10:11:12.345',
  User: 'CONTOSO\\Bob',
};
const provider = 'Microsoft-Windows-Sysmon';
const channel = 'Microsoft-Windows-Sysmon/Operational';
const computer = 'PC1.contoso.com';
const iso = '2026-01-05T10:11:12.400Z';
const list = Object.entries(data).map(([name, text]) => ({ name, text }));
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const xml = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${provider}' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>11</EventID><TimeCreated SystemTime='${iso}'/><EventRecordID>5</EventRecordID><Execution ProcessID='99' ThreadID='1'/><Channel>${channel}</Channel><Computer>${computer}</Computer></System><EventData>${list
  .map(({ name, text }) => `<Data Name='${name}'>${escaped(text)}</Data>`)
  .join('')}</EventData></Event>`;

const wanted = {
  table: 'DeviceFileEvents',
  ActionType: 'FileCreated',
  Timestamp: '2026-01-05T10:11:12.3450000Z',
  DeviceName: 'pc1.contoso.com',
  FileName: 'a b.txt',
  FolderPath: 'C:\\Temp\\a b.txt',
  InitiatingProcessId: 42,
  InitiatingProcessFileName: 'cmd.exe',
  InitiatingProcessAccountName: 'bob',
};

const nxlogText = JSON.stringify({
  ...{ EventTime: iso, Hostname: computer, EventType: 'INFO', SourceName: provider, EventID: 11 },
  ...{ Channel: channel, SourceModuleType: 'im_msvistalog', ...data },
});

/** The same event, as shippers write it. */
const shapes: readonly (readonly [string, object | string])[] = [
  [
    'Winlogbeat 8',
    {
      '@timestamp': iso,
      event: { code: '11', provider },
      host: { name: 'collector' },
      winlog: {
        provider_name: provider,
        event_id: '11',
        channel,
        computer_name: computer,
        record_id: 5,
        process: { pid: 99 },
        event_data: data,
      },
    },
  ],
  [
    'Winlogbeat with dotted names',
    {
      '@timestamp': iso,
      'winlog.provider_name': provider,
      'winlog.event_id': 11,
      'winlog.computer_name': computer,
      ...Object.fromEntries(list.map(({ name, text }) => [`winlog.event_data.${name}`, text])),
    },
  ],
  [
    'Winlogbeat 6',
    {
      '@timestamp': iso,
      source_name: provider,
      event_id: 11,
      log_name: channel,
      computer_name: computer,
      record_number: '5',
      process_id: 99,
      event_data: data,
      beat: { hostname: 'collector' },
      host: { name: 'collector' },
    },
  ],
  [
    'an export of Elasticsearch',
    {
      _index: 'x',
      _source: {
        '@timestamp': iso,
        winlog: {
          provider_name: provider,
          event_id: 11,
          computer_name: computer,
          event_data: data,
        },
      },
    },
  ],
  [
    'fields of a search in Elasticsearch',
    {
      _index: 'x',
      fields: {
        '@timestamp': [iso],
        'winlog.provider_name': [provider],
        'winlog.event_id': ['11'],
        'winlog.computer_name': [computer],
        ...Object.fromEntries(list.map(({ name, text }) => [`winlog.event_data.${name}`, [text]])),
      },
    },
  ],
  [
    'Logstash, with the time of WMI',
    {
      SourceName: provider,
      EventCode: 11,
      ComputerName: computer,
      TimeGenerated: '20260105111112.400000+060',
      InsertionStrings: list.map(({ text }) => text),
    },
  ],
  [
    'NXLog',
    {
      EventTime: '2026-01-05 10:11:12',
      Hostname: computer,
      host: 'collector',
      SourceName: provider,
      EventID: 11,
      Channel: channel,
      RecordNumber: 5,
      SourceModuleType: 'im_msvistalog',
      ExecutionProcessID: 99,
      AccountName: 'SYSTEM',
      Domain: 'NT AUTHORITY',
      ...data,
    },
  ],
  [
    'a flat export',
    {
      SourceName: provider,
      EventID: 11,
      Hostname: computer,
      TimeCreated: '2026-01-05T05:11:12.400Z',
      '@timestamp': iso,
      Channel: channel,
      ...data,
    },
  ],
  [
    'Fluent Bit (values by position)',
    {
      ProviderName: provider,
      EventID: 11,
      Computer: computer,
      TimeCreated: '2026-01-05 10:11:12 +0000',
      Channel: channel,
      StringInserts: list.map(({ text }) => text),
    },
  ],
  [
    'EvtxECmd',
    {
      Provider: provider,
      EventId: 11,
      Computer: computer,
      TimeCreated: iso,
      Channel: channel,
      EventRecordId: '5',
      PayloadData1: 'ignored',
      Payload: JSON.stringify({
        EventData: { Data: list.map(({ name, text }) => ({ '@Name': name, '#text': text })) },
      }),
    },
  ],
  [
    'evtx_dump',
    {
      Event: {
        System: {
          Provider: { '#attributes': { Name: provider } },
          EventID: 11,
          Computer: computer,
          Channel: channel,
          TimeCreated: { '#attributes': { SystemTime: iso } },
        },
        EventData: data,
      },
    },
  ],
  [
    'evtx_dump with attributes beside',
    {
      Event: {
        System: {
          Provider_attributes: { Name: provider },
          EventID: { '#text': 11 },
          Computer: computer,
          TimeCreated_attributes: { SystemTime: iso },
        },
        EventData: data,
      },
    },
  ],
  [
    'Wazuh',
    {
      data: {
        win: {
          system: { providerName: provider, eventID: '11', computer, systemTime: iso, channel },
          eventdata: data,
        },
      },
    },
  ],
  [
    'Wazuh, with every backslash twice',
    {
      data: {
        win: {
          system: { providerName: provider, eventID: '11', computer, systemTime: iso, channel },
          eventdata: Object.fromEntries(
            list.map(({ name, text }) => [
              name.charAt(0).toLowerCase() + name.slice(1),
              text.replaceAll('\\', '\\\\'),
            ]),
          ),
        },
      },
    },
  ],
  [
    'Datadog',
    {
      Event: {
        xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event',
        System: {
          Provider: { Name: provider },
          EventID: { value: '11', Qualifiers: '0' },
          TimeCreated: { SystemTime: iso },
          Execution: { ProcessID: '99' },
          Channel: channel,
          Computer: computer,
        },
        EventData: { Data: data },
      },
    },
  ],
  [
    'Wazuh, from the agent',
    {
      win: {
        system: { providerName: provider, eventID: '11', computer, systemTime: iso, channel },
        eventdata: data,
      },
    },
  ],
  [
    'Velociraptor',
    {
      EventTime: iso,
      Computer: computer,
      Channel: channel,
      Provider: provider,
      EventID: 11,
      EventRecordID: 5,
      UserSID: 'S-1-5-18',
      Username: 'SYSTEM',
      EventData: { ...data, ProcessId: 42 },
      UserData: null,
      Message: 'File created',
      OSPath: 'C:\\Sysmon.evtx',
    },
  ],
  [
    'Log Analytics: WindowsEvent',
    {
      TimeGenerated: iso,
      Provider: provider,
      Channel: channel,
      Computer: computer,
      EventID: 11,
      EventData: JSON.stringify(data),
      Type: 'WindowsEvent',
    },
  ],
  [
    'Log Analytics: Event',
    {
      TimeGenerated: iso,
      Source: provider,
      EventLog: channel,
      Computer: computer,
      EventID: 11,
      ParameterXml: '',
      EventData: xml.replace(
        /^.*(<EventData>.*<\/EventData>).*$/,
        '<DataItem type="System.XmlData">$1</DataItem>',
      ),
      Type: 'Event',
    },
  ],
  [
    'an export of Splunk: the XML',
    { preview: false, offset: 0, result: { _raw: xml, _time: '2026-01-05T05:11:12.400-05:00' } },
  ],
  [
    'an export of Splunk: the fields',
    {
      preview: false,
      result: {
        _time: '2026-01-05T05:11:12.400-05:00',
        EventCode: '11',
        Computer: computer,
        source: 'XmlWinEventLog:Microsoft-Windows-Sysmon/Operational',
        sourcetype: 'XmlWinEventLog',
        ...data,
      },
    },
  ],
  [
    'an export of Splunk: the fields of its add-on, in the quotes of XML',
    {
      preview: false,
      result: {
        EventCode: '11',
        Computer: computer,
        Name: `'${provider}'`,
        Guid: "'{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'",
        SystemTime: `'${iso}'`,
        sourcetype: 'XmlWinEventLog',
        source: 'XmlWinEventLog:Microsoft-Windows-Sysmon/Operational',
        ...data,
      },
    },
  ],
  [
    'an export without the provider',
    { Channel: channel, EventID: 11, Computer: computer, TimeCreated: iso, ...data },
  ],
  [
    'an export with the data in a member',
    {
      ProviderName: provider,
      EventID: 11,
      Computer: computer,
      TimeCreated: iso,
      EventData: data,
    },
  ],
  [
    'Fluentd (values by position)',
    {
      ProviderName: provider,
      EventID: '11',
      TimeCreated: '2026/01/05 10:11:12.400000000',
      Channel: channel,
      Computer: computer,
      Description: 'File created:',
      EventData: list.map(({ text }) => text),
    },
  ],
  ['Fluent Bit with XML', { System: xml, Message: 'File created:', StringInserts: ['-'] }],
  [
    'Velociraptor',
    {
      System: {
        Provider: { Name: provider, Guid: '5770385f-c22a-43e0-bf4c-06f5698ffbd9' },
        EventID: { Value: 11 },
        TimeCreated: { SystemTime: 1767607872.4 },
        Channel: channel,
        Computer: computer,
      },
      EventData: data,
    },
  ],
  [
    'OpenTelemetry: a list of values',
    {
      channel,
      computer,
      event_id: { id: 11, qualifiers: 0 },
      provider: { name: provider, guid: '{}', event_source: '' },
      system_time: iso,
      execution: { process_id: 99, thread_id: 1 },
      event_data: { data: list.map(({ name, text }) => ({ [name]: text })) },
    },
  ],
  [
    'OpenTelemetry: a map of values',
    {
      channel,
      computer,
      event_id: { id: 11, qualifiers: 0 },
      provider: { name: provider, guid: '{}', event_source: '' },
      system_time: iso,
      event_data: data,
    },
  ],
  [
    'Promtail',
    {
      source: provider,
      channel,
      computer,
      event_id: 11,
      timeCreated: iso,
      eventRecordID: 5,
      event_data: list.map(({ name, text }) => `<Data Name='${name}'>${text}</Data>`).join(''),
    },
  ],
  [
    'Chainsaw',
    {
      group: 'Sigma',
      document: {
        kind: 'evtx',
        data: {
          Event: {
            System: {
              Provider_attributes: { Name: provider },
              EventID: 11,
              Computer: computer,
              TimeCreated_attributes: { SystemTime: iso },
            },
            EventData: data,
          },
        },
      },
    },
  ],
  [
    'Hayabusa',
    {
      Timestamp: '2026-01-05 19:11:12.400 +09:00',
      Computer: computer,
      Channel: 'Sysmon',
      EventID: 11,
      Level: 'high',
      RecordID: 5,
      RuleTitle: 'A file',
      Details: { Path: 'x' },
      AllFieldInfo: { ...data, ProcessId: 42 },
    },
  ],
  [
    'GELF',
    {
      version: '1.1',
      host: computer,
      short_message: 'File created',
      timestamp: 1767607872.4,
      _SourceName: provider,
      _EventID: 11,
      _EventTime: '2026-01-05 05:11:12',
      ...Object.fromEntries(list.map(({ name, text }) => [`_${name}`, text])),
    },
  ],
  [
    'Graylog, from Winlogbeat',
    {
      timestamp: iso,
      source: computer,
      message: 'File created',
      winlogbeat_winlog_provider_name: provider,
      winlogbeat_winlog_event_id: '11',
      winlogbeat_winlog_computer_name: computer,
      winlogbeat_winlog_channel: channel,
      winlogbeat_winlog_record_id: 5,
      ...Object.fromEntries(
        list.map(({ name, text }) => [`winlogbeat_winlog_event_data_${name}`, text]),
      ),
    },
  ],
  ['XML', xml],
  [
    'LimaCharlie',
    {
      routing: { event_type: 'WEL', hostname: 'pc1' },
      event: {
        EVENT: {
          System: {
            Provider: { Name: provider },
            EventID: '11',
            TimeCreated: { SystemTime: '1767607872.400' },
            Channel: channel,
            Computer: computer,
          },
          EventData: data,
        },
      },
    },
  ],
  ['XML in an event', { time: 1767607872.4, host: 'x', event: xml }],
  ['XML in a message', { '@timestamp': iso, message: xml }],
  [
    'Get-WinEvent (the message alone)',
    {
      Id: 11,
      ProviderName: provider,
      LogName: channel,
      MachineName: computer,
      ProcessId: 99,
      TimeCreated: '/Date(1767607872400)/',
      Message: `File created:\r\n${list.map(({ name, text }) => `${name}: ${text}`).join('\r\n')}`,
    },
  ],
  [
    'NXLog, as JSON in syslog (RFC 5424)',
    `<14>1 2026-01-05T10:11:12.400000+00:00 ${computer} Sysmon 99 - - ${nxlogText}`,
  ],
  [
    'NXLog, as JSON in syslog (RFC 3164)',
    `<14>Jan  5 10:11:12 ${computer} Sysmon[99]: ${nxlogText}`,
  ],
  ['NXLog, as JSON in syslog without a program', `<14>Jan  5 10:11:12 ${computer} ${nxlogText}`],
  ['NXLog, as JSON behind a priority', `<14>${nxlogText}`],
  ['NXLog, as JSON in a message', { '@timestamp': iso, host: 'collector', message: nxlogText }],
  [
    'Wazuh, archives of the agent',
    {
      ...{
        timestamp: '2026-01-05T10:11:13.000+0000',
        agent: { name: 'dc' },
        location: 'EventChannel',
      },
      full_log: JSON.stringify({
        win: {
          system: { providerName: provider, eventID: '11', channel, computer, systemTime: iso },
          eventdata: Object.fromEntries(
            list.map(({ name, text }) => [
              `${name[0]?.toLowerCase()}${name.slice(1)}`,
              text.replaceAll('\\', '\\\\'),
            ]),
          ),
        },
      }),
    },
  ],
  [
    'Azure Diagnostics',
    {
      ...{ time: iso, category: 'WindowsEventLogsTable', level: 'Informational' },
      properties: { ProviderName: provider, EventId: 11, Channel: channel, RawXml: xml },
    },
  ],
  [
    'a path as one name with _',
    {
      '@timestamp': iso,
      winlog_provider_name: provider,
      winlog_event_id: '11',
      winlog_channel: channel,
      winlog_computer_name: computer,
      ...Object.fromEntries(list.map(({ name, text }) => [`winlog_event_data_${name}`, text])),
    },
  ],
  ...(['toLowerCase', 'toUpperCase'] as const).map((change): readonly [string, object] => [
    `NXLog, names ${change}`,
    Object.fromEntries(
      Object.entries(JSON.parse(nxlogText) as object).map(([name, value]) => [
        name[change](),
        value as unknown,
      ]),
    ),
  ]),
  [
    'EvtxECmd, names in lower case',
    {
      ...{ eventid: 11, provider, channel, computer, timecreated: iso, eventrecordid: 5 },
      payload: JSON.stringify({
        EventData: { Data: list.map(({ name, text }) => ({ '@Name': name, '#text': text })) },
      }),
    },
  ],
  ['an event in another record', { id: 1, event: JSON.parse(nxlogText) as object }],
  [
    'an event in another record of a search',
    { _source: { data: JSON.parse(nxlogText) as object } },
  ],
  ['XML that Filebeat has kept', { '@timestamp': iso, event: { original: xml }, message: 'x' }],
  ['a text that Filebeat has kept', { '@timestamp': iso, event: { original: nxlogText } }],
];

describe('an event is the same in every shape', () => {
  it.each(shapes)('%s', (_name, record) => {
    const result = converted([record]);
    expect(result.source).toBe('windows-event');
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  it('an export in the form of Log Analytics has false times, which Sysmon tells', () => {
    const exported = (EventID: number, Provider: string, EventData: object) => ({
      EventSourceName: Provider,
      Provider,
      ProviderGuid: '{guid}',
      Channel: channel,
      Computer: computer,
      // Local, and on a 12-hour clock.
      TimeCreated: '2026-01-05T06:11:12.400Z',
      TimeGenerated: '2026-01-04T22:11:12.400Z',
      EventRecordID: '7',
      EventID,
      Message: 'x',
      EventData: JSON.stringify(EventData),
      ...EventData,
    });
    const auditing = 'Microsoft-Windows-Security-Auditing';
    const deleted = exported(4726, auditing, { TargetUserName: 'Mallory' });
    const { rows } = converted([deleted, exported(11, provider, data)]);
    expect(rows['DeviceEvents']?.[0]).toMatchObject({
      Timestamp: '2026-01-05T10:11:12.4000000Z',
      AccountName: 'mallory',
    });
    expect(rows['DeviceEvents']?.[0]).not.toHaveProperty('AdditionalFields');
    expect(rows['DeviceFileEvents']).toHaveLength(1);
  });

  it.each<[string, object]>([
    [
      'Winlogbeat with dotted names',
      {
        '@timestamp': iso,
        'winlog.provider_name': 'Microsoft-Windows-Eventlog',
        'winlog.event_id': 1102,
        'winlog.computer_name': computer,
        'winlog.user_data.SubjectUserName': 'Admin',
        'winlog.user_data.xml_name': 'LogFileCleared',
      },
    ],
    [
      'OpenTelemetry',
      {
        system_time: iso,
        provider: { name: 'Microsoft-Windows-Eventlog' },
        event_id: { id: 1102 },
        computer,
        user_data: { LogFileCleared: { SubjectUserName: 'Admin' } },
      },
    ],
    [
      'Graylog',
      {
        timestamp: iso,
        winlogbeat_winlog_provider_name: 'Microsoft-Windows-Eventlog',
        winlogbeat_winlog_channel: 'Security',
        winlogbeat_winlog_event_id: 1102,
        winlogbeat_winlog_computer_name: computer,
        winlogbeat_winlog_user_data_SubjectUserName: 'Admin',
        winlogbeat_winlog_user_data_xml_name: 'LogFileCleared',
      },
    ],
    [
      'Wazuh',
      {
        data: {
          win: {
            system: {
              ...{ providerName: 'Microsoft-Windows-Eventlog', eventID: '1102', computer },
              ...{ systemTime: iso, channel: 'Security', message: 'The audit log was cleared.' },
            },
            logFileCleared: { subjectUserName: 'Admin' },
          },
        },
      },
    ],
    [
      'Promtail',
      {
        ...{ source: 'Microsoft-Windows-Eventlog', channel: 'Security', computer },
        ...{ event_id: 1102, eventRecordID: 5, timeCreated: iso },
        user_data:
          "<LogFileCleared xmlns='l'><SubjectUserName>Admin</SubjectUserName></LogFileCleared>",
      },
    ],
    [
      'Log Analytics (Event)',
      {
        TimeGenerated: iso,
        Source: 'Microsoft-Windows-Eventlog',
        EventLog: 'Security',
        EventID: 1102,
        Computer: computer,
        EventData:
          '<DataItem type="System.XmlData" time="x"><UserData xmlns="u"><LogFileCleared xmlns="l"><SubjectUserName>Admin</SubjectUserName></LogFileCleared></UserData></DataItem>',
        Type: 'Event',
      },
    ],
    [
      'Log Analytics (WindowsEvent)',
      {
        TimeGenerated: iso,
        Provider: 'Microsoft-Windows-Eventlog',
        Channel: 'Security',
        EventID: 1102,
        Computer: computer,
        EventData: { UserData: { LogFileCleared: { SubjectUserName: 'Admin' } } },
        Type: 'WindowsEvent',
      },
    ],
  ])('%s has the values of UserData', (_name, record) => {
    const row = onlyRow(converted([record]));
    expect(row).toMatchObject({ ActionType: 'SecurityLogCleared', AccountName: 'admin' });
    expect(row).not.toHaveProperty('AdditionalFields');
  });

  it('a value of an event may be called Properties, as those of Get-WinEvent are', () => {
    const record = {
      SourceName: 'Microsoft-Windows-Security-Auditing',
      EventID: 4662,
      Hostname: computer,
      TimeCreated: iso,
      SubjectUserName: 'Admin',
      Properties: '%%7688\r\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\r\n',
    };
    expect(onlyRow(converted([record], undefined, { extensions: true }))).toMatchObject({
      ActionType: 'Directory Services replication',
      AccountName: 'admin',
      AdditionalFields: { Properties: record.Properties },
    });
  });

  it.each([
    ['DeleteValue', 'RegistryValueDeleted'],
    ['INFO', 'RegistryKeyCreated'],
  ])('a type of an event in GELF may be its own, or NXLog’s: %s', (EventType, ActionType) => {
    const record = {
      ...{ version: '1.1', host: computer, short_message: 'm', timestamp: 1767607872.4 },
      ...{ _EventID: 12, _SourceName: provider, _Channel: channel, _EventType: EventType },
      ...{ _UtcTime: data.UtcTime, _Image: data.Image, _TargetObject: 'HKLM\\SOFTWARE\\A\\B' },
    };
    expect(onlyRow(converted([record]))).toMatchObject({ ActionType });
  });

  it('what NXLog itself says of an event is none of its values', () => {
    const record = {
      EventTime: iso,
      Hostname: computer,
      SourceName: 'Microsoft-Windows-Security-Auditing',
      EventID: 4726,
      LevelValue: 0,
      TaskValue: 13824,
      OpcodeValue: 0,
      SourceModuleType: 'im_msvistalog',
      TargetUserName: 'Mallory',
    };
    expect(onlyRow(converted([record]))).not.toHaveProperty('AdditionalFields');
  });

  const escaped = 'cmd /c a.exe 2&gt;&amp;1 &gt; %TEMP%\\a &amp;amp; b';
  const plain = 'cmd /c a.exe 2>&1 > %TEMP%\\a &amp; b';
  const commandIn = (text: string) => `Process Information:\r\n\tProcess Command Line:\t${text}`;
  it.each([
    ['the message has it without', escaped, commandIn(plain), plain],
    ['nothing tells of it', escaped, undefined, plain],
    ['the message has it, too', escaped, commandIn(escaped), escaped],
    ['another one is not', 'a &amp; b && c', undefined, 'a &amp; b && c'],
    ['there is none', 'a && b > c', undefined, 'a && b > c'],
  ])('what NXLog has left escaped of XML is plain again: %s', (_what, value, message, wanted) => {
    const record = {
      ...{ EventTime: iso, Hostname: computer, EventID: 4688, Message: message },
      SourceName: 'Microsoft-Windows-Security-Auditing',
      SourceModuleType: 'im_msvistalog',
      NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
      ERROR_EVT_UNRESOLVED: true,
      CommandLine: value,
    };
    const gelf = {
      ...{ version: '1.1', host: computer, short_message: 'm', timestamp: 1767607872.4 },
      ...{ full_message: message, _EventID: 4688, _SourceName: record.SourceName },
      ...{ _NewProcessName: record.NewProcessName, _CommandLine: value },
    };
    for (const each of [record, gelf]) {
      const row = onlyRow(converted([each]));
      expect(row['ProcessCommandLine']).toBe(wanted);
      expect(row['AdditionalFields']).toBeUndefined();
    }
  });

  it('what NXLog has lost of an event is in its message', () => {
    const record = {
      EventTime: iso,
      Hostname: computer,
      SourceName: provider,
      EventID: 12,
      EventType: 'INFO',
      SourceModuleType: 'im_msvistalog',
      UtcTime: data.UtcTime,
      ProcessGuid: data.ProcessGuid,
      Image: data.Image,
      TargetObject: 'HKLM\\SOFTWARE\\Key\\Name',
      Message: `Registry object added or deleted:\r\nRuleName: -\r\nEventType: DeleteValue\r\nProcessGuid: ${data.ProcessGuid}\r\nProcessId: 42\r\nImage: x`,
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      ActionType: 'RegistryValueDeleted',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Key',
      RegistryValueName: 'Name',
      InitiatingProcessId: 42,
    });
  });

  it.each([
    [
      'in the message',
      'A service was installed.\r\n\r\nService Account:  LocalSystem\r\n',
      'LocalSystem',
    ],
    ['nowhere', undefined, undefined],
  ])(
    'the account of a service, for which NXLog has that of the event, is %s',
    (_where, Message, wanted) => {
      const record = {
        ...{
          EventTime: iso,
          Hostname: computer,
          EventID: 7045,
          SourceName: 'Service Control Manager',
        },
        ...{ SourceModuleType: 'im_msvistalog', AccountName: 'bob', Domain: 'CONTOSO', Message },
        ...{ ServiceName: 'Evil', ImagePath: 'C:\\evil.exe' },
      };
      expect(onlyRow(converted([record]))['AdditionalFields']).toEqual({
        ServiceName: 'Evil',
        ServiceAccount: wanted,
      });
    },
  );

  it('NXLog may have the event as it was, too, with what it has lost', () => {
    const record = {
      ...{ EventTime: iso, Hostname: computer, SourceName: provider, EventID: 12 },
      ...{ EventType: 'INFO', SourceModuleType: 'im_msvistalog' },
      TargetObject: 'HKLM\\SOFTWARE\\A\\B',
      EventXML: xml
        .replace('<EventID>11<', '<EventID>12<')
        .replace(
          /<EventData>.*<\/EventData>/,
          "<EventData><Data Name='EventType'>DeleteValue</Data><Data Name='TargetObject'>HKLM\\SOFTWARE\\A\\B</Data></EventData>",
        ),
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      ActionType: 'RegistryValueDeleted',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\A',
      RegistryValueName: 'B',
    });
  });

  it('a time as Kibana writes it is of a zone that Sysmon tells', () => {
    const exported = (id: number, name: string, values: object) => ({
      '@timestamp': 'Jan 5, 2026 @ 12:11:12.345',
      'winlog.provider_name': name,
      'winlog.event_id': id,
      'winlog.channel': channel,
      'winlog.computer_name': computer,
      ...Object.fromEntries(
        Object.entries(values).map(([field, value]) => [`winlog.event_data.${field}`, value]),
      ),
    });
    const deleted = exported(4726, 'Microsoft-Windows-Security-Auditing', {
      TargetUserName: 'Mallory',
    });
    const { rows, letters } = converted([deleted, exported(11, provider, data)]);
    expect(letters).toEqual([]);
    expect(rows['DeviceEvents']?.[0]).toMatchObject({
      Timestamp: '2026-01-05T10:11:12.3450000Z',
      AccountName: 'mallory',
    });
  });

  it('a count of seconds is a time', () => {
    const record = {
      System: {
        Provider: { Name: 'Microsoft-Windows-Security-Auditing' },
        EventID: { Value: 5025 },
        TimeCreated: { SystemTime: 1767607872.4 },
        Computer: computer,
      },
      EventData: {},
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      ActionType: 'FirewallServiceStopped',
      Timestamp: '2026-01-05T10:11:12.4000000Z',
    });
  });

  it('values without names keep their places, empty ones among them', () => {
    const values = ['', 'Mallory', 'PC1', 'S-1-5-21-1-2-3-1001', 'S-1-5-21-1-2-3-500', 'Admin'];
    const named = xml
      .replace(provider, 'Microsoft-Windows-Security-Auditing')
      .replace('<EventID>11<', '<EventID>4738<')
      .replace(
        /<EventData>.*<\/EventData>/,
        `<EventData>${values.map((value) => `<Data>${value}</Data>`).join('')}</EventData>`,
      );
    expect(onlyRow(converted([named]))).toMatchObject({
      ActionType: 'UserAccountModified',
      AccountName: 'mallory',
      InitiatingProcessAccountName: 'admin',
    });
  });

  it.each<[string, string, number, readonly string[], object]>([
    [
      'a file that AppLocker has blocked',
      'Microsoft-Windows-AppLocker',
      8004,
      [
        ...['3', 'EXE', '{0}', '1', '-', '1', '-', 'S-1-5-21-1-2-3-1001', '1234'],
        ...['20', '%OSDRIVE%\\TEMP\\EVIL.EXE', '0', 'AABB', '1', '-', '0x2abc'],
        ...['16', 'C:\\Temp\\evil.exe'],
      ],
      {
        ...{ FileName: 'evil.exe', AccountSid: 'S-1-5-21-1-2-3-1001', InitiatingProcessId: 1234 },
        AdditionalFields: expect.objectContaining({ AuthenticodeHash: 'aabb' }),
      },
    ],
    [
      'the same before files had a full path',
      'Microsoft-Windows-AppLocker',
      8004,
      [
        ...['3', 'EXE', '{0}', '1', '-', '1', '-', 'S-1-5-21-1-2-3-1001', '1234'],
        ...['20', '%OSDRIVE%\\TEMP\\EVIL.EXE', '0', 'AABB', '1', '-', '0x2abc'],
      ],
      { FileName: 'EVIL.EXE', FolderPath: 'C:\\TEMP\\EVIL.EXE' },
    ],
    [
      'passwords decrypted',
      'Microsoft-Windows-Crypto-DPAPI',
      16385,
      ['SPCryptUnprotect', 'Google Chrome', '{1}', '0', '16', '0', '5', '1234', '6', '32'],
      {
        InitiatingProcessId: 1234,
        AdditionalFields: expect.objectContaining({
          DataDescription: { PropertyValue: 'Google Chrome' },
        }),
      },
    ],
    [
      'a process that WMI has started',
      'Microsoft-Windows-WMI-Activity',
      23,
      [
        ...['{1}', '1', '2', 'cmd.exe /c whoami', '77', '5', 'KALI', 'kali.contoso.com'],
        ...['CONTOSO\\Bob', '0', '0', 'false'],
      ],
      {
        ...{ ProcessId: 77, ProcessCommandLine: 'cmd.exe /c whoami', AccountName: 'bob' },
        RemoteDeviceName: 'kali.contoso.com',
      },
    ],
    [
      'a share that is changed',
      'Microsoft-Windows-Security-Auditing',
      5143,
      [
        ...['S-1-5-21-1-2-3-500', 'Admin', 'CONTOSO', '0x1f4', 'Directory', '\\\\*\\drop'],
        ...['C:\\drop', 'N/A', 'N/A', '0x1', '0x2', '0x0', '0x0', 'N/A', 'D:(A;;;;;WD)'],
      ],
      { AdditionalFields: expect.objectContaining({ NewMaxUsers: '0x2', NewSD: 'D:(A;;;;;WD)' }) },
    ],
  ])('values without names have their places: %s', (_what, source, id, values, wanted) => {
    const record = {
      ...{ ProviderName: source, EventID: id, Computer: computer, TimeCreated: iso },
      StringInserts: values,
    };
    expect(onlyRow(converted([record]))).toMatchObject(wanted);
  });

  it('the attributes of an account have their places', () => {
    const values = [
      ...[
        'Mallory',
        'PC1',
        'S-1-5-21-1-2-3-1001',
        'S-1-5-21-1-2-3-500',
        'Admin',
        'PC1',
        '0x1',
        '-',
      ],
      ...[
        'Mallory',
        'M',
        '-',
        '%%1793',
        '%%1793',
        '%%1793',
        '%%1793',
        '%%1793',
        '%%1794',
        '%%1794',
      ],
      ...['513', '-', '0x0', '0x15', '%%2080', '%%1793', '-', '%%1797'],
    ];
    const record = {
      ...{ EventID: 4720, MachineName: computer, Index: 5, ReplacementStrings: values },
      ...{ Source: 'Microsoft-Windows-Security-Auditing', TimeGenerated: '/Date(1767607872400)/' },
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      ActionType: 'UserAccountCreated',
      AccountName: 'mallory',
      AdditionalFields: {
        ...{ DisplayName: 'M', PrimaryGroupId: '513', OldUacValue: '0x0', NewUacValue: '0x15' },
        ...{ UserAccountControl: '%%2080', LogonHours: '%%1797' },
      },
    });
  });

  it('Get-EventLog gives values by position', () => {
    const record = {
      EventID: 4726,
      MachineName: computer,
      Index: 5,
      Source: 'Microsoft-Windows-Security-Auditing',
      ReplacementStrings: ['Mallory', 'PC1', 'S-1-5-21-1-2-3-1001', 'S-1-5-21-1-2-3-500', 'Admin'],
      TimeGenerated: '/Date(1767607872400)/',
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      ActionType: 'UserAccountDeleted',
      AccountName: 'mallory',
      InitiatingProcessAccountName: 'admin',
    });
  });

  it('Hayabusa has words for codes, and without all fields is not read', () => {
    const record = {
      Timestamp: '2026-01-05 19:11:12.400 +09:00',
      Computer: computer,
      Channel: 'Sec',
      Provider: 'Sec',
      EventID: 4624,
      RuleTitle: 'Logon',
      Details: { Type: '3 - NETWORK', TgtUser: 'bob' },
    };
    const fields = { LogonType: '3 - NETWORK', TargetUserName: 'bob' };
    expect(onlyRow(converted([{ ...record, AllFieldInfo: fields }]))).toMatchObject({
      Timestamp: '2026-01-05T10:11:12.4000000Z',
      LogonType: 'Network',
      AccountName: 'bob',
    });
    expect(converted([record], 'windows-event').counts.rejected).toBe(1);
  });

  it('Hayabusa has all fields in one text where it writes CSV', () => {
    const row = {
      ...{ Timestamp: '2026-01-05 19:11:12.400 +09:00', RuleTitle: 'x', Computer: computer },
      ...{ Channel: 'Sysmon', EventID: 11 },
      AllFieldInfo: list.map(({ name, text }) => `${name}: ${text}`).join(' ¦ '),
    };
    const text = `${Object.keys(row).join(',')}\n${Object.values(row)
      .map((value) => `"${value}"`)
      .join(',')}\n`;
    expect(onlyRow(converted(text))).toMatchObject(wanted);
  });

  it.each([
    ['Microsoft-Windows-DNS Client Events/Operational', 3008, 'DnsQueryResponse'],
    ['CodeInteg', 3077, 'AppControlCodeIntegrityPolicyBlocked'],
    ['RDS-RCM', 1149, 'RemoteDesktopConnection'],
    ['LDAP-Cli', 30, 'LdapSearch'],
    ['SecMitig', 1, 'ExploitGuardAcgAudited'],
    ['AppLocker', 8004, 'AppControlExecutableBlocked'],
    ['PwShCore', 4104, 'AmsiScriptContent'],
  ])('Hayabusa has names of its own for logs: %s', (Channel, EventID, ActionType) => {
    const record = {
      ...{ Timestamp: '2026-01-05 19:11:12.400 +09:00', Computer: computer, Channel, EventID },
      RuleTitle: 'x',
      AllFieldInfo: { QueryName: 'a.example', FilePath: 'C:\\a.exe', ScriptBlockText: 'x' },
    };
    expect(onlyRow(converted([record]))).toMatchObject({ ActionType });
  });

  describe('Get-WinEvent | ConvertTo-Json', () => {
    const typed = {
      Id: 11,
      ProviderName: provider,
      LogName: channel,
      MachineName: computer,
      UserId: { BinaryLength: 12, AccountDomainSid: null, Value: 'S-1-5-18' },
      TimeCreated: '/Date(1767607872400)/',
    };
    const cutOff = list.map(() => 'System.Diagnostics.Eventing.Reader.EventProperty');

    it('has values that are numbers, GUIDs and SIDs', () => {
      const values = list.map(({ name, text }) =>
        name === 'ProcessGuid' ? text.slice(1, -1) : name === 'ProcessId' ? Number(text) : text,
      );
      const properties = values.map((Value) => ({ Value }));
      const record = { ...typed, Message: null, Properties: properties };
      expect(onlyRow(converted([record]))).toMatchObject({
        ...wanted,
        InitiatingProcessUniqueId: data.ProcessGuid,
      });
      const sid = { Value: { BinaryLength: 28, Value: 'S-1-5-21-1-2-3-1001' } };
      const deleted = {
        ...typed,
        Id: 4726,
        ProviderName: 'Microsoft-Windows-Security-Auditing',
        Properties: [{ Value: 'Mallory' }, { Value: 'PC1' }, sid],
      };
      expect(onlyRow(converted([deleted]))).toMatchObject({
        ActionType: 'UserAccountDeleted',
        AccountSid: 'S-1-5-21-1-2-3-1001',
      });
    });

    it('that was not deep enough has the message', () => {
      const Message = `File created:\n${list.map(({ name, text }) => `${name}: ${text}`).join('\n')}`;
      const record = { ...typed, Message, Properties: cutOff };
      expect(onlyRow(converted([record]))).toMatchObject(wanted);
    });

    it('without values, in a language that is not read, is a dead letter', () => {
      const record = {
        ...typed,
        Id: 4688,
        ProviderName: 'Microsoft-Windows-Security-Auditing',
        Message:
          'Ein neuer Prozess wurde erstellt.\r\n\r\nAntragsteller:\r\n\tSicherheits-ID:\t\tS-1-5-18',
        Properties: cutOff,
      };
      const { rows, letters } = converted([record]);
      expect([rows, letters.length]).toEqual([{}, 1]);
      expect(letters[0]?.['Reason']).toMatch(/no values/);
      const task = { ...record, Id: 4698, Message: 'Eine Aufgabe wurde erstellt: \\x' };
      expect(onlyRow(converted([task]))).toMatchObject({
        ActionType: 'ScheduledTaskCreated',
        AdditionalFields: { Message: task.Message },
      });
    });
  });

  it.each([
    [String.raw`\"C:\\a b.exe\" /c dir \\\\srv`, String.raw`"C:\a b.exe" /c dir \\srv`],
    [String.raw`a.exe -c \"whoami\"`, 'a.exe -c "whoami"'],
    [String.raw`"C:\a.exe" \"x\"`, String.raw`"C:\a.exe" \"x\"`],
    [String.raw`a.exe "\"x\""`, String.raw`a.exe "\"x\""`],
    [String.raw`C:\a.exe \\srv`, String.raw`C:\a.exe \\srv`],
  ])('Wazuh writes %s for %s', (commandLine, wanted) => {
    const record = {
      data: {
        win: {
          system: { providerName: provider, eventID: '1', computer, systemTime: iso },
          eventdata: { utcTime: '2026-01-05 10:11:12.400', image: 'a.exe', commandLine },
        },
      },
    };
    expect(onlyRow(converted([record]))).toMatchObject({ ProcessCommandLine: wanted });
  });

  it.each([
    `<14>Jan  5 10:11:12 web app[7]: no such user ${nxlogText}`,
    `<14>1 2026-01-05T10:11:12Z web app 7 - - no such user ${nxlogText}`,
    `2026-01-05T10:11:12Z web no such user ${nxlogText}`,
  ])('what a program quotes in its message is no event: %s', (line) => {
    const { rows } = converted([line, nxlogText]);
    expect(rows['DeviceFileEvents']?.length).toBe(1);
  });

  it('the first text that is an event is it, whatever other texts are', () => {
    const record = { host: 'collector', message: '{"level":"info"}', log: nxlogText };
    expect(converted([record]).rows['DeviceFileEvents']?.length).toBe(1);
  });

  it.each([
    ['of JSON', (deep: string) => `${nxlogText.slice(0, -1)},"Deep":${deep}}`],
    [
      'within syslog',
      (deep: string) => `<13>1 - - - - - - ${nxlogText.slice(0, -1)},"Deep":${deep}}`,
    ],
    [
      'as a tree',
      (deep: string) =>
        `{"System":{"EventID":11,"Provider":"${provider}","Computer":"a"},"UserData":${deep}}`,
    ],
  ])('what is nested too deep costs itself alone, also at the start: %s', (_name, write) => {
    const deep = '{"a":'.repeat(50_000) + '}'.repeat(50_000).replace('}', '1}');
    const { rows, counts } = converted([write(deep), nxlogText]);
    expect([rows['DeviceFileEvents']?.length, counts.rejected]).toEqual([1, 1]);
  });

  it('what is of no shape is a dead letter', () => {
    for (const record of [{}, { EventID: 11 }, '<Event/>', '<Event', '[1]', '"x"']) {
      const { rows, counts } = converted([record], 'windows-event');
      expect([record, rows, counts.rejected]).toEqual([record, {}, 1]);
    }
  });
});
