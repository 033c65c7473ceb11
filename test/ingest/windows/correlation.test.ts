import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConnector } from '../../../src/ingest/connectors.js';
import { Correlation } from '../../../src/ingest/correlation/correlation.js';
import { CorrelationStore } from '../../../src/ingest/correlation/store.js';
import type { JsonValue } from '../../../src/ingest/json.js';
import { converted, onlyRow, type Row } from '../convert.js';
import { event, guids, start } from './events.js';
import { actor, security4688, twins } from './twins.js';

const file = { TargetFilename: 'C:\\a.txt' };
const read = (events: readonly object[]) => converted(events, 'windows-event');
const first = (rows: readonly Row[] | undefined): Row => {
  if (rows?.[0] === undefined) throw new Error('no row');
  return rows[0];
};

describe('the SID of the system, whose name is that of its language', () => {
  it('is told by a logon', () => {
    const [User, domain, name] = ['NT INSTANS\\SYSTEMET', 'NT INSTANS', 'SYSTEMET'];
    const logon = { TargetUserSid: 'S-1-5-18', TargetUserName: name, TargetDomainName: domain };
    const machine = {
      ...{ SubjectUserSid: 'S-1-5-18', SubjectUserName: 'PC1$', SubjectDomainName: 'CONTOSO' },
      LogonType: '5',
    };
    const { rows } = read([
      event('sysmon', 1, start({ User })),
      event('security', 4624, { ...machine, ...logon }),
      event('sysmon', 1, start({ User: 'CONTOSO\\PC1$', ProcessGuid: guids.parent })),
    ]);
    expect(rows['DeviceProcessEvents']?.map(({ AccountSid }) => AccountSid ?? '')).toEqual([
      'S-1-5-18',
      '',
    ]);
  });
});

describe('the letter of a volume', () => {
  const connection = (pid: string, Application: string, port: string) =>
    event('security', 5156, {
      ProcessID: pid,
      Application,
      Direction: '%%14593',
      SourceAddress: '10.0.0.5',
      SourcePort: port,
      DestAddress: '10.0.0.9',
      DestPort: '445',
      Protocol: '6',
    });
  const started = event('sysmon', 1, start({ Image: 'D:\\Tools\\Evil.exe' }));
  const known = connection('42', '\\device\\harddiskvolume5\\tools\\evil.exe', '1');
  const unknown = connection('77', '\\device\\harddiskvolume5\\tools\\other.exe', '2');
  const elsewhere = connection('78', '\\device\\harddiskvolume3\\windows\\a.exe', '3');
  const paths = (events: readonly object[]) =>
    (read(events).rows['DeviceNetworkEvents'] ?? [])
      .map((row) => String(row['InitiatingProcessFolderPath']))
      .toSorted();

  it('is that of a process on it that another log has started', () => {
    const wanted = ['c:\\windows\\a.exe', 'd:\\tools\\evil.exe', 'd:\\tools\\other.exe'];
    const events = [started, known, unknown, elsewhere];
    expect(paths(events)).toEqual(wanted);
    expect(paths(events.toReversed())).toEqual(wanted);
  });

  it('is no other file’s of the same name', () => {
    const other = connection('42', '\\device\\harddiskvolume5\\temp\\evil.exe', '1');
    expect(paths([started, other, unknown])).toEqual([
      'c:\\tools\\other.exe',
      'd:\\tools\\evil.exe',
    ]);
  });

  it('is another one when another volume has its number', () => {
    const correlation = new Correlation();
    const of = (events: readonly object[]) => {
      const { rows } = converted(events, 'windows-event', { correlation });
      return rows['DeviceNetworkEvents']?.at(-1)?.['InitiatingProcessFolderPath'];
    };
    of([started, known]);
    const later = start({ ProcessGuid: guids.other, ProcessId: '55', Image: 'E:\\b.exe' });
    of([event('sysmon', 1, later), connection('55', '\\device\\harddiskvolume5\\b.exe', '9')]);
    expect(of([unknown])).toBe('e:\\tools\\other.exe');
  });

  it('is still known in a later process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quarry-volumes-'));
    try {
      const of = (events: readonly object[]) => {
        const correlation = new Correlation(new CorrelationStore(join(folder, 'c.db')));
        const { rows } = converted(events, 'windows-event', { correlation });
        correlation.save();
        correlation.close();
        return rows['DeviceNetworkEvents']?.[0]?.['InitiatingProcessFolderPath'];
      };
      of([started, known]);
      expect(of([unknown])).toBe('d:\\tools\\other.exe');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** The rows whose place an event's row takes. */
function replacedBy(each: object, correlation: Correlation) {
  const conversion = findConnector('windows-event')?.open({ correlation, extensions: false });
  conversion?.convert({ text: JSON.stringify(each), value: each as JsonValue });
  return [...(conversion?.release?.(false) ?? [])].flatMap((outcome) =>
    'replaces' in outcome ? (outcome.replaces ?? []) : [],
  );
}

describe('a registry value of two logs', () => {
  const key = '\\REGISTRY\\MACHINE\\SOFTWARE\\x';
  const of13 = (TargetObject: string, Details: string) =>
    event('sysmon', 13, { ...actor, EventType: 'SetValue', TargetObject, Details });
  const of12 = event('sysmon', 12, {
    ...actor,
    EventType: 'DeleteValue',
    TargetObject: 'HKLM\\SOFTWARE\\x\\v',
  });
  const of4657 = (more: object) =>
    event('security', 4657, {
      ObjectName: key,
      ObjectValueName: 'v',
      OperationType: '%%1905',
      ...more,
    });
  const deleted = of4657({
    OperationType: '%%1906',
    OldValueType: '%%1876',
    OldValue: '0x10',
    NewValueType: '-',
    NewValue: '-',
  });
  const packages = {
    OldValueType: '%%1879',
    OldValue: 'scecli',
    NewValueType: '%%1879',
    NewValue: 'scecli\nevil',
  };
  const first13 = of13('HKLM\\SOFTWARE\\x\\v', 'Binary Data');

  it.each<[string, object, object, Row]>([
    [
      'a list, which Sysmon has without its data',
      first13,
      of4657(packages),
      {
        RegistryValueType: 'MultiString',
        RegistryValueData: 'scecli\nevil',
        PreviousRegistryValueData: 'scecli',
      },
    ],
    [
      'binary data',
      first13,
      of4657({ NewValueType: '%%1875', NewValue: '0102', OldValueType: '-', OldValue: '-' }),
      { RegistryValueType: 'Binary', RegistryValueData: '0102' },
    ],
    [
      'that of the key itself',
      of13('HKLM\\SOFTWARE\\x\\(Default)', 'evil'),
      of4657({ ObjectValueName: '-', NewValueType: '%%1873', NewValue: 'evil' }),
      { RegistryValueName: '(Default)', RegistryValueData: 'evil' },
    ],
    [
      'one that is deleted',
      of12,
      deleted,
      {
        ActionType: 'RegistryValueDeleted',
        RegistryValueName: 'v',
        PreviousRegistryValueName: 'v',
        PreviousRegistryValueData: '16',
      },
    ],
  ])('%s', (_, better, other, wanted) => {
    for (const events of [
      [better, other],
      [other, better],
    ]) {
      expect(onlyRow(read(events))).toMatchObject({
        ...wanted,
        InitiatingProcessUniqueId: guids.child,
      });
    }
  });

  describe.each<[string, object, object, Row]>([
    [
      'set',
      first13,
      of4657({ NewValueType: '%%1875', NewValue: '0102' }),
      { RegistryValueData: '0102' },
    ],
    ['deleted', of12, deleted, { PreviousRegistryValueData: '16' }],
  ])('what the Security log alone has of a value that is %s', (_, better, other, wanted) => {
    const inTurn = (correlations: readonly Correlation[], ...events: readonly object[]) =>
      events.flatMap((each, index) => {
        const correlation = correlations[index] ?? correlations[0];
        const { rows } = converted([each], 'windows-event', correlation && { correlation });
        return rows['DeviceRegistryEvents'] ?? [];
      });

    it('is not lost where Sysmon has told of the rest before', () => {
      const rows = inTurn([new Correlation()], better, other);
      expect(rows).toHaveLength(2);
      expect(rows[1]).toMatchObject(wanted);
    });

    it('stays where Sysmon tells of the rest after a restart', () => {
      const [first, later] = [new Correlation(), new Correlation()];
      replacedBy(other, first);
      for (const row of first.lesserRows.unsaved) later.lesserRows.add(row);
      expect(replacedBy(better, first)).toHaveLength(1);
      expect(replacedBy(better, later)).toEqual([]);
    });

    it('stays where Sysmon tells of the rest once more', () => {
      const correlation = new Correlation();
      const all = [better, other, better].map((each) => replacedBy(each, correlation));
      expect(all).toEqual([[], [], []]);
    });
  });

  it('two changes of data that Sysmon does not have are two, though it tells of one alone', () => {
    const data = ['01', '02'].map((NewValue) => of4657({ NewValueType: '%%1875', NewValue }));
    const { rows } = read([first13, ...data]);
    expect(rows['DeviceRegistryEvents']?.map((row) => row['RegistryValueData'])).toEqual([
      '01',
      '02',
    ]);
  });

  it('a text is no binary value, though it is called so', () => {
    const text = of4657({ NewValueType: '%%1873', NewValue: 'Binary Data' });
    expect(onlyRow(read([first13, text]))).toMatchObject({
      RegistryValueType: 'String',
      RegistryValueData: 'Binary Data',
    });
  });

  it('what is deleted is not what has been set before', () => {
    const { rows } = read([of13('HKLM\\SOFTWARE\\x\\v', '(Empty)'), deleted]);
    expect(rows['DeviceRegistryEvents']?.map(({ ActionType }) => ActionType)).toEqual([
      'RegistryValueSet',
      'RegistryValueDeleted',
    ]);
  });

  it('the Security log alone calls that of the key itself so, too', () => {
    const own = of4657({ ObjectValueName: '-', NewValueType: '%%1873', NewValue: 'evil' });
    expect(onlyRow(read([own]))).toMatchObject({ RegistryValueName: '(Default)' });
  });
});

describe('a filter that is bound to a consumer', () => {
  const binding = {
    Operation: 'Created',
    User: 'CONTOSO\\Bob',
    Consumer: ' "CommandLineEventConsumer.Name=\\"Updater\\""',
    Filter: ' "\\\\\\\\.\\\\root\\\\subscription:__EventFilter.Name=\\"Starts\\""',
  };
  const filter = {
    EventNamespace: ' "root\\cimv2"',
    Name: ' "Starts"',
    Query: ' "SELECT * FROM x"',
  };
  const consumer = { Name: ' "updater"', Type: 'Command Line', Destination: ' "cmd.exe /c evil"' };
  const other = { Name: ' "Another"', Type: 'Script', Destination: ' "x"' };
  const ofBinding = (...events: readonly object[]) =>
    onlyRow(read(events))['AdditionalFields'] as object;

  it('has what it asks for, and what the consumer does, wherever they stand', () => {
    const told = {
      Operation: 'Created',
      Consumer: binding.Consumer,
      ESS: binding.Filter,
      EventNamespace: filter.EventNamespace,
      Query: filter.Query,
      Type: 'Command Line',
      Destination: consumer.Destination,
    };
    const [asks, does, not] = [
      event('sysmon', 19, filter),
      event('sysmon', 20, consumer),
      event('sysmon', 20, other),
    ];
    expect(ofBinding(asks, does, not, event('sysmon', 21, binding, { seconds: 50 }))).toEqual(told);
    expect(ofBinding(event('sysmon', 21, binding), not, does, asks)).toEqual(told);
  });

  it('has no more than its names where nothing is known of them', () => {
    expect(ofBinding(event('sysmon', 20, other), event('sysmon', 21, binding))).toEqual({
      Operation: 'Created',
      Consumer: binding.Consumer,
      ESS: binding.Filter,
    });
  });

  it('has rows for all three where extensions are asked for', () => {
    const events = [
      event('sysmon', 19, filter),
      event('sysmon', 20, consumer),
      event('sysmon', 21, binding),
    ];
    const { rows } = converted(events, 'windows-event', { extensions: true });
    expect(rows['DeviceEvents']?.map(({ ActionType }) => ActionType)).toEqual([
      'WmiEventFilter',
      'WmiEventConsumer',
      'WmiBindEventFilterToConsumer',
    ]);
  });
});

describe('the acting process', () => {
  const known = {
    InitiatingProcessFileName: 'cmd.exe',
    InitiatingProcessCommandLine: 'cmd.exe /c whoami',
    InitiatingProcessAccountName: 'bob',
    InitiatingProcessAccountDomain: 'contoso',
    InitiatingProcessIntegrityLevel: 'High',
    InitiatingProcessMD5: 'cd'.repeat(16),
    InitiatingProcessCreationTime: '2026-01-05T10:11:12.4000000Z',
    InitiatingProcessParentId: 7,
    InitiatingProcessParentFileName: 'Explorer.EXE',
    InitiatingProcessParentCreationTime: '2026-01-05T10:11:02.0000000Z',
    InitiatingProcessVersionInfoOriginalFileName: 'Cmd.Exe',
  };

  it.each<[string, object]>([
    ['its GUID', actor],
    ['its GUID, where the shipper has lost the pid', { ProcessGuid: guids.child }],
    [
      'its pid, where the GUID is zero',
      {
        ProcessGuid: '{00000000-0000-0000-0000-000000000000}',
        ProcessId: '42',
        Image: '<unknown process>',
      },
    ],
    [
      'its pid, where the image is unknown and the GUID, too',
      { ...actor, ProcessGuid: guids.other, Image: '<unknown process>' },
    ],
    ['its pid, where the image is unknown', { ProcessId: '42', Image: '&lt;unknown process&gt;' }],
  ])('is found by %s, whichever event comes first', (_what, named) => {
    const happened = event('sysmon', 11, { ...named, ...file }, { seconds: 20 });
    for (const events of [
      [event('sysmon', 1, start()), happened],
      [happened, event('sysmon', 1, start())],
    ]) {
      expect(first(read(events).rows['DeviceFileEvents'])).toMatchObject(known);
    }
  });

  it('is not the one that had the pid before, or has it after', () => {
    const later = start({
      ProcessGuid: '{b34bc01c-8e60-695b-0300-000000000a00}',
      Image: 'C:\\Other.exe',
      CommandLine: 'other',
    });
    const rows = read([
      event('sysmon', 1, start()),
      event('sysmon', 5, actor, { seconds: 15 }),
      event('sysmon', 1, later, { seconds: 44 }),
      event('powershell', 4104, { ScriptBlockText: 'a' }, { pid: 42, seconds: 13 }),
      event('powershell', 4104, { ScriptBlockText: 'b' }, { pid: 42, seconds: 30 }),
      event('powershell', 4104, { ScriptBlockText: 'c' }, { pid: 42, seconds: 50 }),
    ]).rows['DeviceEvents'];
    expect(rows?.map((row) => row['InitiatingProcessFileName'])).toEqual([
      'cmd.exe',
      undefined,
      'other.exe',
    ]);
  });

  it('that started before the log is known from its children', () => {
    const rows = read([
      event('sysmon', 1, start({ ParentUser: 'CONTOSO\\Alice' })),
      event(
        'sysmon',
        11,
        { ProcessGuid: guids.parent, ProcessId: '7', Image: 'C:\\Windows\\Explorer.EXE', ...file },
        { seconds: 14 },
      ),
    ]).rows['DeviceFileEvents'];
    expect(first(rows)).toMatchObject({
      InitiatingProcessFileName: 'explorer.exe',
      InitiatingProcessCommandLine: 'explorer.exe',
      InitiatingProcessAccountName: 'alice',
      InitiatingProcessCreationTime: '2026-01-05T10:11:02.0000000Z',
    });
  });

  it('of which nothing but what it did was seen is found by its pid, too', () => {
    const script = (seconds: number) =>
      event('powershell', 4104, { ScriptBlockText: String(seconds) }, { pid: 42, seconds });
    const { rows } = read([
      event('sysmon', 11, { ...actor, ...file, User: 'CONTOSO\\Bob' }, { seconds: 14 }),
      script(8),
      script(13),
      event('sysmon', 5, actor, { seconds: 20 }),
      script(30),
    ]);
    const seen = rows['DeviceEvents']?.map((row) => [
      row['InitiatingProcessFileName'],
      row['InitiatingProcessUniqueId'],
      row['InitiatingProcessCreationTime'],
      row['InitiatingProcessAccountDomain'],
      row['InitiatingProcessAccountName'],
    ]);
    const nobody = [undefined, undefined, undefined, undefined, undefined];
    expect(seen).toEqual([
      nobody,
      ['cmd.exe', guids.child, '2026-01-05T10:11:12.0000000Z', 'contoso', 'bob'],
      nobody,
    ]);
  });

  it('that was only seen acting is taken to have its pid for an hour', () => {
    const later = (hour: string) =>
      JSON.parse(
        JSON.stringify(event('powershell', 4104, { ScriptBlockText: hour }, { pid: 42 })).replace(
          'T10:11',
          `T${hour}`,
        ),
      ) as object;
    const { rows } = read([
      event('sysmon', 11, { ...actor, ...file }, { seconds: 14 }),
      later('11:10'),
      later('11:13'),
    ]);
    expect(rows['DeviceEvents']?.map((row) => row['InitiatingProcessFileName'])).toEqual([
      'cmd.exe',
      undefined,
    ]);
  });

  it('whose start was seen goes before one that was only seen acting', () => {
    const { rows } = read([
      event('security', 4688, { ...security4688, NewProcessName: 'C:\\Started.exe' }),
      event('sysmon', 11, { ...actor, Image: 'C:\\Acting.exe', ...file }, { seconds: 14 }),
      event('powershell', 4104, { ScriptBlockText: 'a' }, { pid: 42, seconds: 20 }),
    ]);
    expect(first(rows['DeviceEvents'])['InitiatingProcessFileName']).toBe('started.exe');
  });

  const eve = { TargetUserName: 'Eve', TargetDomainName: 'CONTOSO' };
  const target = { TargetImage: 'C:\\b.exe', TargetProcessId: '8', TargetUser: 'CONTOSO\\Eve' };
  it.each<[string, object]>([
    ['a process that is opened', event('sysmon', 10, { ...target, GrantedAccess: '0x10' })],
    ['a process with a thread from elsewhere', event('sysmon', 8, target)],
    ['credentials that are given', event('security', 4648, eve)],
    ['a session from elsewhere', event('rdp', 1149, { Param1: 'Eve', Param2: 'CONTOSO' })],
    ['a task', event('tasks', 106, { TaskName: '\\a', UserContext: 'CONTOSO\\Eve' })],
    ['malware', event('defender', 1116, { 'Threat Name': 'a', 'Detection User': 'CONTOSO\\Eve' })],
    ['WMI', event('wmi', 23, { Commandline: 'a.exe', User: 'CONTOSO\\Eve' })],
  ])('the account of %s has the SID that other events tell', (_what, happened) => {
    const sid = 'S-1-5-21-1-2-3-1105';
    const logon = event('security', 4624, { ...eve, TargetUserSid: sid, LogonType: '3' });
    const { DeviceLogonEvents: logons = [], DeviceEvents: others = [] } = read([
      happened,
      logon,
    ]).rows;
    const row = [...others, ...logons].find(({ ActionType }) => ActionType !== 'LogonSuccess');
    expect(row).toMatchObject({
      AccountName: 'eve',
      AccountDomain: 'contoso',
      AccountSid: sid,
    });
  });

  it('whose start was seen is over once another with its pid has started', () => {
    const at = (hour: string, of: object) =>
      JSON.parse(JSON.stringify(of).replaceAll('T10:11', `T${hour}`)) as object;
    const script = (hour: string) =>
      at(hour, event('powershell', 4104, { ScriptBlockText: hour }, { pid: 42, seconds: 20 }));
    const { rows } = read([
      at('08:11', event('security', 4688, { ...security4688, NewProcessName: 'C:\\Started.exe' })),
      script('09:11'),
      event('sysmon', 11, { ...actor, Image: 'C:\\Acting.exe', ...file }, { seconds: 14 }),
      script('10:11'),
      script('11:30'),
    ]);
    expect(rows['DeviceEvents']?.map((row) => row['InitiatingProcessFileName'])).toEqual([
      'started.exe',
      'acting.exe',
      undefined,
    ]);
  });

  it('is not one of another image that is over, whose GUID Sysmon still goes by', () => {
    const by = (Image: string) => ({ ...actor, Image, ...file });
    const { rows } = read([
      event('sysmon', 1, start()),
      event('sysmon', 5, actor, { seconds: 20 }),
      event('sysmon', 11, by('C:\\Windows\\System32\\wermgr.exe'), { seconds: 40 }),
      event('sysmon', 11, by('C:\\Windows\\System32\\cmd.exe'), { seconds: 40 }),
    ]);
    expect(
      rows['DeviceFileEvents']?.map((row) => [
        row['InitiatingProcessFileName'],
        row['InitiatingProcessCommandLine'] ?? '',
        row['InitiatingProcessUniqueId'],
      ]),
    ).toEqual([
      ['wermgr.exe', '', guids.child],
      ['cmd.exe', 'cmd.exe /c whoami', guids.child],
    ]);
  });

  it('is of its own device', () => {
    const other = JSON.parse(
      JSON.stringify(
        event(
          'sysmon',
          11,
          { ProcessId: '42', Image: '<unknown process>', ...file },
          { seconds: 20 },
        ),
      ).replace('PC1.contoso.com', 'PC2.contoso.com'),
    ) as object;
    const { rows } = read([event('sysmon', 1, start()), other]);
    expect(first(rows['DeviceFileEvents'])['InitiatingProcessCommandLine']).toBeUndefined();
  });

  it('of a window manager or service has the SID of its logon', () => {
    const { rows } = read([
      event('security', 4624, {
        TargetUserSid: 'S-1-5-96-0-0',
        TargetUserName: 'UMFD-0',
        TargetDomainName: 'Font Driver Host',
        LogonType: '2',
      }),
      event('sysmon', 1, { ...start(), User: 'Font Driver Host\\UMFD-0' }),
    ]);
    expect(first(rows['DeviceProcessEvents'])['AccountSid']).toBe('S-1-5-96-0-0');
  });

  it('of the Security log has a SID that goes with its name; system accounts have theirs', () => {
    const { rows } = read([
      event('sysmon', 1, start()),
      event('security', 4672, {
        SubjectUserSid: 'S-1-5-21-1-2-3-1104',
        SubjectUserName: 'bob',
        SubjectDomainName: 'contoso',
      }),
      event(
        'sysmon',
        11,
        { ...actor, ...file, User: 'NT AUTHORITY\\LOCAL SERVICE' },
        { seconds: 20 },
      ),
    ]);
    expect(first(rows['DeviceProcessEvents'])['AccountSid']).toBe('S-1-5-21-1-2-3-1104');
    expect(first(rows['DeviceFileEvents'])).toMatchObject({
      InitiatingProcessAccountName: 'local service',
      InitiatingProcessAccountDomain: 'nt authority',
      InitiatingProcessAccountSid: 'S-1-5-19',
    });
  });
});

describe('one occurrence in two logs is one row', () => {
  it.each(twins)('%s', (_what, primary, secondary, table, wanted) => {
    for (const events of [
      [primary, secondary],
      [secondary, primary],
    ]) {
      const { rows, counts } = read(events);
      expect([Object.keys(rows), rows[table]?.length, counts.merged]).toEqual([[table], 1, 1]);
      expect(first(rows[table])).toMatchObject(wanted);
    }
  });

  it.each(twins)(
    '%s: of two devices whose names begin alike they are two',
    (_what, primary, secondary, table) => {
      const other = JSON.parse(
        JSON.stringify(secondary).replaceAll('PC1.contoso.com', 'PC1.fabrikam.com'),
      ) as object;
      for (const events of [
        [primary, other],
        [other, primary],
      ]) {
        const { rows, counts } = read(events);
        expect([rows[table]?.length, counts.merged]).toEqual([2, 0]);
      }
      const short = JSON.parse(
        JSON.stringify(secondary).replaceAll('PC1.contoso.com', 'PC1'),
      ) as object;
      expect(read([primary, short]).counts.merged).toBe(1);
    },
  );

  it.each(twins)('%s: each alone is a row', (_what, primary, secondary, table) => {
    for (const one of [primary, secondary]) {
      const { rows, counts } = read([one]);
      expect([rows[table]?.length, counts.merged]).toEqual([1, 0]);
    }
  });

  it.each(twins)('%s: the other one comes after a restart', async (_what, primary, secondary) => {
    const folder = await mkdtemp(join(tmpdir(), 'quarry-twins-'));
    const readByNew = (events: readonly object[]) => {
      const store = new CorrelationStore(join(folder, 'known.db'));
      const { counts } = converted(events, 'windows-event', {
        correlation: new Correlation(store),
      });
      store.close();
      return counts.merged;
    };
    expect([readByNew([primary]), readByNew([secondary]), readByNew([secondary])]).toEqual([
      0, 1, 1,
    ]);
    const store = new CorrelationStore(join(folder, 'known.db'));
    new Correlation(store).forget(['pc1', 'pc1.contoso.com']);
    store.close();
    expect(readByNew([secondary])).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('too far apart, or of another process, they are two', () => {
    const { rows } = read([
      event('sysmon', 1, start()),
      event('security', 4688, security4688, { seconds: 30 }),
      event(
        'security',
        4688,
        { ...security4688, NewProcessName: 'C:\\Other.exe' },
        { seconds: 12 },
      ),
    ]);
    expect(rows['DeviceProcessEvents']).toHaveLength(3);
  });
});

describe('times and names', () => {
  const flat = (time: string, more: object, host = 'PC1.contoso.com') => ({
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: host,
    EventTime: time,
    SourceModuleType: 'im_msvistalog',
    ...more,
  });

  it('a shipper’s local clock is measured by the events that state UTC', () => {
    const { rows } = read([
      flat('2026-01-05 05:11:12', {
        EventID: 11,
        UtcTime: '2026-01-05 10:11:12.345',
        ...actor,
        ...file,
      }),
      flat('2026-01-05 05:12:00', {
        EventID: 11,
        UtcTime: '2026-01-05 10:12:00.345',
        ...actor,
        ...file,
      }),
      flat('2026-01-05 05:13:00', {
        SourceName: 'Microsoft-Windows-Security-Auditing',
        EventID: 4624,
        TargetUserName: 'bob',
        LogonType: '3',
      }),
    ]);
    expect(first(rows['DeviceLogonEvents'])['Timestamp']).toBe('2026-01-05T10:13:00.0000000Z');
  });

  it('a shipper’s local clock is measured anew when it is put back', () => {
    const seen = (local: string, utc: string) =>
      flat(`2026-${local}`, { EventID: 11, UtcTime: `2026-${utc}.345`, ...actor, ...file });
    const logon = (local: string) =>
      flat(`2026-${local}`, {
        SourceName: 'Microsoft-Windows-Security-Auditing',
        EventID: 4624,
        TargetUserName: 'bob',
        LogonType: '3',
      });
    const { rows } = read([
      ...[10, 11, 12].map((minute) => seen(`10-24 05:${minute}:00`, `10-24 09:${minute}:00`)),
      logon('10-24 05:15:00'),
      ...[10, 11].map((minute) => seen(`11-02 05:${minute}:00`, `11-02 10:${minute}:00`)),
      logon('11-02 05:15:00'),
      logon('11-20 05:15:00'),
    ]);
    expect(rows['DeviceLogonEvents']?.map(({ Timestamp }) => Timestamp)).toEqual([
      '2026-10-24T09:15:00.0000000Z',
      '2026-11-02T10:15:00.0000000Z',
      '2026-11-20T10:15:00.0000000Z',
    ]);
  });

  it('a time that says its offset is believed, whatever others of the device are off', () => {
    const exported = (time: string, more: object) => ({
      SourceName: 'Microsoft-Windows-Sysmon',
      Hostname: 'PC1.contoso.com',
      TimeCreated: time,
      ...more,
    });
    const { rows } = read([
      exported('2026-01-05T05:11:12.345Z', {
        EventID: 11,
        UtcTime: '2026-01-05 10:11:12.345',
        ...actor,
        ...file,
      }),
      exported('2026-01-05T05:13:00.0000000-05:00', {
        SourceName: 'Microsoft-Windows-Security-Auditing',
        EventID: 4624,
        TargetUserName: 'bob',
        LogonType: '3',
      }),
    ]);
    expect(first(rows['DeviceLogonEvents'])['Timestamp']).toBe('2026-01-05T10:13:00.0000000Z');
  });

  it('a clock that drifts is not believed: connections and queries', () => {
    const { rows } = read([
      event('sysmon', 3, {
        ...actor,
        UtcTime: '2026-01-05 10:10:12.000',
        Protocol: 'tcp',
        SourceIp: '10.0.0.1',
        SourcePort: '1',
        DestinationIp: '10.0.0.2',
        DestinationPort: '2',
      }),
      event('sysmon', 11, { ...actor, ...file, UtcTime: '2026-01-05 10:10:12.000' }),
    ]);
    expect(first(rows['DeviceNetworkEvents'])['Timestamp']).toBe('2026-01-05T10:11:12.5000000Z');
    expect(first(rows['DeviceFileEvents'])['Timestamp']).toBe('2026-01-05T10:10:12.0000000Z');
  });

  it('a name without domain is the one that is known with it', () => {
    const short = flat(
      '2026-01-05 10:11:12',
      { EventID: 11, UtcTime: '2026-01-05 10:11:12.345', ...actor, ...file },
      'PC1',
    );
    const { rows } = read([short, event('tasks', 1, {}), short]);
    expect(new Set(rows['DeviceFileEvents']?.map(({ DeviceName }) => DeviceName))).toEqual(
      new Set(['pc1.contoso.com']),
    );
    expect(new Set(rows['DeviceFileEvents']?.map(({ DeviceId }) => DeviceId)).size).toBe(1);
  });

  it('NXLog’s own event type is not Sysmon’s', () => {
    const { rows } = read([
      flat('2026-01-05 10:11:12', {
        EventID: 12,
        EventType: 'INFO',
        UtcTime: '2026-01-05 10:11:12.345',
        ...actor,
        TargetObject: 'HKLM\\SOFTWARE\\x',
        AccountName: 'SYSTEM',
        Domain: 'NT AUTHORITY',
        UserID: 'S-1-5-18',
      }),
    ]);
    expect(first(rows['DeviceRegistryEvents'])).toMatchObject({ ActionType: 'RegistryKeyCreated' });
    expect(first(rows['DeviceRegistryEvents'])['InitiatingProcessAccountName']).toBeUndefined();
  });

  it('hourly snapshots tell of the device, its addresses and its users', () => {
    const { snapshots } = read([
      event('sysmon', 3, {
        ...actor,
        Protocol: 'tcp',
        Initiated: 'true',
        SourceIp: '10.0.0.5',
        SourcePort: '1',
        DestinationIp: '10.0.0.2',
        DestinationPort: '2',
      }),
      event('security', 4624, {
        TargetUserName: 'Bob',
        TargetDomainName: 'CONTOSO',
        TargetUserSid: 'S-1-5-21-1-2-3-1104',
        LogonType: '2',
      }),
    ]);
    expect(snapshots['DeviceInfo']).toHaveLength(1);
    expect(snapshots['DeviceInfo']?.[0]).toMatchObject({
      DeviceName: 'pc1.contoso.com',
      OSPlatform: 'Windows',
      Timestamp: '2026-01-05T10:00:00.0000000Z',
    });
    expect(snapshots['DeviceInfo']?.[0]?.['LoggedOnUsers']).toContain('"UserName":"Bob"');
    expect(snapshots['DeviceNetworkInfo']?.[0]?.['IPAddresses']).toContain('10.0.0.5');
  });
});
