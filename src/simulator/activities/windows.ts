import { accounts, company, machineAccount } from '../company.js';
import type { Host, Process } from '../host.js';
import { destination } from '../internet.js';
import { type ProgramName, program, programAt } from '../programs.js';
import type { Clock } from '../time.js';
import type { Activity } from './activity.js';

/** Address of the domain controller, which answers names and tickets for everyone. */
export const domainController = { name: `bw-dc01.${company.dnsDomain}`, address: '10.20.0.10' };

const serviceGroups = [
  'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule',
  'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s BITS',
  'C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p',
  'C:\\Windows\\system32\\svchost.exe -k LocalService -p -s W32Time',
  'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s wuauserv',
  'C:\\Windows\\system32\\svchost.exe -k utcsvc -p',
  'C:\\Windows\\system32\\svchost.exe -k LocalSystemNetworkRestricted -p -s SysMain',
] as const;

const demandServices = [
  'C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s wlidsvc',
  'C:\\Windows\\System32\\svchost.exe -k swprv',
  'C:\\Windows\\system32\\svchost.exe -k wsappx -p -s ClipSVC',
  'C:\\Windows\\system32\\svchost.exe -k LocalService -p -s LicenseManager',
  'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s InstallService',
  'C:\\Windows\\System32\\svchost.exe -k NetworkService -p -s DoSvc',
] as const;

const brokered: readonly (readonly [ProgramName, string])[] = [
  ['runtimeBroker', 'C:\\Windows\\System32\\RuntimeBroker.exe -Embedding'],
  [
    'dllhost',
    'C:\\Windows\\system32\\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}',
  ],
  [
    'backgroundTaskHost',
    '"C:\\Windows\\system32\\backgroundTaskHost.exe" -ServerName:BackgroundTaskHost.WebAccountProvider',
  ],
  ['smartscreen', 'C:\\Windows\\System32\\smartscreen.exe -Embedding'],
  ['wmiPrvSe', 'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding'],
];

const scheduled: readonly (readonly [ProgramName, string])[] = [
  ['taskhostw', 'taskhostw.exe Install $(Arg0)'],
  ['taskhostw', 'taskhostw.exe KEYROAMING'],
  ['usoClient', 'C:\\Windows\\system32\\usoclient.exe StartScan'],
  [
    'rundll32',
    'C:\\Windows\\system32\\rundll32.exe C:\\Windows\\system32\\Windows.StateRepositoryClient.dll,StateRepositoryDoMaintenanceTasks',
  ],
  [
    'edgeUpdate',
    '"C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe" /ua /installsource scheduler',
  ],
  [
    'mpCmdRun',
    '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0\\MpCmdRun.exe" -IdleTask -TaskName WdCacheMaintenance',
  ],
];

export const libraries = [
  'amsi.dll',
  'bcrypt.dll',
  'clr.dll',
  'dbghelp.dll',
  'mscoreei.dll',
  'samlib.dll',
  'taskschd.dll',
  'vaultcli.dll',
  'wbemcomn.dll',
  'winhttp.dll',
  'wininet.dll',
  'System.Management.Automation.ni.dll',
].map((fileName) =>
  programAt('C:\\Windows\\System32', fileName, {
    content: `library ${fileName} 10.0.22621`,
    company: 'Microsoft Corporation',
  }),
);

const machineValues = [
  [
    'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\W32Time\\SecureTimeLimits\\RunTime',
    'SecureTimeTickCount',
    'Qword',
  ],
  [
    'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks\\{6A9C2E5D-3A54-4C5B-8A3E-0D3C0E4B6F21}',
    'DynamicInfo',
    'Binary',
  ],
  [
    'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows Defender\\Signature Updates',
    'SignaturesLastUpdated',
    'Binary',
  ],
  [
    'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\bam\\State\\UserSettings\\S-1-5-18',
    'Version',
    'Dword',
  ],
  [
    'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Orchestrator',
    'LastOnlineScanTimeForAppCategory',
    'Qword',
  ],
  [
    'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot\\AutoUpdate',
    'LastSyncTime',
    'Binary',
  ],
] as const;

export function serviceHost(host: Host): Process {
  return host.service('svchost', host.random.pick<string>(serviceGroups));
}

/** The process that runs scheduled tasks. */
export function scheduler(host: Host): Process {
  return host.service('svchost', serviceGroups[0]);
}

export function resolveName(host: Host, name: string, address: string, clock: Clock): void {
  const client = host.service(
    'svchost',
    'C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s Dnscache',
    accounts.networkService,
  );
  host.event(client, 'DnsQueryResponse', clock.soon(), {
    DnsQueryString: name,
    DnsQueryResult: JSON.stringify([{ Result: address }]),
    QueryStatus: 0,
  });
}

/** The company's inventory script: a PowerShell of the good kind, with children of its own. */
function inventory(host: Host, clock: Clock): void {
  const script = 'C:\\ProgramData\\Brackwater\\Scripts\\Get-Inventory.ps1';
  const shell = host.start(
    scheduler(host),
    program('powershell'),
    `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy AllSigned -File "${script}"`,
    clock.now,
  );
  host.start(
    shell,
    program('conhost'),
    '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
    clock.soon(),
  );
  for (const command of ['Get-CimInstance', 'Get-HotFix', 'ConvertTo-Json', 'Invoke-RestMethod']) {
    host.event(shell, 'PowerShellCommand', clock.later(0.1, 1.2), { Command: command });
  }
  host.start(shell, program('hostname'), '"C:\\Windows\\system32\\HOSTNAME.EXE"', clock.soon());
  if (host.random.chance(0.5)) {
    host.start(
      shell,
      program('systeminfo'),
      '"C:\\Windows\\system32\\systeminfo.exe" /fo csv',
      clock.soon(),
    );
  }
  const report = `C:\\ProgramData\\Brackwater\\Inventory\\${host.device.name}.json`;
  host.file(shell, 'FileCreated', report, clock.later(1, 5), {
    size: 18_000 + host.random.integer(0, 4_000),
  });
  host.connect(
    shell,
    { name: `inventory.${company.dnsDomain}`, address: '10.20.0.13', port: 443 },
    clock.soon(),
  );
}

/** What every Windows machine does by itself, day and night. */
export const windowsActivities: readonly Activity[] = [
  {
    weight: 12,
    hours: 'any',
    run: (host, clock) => {
      const broker = host.service('svchost', serviceGroups[2]);
      const [name, commandLine] = host.random.pick(brokered);
      const child = host.start(broker, program(name), commandLine, clock.now, {
        account: host.user,
      });
      if (host.random.chance(0.5)) host.loadImage(child, host.random.pick(libraries), clock.soon());
    },
  },
  {
    weight: 8,
    hours: 'any',
    run: (host, clock) => {
      const [name, commandLine] = host.random.pick(scheduled);
      const task = host.start(scheduler(host), program(name), commandLine, clock.now);
      host.loadImage(task, host.random.pick(libraries), clock.soon());
      if (name === 'edgeUpdate' || name === 'usoClient') {
        const to = destination(host.random, 'update');
        resolveName(host, to.name ?? '', to.address, clock);
        host.connect(task, to, clock.soon());
      }
    },
  },
  {
    weight: 8,
    hours: 'any',
    run: (host, clock) => {
      host.start(
        host.services,
        program('svchost'),
        host.random.pick<string>(demandServices),
        clock.now,
      );
      const [key, name, type] = host.random.pick(machineValues);
      host.registry(serviceHost(host), clock.soon(), {
        key,
        name,
        type,
        data: host.random.hex(16),
      });
    },
  },
  {
    weight: 10,
    hours: 'any',
    run: (host, clock) => {
      for (let count = host.random.integer(1, 4); count > 0; count--) {
        const [key, name, type] = host.random.pick(machineValues);
        host.registry(serviceHost(host), clock.soon(), {
          key,
          name,
          type,
          data: host.random.hex(16),
        });
      }
    },
  },
  {
    weight: 9,
    hours: 'any',
    run: (host, clock) => {
      const process = serviceHost(host);
      const to = destination(host.random, 'update');
      resolveName(host, to.name ?? '', to.address, clock);
      host.connect(process, to, clock.soon());
      if (host.random.chance(0.4)) {
        host.file(
          process,
          'FileCreated',
          `C:\\Windows\\SoftwareDistribution\\Download\\${host.random.hex(32)}\\BITD0F.tmp`,
          clock.later(1, 8),
        );
      }
    },
  },
  {
    weight: 8,
    hours: 'any',
    run: (host, clock) => {
      const { address, name } = domainController;
      host.connect(host.lsass, { name, address, port: 88 }, clock.now);
      if (host.random.chance(0.5))
        host.connect(host.lsass, { name, address, port: 389 }, clock.soon());
    },
  },
  {
    weight: 6,
    hours: 'any',
    run: (host, clock) => {
      const engine = host.service(
        'msMpEng',
        '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0\\MsMpEng.exe"',
      );
      const updater = host.start(
        engine,
        program('mpCmdRun'),
        '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0\\MpCmdRun.exe" SignatureUpdate -ScheduleJob -RestrictPrivileges',
        clock.now,
      );
      host.connect(updater, destination(host.random, 'defender'), clock.soon());
      host.file(
        engine,
        'FileModified',
        `C:\\ProgramData\\Microsoft\\Windows Defender\\Scans\\mpcache-${host.random.hex(40).toUpperCase()}.bin`,
        clock.later(1, 9),
      );
    },
  },
  {
    weight: 3,
    hours: 'any',
    run: (host, clock) => {
      const installer = host.start(
        host.service('svchost', serviceGroups[2]),
        program('tiWorker'),
        'C:\\Windows\\winsxs\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.22621.3077_none_e9c8d7b2f1a0c5d4\\TiWorker.exe -Embedding',
        clock.now,
      );
      for (let count = host.random.integer(2, 6); count > 0; count--) {
        const library = host.random.pick(libraries);
        host.file(
          installer,
          'FileCreated',
          `C:\\Windows\\WinSxS\\Temp\\InFlight\\${host.random.hex(24)}\\${library.fileName}`,
          clock.soon(),
          { content: `library ${library.fileName} 10.0.22621` },
        );
      }
    },
  },
  { weight: 2, hours: 'any', run: inventory },
  {
    weight: 1,
    hours: 'any',
    run: (host, clock) => {
      host.logon(clock.now, {
        type: 'Network',
        account: machineAccount(host.device),
        protocol: 'Kerberos',
        from: { name: null, address: domainController.address },
      });
    },
  },
];
