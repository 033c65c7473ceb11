import { accounts } from '../company.js';
import type { Host, Process } from '../host.js';
import { destination, publicAddress } from '../internet.js';
import { program } from '../programs.js';
import type { Clock } from '../time.js';
import type { Activity } from './activity.js';

const cronJobs = [
  ['grep', '/usr/bin/grep -c ERROR /var/log/ledger/sync.log'],
  ['python', 'python3 /opt/ledger/bin/sync.py --once'],
  ['find', 'find /var/lib/php/sessions -type f -cmin +24 -delete'],
  ['logrotate', '/usr/sbin/logrotate /etc/logrotate.conf'],
  ['pgDump', '/usr/lib/postgresql/15/bin/pg_dump -Fc -f /var/backups/portal.dump portal'],
] as const;

/** The process that starts other programs on a schedule. */
export function cron(host: Host): Process {
  return host.service('cron', '/usr/sbin/cron -f -P', accounts.root);
}

/** The interpreter of the web application. */
export function webApplication(host: Host): Process {
  return host.service('phpFpm', 'php-fpm: pool www', accounts.www);
}

function runCronJob(host: Host, clock: Clock): void {
  const shell = host.start(
    cron(host),
    program('dash'),
    '/bin/sh -c test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly',
    clock.now,
  );
  const [name, commandLine] = host.random.pick(cronJobs);
  const job = host.start(shell, program(name), commandLine, clock.soon());
  if (name === 'python')
    host.connect(
      job,
      { name: 'bw-sql01.corp.brackwater.example', address: '10.20.0.12', port: 1433 },
      clock.soon(),
    );
  if (name === 'pgDump')
    host.file(job, 'FileCreated', '/var/backups/portal.dump', clock.later(2, 30), {
      size: 96_000_000,
    });
}

function serveVisitors(host: Host, clock: Clock): void {
  const server = host.service('nginx', 'nginx: worker process', accounts.www);
  for (let count = host.random.integer(1, 4); count > 0; count--) {
    host.accept(
      server,
      publicAddress(`visitor ${host.random.integer(1, 300)}`),
      443,
      clock.later(0.1, 6),
    );
  }
  if (host.random.chance(0.4)) {
    host.file(
      webApplication(host),
      'FileCreated',
      `/var/lib/php/sessions/sess_${host.random.hex(26)}`,
      clock.soon(),
      { size: 240 },
    );
  }
}

function deploy(host: Host, clock: Clock): void {
  const server = host.service('sshd', 'sshd: /usr/sbin/sshd -D [listener]', accounts.root);
  host.logon(clock.now, {
    type: 'Network',
    account: accounts.deploy,
    from: { name: 'bw-build01', address: '10.20.0.14' },
  });
  const shell = host.start(
    server,
    program('bash'),
    '-bash -c /opt/deploy/release.sh',
    clock.soon(),
    { account: accounts.deploy, integrity: 'Medium' },
  );
  host.start(shell, program('cat'), 'cat /opt/deploy/VERSION', clock.soon());
  host.file(shell, 'FileModified', '/opt/deploy/current', clock.later(0.5, 4), { size: 48 });
}

function updatePackages(host: Host, clock: Clock): void {
  const apt = host.start(host.services, program('apt'), 'apt-get -qq -y update', clock.now);
  host.connect(apt, { ...destination(host.random, 'linux'), port: 80 }, clock.soon());
  host.file(
    apt,
    'FileModified',
    '/var/lib/apt/lists/partial/main_binary-amd64_Packages',
    clock.later(1, 9),
  );
  if (host.random.chance(0.4))
    host.start(apt, program('dpkg'), '/usr/bin/dpkg --print-foreign-architectures', clock.soon());
}

function failedLogins(host: Host, clock: Clock): void {
  // The internet knocks on every open port.
  const address = publicAddress(`scanner ${host.random.integer(1, 40)}`);
  for (let count = host.random.integer(1, 3); count > 0; count--) {
    host.logon(clock.later(1, 6), {
      type: 'Network',
      account: accounts.root,
      from: { name: null, address },
      failure: 'InvalidUserNameOrPassword',
    });
  }
}

export const linuxActivities: readonly Activity[] = [
  { weight: 16, hours: 'any', run: runCronJob },
  { weight: 20, hours: 'any', run: serveVisitors },
  { weight: 2, hours: 'work', run: deploy },
  { weight: 4, hours: 'any', run: updatePackages },
  { weight: 4, hours: 'any', run: failedLogins },
];

export const macActivities: readonly Activity[] = [
  {
    weight: 20,
    hours: 'work',
    run: (host, clock) => {
      const safari = host.resident(
        'safari',
        '/Applications/Safari.app/Contents/MacOS/Safari',
        clock.now,
      );
      for (let count = host.random.integer(1, 4); count > 0; count--)
        host.connect(safari, destination(host.random, 'web'), clock.soon());
    },
  },
  {
    weight: 10,
    hours: 'work',
    run: (host, clock) => {
      const editor = host.resident(
        'pixelmator',
        '/Applications/Sketchpad Pro.app/Contents/MacOS/Sketchpad Pro',
        clock.now,
      );
      host.file(
        editor,
        'FileModified',
        `${host.home}/Documents/Housing ${host.random.integer(1, 12)}.sketchpad`,
        clock.later(5, 90),
      );
    },
  },
  {
    weight: 3,
    hours: 'work',
    run: (host, clock) => {
      const shell = host.start(host.shell, program('zsh'), '-zsh', clock.now, {
        account: host.user,
        integrity: 'Medium',
      });
      host.start(
        shell,
        program('curl'),
        'curl -fsSLO https://fonts.foundry.example/brackwater.zip',
        clock.later(3, 30),
      );
    },
  },
  {
    weight: 8,
    hours: 'any',
    run: (host, clock) => {
      host.start(
        host.services,
        program('mdworker'),
        'mdworker_shared -s mdworker -c MDSImporterWorker -m com.apple.mdworker.shared',
        clock.now,
      );
    },
  },
  {
    weight: 3,
    hours: 'any',
    run: (host, clock) => {
      const updater = host.service('softwareUpdate', '/usr/libexec/softwareupdated', accounts.root);
      host.connect(updater, destination(host.random, 'apple'), clock.now);
    },
  },
];
