import { hashesOf } from './programs.js';
import type { Random } from './random.js';
import { Part } from './record.js';

/** The invented company whose telemetry this is. */
export const company = {
  name: 'Brackwater Instruments',
  netbios: 'brackwater',
  dnsDomain: 'corp.brackwater.example',
  mailDomain: 'brackwater.example',
  publicIp: '203.0.113.10',
  domainSid: 'S-1-5-21-3048217755-1190442168-2761905113',
} as const;

export interface Account {
  readonly name: string;
  readonly domain: string;
  readonly sid: string | null;
  readonly upn: string | null;
  readonly objectId: string | null;
  readonly displayName: string;
  /** Columns of an event about the account. */
  readonly subject: Part;
  /** Of an event caused by a process that runs as it. */
  readonly actor: Part;
}

export interface Employee extends Account {
  readonly givenName: string;
  readonly surname: string;
  readonly department: Department;
  readonly jobTitle: string;
  readonly upn: string;
  readonly objectId: string;
  readonly sid: string;
}

export type Department =
  | 'Sales'
  | 'Finance'
  | 'Engineering'
  | 'Operations'
  | 'IT'
  | 'Design'
  | 'Management';

export type DeviceKind =
  | 'workstation'
  | 'domain-controller'
  | 'file-server'
  | 'database-server'
  | 'web-server'
  | 'build-server'
  | 'backup-server'
  | 'linux-server'
  | 'mac';

export interface Device {
  readonly kind: DeviceKind;
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly ip: string;
  readonly mac: string;
  readonly os: OperatingSystem;
  readonly owner: Employee | null;
  readonly azureDeviceId: string;
}

interface OperatingSystem {
  readonly platform: string;
  readonly version: string;
  readonly build: number;
  readonly distribution: string;
  readonly family: 'windows' | 'linux' | 'mac';
}

export interface Company {
  readonly employees: readonly Employee[];
  readonly devices: readonly Device[];
}

const operatingSystems = {
  windows11: {
    platform: 'Windows11',
    version: '22H2',
    build: 22621,
    distribution: '',
    family: 'windows',
  },
  windows10: {
    platform: 'Windows10',
    version: '22H2',
    build: 19045,
    distribution: '',
    family: 'windows',
  },
  server2022: {
    platform: 'WindowsServer2022',
    version: '21H2',
    build: 20348,
    distribution: '',
    family: 'windows',
  },
  server2019: {
    platform: 'WindowsServer2019',
    version: '1809',
    build: 17763,
    distribution: '',
    family: 'windows',
  },
  debian: { platform: 'Linux', version: '12.4', build: 0, distribution: 'Debian', family: 'linux' },
  ubuntu: { platform: 'Linux', version: '22.4', build: 0, distribution: 'Ubuntu', family: 'linux' },
  macOs: { platform: 'macOS', version: '14.3', build: 23, distribution: '', family: 'mac' },
} as const satisfies Record<string, OperatingSystem>;

// Given name, surname, department, job title. The first eighteen have workstations of their own.
const staff: readonly (readonly [string, string, Department, string])[] = [
  ['Mila', 'Okafor', 'Finance', 'Accounts payable clerk'],
  ['Jonas', 'Lindqvist', 'Finance', 'Controller'],
  ['Priya', 'Raman', 'Engineering', 'Firmware engineer'],
  ['Tomasz', 'Wolny', 'Engineering', 'Software engineer'],
  ['Aiko', 'Marsh', 'Engineering', 'Test engineer'],
  ['Lucía', 'Ferrer', 'Sales', 'Account manager'],
  ['Henrik', 'Dahl', 'Sales', 'Sales engineer'],
  ['Noor', 'Haddad', 'Sales', 'Sales assistant'],
  ['Gwen', 'Pritchard', 'Operations', 'Logistics planner'],
  ['Samuel', 'Adeyemi', 'Operations', 'Production lead'],
  ['Ingrid', 'Sommer', 'Operations', 'Purchasing'],
  ['Pavel', 'Novotny', 'IT', 'System administrator'],
  ['Ruth', 'Castellano', 'IT', 'Service desk'],
  ['Elise', 'Vandamme', 'Management', 'Managing director'],
  ['Omar', 'Benali', 'Management', 'Head of operations'],
  ['Kirsten', 'Bjerg', 'Sales', 'Account manager'],
  ['Diego', 'Salas', 'Engineering', 'Calibration engineer'],
  ['Hannah', 'Whitlock', 'Finance', 'Payroll clerk'],
  ['Yuki', 'Tanaka', 'Design', 'Industrial designer'],
  ['Marek', 'Zielinski', 'Operations', 'Warehouse'],
  ['Amara', 'Diallo', 'Operations', 'Quality'],
  ['Björn', 'Ek', 'Engineering', 'Engineering manager'],
];

const servers: readonly (readonly [
  name: string,
  kind: DeviceKind,
  os: keyof typeof operatingSystems,
])[] = [
  ['bw-dc01', 'domain-controller', 'server2022'],
  ['bw-fs01', 'file-server', 'server2022'],
  ['bw-sql01', 'database-server', 'server2019'],
  ['bw-web01', 'web-server', 'server2022'],
  ['bw-build01', 'build-server', 'server2022'],
  ['bw-bkp01', 'backup-server', 'server2019'],
  ['bw-lx01', 'linux-server', 'debian'],
  ['bw-lx02', 'linux-server', 'ubuntu'],
];

function account(
  name: string,
  domain: string,
  sid: string | null,
  upn: string | null = null,
  objectId: string | null = null,
  displayName = name,
): Account {
  return {
    name,
    domain,
    sid,
    upn,
    objectId,
    displayName,
    subject: new Part({
      AccountDomain: domain,
      AccountName: name,
      AccountSid: sid,
      AccountUpn: upn,
      AccountObjectId: objectId,
    }),
    actor: new Part({
      InitiatingProcessAccountDomain: domain,
      InitiatingProcessAccountName: name,
      InitiatingProcessAccountSid: sid,
      InitiatingProcessAccountUpn: upn,
      InitiatingProcessAccountObjectId: objectId,
    }),
  };
}

/** Accounts of the operating systems and of services. */
export const accounts = {
  system: account('system', 'nt authority', 'S-1-5-18'),
  localService: account('local service', 'nt authority', 'S-1-5-19'),
  networkService: account('network service', 'nt authority', 'S-1-5-20'),
  webPool: account(
    'defaultapppool',
    'iis apppool',
    'S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415',
  ),
  sqlService: account('svc-sql', company.netbios, `${company.domainSid}-1301`),
  backupService: account('svc-backup', company.netbios, `${company.domainSid}-1302`),
  buildService: account('svc-build', company.netbios, `${company.domainSid}-1303`),
  domainAdmin: account('adm-novotny', company.netbios, `${company.domainSid}-1290`),
  root: account('root', 'bw-lx', null),
  www: account('www-data', 'bw-lx', null),
  deploy: account('deploy', 'bw-lx', null),
} as const;

/** The machine's own account in the domain. */
export function machineAccount(device: Device): Account {
  const host = device.name.split('.')[0] ?? device.name;
  return account(
    `${host}$`,
    company.netbios,
    `${company.domainSid}-${2000 + (Number.parseInt(device.id.slice(0, 4), 16) % 4000)}`,
  );
}

/**
 * The company's people and devices. `workstations` beyond the eighteen of its first staff are filled
 * with numbered colleagues, so that a benchmark can have a fleet of any size.
 */
export function foundCompany(random: Random, workstations: number): Company {
  const people = staff.map(([givenName, surname, department, jobTitle], index) =>
    employee(random, givenName, surname, department, jobTitle, index),
  );
  for (let index = people.length; people.length < workstations + 4; index++) {
    const [givenName] = random.pick(staff);
    const [, surname, department, jobTitle] = random.pick(staff);
    people.push(employee(random, givenName, `${surname}${index}`, department, jobTitle, index));
  }
  const owners = people.filter(({ department }) => department !== 'Design').slice(0, workstations);
  const designer = people.find(({ department }) => department === 'Design') ?? null;
  const devices = [
    ...owners.map((owner, index) =>
      device(
        random,
        `bw-ws${String(index + 1).padStart(3, '0')}`,
        'workstation',
        operatingSystems[index % 5 === 4 ? 'windows10' : 'windows11'],
        owner,
        `10.20.${1 + Math.floor(index / 200)}.${20 + (index % 200)}`,
      ),
    ),
    ...servers.map(([name, kind, os], index) =>
      device(random, name, kind, operatingSystems[os], null, `10.20.0.${10 + index}`),
    ),
    device(random, 'bw-mac01', 'mac', operatingSystems.macOs, designer, '10.20.1.240'),
  ];
  return { employees: people, devices };
}

function employee(
  random: Random,
  givenName: string,
  surname: string,
  department: Department,
  jobTitle: string,
  index: number,
): Employee {
  const plain = (text: string) =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z0-9]/g, '')
      .toLowerCase();
  const name = `${plain(givenName).slice(0, 1)}${plain(surname)}`;
  const upn = `${plain(givenName)}.${plain(surname)}@${company.mailDomain}`;
  const sid = `${company.domainSid}-${1104 + index}`;
  const person = account(name, company.netbios, sid, upn, random.guid(), `${givenName} ${surname}`);
  return {
    ...person,
    sid,
    upn,
    objectId: person.objectId ?? '',
    givenName,
    surname,
    department,
    jobTitle,
  };
}

function device(
  random: Random,
  host: string,
  kind: DeviceKind,
  os: OperatingSystem,
  owner: Employee | null,
  ip: string,
): Device {
  const name = `${host}.${company.dnsDomain}`;
  return {
    kind,
    id: hashesOf(`device ${name} ${random.hex(8)}`).sha1,
    name,
    group: kind === 'workstation' || kind === 'mac' ? 'Workstations' : 'Servers',
    ip,
    mac: `00:16:3e:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}`.toUpperCase(),
    os,
    owner,
    azureDeviceId: random.guid(),
  };
}
