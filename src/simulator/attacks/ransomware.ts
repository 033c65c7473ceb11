import { accounts } from '../company.js';
import type { Host, Process } from '../host.js';
import { program, programAt } from '../programs.js';
import { type Clock, minute } from '../time.js';
import { type Attack, type Finding, raiseAlert, type Stage } from './attack.js';

const intruder = { name: null, address: '198.51.100.23' };
const guesses = 64;
const folders = 12;
const filesPerFolder = 15;

interface Scene {
  readonly stage: Stage;
  readonly clock: Clock;
  readonly host: Host;
}

/** A guessed remote desktop password on the backup server; backups and logs go, then files are locked. */
export const ransomware: Attack = (stage, start) => {
  const scene = { stage, clock: stage.clock(start), host: stage.host('bw-bkp01') };
  const guessed = guessPassword(scene);
  const console = openConsole(scene);
  const destroyed = destroyBackups(scene, console);
  return [...guessed, ...destroyed, ...lockFiles(scene, console)];
};

/** From the internet, until it is the right one. */
function guessPassword({ clock, host }: Scene): readonly Finding[] {
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
          DeviceName: host.device.name,
          AccountName: accounts.backupService.name,
          RemoteIP: intruder.address,
          Failed: guesses,
          Succeeded: 1,
        },
      ],
    },
  ];
}

function openConsole({ clock, host }: Scene): Process {
  const shell = host.desktop(accounts.backupService, 'High', clock.later(2, 6));
  return host.start(
    shell,
    program('powershell'),
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -ExecutionPolicy Bypass',
    clock.later(60, 120),
  );
}

/** Protection is tampered with; what would bring files back, and the log, go. */
function destroyBackups({ clock, host }: Scene, powershell: Process): readonly Finding[] {
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
  return [
    {
      title: 'Backups and recovery are destroyed',
      technique: 'T1490',
      kql: `DeviceProcessEvents
| where FileName in~ ("vssadmin.exe", "wbadmin.exe", "wmic.exe") and ProcessCommandLine has "delete"
    or FileName =~ "bcdedit.exe" and ProcessCommandLine has_all ("recoveryenabled", "no")
| project DeviceName, FileName, ProcessCommandLine, InitiatingProcessFileName`,
      rows: destruction.map((process) => ({
        DeviceName: host.device.name,
        FileName: process.program.fileName,
        ProcessCommandLine: process.commandLine,
        InitiatingProcessFileName: 'powershell.exe',
      })),
    },
    {
      title: 'The security log is cleared',
      technique: 'T1070.001',
      kql: `union
    (DeviceEvents | where ActionType == "SecurityLogCleared" | project DeviceName, What = ActionType),
    (DeviceProcessEvents | where FileName =~ "wevtutil.exe" and ProcessCommandLine has "cl" | project DeviceName, What = ProcessCommandLine)`,
      rows: [
        { DeviceName: host.device.name, What: 'SecurityLogCleared' },
        { DeviceName: host.device.name, What: 'wevtutil.exe cl Security' },
      ],
    },
  ];
}

/** Every file of the vault has another ending, and every folder a note. */
function lockFiles({ stage, clock, host }: Scene, powershell: Process): readonly Finding[] {
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
  return [
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
          DeviceName: host.device.name,
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
      rows: [
        { DeviceName: host.device.name, FileName: 'RESTORE-YOUR-FILES.txt', Folders: folders },
      ],
    },
  ];
}
