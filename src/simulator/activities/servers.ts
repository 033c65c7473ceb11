import { accounts, company, type DeviceKind } from '../company.js';
import type { Host, Process } from '../host.js';
import { destination, publicAddress } from '../internet.js';
import { program } from '../programs.js';
import type { Activity } from './activity.js';
import type { Directory } from './directory.js';
import { libraries, scheduler, windowsActivities } from './windows.js';

const shares = ['projects', 'finance', 'sales', 'operations'];

function fileAccess(directory: Directory): Activity['run'] {
  return (host, clock) => {
    const client = host.random.pick(directory.workstations);
    const account = client.device.owner ?? accounts.system;
    host.logon(clock.now, {
      type: 'Network',
      account,
      protocol: 'Kerberos',
      from: { name: client.device.name.split('.')[0] ?? null, address: client.device.ip },
    });
    host.accept(host.system, client.device.ip, 445, clock.soon());
    const share = host.random.pick(shares);
    for (let count = host.random.integer(1, 5); count > 0; count--) {
      const name = `${host.random.pick(['Offer', 'Drawing', 'Order', 'Protocol', 'Contract', 'List'])} ${host.random.integer(100, 999)}`;
      const action = host.random.pick([
        'FileCreated',
        'FileModified',
        'FileModified',
        'FileRenamed',
      ]);
      const path = `D:\\Shares\\${share}\\${host.random.pick(['2023', '2024', 'Archive', 'Current'])}\\${name}.${host.random.pick(['docx', 'xlsx', 'pdf', 'dwg'])}`;
      host.file(host.system, action, path, clock.later(1, 30), {
        content: `share ${path}`,
        share: { name: share, account, address: client.device.ip },
        ...(action === 'FileRenamed' && { previousPath: path.replace(/\.\w+$/, '.tmp') }),
      });
    }
  };
}

function sqlServer(host: Host): Process {
  return host.service(
    'sqlservr',
    '"C:\\Program Files\\Microsoft SQL Server\\MSSQL16.LEDGER\\MSSQL\\Binn\\sqlservr.exe" -sLEDGER',
    accounts.sqlService,
  );
}

const databaseActivities: readonly Activity[] = [
  {
    weight: 30,
    hours: 'any',
    run: (host, clock) => {
      host.accept(
        sqlServer(host),
        host.random.pick([
          '10.20.0.13',
          '10.20.0.16',
          `10.20.1.${20 + host.random.integer(0, 17)}`,
        ]),
        1433,
        clock.now,
      );
      if (host.random.chance(0.3)) {
        host.logon(clock.soon(), {
          type: 'Network',
          account: accounts.sqlService,
          protocol: 'Kerberos',
          from: { name: 'bw-web01', address: '10.20.0.13' },
        });
      }
    },
  },
  {
    weight: 4,
    hours: 'any',
    run: (host, clock) => {
      const agent = host.service(
        'sqlAgent',
        '"C:\\Program Files\\Microsoft SQL Server\\MSSQL16.LEDGER\\MSSQL\\Binn\\SQLAGENT.EXE" -i LEDGER',
        accounts.sqlService,
      );
      const shell = host.start(
        agent,
        program('powershell'),
        'powershell.exe -NoProfile -File "D:\\Maintenance\\Rotate-Backups.ps1" -Keep 14',
        clock.now,
      );
      host.start(
        shell,
        program('sqlcmd'),
        `"${program('sqlcmd').path}" -S localhost\\LEDGER -E -Q "EXEC maintenance.backup_log"`,
        clock.later(1, 5),
      );
      const stamp = host.random.integer(100_000, 999_999);
      host.file(
        sqlServer(host),
        'FileCreated',
        `E:\\Backup\\ledger_log_${stamp}.trn`,
        clock.later(2, 20),
        { size: 48_000_000 },
      );
      host.file(shell, 'FileDeleted', `E:\\Backup\\ledger_log_${stamp - 1400}.trn`, clock.soon());
    },
  },
];

const webActivities: readonly Activity[] = [
  {
    weight: 30,
    hours: 'any',
    run: (host, clock) => {
      const worker = host.service(
        'w3wp',
        'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "DefaultAppPool" -v "v4.0" -l "webengine4.dll"',
        accounts.webPool,
      );
      for (let count = host.random.integer(1, 4); count > 0; count--) {
        const from = host.random.chance(0.6)
          ? publicAddress(`visitor ${host.random.integer(1, 300)}`)
          : `10.20.1.${20 + host.random.integer(0, 17)}`;
        host.accept(worker, from, 443, clock.later(0.1, 5));
      }
      host.connect(
        worker,
        { name: `bw-sql01.${company.dnsDomain}`, address: '10.20.0.12', port: 1433 },
        clock.soon(),
      );
      host.file(
        worker,
        'FileModified',
        `C:\\inetpub\\logs\\LogFiles\\W3SVC1\\u_ex24${String(host.random.integer(1, 12)).padStart(2, '0')}.log`,
        clock.soon(),
      );
    },
  },
];

const buildActivities: readonly Activity[] = [
  {
    weight: 14,
    hours: 'any',
    run: (host, clock) => {
      const agent = host.service(
        'java',
        '"C:\\Program Files\\Eclipse Adoptium\\jdk-17.0.10.7-hotspot\\bin\\java.exe" -jar D:\\agent\\agent.jar -url https://build.corp.brackwater.example/',
        accounts.buildService,
      );
      const project = host.random.pick(['ledger-sync', 'calibrator', 'plant-portal']);
      const folder = `D:\\agent\\work\\${project}`;
      const fetched = host.start(
        agent,
        program('git'),
        `"C:\\Program Files\\Git\\cmd\\git.exe" fetch --tags --force --progress origin +refs/heads/*:refs/remotes/origin/*`,
        clock.now,
      );
      host.connect(fetched, destination(host.random, 'development'), clock.soon());
      const shell = host.start(
        agent,
        program('powershell'),
        `powershell.exe -NoProfile -ExecutionPolicy Bypass -File "${folder}\\ci\\build.ps1" -Version 4.${host.random.integer(1, 9)}.${host.random.integer(0, 400)}`,
        clock.later(2, 9),
      );
      host.event(shell, 'PowerShellCommand', clock.soon(), { Command: 'Invoke-Build' });
      host.start(
        shell,
        program('dotnet'),
        `"C:\\Program Files\\dotnet\\dotnet.exe" restore ${folder}\\${project}.sln`,
        clock.soon(),
      );
      const build = host.start(
        shell,
        program('msbuild'),
        `"${program('msbuild').path}" ${project}.sln /t:Build /p:Configuration=Release /m:4 /nologo`,
        clock.later(4, 30),
      );
      host.start(
        build,
        program('csc'),
        `"${program('csc').path}" /noconfig @"${folder}\\obj\\Release\\${project}.rsp"`,
        clock.later(1, 6),
      );
      for (let count = host.random.integer(2, 6); count > 0; count--) {
        host.file(
          build,
          'FileCreated',
          `${folder}\\bin\\Release\\net8.0\\${project}.${host.random.pick(['Core', 'Api', 'Data', 'Tests', 'Web'])}.dll`,
          clock.soon(),
          { content: `build ${project} ${host.random.hex(6)}` },
        );
      }
      host.start(
        shell,
        program('node'),
        '"C:\\Program Files\\nodejs\\node.exe" node_modules\\eslint\\bin\\eslint.js src',
        clock.later(1, 8),
      );
    },
  },
];

const backupActivities: readonly Activity[] = [
  {
    weight: 16,
    hours: 'any',
    run: (host, clock) => {
      const agent = host.service(
        'backupAgent',
        '"C:\\Program Files\\Northvault\\Backup Agent\\nvagent.exe" --service',
        accounts.backupService,
      );
      host.connect(agent, destination(host.random, 'backup'), clock.now);
      for (let count = host.random.integer(1, 3); count > 0; count--) {
        host.file(
          agent,
          'FileCreated',
          `F:\\Vault\\chunk-${host.random.hex(10)}.nvb`,
          clock.later(1, 20),
          { size: 64_000_000 },
        );
      }
      // Looking at shadow copies is everyday work here; deleting them is not.
      if (host.random.chance(0.2))
        host.start(agent, program('vssadmin'), 'vssadmin.exe list shadows /for=D:', clock.soon());
      if (host.random.chance(0.1))
        host.start(agent, program('wbadmin'), 'wbadmin.exe get versions', clock.soon());
    },
  },
];

function directoryServices(directory: Directory): readonly Activity[] {
  return [
    {
      weight: 26,
      hours: 'any',
      run: (host, clock) => {
        const client = host.random.pick(directory.windowsHosts);
        const account = host.random.chance(0.5)
          ? directory.machineAccountOf(client)
          : (client.device.owner ?? accounts.backupService);
        host.accept(host.lsass, client.device.ip, 88, clock.now);
        host.logon(clock.soon(), {
          type: 'Network',
          account,
          protocol: 'Kerberos',
          from: { name: null, address: client.device.ip },
        });
      },
    },
    {
      weight: 20,
      hours: 'any',
      run: (host, clock) => {
        const server = host.service('dns', 'C:\\Windows\\system32\\dns.exe');
        host.accept(server, host.random.pick(directory.windowsHosts).device.ip, 53, clock.now);
      },
    },
    {
      weight: 4,
      hours: 'any',
      run: (host, clock) => {
        const replication = host.service('dfsrs', 'C:\\Windows\\system32\\DFSRs.exe');
        host.file(
          replication,
          'FileModified',
          `C:\\Windows\\SYSVOL\\domain\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}\\GPT.INI`,
          clock.now,
          { size: 64 },
        );
      },
    },
  ];
}

const maintenance: readonly Activity[] = [
  {
    weight: 1,
    hours: 'work',
    run: (host, clock) => {
      host.logon(clock.now, {
        type: 'RemoteInteractive',
        account: accounts.domainAdmin,
        from: { name: 'bw-ws012', address: '10.20.1.31' },
        isLocalAdmin: true,
      });
      const desktop = host.desktop(accounts.domainAdmin, 'High', clock.later(4, 40));
      const console = host.start(
        desktop,
        program('mmc'),
        '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\eventvwr.msc" /s',
        clock.later(4, 40),
      );
      host.loadImage(console, host.random.pick(libraries), clock.soon());
    },
  },
  {
    weight: 1,
    hours: 'any',
    run: (host, clock) => {
      host.start(
        scheduler(host),
        program('cmd'),
        'cmd.exe /c "D:\\Maintenance\\rotate-logs.cmd"',
        clock.now,
      );
    },
  },
];

/** What happens on a Windows server follows from its task. */
export function serverActivities(kind: DeviceKind, directory: Directory): readonly Activity[] {
  const own: Partial<Record<DeviceKind, readonly Activity[]>> = {
    'domain-controller': directoryServices(directory),
    'file-server': [{ weight: 34, hours: 'work', run: fileAccess(directory) }],
    'database-server': databaseActivities,
    'web-server': webActivities,
    'build-server': buildActivities,
    'backup-server': backupActivities,
  };
  return [...(own[kind] ?? []), ...maintenance, ...windowsActivities];
}
