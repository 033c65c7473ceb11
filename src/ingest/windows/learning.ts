import type { Correlation } from '../correlation/correlation.js';
import type { Device } from '../correlation/devices.js';
import { knownGuid, knownImage, rank } from '../correlation/process.js';
import { labelOf } from '../correlation/processes.js';
import type { WindowsEvent } from './event.js';
import { ruleFor } from './logs.js';
import { type Lent, type Twin, twinToleranceMs } from './rule.js';
import { isSysmon } from './shapes.js';
import { envelopeTime, eventTime, learnClock, statedTime } from './time.js';
import { nobody, onVolume, pidOf, present, sidOfLogon, wellKnownAccounts } from './values.js';

const sysmonProvider = 'microsoft-windows-sysmon';
const securityProvider = 'microsoft-windows-security-auditing';

/** Learns from the events of one stream what others of it need to be understood. */
export class Learning {
  readonly #correlation: Correlation;
  /** What needs the devices' clocks, which are known when all of the stream has been seen. */
  #later: (() => void)[] = [];
  /** Processes whose images are named by volumes. */
  #onVolumes = new Map<string, () => void>();
  /** Events that need to be lent something to tell as much as their twins. */
  #borrowers: (() => void)[] = [];

  constructor(correlation: Correlation) {
    this.#correlation = correlation;
  }

  /** Whether an event has something to teach although it becomes no row. */
  static teaches({ provider }: Pick<WindowsEvent, 'provider'>): boolean {
    return provider === securityProvider || provider.endsWith('sysmon');
  }

  learn(event: WindowsEvent): void {
    const device = this.#correlation.devices.of(event.computer);
    device.platform ??= event.provider === 'linux-sysmon' ? 'Linux' : 'Windows';
    if (isSysmon(event)) {
      learnClock(event, device);
      this.#sysmon(event, device);
    } else if (event.provider === securityProvider) {
      this.#security(event, device);
    }
    const twin = ruleFor(event.provider, event.id)?.twin;
    if (twin) {
      this.#twin(event, device, twin);
    }
  }

  /** All of the stream has been seen. */
  finish(): void {
    for (const work of [...this.#later, ...this.#onVolumes.values(), ...this.#borrowers]) {
      work();
    }
    this.#later = [];
    this.#borrowers = [];
    this.#onVolumes = new Map();
    this.#correlation.epoch++;
  }

  #sysmon(event: WindowsEvent, device: Device): void {
    const { data, id } = event;
    const ms = statedTime(event)?.milliseconds ?? envelopeTime(event)?.milliseconds;
    if (ms === undefined) {
      return;
    }
    if (id === 1) {
      this.#sysmonStart(event, device, ms);
      return;
    }
    const isBetween = id === 8 || id === 10;
    this.#mention(event, device, ms, isBetween ? source : acting);
    if (isBetween) {
      this.#mention(event, device, ms, target);
    } else if (id === 5 && event.provider === sysmonProvider) {
      // On Linux the end of a thread is logged so, too.
      const guid = present(data.get('processguid'));
      const pid = pidOf(data.get('processid'));
      this.#correlation.processes.end(device.name, { guid, pid, ms });
    }
  }

  #mention(event: WindowsEvent, device: Device, ms: number, names: typeof acting): void {
    const { data } = event;
    const guid = present(data.get(names.guid));
    if (knownGuid(guid) !== undefined) {
      const image = knownImage(data.get(names.image));
      const pid = pidOf(present(data.get(names.pid)));
      const user = present(data.get(names.user));
      this.#correlation.processes.mention(device.name, { guid, pid, ms }, { image, user });
    }
  }

  #sysmonStart({ data }: WindowsEvent, device: Device, ms: number): void {
    const { processes } = this.#correlation;
    const text = (name: string) => present(data.get(name));
    const parent = {
      guid: text('parentprocessguid'),
      pid: pidOf(text('parentprocessid')),
      ms,
    };
    const parentImage = knownImage(text('parentimage'));
    const started = statedTime({ data });
    if (started) {
      processes.start(device.name, {
        guid: text('processguid'),
        pid: pidOf(text('processid')),
        startMs: ms,
        started: started.text,
        by: rank.sysmon,
        facts: {
          image: knownImage(text('image')),
          commandLine: text('commandline'),
          user: text('user'),
          logonId: text('logonid'),
          integrityLevel: text('integritylevel'),
          hashes: text('hashes'),
          company: text('company'),
          product: text('product'),
          fileVersion: text('fileversion'),
          originalFileName: text('originalfilename'),
          description: text('description'),
          session: text('terminalsessionid'),
          parentGuid: text('parentprocessguid'),
          parentPid: parent.pid,
          parentImage,
        },
      });
    }
    processes.mention(
      device.name,
      parent,
      {
        image: parentImage,
        commandLine: text('parentcommandline'),
        user: text('parentuser'),
      },
      rank.child,
    );
  }

  #security(event: WindowsEvent, device: Device): void {
    for (const names of accounts) {
      this.#account(event, names);
    }
    if (event.id === 4688) {
      this.#later.push(() => this.#securityStart(event, device));
    } else if (event.id === 4689) {
      this.#later.push(() => this.#securityEnd(event, device));
    } else if (event.id === 4624) {
      learnUser(event, device);
    } else {
      this.#application(event, device);
    }
  }

  /** What filters the network names processes by volumes, other logs by letters. */
  #application(event: WindowsEvent, device: Device): void {
    const image = event.data.get('application');
    const pid = pidOf(event.data.get('processid'));
    const [volume, path] = (image && onVolume(image)) || [];
    if (pid === undefined || volume === undefined) {
      return;
    }
    // The number of a volume may be another one's after a restart: of a known one, the last process will do.
    const isKnown = device.volumes.has(volume);
    const key = `${device.name}\n${volume}${isKnown ? '' : `\n${pid}\n${image}`}`;
    const isNew = !this.#onVolumes.has(key);
    if (isNew ? this.#onVolumes.size >= mostOnVolumes : !isKnown) {
      return;
    }
    this.#onVolumes.set(key, () => {
      const ms = eventTime(event, device)?.milliseconds;
      const { processes } = this.#correlation;
      const process =
        ms === undefined ? undefined : processes.find(device.name, { pid, image, ms });
      const [, letter, rest] = onLetter.exec(process?.facts.image ?? '') ?? [];
      if (letter !== undefined && rest?.toLowerCase() === path) {
        device.learnVolume(volume, letter.toUpperCase());
      }
    });
  }

  #account({ data }: WindowsEvent, names: (typeof accounts)[number]): void {
    const sid = data.get(names.sid);
    if (sid === undefined || !(ownSid.test(sid) || sid in wellKnownAccounts)) {
      return;
    }
    const name = present(data.get(names.user));
    const domain = present(data.get(names.domain));
    // The system itself appears under the machine's name, too, which has another SID.
    const isOwn = !(sid in wellKnownAccounts && name?.endsWith('$'));
    if (name !== undefined && domain !== undefined && isOwn) {
      this.#correlation.accounts.learn(`${domain}\\${name}`, sid);
    }
  }

  #securityStart(event: WindowsEvent, device: Device): void {
    const { data } = event;
    const time = eventTime(event, device);
    const text = (name: string) => present(data.get(name));
    if (time === undefined) {
      return;
    }
    const ofTarget = text('targetusername') !== undefined;
    const [who, sidName] = ofTarget ? ['target', 'targetusersid'] : ['subject', 'subjectusersid'];
    const [domain, name] = [text(`${who}domainname`), text(`${who}username`)];
    const given = text(sidName);
    const sid =
      given === undefined || given === nobody ? sidOfLogon(text(`${who}logonid`) ?? '') : given;
    const pid = pidOf(text('newprocessid'));
    const image = text('newprocessname');
    const known = this.#correlation.processes.start(device.name, {
      pid,
      startMs: time.milliseconds,
      started: time.text,
      by: rank.security,
      facts: {
        image,
        commandLine: text('commandline'),
        user:
          (sid && wellKnownAccounts[sid]) ??
          (name === undefined ? undefined : [domain, name].filter((part) => part).join('\\')),
        sid,
        logonId: text(`${who}logonid`),
        tokenElevation: text('tokenelevationtype'),
        integrityLevel: text('mandatorylabel'),
        parentPid: pidOf(text('processid')),
        parentImage: text('parentprocessname'),
      },
    });
    known.learn({ tokenElevation: text('tokenelevationtype') }, rank.mention);
  }

  #securityEnd(event: WindowsEvent, device: Device): void {
    const ms = eventTime(event, device)?.milliseconds;
    const pid = pidOf(present(event.data.get('processid')));
    if (ms !== undefined && pid !== undefined) {
      const image = knownImage(event.data.get('processname'));
      this.#correlation.processes.end(device.name, { pid, image, ms });
    }
  }

  #twin(event: WindowsEvent, device: Device, twin: Twin): void {
    const key = twin.key(event);
    if (key === undefined || (twin.role === 'secondary' && twin.lends === undefined)) {
      return;
    }
    if (twin.role === 'primary' && twin.rowKey && twin.rowKey(event) === undefined) {
      this.#borrowers.push(() => this.#noteBorrower(event, device, twin));
      return;
    }
    const full = twinKey(device, twin, key);
    // With its own time it needs no clock, and there are many of them.
    if (event.data.get('utctime') !== undefined && twin.kind !== 'query') {
      this.#noteTwin(event, device, twin, full);
    } else {
      this.#later.push(() => this.#noteTwin(event, device, twin, full));
    }
  }

  #noteBorrower(event: WindowsEvent, device: Device, twin: Twin): void {
    const ms = eventTime(event, device)?.milliseconds;
    const key = ms === undefined ? undefined : twin.key(event);
    if (ms === undefined || key === undefined) {
      return;
    }
    const told = rowKeyOf(twin, event, device, ms, this.#correlation);
    const full = told === undefined ? aloneKey(device, twin, key) : twinKey(device, twin, told);
    this.#correlation.notePrimary({ key: full, device: device.name, ms });
  }

  #noteTwin(event: WindowsEvent, device: Device, { role, lends = [] }: Twin, key: string): void {
    const ms = eventTime(event, device)?.milliseconds;
    if (ms === undefined) {
      return;
    }
    const occurrence = { key, device: device.name, ms };
    if (role === 'primary') {
      this.#correlation.notePrimary(occurrence);
    } else {
      this.#correlation.secondaries.add(occurrence, lent(event, lends));
    }
  }
}

/** In one stream; one that is known is enough for each volume. */
const mostOnVolumes = 10_000;
const onLetter = /^([a-z]:)\\([\s\S]*)$/i;

/** Of accounts of a domain or machine, and of virtual ones (services, application pools, DWM-1, UMFD-0). */
const ownSid = /^S-1-5-(?:21|80|82|83|87|90|96)-/;

/** Where the Security log names accounts with their SIDs. */
const accounts = [
  { sid: 'subjectusersid', user: 'subjectusername', domain: 'subjectdomainname' },
  { sid: 'targetusersid', user: 'targetusername', domain: 'targetdomainname' },
  { sid: 'targetsid', user: 'targetusername', domain: 'targetdomainname' },
];

/** The users are there since Sysmon 13.30. */
const acting = { guid: 'processguid', pid: 'processid', image: 'image', user: 'user' };
const source: typeof acting = {
  guid: 'sourceprocessguid',
  pid: 'sourceprocessid',
  image: 'sourceimage',
  user: 'sourceuser',
};
const target: typeof acting = {
  guid: 'targetprocessguid',
  pid: 'targetprocessid',
  image: 'targetimage',
  user: 'targetuser',
};

/** A key among those of all devices. */
export function twinKey(device: Device, { kind }: Pick<Twin, 'kind'>, key: string): string {
  return `${labelOf(device.name)}\n${kind}\n${key}`;
}

/** A key of events whose rows were made before they could be lent anything. */
function aloneKey(device: Device, twin: Twin, key: string): string {
  return twinKey(device, twin, `${key}\nalone`);
}

/** How near two events of such a key are that are one. */
const aloneMs = 1_000;

/** What is the same for the rows of two events; undefined: both are rows. */
export function rowKeyOf(
  twin: Twin,
  event: WindowsEvent,
  device: Device,
  ms: number,
  correlation: Correlation,
): string | undefined {
  const key = twin.key(event);
  const own = twin.rowKey ? twin.rowKey(event) : key;
  if (own !== undefined || key === undefined || twin.role === 'secondary') {
    return own;
  }
  const alone = { key: aloneKey(device, twin, key), device: device.name, ms };
  return correlation.isToldByPrimary(alone, aloneMs)
    ? undefined
    : twin.rowKey?.(event, lentBy(twin, event, device, ms, correlation));
}

/** What the event that is nearest lends this one. */
export function lentBy(
  twin: Pick<Twin, 'kind' | 'key'>,
  event: WindowsEvent,
  device: Device,
  ms: number,
  { secondaries }: Correlation,
): Lent | undefined {
  const key = twin.key(event);
  return key === undefined
    ? undefined
    : secondaries.near(
        { key: twinKey(device, twin, key), device: device.name, ms },
        twinToleranceMs[twin.kind],
      );
}

function lent({ data }: WindowsEvent, names: readonly string[]): Lent {
  return Object.fromEntries(names.map((name) => [name, present(data.get(name)) ?? '']));
}

/** Logons at the device itself. */
const interactive = new Set(['2', '7', '10', '11']);

function learnUser({ data }: WindowsEvent, device: Device): void {
  const [name, domain, sid] = ['targetusername', 'targetdomainname', 'targetusersid'].map((field) =>
    present(data.get(field)),
  );
  const isPerson = sid?.startsWith('S-1-5-21-') === true && name?.endsWith('$') === false;
  if (isPerson && interactive.has(data.get('logontype')?.trim() ?? '')) {
    device.sawUser({ UserName: name, DomainName: domain ?? '', Sid: sid });
  }
}
