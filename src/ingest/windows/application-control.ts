import { words } from '../words.js';
import { field, firstOf, joined, literal, transform } from './expression.js';
import { type EventLog, header, type Rule } from './rule.js';
import * as to from './transforms.js';
import { accountName, baseName, plainPath } from './values.js';

/** Paths that AppLocker writes with a name for the folder: `%OSDRIVE%\a.exe`. */
const folders: Readonly<Record<string, string>> = words({
  '%OSDRIVE%': 'C:',
  '%WINDIR%': 'C:\\Windows',
  '%SYSTEM32%': 'C:\\Windows\\System32',
  '%PROGRAMFILES%': 'C:\\Program Files',
});

const plain = transform('path', (text, { device }) =>
  plainPath(text, device.volumes).replace(
    /^%[A-Z0-9]+%/i,
    (name) => folders[name.toUpperCase()] ?? name,
  ),
);
const nameOf = transform('fileName', (text) => baseName(text));
const named = firstOf('FullFilePath', 'FilePath', 'File Name', 'FileNameBuffer');
const file = { FileName: nameOf(plain(named)), FolderPath: plain(named) };

const hash256 = firstOf(to.lower('SHA256 Hash'), to.lower('FileHash'));
const hash1 = to.lower('SHA1 Hash');

/** Of scripts, whose hash is that of the whole file. */
function policy(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: { pid: 'TargetProcessId' },
    columns: { ...file, SHA256: hash256, SHA1: hash1, AccountSid: firstOf('TargetUser') },
  };
}

/** Of executables, whose hash is without their signature (Authenticode): files are not known by it. */
function executablePolicy(id: number, actionType: string): Rule {
  const rule = policy(id, actionType);
  return {
    ...rule,
    columns: {
      ...rule.columns,
      SHA256: to.lower('SHA256 Flat Hash'),
      SHA1: to.lower('SHA1 Flat Hash'),
    },
    additional: { AuthenticodeHash: firstOf(hash256, hash1) },
  };
}

export const appLocker: EventLog = {
  name: 'AppLocker',
  providers: ['microsoft-windows-applocker'],
  rules: [
    { id: 8001, table: 'DeviceEvents', actionType: 'AppControlPolicyApplied', columns: {} },
    executablePolicy(8003, 'AppControlExecutableAudited'),
    executablePolicy(8004, 'AppControlExecutableBlocked'),
    policy(8006, 'AppControlScriptAudited'),
    policy(8007, 'AppControlScriptBlocked'),
    policy(8021, 'AppControlPackagedAppAudited'),
    policy(8022, 'AppControlPackagedAppBlocked'),
    executablePolicy(8024, 'AppControlAppInstallationAudited'),
    executablePolicy(8025, 'AppControlAppInstallationBlocked'),
    policy(8028, 'AppControlCIScriptAudited'),
    policy(8029, 'AppControlCIScriptBlocked'),
  ],
};

function integrity(id: number, actionType: string): Rule {
  const rule = executablePolicy(id, actionType);
  return {
    ...rule,
    actor: { image: firstOf('Process Name', 'ProcessNameBuffer') },
    additional: {
      ...rule.additional,
      RequestedSigningLevel: field('Requested Signing Level'),
      ValidatedSigningLevel: field('Validated Signing Level'),
    },
  };
}

export const codeIntegrity: EventLog = {
  name: 'Code integrity',
  providers: ['microsoft-windows-codeintegrity'],
  rules: [
    integrity(3023, 'AppControlCodeIntegrityDriverRevoked'),
    integrity(3036, 'AppControlCodeIntegrityImageRevoked'),
    integrity(3076, 'AppControlCodeIntegrityPolicyAudited'),
    integrity(3077, 'AppControlCodeIntegrityPolicyBlocked'),
    integrity(3089, 'AppControlCodeIntegritySigningInformation'),
    integrity(3090, 'AppControlCodeIntegrityOriginAllowed'),
    integrity(3091, 'AppControlCodeIntegrityOriginAudited'),
    integrity(3092, 'AppControlCodeIntegrityOriginBlocked'),
    integrity(3099, 'AppControlCodeIntegrityPolicyLoaded'),
  ],
};

function mitigation(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: { pid: header, image: 'ProcessPath', commandLine: 'ProcessCommandLine' },
    columns: {
      FileName: nameOf(plain(firstOf('ChildImagePathName', 'ImageName'))),
      FolderPath: plain(firstOf('ChildImagePathName', 'ImageName')),
      ProcessCommandLine: firstOf('ChildCommandLine'),
    },
    additional: {
      IsAudit: literal(actionType.endsWith('Audited')),
      ChildCommandLine: field('ChildCommandLine'),
    },
  };
}

/** Exploit protection. */
export const mitigations: EventLog = {
  name: 'Security mitigations',
  providers: ['microsoft-windows-security-mitigations'],
  rules: [
    mitigation(1, 'ExploitGuardAcgAudited'),
    mitigation(2, 'ExploitGuardAcgEnforced'),
    mitigation(3, 'ExploitGuardChildProcessAudited'),
    mitigation(4, 'ExploitGuardChildProcessBlocked'),
    mitigation(5, 'ExploitGuardLowIntegrityImageAudited'),
    mitigation(6, 'ExploitGuardLowIntegrityImageBlocked'),
    mitigation(7, 'ExploitGuardSharedBinaryAudited'),
    mitigation(8, 'ExploitGuardSharedBinaryBlocked'),
    mitigation(9, 'ExploitGuardWin32SystemCallAudited'),
    mitigation(10, 'ExploitGuardWin32SystemCallBlocked'),
    mitigation(11, 'ExploitGuardNonMicrosoftSignedAudited'),
    mitigation(12, 'ExploitGuardNonMicrosoftSignedBlocked'),
    mitigation(13, 'ExploitGuardEafViolationAudited'),
    mitigation(14, 'ExploitGuardEafViolationBlocked'),
    mitigation(15, 'ExploitGuardEafViolationAudited'),
    mitigation(16, 'ExploitGuardEafViolationBlocked'),
    mitigation(17, 'ExploitGuardIafViolationAudited'),
    mitigation(18, 'ExploitGuardIafViolationBlocked'),
    mitigation(19, 'ExploitGuardRopExploitAudited'),
    mitigation(20, 'ExploitGuardRopExploitBlocked'),
    mitigation(21, 'ExploitGuardRopExploitAudited'),
    mitigation(22, 'ExploitGuardRopExploitBlocked'),
    mitigation(23, 'ExploitGuardRopExploitAudited'),
    mitigation(24, 'ExploitGuardRopExploitBlocked'),
  ],
};

const lowerName = transform('accountName', accountName);
const remoteName = firstOf('Param1', 'User');
const remoteDomain = firstOf('Param2', 'Domain');

/** Remote Desktop, whose values have no names. */
export const remoteDesktop: EventLog = {
  name: 'Remote Desktop',
  providers: ['microsoft-windows-terminalservices-remoteconnectionmanager'],
  rules: [
    {
      id: 1149,
      table: 'DeviceEvents',
      actionType: 'RemoteDesktopConnection',
      note: 'The user has been authenticated; whether a session begins, Security event 4624 tells.',
      columns: {
        AccountName: lowerName(remoteName),
        AccountDomain: to.lower(remoteDomain),
        AccountSid: to.sidOfUser(joined('\\', remoteDomain, remoteName)),
        RemoteIP: to.address(firstOf('Param3', 'Address')),
      },
    },
  ],
};
