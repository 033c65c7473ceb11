import { type Account, accounts, type Device } from './company.js';
import { addressType, type Destination } from './internet.js';
import { hashesOf, type Program, type ProgramName, program } from './programs.js';
import type { Random } from './random.js';
import { type EventDevice, type Fields, Part } from './record.js';
import { day, formatMoment, hour, type Moment } from './time.js';

/** Takes one event of the simulation. */
export type Recorder = (
  table: string,
  at: Moment,
  device: EventDevice | null,
  fields: Fields,
  parts?: readonly Part[],
) => void;

export type Integrity = 'Low' | 'Medium' | 'High' | 'System';

export interface Process {
  readonly id: number;
  readonly program: Program;
  readonly commandLine: string;
  readonly startedAt: Moment;
  readonly account: Account;
  readonly integrity: Integrity;
  readonly sessionId: number;
  /** Columns of an event that it causes. */
  readonly actor: readonly Part[];
}

export interface ProcessOptions {
  readonly account?: Account;
  readonly integrity?: Integrity;
  readonly additionalFields?: string;
}

export interface FileOptions {
  /** What the hashes are made of; without it the file has none. */
  readonly content?: string;
  readonly size?: number;
  readonly originUrl?: string;
  readonly referrerUrl?: string;
  readonly originAddress?: string;
  readonly previousPath?: string;
  /** Over the network: who wrote it, and from where. */
  readonly share?: { readonly name: string; readonly account: Account; readonly address: string };
}

export interface LogonOptions {
  readonly type:
    | 'Interactive'
    | 'Unlock'
    | 'Network'
    | 'RemoteInteractive'
    | 'Service'
    | 'Batch'
    | 'Local';
  readonly account: Account;
  readonly protocol?: 'Kerberos' | 'NTLM' | 'Negotiate';
  readonly from?: { readonly name: string | null; readonly address: string };
  readonly failure?: 'InvalidUserNameOrPassword' | 'AccountDisabled';
  readonly isLocalAdmin?: boolean;
}

const elevations = {
  Low: 'TokenElevationTypeLimited',
  Medium: 'TokenElevationTypeLimited',
  High: 'TokenElevationTypeFull',
  System: 'TokenElevationTypeDefault',
} as const satisfies Record<Integrity, string>;

/** How long a program that stays open (a browser, a mail client) runs before it is started again. */
const residentLife = 11 * hour;

/** A device with a life: what runs on it, and the events that this leaves behind. */
export class Host {
  readonly device: Device;
  readonly random: Random;
  readonly system: Process;
  /** The first process of everything that services start. */
  readonly services: Process;
  readonly lsass: Process;
  /** The process that sessions begin with; on Unix the same as `services`. */
  readonly winlogon: Process;
  /** The user's shell; on servers and Unix the same as `services`. */
  readonly shell: Process;
  readonly #record: Recorder;
  readonly #residents = new Map<string, Process>();
  #processCounter = 700;
  #reportCounter = 0;

  constructor(device: Device, random: Random, start: Moment, record: Recorder) {
    this.device = device;
    this.random = random;
    this.#record = record;
    const bootedAt = start - random.integer(1, 6) * day - random.integer(0, 20 * 3600) * 1_000_000;
    const root = (name: ProgramName, id: number, parent: Process | null, commandLine: string) =>
      this.#make(parent, program(name), commandLine, bootedAt + id * 1_370, id, {
        account: device.os.family === 'windows' ? accounts.system : accounts.root,
        integrity: 'System',
      });
    if (device.os.family === 'windows') {
      this.system = root('system', 4, null, '');
      const wininit = root('wininit', 612, this.system, 'wininit.exe');
      this.services = root('services', 648, wininit, 'services.exe');
      this.lsass = root('lsass', 660, wininit, 'C:\\Windows\\system32\\lsass.exe');
      this.winlogon = root('winlogon', 708, this.system, 'winlogon.exe');
      this.shell = device.owner
        ? this.#make(
            root('userinit', 4_980, this.winlogon, 'C:\\Windows\\system32\\userinit.exe'),
            program('explorer'),
            'C:\\Windows\\Explorer.EXE',
            bootedAt + 60_000_000,
            5_236,
            { account: device.owner, integrity: 'Medium' },
          )
        : this.services;
    } else {
      const first = root(
        device.os.family === 'mac' ? 'launchd' : 'systemd',
        1,
        null,
        device.os.family === 'mac' ? '/sbin/launchd' : '/usr/lib/systemd/systemd --system',
      );
      this.system = first;
      this.services = first;
      this.lsass = first;
      this.winlogon = first;
      this.shell = first;
    }
  }

  /** The account of the person at the device, or the system's. */
  get user(): Account {
    return this.device.owner ?? this.services.account;
  }

  /** The user's profile folder. */
  get home(): string {
    return this.device.os.family === 'mac'
      ? `/Users/${this.user.name}`
      : `C:\\Users\\${this.user.name}`;
  }

  /** Starts a process: `ProcessCreated`. */
  start(
    parent: Process,
    started: Program,
    commandLine: string,
    at: Moment,
    options: ProcessOptions = {},
  ): Process {
    // Process ids of Windows are multiples of four.
    this.#processCounter =
      2_000 + ((this.#processCounter + 4 * this.random.integer(1, 60)) % 60_000);
    const id = this.#processCounter - (this.#processCounter % 4);
    const process = this.#make(parent, started, commandLine, at, id, options);
    this.#record(
      'DeviceProcessEvents',
      at,
      this.device,
      {
        ActionType: 'ProcessCreated',
        ProcessId: process.id,
        ProcessCommandLine: commandLine,
        ProcessIntegrityLevel: process.integrity,
        ProcessTokenElevation: elevations[process.integrity],
        ProcessCreationTime: formatMoment(at),
        LogonId: logonIdOf(process.account),
        CreatedProcessSessionId: process.sessionId,
        IsProcessRemoteSession: false,
        ProcessUniqueId: String(process.id + Math.floor(at / 1000) * 100_000),
        AdditionalFields: options.additionalFields ?? null,
        ReportId: this.#nextReport(),
      },
      [started.subject, started.versionInfo, process.account.subject, ...parent.actor],
    );
    return process;
  }

  /** A desktop of somebody who has logged on: winlogon, userinit, explorer. */
  desktop(account: Account, integrity: Integrity, at: Moment): Process {
    const session = { account, integrity };
    const userinit = program('userinit');
    const starting = this.start(this.winlogon, userinit, userinit.path, at, session);
    return this.start(starting, program('explorer'), 'C:\\Windows\\Explorer.EXE', at + 210_000);
  }

  /** A program that stays open; started when it is not running. */
  resident(name: ProgramName, commandLine: string, at: Moment, parent = this.shell): Process {
    const running = this.#residents.get(name);
    const age = running ? at - running.startedAt : -1;
    if (running && age >= 0 && age < residentLife) return running;
    const started = this.start(parent, program(name, this.user.name), commandLine, at);
    this.#residents.set(name, started);
    return started;
  }

  /** A service: already running when the simulation starts, so no event shows its start. */
  service(name: ProgramName, commandLine: string, account: Account = accounts.system): Process {
    const key = `${name} ${commandLine}`;
    let running = this.#residents.get(key);
    if (!running) {
      const id = 800 + 4 * this.#residents.size;
      running = this.#make(
        this.services,
        program(name),
        commandLine,
        this.services.startedAt + id * 2_100,
        id,
        { account, integrity: 'System' },
      );
      this.#residents.set(key, running);
    }
    return running;
  }

  #make(
    parent: Process | null,
    started: Program,
    commandLine: string,
    at: Moment,
    id: number,
    options: ProcessOptions,
  ): Process {
    const account = options.account ?? parent?.account ?? accounts.system;
    const integrity =
      options.integrity ?? (account === parent?.account ? parent.integrity : 'Medium');
    const sessionId = integrity === 'System' ? 0 : 1;
    const own = new Part({
      InitiatingProcessId: id,
      InitiatingProcessCommandLine: commandLine,
      InitiatingProcessCreationTime: formatMoment(at),
      InitiatingProcessIntegrityLevel: integrity,
      InitiatingProcessTokenElevation: elevations[integrity],
      InitiatingProcessLogonId: logonIdOf(account),
      InitiatingProcessParentId: parent?.id ?? 0,
      InitiatingProcessParentFileName: parent?.program.fileName ?? null,
      InitiatingProcessParentCreationTime: parent ? formatMoment(parent.startedAt) : null,
      InitiatingProcessSessionId: sessionId,
      IsInitiatingProcessRemoteSession: false,
      InitiatingProcessUniqueId: String(id + Math.floor(at / 1000) * 100_000),
    });
    return {
      id,
      program: started,
      commandLine,
      startedAt: at,
      account,
      integrity,
      sessionId,
      actor: [started.actor, account.actor, own],
    };
  }

  /** A connection out of the device. */
  connect(process: Process, to: Destination, at: Moment, action = 'ConnectionSuccess'): void {
    this.#network(process, at, {
      ActionType: action,
      RemoteIP: to.address,
      RemotePort: to.port,
      RemoteUrl: to.name,
      LocalIP: this.device.ip,
      LocalPort: 49_152 + this.random.integer(0, 16_000),
      Protocol: to.port === 53 ? 'Udp' : 'Tcp',
      RemoteIPType: addressType(to.address),
    });
  }

  /** A connection into the device. */
  accept(process: Process, from: string, port: number, at: Moment): void {
    this.#network(process, at, {
      ActionType: 'InboundConnectionAccepted',
      RemoteIP: from,
      RemotePort: 49_152 + this.random.integer(0, 16_000),
      RemoteUrl: null,
      LocalIP: this.device.ip,
      LocalPort: port,
      Protocol: port === 53 ? 'Udp' : 'Tcp',
      RemoteIPType: addressType(from),
    });
  }

  #network(process: Process, at: Moment, fields: Fields): void {
    this.#record(
      'DeviceNetworkEvents',
      at,
      this.device,
      { ...fields, LocalIPType: 'Private', ReportId: this.#nextReport() },
      process.actor,
    );
  }

  /** What happened to a file: `FileCreated`, `FileModified`, `FileRenamed`, `FileDeleted`. */
  file(
    process: Process,
    action: string,
    path: string,
    at: Moment,
    options: FileOptions = {},
  ): void {
    const hashes = options.content === undefined ? undefined : hashesOf(options.content);
    const before = options.previousPath;
    this.#record(
      'DeviceFileEvents',
      at,
      this.device,
      {
        ActionType: action,
        FileName: nameOf(path),
        FolderPath: path,
        SHA1: hashes?.sha1 ?? null,
        SHA256: hashes?.sha256 ?? null,
        MD5: hashes?.md5 ?? null,
        FileSize: options.size ?? hashes?.size ?? this.random.integer(120, 900_000),
        FileOriginUrl: options.originUrl ?? null,
        FileOriginReferrerUrl: options.referrerUrl ?? null,
        FileOriginIP: options.originAddress ?? null,
        PreviousFolderPath: before === undefined ? null : folderOf(before),
        PreviousFileName: before === undefined ? null : nameOf(before),
        RequestProtocol: options.share ? 'Smb' : 'Local',
        RequestSourceIP: options.share?.address ?? null,
        RequestAccountName: (options.share?.account ?? process.account).name,
        RequestAccountDomain: (options.share?.account ?? process.account).domain,
        RequestAccountSid: (options.share?.account ?? process.account).sid,
        ShareName: options.share?.name ?? null,
        ReportId: this.#nextReport(),
      },
      process.actor,
    );
  }

  registry(
    process: Process,
    at: Moment,
    value: { key: string; name: string; data: string; type?: string; previous?: string },
    action = 'RegistryValueSet',
  ): void {
    this.#record(
      'DeviceRegistryEvents',
      at,
      this.device,
      {
        ActionType: action,
        RegistryKey: value.key,
        RegistryValueName: value.name,
        RegistryValueType: value.type ?? 'String',
        RegistryValueData: value.data,
        PreviousRegistryKey: value.key,
        PreviousRegistryValueName: value.name,
        PreviousRegistryValueData: value.previous ?? null,
        ReportId: this.#nextReport(),
      },
      process.actor,
    );
  }

  loadImage(process: Process, image: Program, at: Moment): void {
    this.#record(
      'DeviceImageLoadEvents',
      at,
      this.device,
      { ActionType: 'ImageLoaded', ReportId: this.#nextReport() },
      [image.subject, ...process.actor],
    );
  }

  logon(at: Moment, options: LogonOptions): void {
    const { account, from } = options;
    this.#record(
      'DeviceLogonEvents',
      at,
      this.device,
      {
        ActionType: options.failure ? 'LogonFailed' : 'LogonSuccess',
        LogonType: options.type,
        AccountDomain: account.domain,
        AccountName: account.name,
        AccountSid: options.failure ? null : account.sid,
        Protocol: options.protocol ?? 'Negotiate',
        FailureReason: options.failure ?? null,
        IsLocalAdmin: options.failure ? null : (options.isLocalAdmin ?? false),
        LogonId: options.failure ? 0 : this.random.uint32(),
        RemoteDeviceName: from?.name ?? null,
        RemoteIP: from?.address ?? null,
        RemoteIPType: from ? addressType(from.address) : null,
        RemotePort: from ? 49_152 + this.random.integer(0, 16_000) : null,
        AdditionalFields: JSON.stringify({ IsLocalLogon: !from }),
        ReportId: this.#nextReport(),
      },
      this.lsass.actor,
    );
  }

  /** Any other event of the device; `fields` beside `ActionType`, dynamic details as an object. */
  event(
    process: Process,
    action: string,
    at: Moment,
    details: Readonly<Record<string, unknown>> = {},
    fields: Fields = {},
    parts: readonly Part[] = [],
  ): void {
    this.#record(
      'DeviceEvents',
      at,
      this.device,
      {
        ActionType: action,
        ...fields,
        AdditionalFields: JSON.stringify(details),
        ReportId: this.#nextReport(),
      },
      [...parts, ...process.actor],
    );
  }

  /** A row of one of the device's snapshot tables. */
  snapshot(table: string, at: Moment, fields: Fields): void {
    // Snapshot rows number themselves beyond 2^53, as Defender's do.
    const ReportId = 638_000_000_000_000_000n + BigInt(Math.floor(at / 1000)) * 100n;
    this.#record(table, at, this.device, { ...fields, ReportId });
  }

  #nextReport(): number {
    this.#reportCounter += this.random.integer(1, 3);
    return this.#reportCounter;
  }
}

function logonIdOf(account: Account): number {
  if (account.sid === null) return 0;
  const last = Number(account.sid.slice(account.sid.lastIndexOf('-') + 1));
  return last < 100 ? 981 + last : 100_000 + last * 4_099;
}

function separatorOf(path: string): number {
  return Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
}

function nameOf(path: string): string {
  return path.slice(separatorOf(path) + 1);
}

function folderOf(path: string): string {
  return path.slice(0, separatorOf(path));
}
