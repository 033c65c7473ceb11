import type { Activity } from './activities/activity.js';
import { type Directory, directoryOf } from './activities/directory.js';
import { reportCertificate, reportDevice, reportIdentities } from './activities/inventory.js';
import { type Organisation, organisationActivities } from './activities/organisation.js';
import { serverActivities } from './activities/servers.js';
import { linuxActivities, macActivities } from './activities/unix.js';
import { workstationActivities } from './activities/workstation.js';
import type { Attack, PlantedFinding, Stage } from './attacks/attack.js';
import { invoice } from './attacks/invoice.js';
import { ransomware } from './attacks/ransomware.js';
import { webShell } from './attacks/web-shell.js';
import { foundCompany } from './company.js';
import { Host, type Recorder } from './host.js';
import { Lottery, Random } from './random.js';
import { Clock, day, hour, type Moment, minute } from './time.js';

/** What something in the company does next, at work and outside working hours. */
interface Actor {
  readonly weight: { readonly atWork: number; readonly atRest: number };
  readonly atWork: Lottery<(clock: Clock) => void>;
  readonly atRest: Lottery<(clock: Clock) => void>;
}

/** The company with everything in it, ready to be played. */
export class World {
  readonly start: Moment;
  readonly end: Moment;
  readonly #random: Random;
  readonly #record: Recorder;
  readonly #hosts: readonly Host[];
  readonly #organisation: Organisation;
  readonly #atWork: Lottery<Actor>;
  readonly #atRest: Lottery<Actor>;

  constructor(
    options: { seed: string; start: Moment; end: Moment; workstations: number },
    record: Recorder,
  ) {
    const random = new Random(options.seed);
    const { employees, devices } = foundCompany(random.fork('company'), options.workstations);
    this.start = options.start;
    this.end = options.end;
    this.#record = record;
    this.#random = random.fork('background');
    this.#hosts = devices.map(
      (device) => new Host(device, random.fork(device.name), options.start, record),
    );
    this.#organisation = { employees, record, random: random.fork('organisation') };
    const directory = directoryOf(this.#hosts);
    const actors = [
      ...this.#hosts.map((host) => hostActor(host, directory)),
      organisationActor(this.#organisation),
    ];
    this.#atWork = new Lottery(actors, ({ weight }) => weight.atWork);
    this.#atRest = new Lottery(actors, ({ weight }) => weight.atRest);
  }

  /** Something that happens somewhere in the company at that moment. */
  act(at: Moment): void {
    const working = isWorkingTime(at);
    const actor = (working ? this.#atWork : this.#atRest).draw(this.#random);
    const activity = (working ? actor.atWork : actor.atRest).draw(this.#random);
    activity(this.#clock(at));
  }

  /** The snapshots that fall between two moments. */
  report(from: Moment, to: Moment): void {
    for (const [index, host] of this.#hosts.entries()) {
      // Each device at its own minutes, like everything that was installed at some time.
      const offset = ((index * 37) % 360) * minute;
      if (comesUp(from, to, 6 * hour, offset)) reportDevice(host, from + (index % 290) * 1_000_000);
      if (host.device.os.family === 'windows' && comesUp(from, to, day, offset + hour)) {
        reportCertificate(host, from + 2_000_000);
      }
    }
    if (comesUp(from, to, day, 4 * hour)) reportIdentities(this.#organisation, from);
  }

  /** Plays the attacks; to be done before anything else, so that their answers depend on nothing else. */
  attack(): readonly PlantedFinding[] {
    const window = this.end - this.start;
    const earlyEnough = this.end - Math.max(8 * hour, 0.15 * window);
    const attacks: readonly (readonly [string, Attack, Moment])[] = [
      ['web shell', webShell, this.start + Math.floor(0.55 * window)],
      ['invoice', invoice, lastWorkday(earlyEnough, this.start)],
      ['ransomware', ransomware, this.end - 2 * hour],
    ];
    const stage: Stage = {
      random: this.#random.fork('attacks'),
      organisation: this.#organisation,
      record: this.#record,
      end: this.end,
      clock: (at) => this.#clock(at),
      host: (name) => {
        const host = this.#hosts.find(({ device }) => device.name.startsWith(`${name}.`));
        if (!host) throw new Error(`there is no device ${name}`);
        return host;
      },
    };
    return attacks.flatMap(([name, attack, start]) =>
      attack(stage, start).map((finding) => ({ attack: name, ...finding })),
    );
  }

  #clock(at: Moment): Clock {
    return new Clock(at, () => this.#random.fraction());
  }
}

const weights = {
  workstation: { atWork: 10, atRest: 1.5 },
  'domain-controller': { atWork: 10, atRest: 5 },
  'file-server': { atWork: 10, atRest: 3 },
  'database-server': { atWork: 6, atRest: 5 },
  'web-server': { atWork: 6, atRest: 5 },
  'build-server': { atWork: 5, atRest: 3 },
  'backup-server': { atWork: 3, atRest: 5 },
  'linux-server': { atWork: 5, atRest: 5 },
  mac: { atWork: 6, atRest: 1 },
} as const;

function hostActor(host: Host, directory: Directory): Actor {
  const { kind } = host.device;
  const activities = activitiesOf(host, directory);
  const lottery = (possible: readonly Activity[]) => {
    const draws = possible.map(({ weight, run }) => ({
      weight,
      run: (clock: Clock) => run(host, clock),
    }));
    return runs(draws);
  };
  return {
    weight: weights[kind],
    atWork: lottery(activities),
    atRest: lottery(activities.filter(({ hours }) => hours === 'any')),
  };
}

function activitiesOf(host: Host, directory: Directory): readonly Activity[] {
  switch (host.device.kind) {
    case 'workstation':
      return workstationActivities(host);
    case 'mac':
      return macActivities;
    case 'linux-server':
      return linuxActivities;
    default:
      return serverActivities(host.device.kind, directory);
  }
}

function organisationActor(organisation: Organisation): Actor {
  const draws = organisationActivities.map(({ weight, run }) => ({
    weight,
    run: (clock: Clock) => run(organisation, clock),
  }));
  return {
    // It grows with the company.
    weight: { atWork: organisation.employees.length, atRest: organisation.employees.length / 5 },
    atWork: runs(draws),
    atRest: runs(draws),
  };
}

interface Draw {
  readonly weight: number;
  readonly run: (clock: Clock) => void;
}

function runs(draws: readonly Draw[]): Lottery<Draw['run']> {
  const byRun = new Map(draws.map(({ weight, run }) => [run, weight]));
  return new Lottery([...byRun.keys()], (run) => byRun.get(run) ?? 0);
}

// The company sits in one place, an hour ahead of UTC.
const timeZone = hour;

/** How busy the company is at each hour of a working day, against its busiest. */
const hours = [
  0.22, 0.2, 0.2, 0.2, 0.22, 0.25, 0.35, 0.6, 0.9, 1, 1, 0.95, 0.7, 0.85, 1, 0.95, 0.8, 0.55, 0.4,
  0.35, 0.3, 0.28, 0.25, 0.22,
];

function localHour(at: Moment): number {
  return Math.floor(((at + timeZone) % day) / hour);
}

function isWorkday(at: Moment): boolean {
  // 1970 began on a Thursday.
  const weekday = (Math.floor((at + timeZone) / day) + 4) % 7;
  return weekday !== 0 && weekday !== 6;
}

function isWorkingTime(at: Moment): boolean {
  const now = localHour(at);
  return isWorkday(at) && now >= 7 && now < 18;
}

/** How busy the company is, from 0 to 1. */
export function activityLevel(at: Moment): number {
  const level = hours[localHour(at)] ?? 0;
  return isWorkday(at) ? level : 0.15 + level * 0.1;
}

/** Whether something that happens every `period` happens from `from` to before `to`. */
function comesUp(from: Moment, to: Moment, period: number, offset: number): boolean {
  return Math.floor((to - 1 - offset) / period) > Math.floor((from - 1 - offset) / period);
}

/** 10:12 of the last working day before a moment. */
function lastWorkday(before: Moment, notBefore: Moment): Moment {
  let at = before - ((before + timeZone) % day) + 10 * hour + 12 * minute;
  while (at > before || !isWorkday(at)) at -= day;
  return Math.max(at, notBefore + hour);
}
