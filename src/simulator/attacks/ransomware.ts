import { accounts } from '../company.js';
import { program, programAt } from '../programs.js';
import { minute } from '../time.js';
import { type Attack, raiseAlert } from './attack.js';

const intruder = { name: null, address: '198.51.100.23' };
const guesses = 64;
const folders = 12;
const filesPerFolder = 15;

/** A guessed remote desktop password on the backup server; backups and logs go, then files are locked. */
export const ransomware: Attack = (stage, start) => {
  const host = stage.host('bw-bkp01');
  const clock = stage.clock(start);
  for (let guess = 0; guess < guesses; guess++) {
    host.logon(clock.later(4, 12), {
      type: 'RemoteInteractive',
      account: accounts.backupService,
      protocol: 'NTLM',
      from: intruder,
      failure: 'InvalidUserNameOrPassword',
    });
  }
  host.logon(clock.later(4, 12), {
    type: 'RemoteInteractive',
    account: accounts.backupService,
    protocol: 'NTLM',
    from: intruder,
    isLocalAdmin: true,
  });
  const shell = host.desktop(accounts.backupService, 'High', clock.later(2, 6));
  const powershell = host.start(
    shell,
    program('powershell'),
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -ExecutionPolicy Bypass',
    clock.later(60, 120),
  );
  host.event(powershell, 'PowerShellCommand', clock.later(3, 9), { Command: 'Set-MpPreference' });
  host.event(
    powershell,
    'TamperingAttempt',
    clock.soon(),
    { TamperingAction: 'RegistryModification', Status: 'Blocked' },
    {
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows Defender',
      RegistryValueName: 'DisableAntiSpyware',
    },
  );
  const destruction = (
    [
      ['vssadmin', 'vssadmin.exe delete shadows /all /quiet'],
      ['wbadmin', 'wbadmin.exe delete catalog -quiet'],
      ['bcdedit', 'bcdedit.exe /set {default} recoveryenabled No'],
      ['wmic', 'wmic.exe shadowcopy delete /nointeractive'],
    ] as const
  ).map(([name, commandLine]) =>
    host.start(powershell, program(name), commandLine, clock.later(2, 8)),
  );
  host.start(powershell, program('net'), 'net.exe stop "Northvault Backup" /y', clock.later(1, 4));
  host.start(powershell, program('taskkill'), 'taskkill.exe /F /IM nvagent.exe', clock.later(1, 4));
  host.start(powershell, program('wevtutil'), 'wevtutil.exe cl Security', clock.later(1, 4));
  host.event(host.services, 'SecurityLogCleared', clock.soon());

  const locker = programAt('C:\\ProgramData', 'tide.exe', { content: 'attack ransomware locker' });
  host.file(powershell, 'FileCreated', locker.path, clock.later(10, 30), {
    content: 'attack ransomware locker',
  });
  const locking = host.start(
    powershell,
    locker,
    'C:\\ProgramData\\tide.exe -p F:\\ -n 8',
    clock.later(5, 15),
  );
  for (let folder = 1; folder <= folders; folder++) {
    const path = `F:\\Vault\\Customer ${String(folder).padStart(2, '0')}`;
    host.file(locking, 'FileCreated', `${path}\\RESTORE-YOUR-FILES.txt`, clock.soon(), {
      content: 'attack ransomware note',
      size: 1_204,
    });
    for (let file = 1; file <= filesPerFolder; file++) {
      const before = `${path}\\record-${String(file).padStart(3, '0')}.docx`;
      host.file(locking, 'FileRenamed', `${before}.tidelock`, clock.later(0.01, 0.2), {
        previousPath: before,
      });
    }
  }
  raiseAlert(
    stage,
    {
      title: 'Ransomware behaviour: files encrypted and shadow copies deleted',
      category: 'Ransomware',
      severity: 'High',
      techniques: ['Data Encrypted for Impact (T1486)', 'Inhibit System Recovery (T1490)'],
      host,
      fileName: 'tide.exe',
      commandLine: locking.commandLine,
    },
    Math.min(clock.now + minute, stage.end),
  );

  const deviceName = host.device.name;
  return [
    {
      title: 'Guessed, and then logged on',
      technique: 'T1110.001',
      kql: `DeviceLogonEvents
| where LogonType == "RemoteInteractive" and RemoteIPType == "Public"
| summarize Failed = countif(ActionType == "LogonFailed"), Succeeded = countif(ActionType == "LogonSuccess") by DeviceName, AccountName, RemoteIP
| where Failed >= 10 and Succeeded > 0`,
      rows: [
        {
          DeviceName: deviceName,
          AccountName: accounts.backupService.name,
          RemoteIP: intruder.address,
          Failed: guesses,
          Succeeded: 1,
        },
      ],
    },
    {
      title: 'Backups and recovery are destroyed',
      technique: 'T1490',
      kql: `DeviceProcessEvents
| where FileName in~ ("vssadmin.exe", "wbadmin.exe", "wmic.exe") and ProcessCommandLine has "delete"
    or FileName =~ "bcdedit.exe" and ProcessCommandLine has_all ("recoveryenabled", "no")
| project DeviceName, FileName, ProcessCommandLine, InitiatingProcessFileName`,
      rows: destruction.map((process) => ({
        DeviceName: deviceName,
        FileName: process.program.fileName,
        ProcessCommandLine: process.commandLine,
        InitiatingProcessFileName: 'powershell.exe',
      })),
    },
    {
      title: 'Many files get one new ending',
      technique: 'T1486',
      kql: `DeviceFileEvents
| where ActionType == "FileRenamed" and isnotempty(PreviousFileName)
| where FileName startswith PreviousFileName
| extend Ending = tostring(split(FileName, ".")[-1])
| summarize Files = count() by DeviceName, InitiatingProcessFileName, Ending
| where Files > 100`,
      rows: [
        {
          DeviceName: deviceName,
          InitiatingProcessFileName: 'tide.exe',
          Ending: 'tidelock',
          Files: folders * filesPerFolder,
        },
      ],
    },
    {
      title: 'The same note in many folders',
      technique: 'T1486',
      kql: `DeviceFileEvents
| where ActionType == "FileCreated" and FileName endswith ".txt"
| summarize Folders = dcount(FolderPath) by DeviceName, FileName
| where Folders > 5`,
      rows: [{ DeviceName: deviceName, FileName: 'RESTORE-YOUR-FILES.txt', Folders: folders }],
    },
    {
      title: 'The security log is cleared',
      technique: 'T1070.001',
      kql: `union
    (DeviceEvents | where ActionType == "SecurityLogCleared" | project DeviceName, What = ActionType),
    (DeviceProcessEvents | where FileName =~ "wevtutil.exe" and ProcessCommandLine has "cl" | project DeviceName, What = ProcessCommandLine)`,
      rows: [
        { DeviceName: deviceName, What: 'SecurityLogCleared' },
        { DeviceName: deviceName, What: 'wevtutil.exe cl Security' },
      ],
    },
  ];
};
