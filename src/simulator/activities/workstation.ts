import { accounts, company } from '../company.js';
import type { Host, Process } from '../host.js';
import { destination, publicAddress } from '../internet.js';
import { type ProgramName, program } from '../programs.js';
import type { Clock } from '../time.js';
import type { Activity } from './activity.js';
import { domainController, libraries, resolveName, windowsActivities } from './windows.js';

const documents = [
  'Budget',
  'Calibration report',
  'Customer list',
  'Delivery schedule',
  'Forecast',
  'Invoice',
  'Meeting notes',
  'Offer',
  'Payroll',
  'Price list',
  'Project plan',
  'Supplier contract',
  'Test protocol',
  'Travel expenses',
];

const officePrograms: readonly (readonly [ProgramName, string, string])[] = [
  ['word', 'docx', '/n'],
  ['excel', 'xlsx', '/dde'],
  ['powerpoint', 'pptx', '/s'],
  ['acrobat', 'pdf', '/n'],
];

const downloads = [
  ['datasheet-bw200.pdf', 'shop.industrial-parts.example'],
  ['statement.pdf', 'bank.northsea.example'],
  ['ticket.pdf', 'www.trainline.example'],
  ['driver-setup.exe', 'shop.industrial-parts.example'],
  ['archive.zip', 'forum.metrology.example'],
  ['photo.jpg', 'static.xx.social.example'],
] as const;

/** A document of the device's user; a person keeps working on the same few. */
export function documentName(host: Host, extension: string): string {
  return `${host.random.pick(documents)} ${host.random.integer(1, 9)}.${extension}`;
}

function browser(host: Host, clock: Clock): Process {
  // Whoever prefers Chrome always uses it: the choice hangs on the device, not on the moment.
  const chrome = Number.parseInt(host.device.id.slice(0, 2), 16) < 140;
  return chrome
    ? host.resident(
        'chrome',
        '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"',
        clock.now,
      )
    : host.resident(
        'edge',
        '"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" --profile-directory=Default',
        clock.now,
      );
}

function browse(host: Host, clock: Clock): void {
  const main = browser(host, clock);
  const chrome = main.program.fileName === 'chrome.exe';
  if (host.random.chance(0.55)) {
    const role = host.random.pick(['renderer', 'renderer', 'utility', 'gpu-process']);
    host.start(
      main,
      main.program,
      `"${main.program.path}" --type=${role} --lang=en-GB --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=${host.random.integer(5, 900)} /prefetch:1`,
      clock.now,
      { integrity: 'Low' },
    );
  }
  for (let count = host.random.integer(1, 4); count > 0; count--) {
    const to = destination(host.random, 'web');
    if (host.random.chance(0.5)) resolveName(host, to.name ?? '', to.address, clock);
    host.connect(
      main,
      to,
      clock.soon(),
      host.random.chance(0.04) ? 'ConnectionFailed' : 'ConnectionSuccess',
    );
  }
  const profile = chrome ? 'Google\\Chrome' : 'Microsoft\\Edge';
  if (host.random.chance(0.4)) {
    host.file(
      main,
      host.random.pick(['FileCreated', 'FileModified', 'FileDeleted']),
      `${host.home}\\AppData\\Local\\${profile}\\User Data\\Default\\Cache\\Cache_Data\\f_${host.random.hex(6)}`,
      clock.soon(),
    );
  }
  if (host.random.chance(0.06)) {
    const [file, site] = host.random.pick(downloads);
    host.file(main, 'FileCreated', `${host.home}\\Downloads\\${file}`, clock.later(1, 5), {
      content: `download ${site}/${file}`,
      originUrl: `https://${site}/files/${file}`,
      referrerUrl: `https://${site}/`,
      originAddress: publicAddress(site),
    });
  }
}

function readMail(host: Host, clock: Clock): void {
  const outlook = host.resident(
    'outlook',
    '"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"',
    clock.now,
  );
  host.connect(outlook, destination(host.random, 'mail'), clock.soon());
  if (host.random.chance(0.3)) {
    host.file(
      outlook,
      'FileModified',
      `${host.home}\\AppData\\Local\\Microsoft\\Outlook\\${host.user.upn ?? host.user.name}.ost`,
      clock.soon(),
      { size: 400_000_000 },
    );
  }
  if (host.random.chance(0.15)) {
    const [name, extension, flag] = host.random.pick(officePrograms);
    const attachment = `${host.home}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\${host.random.hex(8).toUpperCase()}\\${documentName(host, extension)}`;
    host.file(outlook, 'FileCreated', attachment, clock.soon(), {
      content: `attachment ${attachment.slice(-18)}`,
    });
    const reader = host.start(
      outlook,
      program(name),
      `"${program(name).path}" ${flag} "${attachment}"`,
      clock.later(1, 6),
    );
    host.loadImage(reader, host.random.pick(libraries), clock.soon());
  }
}

function writeDocument(host: Host, clock: Clock): void {
  const [name, extension, flag] = host.random.pick(officePrograms.slice(0, 3));
  const folder = host.random.chance(0.5)
    ? `${host.home}\\OneDrive - Brackwater\\Documents`
    : `${host.home}\\Documents`;
  const file = documentName(host, extension);
  const editor = host.start(
    host.shell,
    program(name),
    `"${program(name).path}" ${flag} "${folder}\\${file}"`,
    clock.now,
  );
  host.loadImage(editor, host.random.pick(libraries), clock.soon());
  host.connect(editor, destination(host.random, 'office'), clock.soon());
  host.file(editor, 'FileCreated', `${folder}\\~$${file.slice(2)}`, clock.soon(), { size: 165 });
  host.registry(editor, clock.soon(), {
    key: `HKEY_CURRENT_USER\\${host.user.sid}\\SOFTWARE\\Microsoft\\Office\\16.0\\${name}\\File MRU`,
    name: 'Item 1',
    data: `[F00000000][T01DA5${host.random.hex(11).toUpperCase()}][O00000000]*${folder}\\${file}`,
  });
  for (let count = host.random.integer(1, 3); count > 0; count--) {
    const temporary = `${folder}\\${host.random.hex(8).toUpperCase()}.tmp`;
    host.file(editor, 'FileCreated', temporary, clock.later(20, 400));
    host.file(editor, 'FileRenamed', `${folder}\\${file}`, clock.soon(), {
      previousPath: temporary,
      content: `document ${file}`,
    });
  }
}

function meet(host: Host, clock: Clock): void {
  const teams = host.resident(
    'teams',
    '"C:\\Program Files\\WindowsApps\\MSTeams_24004.1309.2689.2246_x64__8wekyb3d8bbwe\\ms-teams.exe"',
    clock.now,
  );
  host.connect(teams, destination(host.random, 'teams'), clock.soon());
  if (host.random.chance(0.4)) {
    host.file(
      teams,
      'FileModified',
      `${host.home}\\AppData\\Local\\Packages\\MSTeams_8wekyb3d8bbwe\\LocalCache\\Microsoft\\MSTeams\\Logs\\MSTeams_${host.random.integer(1, 40)}.log`,
      clock.soon(),
    );
  }
}

function synchronise(host: Host, clock: Clock): void {
  const drive = host.resident(
    'oneDrive',
    `"${program('oneDrive', host.user.name).path}" /background`,
    clock.now,
  );
  host.connect(drive, destination(host.random, 'drive'), clock.soon());
  for (let count = host.random.integer(1, 3); count > 0; count--) {
    host.file(
      drive,
      host.random.pick(['FileModified', 'FileCreated']),
      `${host.home}\\OneDrive - Brackwater\\Documents\\${documentName(host, 'docx')}`,
      clock.soon(),
    );
  }
}

function useShares(host: Host, clock: Clock): void {
  host.connect(
    host.system,
    { name: `bw-fs01.${company.dnsDomain}`, address: '10.20.0.11', port: 445 },
    clock.now,
  );
  if (host.random.chance(0.3)) {
    host.registry(host.shell, clock.soon(), {
      key: `HKEY_CURRENT_USER\\${host.user.sid}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\MountPoints2\\##bw-fs01#projects`,
      name: 'BaseClass',
      data: 'Drive',
    });
  }
}

function browseFiles(host: Host, clock: Clock): void {
  const guid = '{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}';
  for (let count = host.random.integer(1, 3); count > 0; count--) {
    host.registry(host.shell, clock.soon(), {
      key: `HKEY_CURRENT_USER\\${host.user.sid}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\${guid}\\Count`,
      name: host.random.pick([
        'HRZR_PGYFRFFVBA',
        'Zvpebfbsg.Jvaqbjf.Rkcybere',
        'P:\\Jvaqbjf\\abgrcnq.rkr',
      ]),
      type: 'Binary',
      data: host.random.hex(32),
    });
  }
  host.file(
    host.shell,
    'FileCreated',
    `${host.home}\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\${documentName(host, 'lnk')}`,
    clock.soon(),
  );
}

function search(host: Host, clock: Clock): void {
  const indexer = host.service(
    'searchIndexer',
    'C:\\Windows\\system32\\SearchIndexer.exe /Embedding',
  );
  host.start(
    indexer,
    program('searchProtocolHost'),
    '"C:\\Windows\\system32\\SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe3_ Global\\UsGthrCtrlFltPipeMssGthrPipe3 1 -2147483646 "Software\\Microsoft\\Windows Search"',
    clock.now,
  );
  host.start(
    indexer,
    program('searchFilterHost'),
    '"C:\\Windows\\system32\\SearchFilterHost.exe" 812 2760 2768 812 {0E5DCEC5-7795-4E38-9621-94DFD9F9A421}',
    clock.soon(),
  );
}

function unlock(host: Host, clock: Clock): void {
  if (host.random.chance(0.06)) {
    host.logon(clock.now, {
      type: 'Unlock',
      account: host.user,
      failure: 'InvalidUserNameOrPassword',
    });
  }
  host.logon(clock.later(2, 9), {
    type: host.random.chance(0.3) ? 'Interactive' : 'Unlock',
    account: host.user,
    protocol: 'Negotiate',
  });
}

const consoleCommands: readonly (readonly [ProgramName, string])[] = [
  ['ipconfig', 'ipconfig  /all'],
  ['ping', `ping  bw-fs01.${company.dnsDomain}`],
  ['nslookup', `nslookup  intranet.${company.dnsDomain}`],
  ['net', 'net  use P: \\\\bw-fs01\\projects'],
  ['gpupdate', 'gpupdate  /force'],
  ['tasklist', 'tasklist  /v'],
  ['hostname', 'hostname'],
  ['quser', 'quser'],
];

function openConsole(host: Host, clock: Clock): void {
  const console = host.start(
    host.shell,
    program('cmd'),
    '"C:\\Windows\\system32\\cmd.exe" ',
    clock.now,
  );
  host.start(
    console,
    program('conhost'),
    '\\??\\C:\\Windows\\system32\\conhost.exe 0x4',
    clock.soon(),
  );
  for (let count = host.random.integer(1, 3); count > 0; count--) {
    const [name, commandLine] = host.random.pick(consoleCommands);
    host.start(console, program(name), commandLine, clock.later(2, 40));
  }
}

/** A drawing tool that updates itself through PowerShell, from the user's profile. */
function selfUpdate(host: Host, clock: Clock): void {
  const main = program('screenPenMain', host.user.name);
  const app = host.resident('screenPenMain', `"${main.path}" --minimized`, clock.now);
  const shell = host.start(
    app,
    program('powershell'),
    `powershell.exe -NoProfile -Command "& { Start-Process -Wait '${program('screenPen', host.user.name).path}' -ArgumentList '--silent' }"`,
    clock.soon(),
  );
  const updater = host.start(
    shell,
    program('screenPen', host.user.name),
    `"${program('screenPen', host.user.name).path}" --silent --channel=stable`,
    clock.soon(),
  );
  const name = 'updates.fjordlight.example';
  host.connect(updater, { name, address: publicAddress(name), port: 443 }, clock.soon());
  host.file(
    updater,
    'FileCreated',
    `${host.home}\\AppData\\Local\\Programs\\ScreenPen\\packages\\RELEASES`,
    clock.later(1, 3),
    { size: 412 },
  );
}

function develop(host: Host, clock: Clock): void {
  const project = host.random.pick(['ledger-sync', 'gauge-firmware', 'calibrator', 'plant-portal']);
  const folder = `C:\\src\\${project}`;
  const editor = host.resident(
    'code',
    `"${program('code', host.user.name).path}" "${folder}"`,
    clock.now,
  );
  const git = host.start(
    editor,
    program('git'),
    `git.exe ${host.random.pick(['status -z -uall', 'fetch --all --prune', `rev-parse --show-toplevel`, 'log --format=%H -n 20', 'for-each-ref --sort -committerdate'])}`,
    clock.now,
  );
  if (host.random.chance(0.3))
    host.connect(git, destination(host.random, 'development'), clock.soon());
  if (host.random.chance(0.45)) {
    const shell = host.start(
      editor,
      program('powershell'),
      'powershell.exe -NoLogo -NoProfile -File .\\build.ps1 -Configuration Release',
      clock.later(3, 30),
    );
    const build = host.start(
      shell,
      program('msbuild'),
      `"${program('msbuild').path}" ${project}.sln /t:Restore;Build /p:Configuration=Release /m`,
      clock.later(0.5, 3),
    );
    host.start(
      build,
      program('csc'),
      `"${program('csc').path}" /noconfig @"${folder}\\obj\\Release\\${project}.rsp"`,
      clock.later(1, 6),
    );
    host.connect(build, destination(host.random, 'development'), clock.soon());
    for (let count = host.random.integer(2, 5); count > 0; count--) {
      host.file(
        build,
        'FileCreated',
        `${folder}\\bin\\Release\\net8.0\\${project}.${host.random.pick(['Core', 'Api', 'Data', 'Tests', 'Web'])}.dll`,
        clock.soon(),
        { content: `build ${project} ${host.random.hex(6)}` },
      );
    }
    if (host.random.chance(0.4))
      host.start(shell, program('git'), 'git.exe describe --tags --always', clock.soon());
  } else if (host.random.chance(0.5)) {
    const node = host.start(
      editor,
      program('node'),
      `"C:\\Program Files\\nodejs\\node.exe" ${folder}\\node_modules\\typescript\\lib\\tsserver.js --useInferredProjectPerProjectRoot`,
      clock.soon(),
    );
    host.file(
      node,
      'FileModified',
      `${folder}\\src\\${host.random.pick(['index', 'server', 'model', 'queue'])}.ts`,
      clock.later(1, 90),
    );
  }
}

const administration: readonly (readonly [ProgramName, string])[] = [
  ['quser', '/server:bw-fs01'],
  ['nltest', '/sc_query:brackwater'],
  ['systeminfo', '/s bw-sql01'],
  ['net', 'localgroup administrators'],
];

/** An administrator at work on other machines. */
function administer(host: Host, clock: Clock): void {
  const shell = host.start(
    host.shell,
    program('powershell'),
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"',
    clock.now,
    { account: accounts.domainAdmin, integrity: 'High' },
  );
  host.loadImage(shell, host.random.pick(libraries), clock.soon());
  for (let count = host.random.integer(2, 5); count > 0; count--) {
    host.event(shell, 'PowerShellCommand', clock.later(4, 40), {
      Command: host.random.pick([
        'Get-ADUser',
        'Get-ADComputer',
        'Get-Service',
        'Restart-Service',
        'Test-NetConnection',
        'Get-WinEvent',
        'Invoke-Command',
      ]),
    });
  }
  const [name, options] = host.random.pick(administration);
  host.start(shell, program(name), `"${program(name).path}" ${options}`, clock.later(2, 20));
  host.connect(shell, { ...domainController, port: 5985 }, clock.soon());
}

function usbDrive(host: Host, clock: Clock): void {
  const serial = host.random.hex(16).toUpperCase();
  host.event(host.system, 'PnpDeviceConnected', clock.now, {
    ClassName: 'DiskDrive',
    DeviceDescription: 'Disk drive',
    DeviceId: `USBSTOR\\DISK&VEN_KESTREL&PROD_FLASH&REV_1.00\\${serial}&0`,
  });
  host.event(host.system, 'UsbDriveMounted', clock.later(0.5, 2), {
    BusType: 'USB',
    DriveLetter: 'E:',
    Manufacturer: 'Kestrel',
    ProductName: 'Flash',
    SerialNumber: serial,
  });
}

function warned(host: Host, clock: Clock): void {
  const site = host.random.pick([
    'free-tickets.example',
    'win-a-phone.example',
    'parcel-tracking.example',
  ]);
  host.event(
    browser(host, clock),
    'SmartScreenUrlWarning',
    clock.soon(),
    { ActivityId: host.random.guid(), Experience: 'Phishing' },
    { RemoteUrl: `https://${site}/` },
  );
}

function antivirusTest(host: Host, clock: Clock): void {
  const path = `${host.home}\\Downloads\\eicar.com`;
  host.file(browser(host, clock), 'FileCreated', path, clock.soon(), {
    content: 'eicar',
    size: 68,
    originUrl: 'https://antivirus-test.example/eicar.com',
  });
  host.event(
    host.shell,
    'AntivirusDetection',
    clock.soon(),
    {
      ThreatName: 'Virus:DOS/EICAR_Test_File',
      WasRemediated: true,
      WasExecutingWhileDetected: false,
    },
    { FileName: 'eicar.com', FolderPath: path },
  );
}

const everyone: readonly Activity[] = [
  { weight: 34, hours: 'work', run: browse },
  { weight: 14, hours: 'work', run: readMail },
  { weight: 10, hours: 'work', run: writeDocument },
  { weight: 10, hours: 'work', run: meet },
  { weight: 7, hours: 'work', run: synchronise },
  { weight: 6, hours: 'work', run: useShares },
  { weight: 8, hours: 'work', run: browseFiles },
  { weight: 5, hours: 'work', run: search },
  { weight: 4, hours: 'work', run: unlock },
  { weight: 1, hours: 'work', run: selfUpdate },
  { weight: 0.3, hours: 'work', run: usbDrive },
  { weight: 0.2, hours: 'work', run: warned },
  { weight: 0.03, hours: 'work', run: antivirusTest },
  ...windowsActivities,
];

/** What happens on a workstation follows from its user's job. */
export function workstationActivities(host: Host): readonly Activity[] {
  const department = host.device.owner?.department;
  if (department === 'Engineering')
    return [...everyone, { weight: 26, hours: 'work', run: develop }];
  if (department === 'IT') {
    return [
      ...everyone,
      { weight: 6, hours: 'work', run: administer },
      { weight: 6, hours: 'work', run: openConsole },
    ];
  }
  return [...everyone, { weight: 0.3, hours: 'work', run: openConsole }];
}
