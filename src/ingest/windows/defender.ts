import type { JsonValue } from '../json.js';
import { words } from '../words.js';
import type { WindowsEvent } from './event.js';
import {
  computed,
  type Expression,
  field,
  firstOf,
  firstValue,
  inPart,
  literal,
  match,
  type Operand,
  type RuleScope,
  transform,
} from './expression.js';
import { type EventLog, header, type ProcessFields, type Rule } from './rule.js';
import * as to from './transforms.js';
import { writtenValueKey } from './twin-keys.js';
import { baseName, registryKey, registryParent, registryValueName } from './values.js';

/** `file:_C:\…; containerfile:_…` */
const nextResource = /;\s*(?=[a-z]+:_)/i;
const resource = /^([a-z]+):_([\s\S]*)$/i;

/** Names of the resources of these kinds; a name alone is that of a file. */
function named(text: string, kinds: readonly string[]): string[] {
  return text.split(nextResource).flatMap((part) => {
    const [, kind = 'file', name = part] = resource.exec(part) ?? [];
    return kinds.includes(kind.toLowerCase()) ? [name.replace(/;\s*$/, '').trim()] : [];
  });
}

const first = (title: string, ...kinds: readonly (readonly string[])[]) =>
  transform(title, (text) => kinds.flatMap((each) => named(text, each))[0]);

/** What came from the web has its address behind the path. */
const filePath = transform(
  'path',
  (text) => text.split('|')[0],
)(first('file', ['file'], ['containerfile', 'webfile', 'amsi'])('Path'));
const file = { FileName: transform('fileName', baseName)(filePath), FolderPath: filePath };
const commandLine = first('command line', ['cmdline', 'internalcmdline'])('Path');
const pid = transform('process id', (text) => {
  const id = named(text, ['process', 'behavior'])
    .map((name) => /^pid:(\d{1,10})/.exec(name)?.[1])
    .find((digits) => digits !== undefined);
  return id === undefined ? undefined : Number(id);
})('Path');

const unknownUser = /^(?:unknown(?: user)?|\([^\\]*\))$/i;

/** An account, which may be that of nobody known: in brackets, in the words of the system. */
const account = (name: string) =>
  firstOf(transform('account', (text) => (unknownUser.test(text) ? undefined : text))(field(name)));

/** A path, or the system itself; any other word is one for unknown. */
const knownProcess = /[\\/]|\.\w+$|^System$/i;
const processName = firstOf(
  transform('image', (text) => (knownProcess.test(text) ? text : undefined))('Process Name'),
);

const process: ProcessFields = { image: processName, user: account('User') };

/** Defender's numbers of its actions, which stand alone in messages by their words. */
const actions = {
  Clean: '1',
  Quarantine: '2',
  Remove: '3',
  Allow: '6',
  'User Defined': '8',
  'No Action': '9',
  'Not Applicable': '9',
  Block: '10',
};
const actionTaken = to.long(firstOf('Action ID', match('Action Name', actions, '')));

/** Of the process that the threat was found in: 3 is executing, 0 is not known. */
const wasExecuting = computed('Execution ID = 3', ({ event }) => {
  const id = firstValue(event, executionId.fields);
  return id === undefined || id === '0' ? undefined : id === '3';
});
const executionId = field('Execution ID');

/** Each word for itself. */
const sameWords = (...all: readonly string[]) =>
  Object.fromEntries(all.map((word) => [word, word]));

/** In English, whatever the system's language. */
const severity = firstOf(
  match('Severity Name', sameWords('Low', 'Moderate', 'Medium', 'High', 'Severe'), ''),
  inPart(match('Severity ID', { 1: 'Low', 2: 'Moderate', 4: 'High', 5: 'Severe' }, '')),
  'Severity Name',
);

const detected = {
  columns: {
    ...file,
    ProcessId: pid,
    ProcessCommandLine: commandLine,
    ...to.accountOf(account('Detection User')),
  },
  additional: {
    ThreatName: field('Threat Name'),
    Severity: severity,
    Category: field('Category Name'),
    Action: firstOf(actionTaken, 'Action Name'),
    Path: field('Path'),
    WasExecutingWhileDetected: wasExecuting,
  },
};

/** Clean, quarantine, remove and block. */
const remedies: ReadonlySet<JsonValue | undefined> = new Set([1, 2, 3, 10]);
const wasRemediated = computed('Action is that of a remedy', (scope) => {
  const action = actionTaken.read(scope);
  return action === undefined ? undefined : remedies.has(action);
});

/** @param remedied what is known of that, where something has been done */
function threat(id: number, actionType: string, remedied?: Expression): Rule {
  const { columns, additional } = detected;
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: { image: processName },
    columns,
    additional: { ...additional, ...(remedied && { WasRemediated: remedied }) },
  };
}

function report(id: number, actionType: string): Rule {
  return { id, table: 'DeviceEvents', actionType, columns: {} };
}

const firstWord = transform('first word', (text) => /^\w+/.exec(text)?.[0]);
/** The words are those of the system's language. */
const scanTypes = match('Scan Parameters Index', { 1: 'Quick', 2: 'Full', 3: 'Custom' }, '');

function scan(id: number, actionType: string): Rule {
  return {
    ...report(id, actionType),
    additional: {
      ScanId: field('Scan ID'),
      ScanTypeIndex: firstOf(scanTypes, firstWord('Scan Parameters')),
      ErrorCode: field('Error Code'),
      ErrorDescription: field('Error Description'),
    },
  };
}

const untilEquals = transform('text before =', (text) => text.replace(/ = [\s\S]*$/, ''));
const fromEquals = transform('text after =', (text) => / = ([\s\S]*?)(?:\(\))?$/.exec(text)?.[1]);
const whatOfRegistry = transform('RegistryModification of a key', (text) =>
  /^HK[A-Z_]+\\/.test(text) ? 'RegistryModification' : undefined,
);

const tampering: Rule = {
  ...report(5013, 'TamperingAttempt'),
  additional: {
    Status: field('Changed Type'),
    Target: inPart(untilEquals('Value')),
    TamperingAction: inPart(whatOfRegistry('Value')),
    TamperingAttemptedValue: inPart(fromEquals('Value')),
  },
};

/** Attack surface reduction rules and the names that Defender's action types have for them. */
const reductionRules: Readonly<Record<string, string>> = words({
  '56a863a9-875e-4185-98a7-b882c64b5ce5': 'AsrVulnerableSignedDriver',
  '7674ba52-37eb-4a4f-a9a1-f0f9a1619a2c': 'AsrAdobeReaderChildProcess',
  'd4f940ab-401b-4efc-aadc-ad5f3c50688a': 'AsrOfficeChildProcess',
  '9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2': 'AsrLsassCredentialTheft',
  'be9ba2d9-53ea-4cdc-84e5-9b1eeee46550': 'AsrExecutableEmailContent',
  '01443614-cd74-433a-b99e-2ecdc07bfc25': 'AsrUntrustedExecutable',
  '5beb7efe-fd9a-4556-801d-275e5ffc04cc': 'AsrObfuscatedScript',
  'd3e037e1-3eb8-44c8-a917-57927947596d': 'AsrScriptExecutableDownload',
  '3b576869-a4ec-4529-8536-b80a7769e899': 'AsrExecutableOfficeContent',
  '75668c1f-73b5-4cf0-bb93-3ecf5cb7cc84': 'AsrOfficeProcessInjection',
  '26190899-1602-49e8-8b27-eb1d0a1ce869': 'AsrOfficeCommAppChildProcess',
  'e6db77e5-3df2-4cf1-b95a-636979351e5b': 'AsrPersistenceThroughWmi',
  'd1e49aac-8f56-4280-b9ba-993a6d77406c': 'AsrPsexecWmiChildProcess',
  'b2b3f03d-6a65-4f7b-a9c7-1c7ef74a9ba4': 'AsrUntrustedUsbProcess',
  '92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b': 'AsrOfficeMacroWin32ApiCalls',
  'c1db55ab-c21a-4637-bb3f-a12568109d35': 'AsrRansomware',
  'c0033c00-d16d-4114-a5a0-dc9b3a7d2ceb': 'AsrAbusedSystemTool',
  '33ddedf1-c6e0-47cb-833e-de6133960387': 'AsrSafeModeReboot',
});
/** Where Microsoft's name is not that of the rule and what became of the matter. */
const otherNames: Readonly<Record<string, string>> = words({
  AsrSafeModeRebootAudited: 'AsrSafeModeRebootedAudited',
});

const plainId = (id: string) => id.replace(/[{}]/g, '').toLowerCase();

function reduction(id: number, what: 'Blocked' | 'Audited' | 'WarnBypassed'): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType: computed(`Asr… ${what}, by the rule's ID`, ({ event }) => {
      const rule = reductionRules[plainId(event.data.get('id') ?? '')];
      const name = `${rule}${what}`;
      return rule === undefined ? undefined : (otherNames[name] ?? name);
    }),
    actor: { ...process, commandLine: 'Parent Commandline' },
    columns: { ...file, ProcessCommandLine: field('Target Commandline') },
    additional: {
      RuleId: transform('lower', plainId)('ID'),
      IsAudit: literal(what === 'Audited'),
      ParentProcessCommandLine: field('Parent Commandline'),
    },
  };
}

function guarded(id: number, actionType: string, remote?: Operand): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: process,
    columns: remote === undefined ? file : { RemoteUrl: firstOf(remote) },
    additional: {
      IsAudit: literal(actionType.endsWith('Audited')),
      ...(remote !== undefined && { Uri: firstOf(remote) }),
    },
  };
}

/** `HKLM\\…\\name = 0x1`; what is not in the registry begins with `Default\\`. */
const setting = /^(HK[A-Z]+\\[\s\S]+?) = ([\s\S]*)$/;

interface Setting {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

function settingIn(text: string | undefined): Setting | undefined {
  const [, object, data] = setting.exec(text ?? '') ?? [];
  if (object === undefined || data === undefined) {
    return undefined;
  }
  const isNumber = /^0x[\da-f]{1,8}$/i.test(data);
  return {
    key: registryKey(registryParent(object)),
    name: registryValueName(object),
    type: isNumber ? 'Dword' : 'String',
    data: isNumber ? String(Number(data)) : data,
  };
}

interface WithEvent {
  readonly event: WindowsEvent;
}

const newFields = field('New Value').fields;
const oldFields = field('Old Value').fields;
const settingFields = [...newFields, ...oldFields];
const now = ({ event }: WithEvent) => settingIn(firstValue(event, newFields));
const before = ({ event }: WithEvent) => settingIn(firstValue(event, oldFields));

function ofSetting(name: keyof Setting): Expression {
  const read = (scope: RuleScope) => (now(scope) ?? before(scope))?.[name];
  return computed(`${name} of New Value, or of Old Value`, read, settingFields);
}

const configuration: Rule = {
  id: 5007,
  table: 'DeviceRegistryEvents',
  actionType: computed(
    'RegistryValueSet if New Value, RegistryValueDeleted if Old Value alone',
    (scope) =>
      now(scope) ? 'RegistryValueSet' : before(scope) ? 'RegistryValueDeleted' : undefined,
    settingFields,
  ),
  actor: { pid: header },
  twin: {
    kind: 'registry value',
    role: 'secondary',
    key: (event) => {
      const value = now({ event });
      return value && writtenValueKey(value.key, value.name, value.data);
    },
  },
  note: 'A change of its settings in the registry. No row of its own where Sysmon event 13 tells of the same value.',
  columns: {
    RegistryKey: ofSetting('key'),
    RegistryValueName: ofSetting('name'),
    RegistryValueType: computed('type of New Value', (scope) => now(scope)?.type, settingFields),
    RegistryValueData: computed('data of New Value', (scope) => now(scope)?.data, settingFields),
    PreviousRegistryValueData: computed(
      'data of Old Value',
      (scope) => before(scope)?.data,
      settingFields,
    ),
  },
};

export const defender: EventLog = {
  name: 'Defender operational',
  providers: ['microsoft-windows-windows defender'],
  rules: [
    threat(1006, 'AntivirusDetection'),
    threat(1015, 'AntivirusDetection'),
    threat(1116, 'AntivirusDetection'),
    threat(1007, 'AntivirusMalwareBlocked', wasRemediated),
    threat(1117, 'AntivirusMalwareBlocked', wasRemediated),
    threat(1008, 'AntivirusMalwareActionFailed', literal(false)),
    threat(1118, 'AntivirusMalwareActionFailed', literal(false)),
    threat(1119, 'AntivirusError', literal(false)),
    scan(1001, 'AntivirusScanCompleted'),
    scan(1002, 'AntivirusScanCancelled'),
    scan(1005, 'AntivirusScanFailed'),
    report(2000, 'AntivirusDefinitionsUpdated'),
    report(2001, 'AntivirusDefinitionsUpdateFailed'),
    report(2010, 'AntivirusEmergencyUpdatesInstalled'),
    report(3002, 'AntivirusError'),
    report(5008, 'AntivirusError'),
    configuration,
    tampering,
    reduction(1121, 'Blocked'),
    reduction(1122, 'Audited'),
    reduction(1129, 'WarnBypassed'),
    guarded(1123, 'ControlledFolderAccessViolationBlocked'),
    guarded(1124, 'ControlledFolderAccessViolationAudited'),
    guarded(1127, 'ControlledFolderAccessViolationBlocked'),
    guarded(1128, 'ControlledFolderAccessViolationAudited'),
    guarded(1125, 'ExploitGuardNetworkProtectionAudited', field('Destination')),
    guarded(1126, 'ExploitGuardNetworkProtectionBlocked', field('Destination')),
  ],
};
