import { Random } from './random.js';
import { Part } from './record.js';

/** A program file at one place on disk. */
export interface Program {
  readonly fileName: string;
  /** With the file name. */
  readonly path: string;
  readonly sha1: string;
  readonly sha256: string;
  readonly signer: string | null;
  /** Columns of an event about the file itself. */
  readonly subject: Part;
  /** Of an event that a process running it caused. */
  readonly actor: Part;
  /** Version resource columns of `ProcessCreated`. */
  readonly versionInfo: Part;
}

export interface FileHashes {
  readonly sha1: string;
  readonly sha256: string;
  readonly md5: string;
  readonly size: number;
}

/** Hashes that belong to a content's name: no bytes exist, but the same name always has the same ones. */
export function hashesOf(content: string): FileHashes {
  const random = new Random(content);
  return {
    sha1: random.hex(40),
    sha256: random.hex(64),
    md5: random.hex(32),
    size: random.integer(18_432, 6_000_000),
  };
}

const microsoft = 'Microsoft Corporation';
const windows = 'Microsoft® Windows® Operating System';
const windowsVersion = '10.0.22621.3085';
const system32 = 'C:\\Windows\\System32';
const office = 'C:\\Program Files\\Microsoft Office\\root\\Office16';
const officeVersion = '16.0.17231.20236';
const visualStudio = 'C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional';

/** Folder, file name, description; company, product and version where they are not Windows' own. */
type ProgramRow = readonly [
  folder: string,
  fileName: string,
  description: string,
  company?: string | null,
  product?: string,
  version?: string,
];

// `{user}` stands for the account whose profile the program is installed in.
const rows = {
  system: ['', 'System', ''],
  smss: [system32, 'smss.exe', 'Windows Session Manager'],
  csrss: [system32, 'csrss.exe', 'Client Server Runtime Process'],
  wininit: [system32, 'wininit.exe', 'Windows Start-Up Application'],
  winlogon: [system32, 'winlogon.exe', 'Windows Logon Application'],
  services: [system32, 'services.exe', 'Services and Controller app'],
  lsass: [system32, 'lsass.exe', 'Local Security Authority Process'],
  svchost: [system32, 'svchost.exe', 'Host Process for Windows Services'],
  userinit: [system32, 'userinit.exe', 'Userinit Logon Application'],
  explorer: ['C:\\Windows', 'explorer.exe', 'Windows Explorer'],
  dllhost: [system32, 'dllhost.exe', 'COM Surrogate'],
  taskhostw: [system32, 'taskhostw.exe', 'Host Process for Windows Tasks'],
  runtimeBroker: [system32, 'RuntimeBroker.exe', 'Runtime Broker'],
  backgroundTaskHost: [system32, 'backgroundTaskHost.exe', 'Background Task Host'],
  searchIndexer: [system32, 'SearchIndexer.exe', 'Microsoft Windows Search Indexer'],
  searchProtocolHost: [
    system32,
    'SearchProtocolHost.exe',
    'Microsoft Windows Search Protocol Host',
  ],
  searchFilterHost: [system32, 'SearchFilterHost.exe', 'Microsoft Windows Search Filter Host'],
  smartscreen: [system32, 'smartscreen.exe', 'Windows Defender SmartScreen'],
  consent: [system32, 'consent.exe', 'Consent UI for administrative applications'],
  conhost: [system32, 'conhost.exe', 'Console Window Host'],
  wmiPrvSe: [`${system32}\\wbem`, 'WmiPrvSE.exe', 'WMI Provider Host'],
  cmd: [system32, 'cmd.exe', 'Windows Command Processor'],
  powershell: [`${system32}\\WindowsPowerShell\\v1.0`, 'powershell.exe', 'Windows PowerShell'],
  notepad: [system32, 'notepad.exe', 'Notepad'],
  rundll32: [system32, 'rundll32.exe', 'Windows host process (Rundll32)'],
  regsvr32: [system32, 'regsvr32.exe', 'Microsoft(C) Register Server'],
  msiexec: [system32, 'msiexec.exe', 'Windows® installer'],
  ipconfig: [system32, 'ipconfig.exe', 'IP Configuration Utility'],
  ping: [system32, 'PING.EXE', 'TCP/IP Ping Command'],
  nslookup: [system32, 'nslookup.exe', 'nslookup'],
  netstat: [system32, 'NETSTAT.EXE', 'TCP/IP Netstat Command'],
  tasklist: [system32, 'tasklist.exe', 'Lists the current running tasks'],
  taskkill: [system32, 'taskkill.exe', 'Terminates Processes'],
  hostname: [system32, 'HOSTNAME.EXE', 'Hostname APP'],
  whoami: [system32, 'whoami.exe', 'whoami - displays logged on user information'],
  systeminfo: [system32, 'systeminfo.exe', 'Displays system information'],
  quser: [system32, 'quser.exe', 'Query User Utility'],
  net: [system32, 'net.exe', 'Net Command'],
  net1: [system32, 'net1.exe', 'Net Command'],
  nltest: [system32, 'nltest.exe', 'Microsoft® Logon Server Test Utility'],
  gpupdate: [system32, 'gpupdate.exe', 'Microsoft® Group Policy Update Utility'],
  schtasks: [system32, 'schtasks.exe', 'Task Scheduler Configuration Tool'],
  sc: [system32, 'sc.exe', 'Service Control Manager Configuration Tool'],
  reg: [system32, 'reg.exe', 'Registry Console Tool'],
  vssadmin: [
    system32,
    'vssadmin.exe',
    'Command Line Interface for Microsoft® Volume Shadow Copy Service',
  ],
  wbadmin: [system32, 'wbadmin.exe', 'Command Line Interface for Microsoft® BLB Backup'],
  bcdedit: [system32, 'bcdedit.exe', 'Boot Configuration Data Editor'],
  wevtutil: [system32, 'wevtutil.exe', 'Eventing Command Line Utility'],
  wmic: [`${system32}\\wbem`, 'WMIC.exe', 'WMI Commandline Utility'],
  fodhelper: [system32, 'fodhelper.exe', 'Features On Demand Helper'],
  robocopy: [system32, 'Robocopy.exe', 'Microsoft Robocopy'],
  mmc: [system32, 'mmc.exe', 'Microsoft Management Console'],
  mstsc: [system32, 'mstsc.exe', 'Remote Desktop Connection'],
  usoClient: [system32, 'UsoClient.exe', 'UsoClient'],
  trustedInstaller: ['C:\\Windows\\servicing', 'TrustedInstaller.exe', 'Windows Modules Installer'],
  tiWorker: [
    'C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.22621.3077_none_e9c8d7b2f1a0c5d4',
    'TiWorker.exe',
    'Windows Modules Installer Worker',
  ],
  msMpEng: [
    'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0',
    'MsMpEng.exe',
    'Antimalware Service Executable',
    microsoft,
    windows,
    '4.18.24010.12',
  ],
  mpCmdRun: [
    'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0',
    'MpCmdRun.exe',
    'Microsoft Malware Protection Command Line Utility',
    microsoft,
    windows,
    '4.18.24010.12',
  ],
  senseIr: [
    'C:\\Program Files\\Windows Defender Advanced Threat Protection',
    'SenseIR.exe',
    'Windows Defender Advanced Threat Protection Sense IR module',
    microsoft,
    windows,
    '10.8672.22621.1',
  ],
  dns: [system32, 'dns.exe', 'Domain Name System (DNS) Server'],
  dfsrs: [system32, 'dfsrs.exe', 'Distributed File System Replication'],
  w3wp: [`${system32}\\inetsrv`, 'w3wp.exe', 'IIS Worker Process'],
  spoolsv: [system32, 'spoolsv.exe', 'Spooler SubSystem App'],
  chrome: [
    'C:\\Program Files\\Google\\Chrome\\Application',
    'chrome.exe',
    'Google Chrome',
    'Google LLC',
    'Google Chrome',
    '121.0.6167.140',
  ],
  edge: [
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application',
    'msedge.exe',
    'Microsoft Edge',
    microsoft,
    'Microsoft Edge',
    '121.0.2277.98',
  ],
  edgeUpdate: [
    'C:\\Program Files (x86)\\Microsoft\\EdgeUpdate',
    'MicrosoftEdgeUpdate.exe',
    'Microsoft Edge Update',
    microsoft,
    'Microsoft Edge Update',
    '1.3.185.17',
  ],
  outlook: [
    office,
    'OUTLOOK.EXE',
    'Microsoft Outlook',
    microsoft,
    'Microsoft Outlook',
    officeVersion,
  ],
  word: [office, 'WINWORD.EXE', 'Microsoft Word', microsoft, 'Microsoft Office', officeVersion],
  excel: [office, 'EXCEL.EXE', 'Microsoft Excel', microsoft, 'Microsoft Office', officeVersion],
  powerpoint: [
    office,
    'POWERPNT.EXE',
    'Microsoft PowerPoint',
    microsoft,
    'Microsoft Office',
    officeVersion,
  ],
  acrobat: [
    'C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat',
    'Acrobat.exe',
    'Adobe Acrobat',
    'Adobe Systems Incorporated',
    'Adobe Acrobat',
    '23.8.20533.0',
  ],
  teams: [
    'C:\\Program Files\\WindowsApps\\MSTeams_24004.1309.2689.2246_x64__8wekyb3d8bbwe',
    'ms-teams.exe',
    'Microsoft Teams',
    microsoft,
    'Microsoft Teams',
    '24004.1309.2689.2246',
  ],
  oneDrive: [
    'C:\\Users\\{user}\\AppData\\Local\\Microsoft\\OneDrive',
    'OneDrive.exe',
    'Microsoft OneDrive',
    microsoft,
    'Microsoft OneDrive',
    '24.010.0114.0003',
  ],
  screenPen: [
    'C:\\Users\\{user}\\AppData\\Local\\Programs\\ScreenPen',
    'Update.exe',
    'ScreenPen updater',
    'Fjordlight Software AB',
    'ScreenPen',
    '3.14.2',
  ],
  screenPenMain: [
    'C:\\Users\\{user}\\AppData\\Local\\Programs\\ScreenPen',
    'ScreenPen.exe',
    'ScreenPen',
    'Fjordlight Software AB',
    'ScreenPen',
    '3.14.2',
  ],
  code: [
    'C:\\Users\\{user}\\AppData\\Local\\Programs\\Microsoft VS Code',
    'Code.exe',
    'Visual Studio Code',
    microsoft,
    'Visual Studio Code',
    '1.86.0',
  ],
  git: [
    'C:\\Program Files\\Git\\cmd',
    'git.exe',
    'Git for Windows',
    'The Git Development Community',
    'Git',
    '2.43.0.1',
  ],
  node: [
    'C:\\Program Files\\nodejs',
    'node.exe',
    'Node.js JavaScript Runtime',
    'Node.js',
    'Node.js',
    '20.11.0',
  ],
  java: [
    'C:\\Program Files\\Eclipse Adoptium\\jdk-17.0.10.7-hotspot\\bin',
    'java.exe',
    'OpenJDK Platform binary',
    'Eclipse Adoptium',
    'OpenJDK Platform 17.0.10',
    '17.0.10.0',
  ],
  msbuild: [
    `${visualStudio}\\MSBuild\\Current\\Bin\\amd64`,
    'MSBuild.exe',
    'MSBuild.exe',
    microsoft,
    'Microsoft® Build Tools®',
    '17.8.5.5502',
  ],
  csc: [
    `${visualStudio}\\MSBuild\\Current\\Bin\\Roslyn`,
    'csc.exe',
    'Microsoft Visual C# Compiler',
    microsoft,
    'Microsoft Visual C# Compiler',
    '4.800.23.51104',
  ],
  dotnet: [
    'C:\\Program Files\\dotnet',
    'dotnet.exe',
    '.NET Host',
    microsoft,
    '.NET',
    '8.0.123.58001',
  ],
  sqlservr: [
    'C:\\Program Files\\Microsoft SQL Server\\MSSQL16.LEDGER\\MSSQL\\Binn',
    'sqlservr.exe',
    'SQL Server Windows NT - 64 Bit',
    microsoft,
    'Microsoft SQL Server',
    '16.0.4105.2',
  ],
  sqlAgent: [
    'C:\\Program Files\\Microsoft SQL Server\\MSSQL16.LEDGER\\MSSQL\\Binn',
    'SQLAGENT.EXE',
    'SQL Agent',
    microsoft,
    'Microsoft SQL Server',
    '16.0.4105.2',
  ],
  sqlcmd: [
    'C:\\Program Files\\Microsoft SQL Server\\Client SDK\\ODBC\\170\\Tools\\Binn',
    'SQLCMD.EXE',
    'T-SQL execution command line utility',
    microsoft,
    'Microsoft SQL Server',
    '16.0.1000.6',
  ],
  backupAgent: [
    'C:\\Program Files\\Northvault\\Backup Agent',
    'nvagent.exe',
    'Northvault Backup Agent',
    'Northvault GmbH',
    'Northvault Backup',
    '9.2.1.118',
  ],
  // Unix: no version resources.
  systemd: ['/usr/lib/systemd', 'systemd', '', null],
  sshd: ['/usr/sbin', 'sshd', '', null],
  cron: ['/usr/sbin', 'cron', '', null],
  nginx: ['/usr/sbin', 'nginx', '', null],
  phpFpm: ['/usr/sbin', 'php-fpm8.2', '', null],
  bash: ['/usr/bin', 'bash', '', null],
  dash: ['/usr/bin', 'dash', '', null],
  curl: ['/usr/bin', 'curl', '', null],
  python: ['/usr/bin', 'python3.11', '', null],
  apt: ['/usr/bin', 'apt-get', '', null],
  dpkg: ['/usr/bin', 'dpkg', '', null],
  grep: ['/usr/bin', 'grep', '', null],
  find: ['/usr/bin', 'find', '', null],
  logrotate: ['/usr/sbin', 'logrotate', '', null],
  pgDump: ['/usr/lib/postgresql/15/bin', 'pg_dump', '', null],
  idCommand: ['/usr/bin', 'id', '', null],
  uname: ['/usr/bin', 'uname', '', null],
  cat: ['/usr/bin', 'cat', '', null],
  chmod: ['/usr/bin', 'chmod', '', null],
  crontab: ['/usr/bin', 'crontab', '', null],
  pkill: ['/usr/bin', 'pkill', '', null],
  launchd: ['/sbin', 'launchd', '', null],
  safari: ['/Applications/Safari.app/Contents/MacOS', 'Safari', '', null],
  mdworker: [
    '/System/Library/Frameworks/CoreServices.framework/Versions/A/Frameworks/Metadata.framework/Versions/A/Support',
    'mdworker_shared',
    '',
    null,
  ],
  softwareUpdate: ['/usr/libexec', 'softwareupdated', '', null],
  zsh: ['/bin', 'zsh', '', null],
  pixelmator: ['/Applications/Sketchpad Pro.app/Contents/MacOS', 'Sketchpad Pro', '', null],
} as const satisfies Record<string, ProgramRow>;

export type ProgramName = keyof typeof rows;

const known = new Map<string, Program>();

/** A program of the company's software list; `user` fills in the profile it is installed in. */
export function program(name: ProgramName, user = ''): Program {
  const key = `${name}/${user}`;
  let found = known.get(key);
  if (!found) {
    const [folder, fileName, description, company, product, version] = rows[name] as ProgramRow;
    const home = folder.replace('{user}', user);
    found = programAt(home, fileName, {
      content: `${folder}/${fileName}/${version ?? windowsVersion}`,
      ...(company === null || fileName === 'System'
        ? {}
        : {
            company: company ?? microsoft,
            product: product ?? windows,
            version: version ?? windowsVersion,
            description,
          }),
    });
    known.set(key, found);
  }
  return found;
}

export interface ProgramDetails {
  /** What the hashes are made of. */
  readonly content: string;
  readonly company?: string;
  readonly product?: string;
  readonly version?: string;
  readonly description?: string;
}

/** A program that is not on the company's list, for example what an attacker brought. */
export function programAt(folder: string, fileName: string, details: ProgramDetails): Program {
  const separator = folder.startsWith('/') ? '/' : '\\';
  const path = folder === '' ? fileName : `${folder}${separator}${fileName}`;
  const { sha1, sha256, md5, size } = hashesOf(details.content);
  const signer = details.company ?? null;
  const windowsFile = separator === '\\';
  const version = {
    CompanyName: details.company ?? null,
    ProductName: details.product ?? null,
    ProductVersion: details.version ?? null,
    InternalFileName: details.company ? fileName.replace(/\.exe$/i, '') : null,
    OriginalFileName: details.company ? fileName : null,
    FileDescription: details.description ?? null,
  };
  return {
    fileName,
    path,
    sha1,
    sha256,
    signer,
    subject: new Part({
      FileName: fileName,
      FolderPath: path,
      SHA1: sha1,
      SHA256: sha256,
      MD5: md5,
      FileSize: size,
    }),
    versionInfo: new Part(prefixed('ProcessVersionInfo', version)),
    actor: new Part({
      InitiatingProcessFileName: windowsFile ? fileName.toLowerCase() : fileName,
      InitiatingProcessFolderPath: windowsFile ? path.toLowerCase() : path,
      InitiatingProcessSHA1: sha1,
      InitiatingProcessSHA256: sha256,
      InitiatingProcessMD5: md5,
      InitiatingProcessFileSize: size,
      ...prefixed('InitiatingProcessVersionInfo', version),
      InitiatingProcessSignerType: signer === microsoft ? 'OsVendor' : signer ? 'Other' : 'Unknown',
      InitiatingProcessSignatureStatus: signer ? 'Valid' : 'Unsigned',
    }),
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, string | null>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
