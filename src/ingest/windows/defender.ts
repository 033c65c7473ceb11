import type { WindowsEvent } from './event.js';
import {
  computed,
  type Expression,
  field,
  firstOf,
  firstValue,
  type Operand,
  type RuleScope,
  transform,
} from './expression.js';
import { type EventLog, header, type ProcessFields, type Rule } from './rule.js';
import * as to from './transforms.js';
import { writtenValueKey } from './twin-keys.js';
import { baseName, registryKey, registryParent, registryValueName } from './values.js';

/** The first resource of `file:_C:\…; containerfile:_…`. */
const resource = /^(?:[a-z]+:_)?([^;]*)/i;

const filePath = transform('resource', (text) => resource.exec(text)?.[1]?.trim());
const fileName = transform('fileName', baseName);

function file(name: string) {
  const path = filePath(name);
  return { FileName: fileName(path), FolderPath: path };
}

const process: ProcessFields = { image: 'Process Name', user: field('User') };

const detected = {
  columns: {
    ...file('Path'),
    AccountName: to.accountName(field('Detection User')),
    AccountDomain: to.accountDomain(field('Detection User')),
  },
  additional: {
    ThreatName: field('Threat Name'),
    Severity: field('Severity Name'),
    Category: field('Category Name'),
    Action: field('Action Name'),
    Path: field('Path'),
  },
};

function threat(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: { image: 'Process Name' },
    ...detected,
  };
}

function report(id: number, actionType: string): Rule {
  return { id, table: 'DeviceEvents', actionType, columns: {} };
}

/** Attack surface reduction rules and the names that Defender's action types have for them. */
const reductionRules: Readonly<Record<string, string>> = {
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
};

function reduction(id: number, what: 'Blocked' | 'Audited'): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType: computed(`Asr… ${what}, by the rule's ID`, ({ event }) => {
      const rule = event.data.get('id')?.replace(/[{}]/g, '').toLowerCase() ?? '';
      const name = reductionRules[rule];
      return name === undefined ? undefined : `${name}${what}`;
    }),
    actor: process,
    columns: { ...file('Path'), ProcessCommandLine: field('Target Commandline') },
    additional: { RuleId: field('ID') },
  };
}

function guarded(id: number, actionType: string, remote?: Operand): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: process,
    columns: remote === undefined ? file('Path') : { RemoteUrl: firstOf(remote) },
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
    threat(1116, 'AntivirusDetection'),
    threat(1007, 'AntivirusMalwareBlocked'),
    threat(1117, 'AntivirusMalwareBlocked'),
    threat(1008, 'AntivirusMalwareActionFailed'),
    threat(1118, 'AntivirusMalwareActionFailed'),
    threat(1119, 'AntivirusMalwareActionFailed'),
    report(1001, 'AntivirusScanCompleted'),
    report(1002, 'AntivirusScanCancelled'),
    report(1005, 'AntivirusScanFailed'),
    report(2000, 'AntivirusDefinitionsUpdated'),
    report(2001, 'AntivirusDefinitionsUpdateFailed'),
    report(3002, 'AntivirusError'),
    report(5008, 'AntivirusError'),
    configuration,
    report(5013, 'TamperingAttempt'),
    reduction(1121, 'Blocked'),
    reduction(1122, 'Audited'),
    guarded(1123, 'ControlledFolderAccessViolationBlocked'),
    guarded(1124, 'ControlledFolderAccessViolationAudited'),
    guarded(1127, 'ControlledFolderAccessViolationBlocked'),
    guarded(1128, 'ControlledFolderAccessViolationAudited'),
    guarded(1125, 'ExploitGuardNetworkProtectionAudited', field('Destination')),
    guarded(1126, 'ExploitGuardNetworkProtectionBlocked', field('Destination')),
  ],
};
