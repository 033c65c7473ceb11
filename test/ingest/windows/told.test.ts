import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';
import { type Data, event, type Log, start } from './events.js';

/** Fields of which a column takes one: the event, and what AdditionalFields has of the others. */
const cases: readonly (readonly [what: string, log: Log, id: number, data: Data, rest: Data])[] = [
  [
    'the first has the column, the second says something else',
    'security',
    4720,
    { TargetUserName: 'bob', TargetSid: 'S-1-5-21-1', TargetUserSid: 'S-1-5-21-2' },
    { TargetUserSid: 'S-1-5-21-2' },
  ],
  [
    'the second says the same in another case',
    'security',
    4720,
    { TargetUserName: 'bob', TargetSid: 'S-1-5-21-1', TargetUserSid: 's-1-5-21-1' },
    {},
  ],
  [
    'the first is nothing',
    'security',
    4720,
    { TargetUserName: 'bob', TargetSid: '-', TargetUserSid: 'S-1-5-21-2' },
    {},
  ],
  [
    'all of several but the first',
    'applocker',
    8004,
    {
      FullFilePath: 'C:\\Temp\\A.exe',
      FilePath: '%OSDRIVE%\\TEMP\\A.EXE',
      'File Name': 'C:\\Other\\B.exe',
      FileName: 'a.EXE',
    },
    { FilePath: '%OSDRIVE%\\TEMP\\A.EXE', 'File Name': 'C:\\Other\\B.exe' },
  ],
  [
    'hashes of two names',
    'applocker',
    8007,
    { FilePath: 'C:\\A.exe', 'SHA256 Hash': 'AA', FileHash: 'BB' },
    { FileHash: 'BB' },
  ],
  [
    'spellings of one name',
    'applocker',
    8007,
    { FilePath: 'C:\\A.exe', 'SHA1 Hash': 'AA', SHA1_Hash: 'BB', SHA1Hash: 'aa' },
    { SHA1_Hash: 'BB' },
  ],
  [
    'the actor, too',
    'integrity',
    3077,
    { FilePath: 'C:\\A.exe', 'Process Name': 'C:\\B.exe', ProcessName: 'C:\\C.exe' },
    { ProcessName: 'C:\\C.exe' },
  ],
  [
    'the same number in another form',
    'rdp',
    1149,
    { Param1: '16', User: '0x10', Param2: 'A', Domain: 'B', Param3: '10.0.0.1' },
    { Domain: 'B' },
  ],
  [
    'a text within a transformed one',
    'security',
    4698,
    { TaskName: '\\T', TaskContent: '<a/>', TaskContentNew: '<b/>' },
    { TaskName: '\\T', TaskContent: '<a/>', TaskContentNew: '<b/>' },
  ],
  [
    'a user by two names',
    'tasks',
    106,
    { TaskName: '\\T', UserName: 'PC1\\bob', UserContext: 'PC1\\eve' },
    { UserContext: 'PC1\\eve', TaskName: '\\T' },
  ],
  [
    'values of no account',
    'security',
    4688,
    {
      NewProcessName: 'C:\\a.exe',
      SubjectUserSid: 'S-1-5-18',
      SubjectLogonId: '0x3e7',
      TargetUserSid: 'S-1-0-0',
      TargetUserName: '-',
      TargetDomainName: '-',
      TargetLogonId: '0x0',
    },
    {},
  ],
  [
    'the domain of a target that has no name',
    'security',
    4688,
    { NewProcessName: 'C:\\a.exe', SubjectUserName: 'bob', TargetDomainName: 'CONTOSO' },
    { TargetDomainName: 'CONTOSO' },
  ],
  [
    'both ends of a connection',
    'sysmon',
    3,
    {
      ProcessId: '42',
      Initiated: 'false',
      SourceIp: '10.0.0.1',
      SourcePort: '1',
      SourceHostname: 'a',
      DestinationIp: '10.0.0.2',
      DestinationPort: '2',
      DestinationHostname: 'b',
    },
    { DestinationHostname: 'b' },
  ],
  ['nothing besides', 'sysmon', 1, start(), { CurrentDirectory: 'C:\\Temp\\' }],
];

describe('a value that has no column is in AdditionalFields', () => {
  it.each(cases)('%s', (_, log, id, data, rest) => {
    const row = onlyRow(converted([event(log, id, data)]));
    expect(row['AdditionalFields'] ?? {}).toEqual(rest);
  });
});
