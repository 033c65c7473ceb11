import { hash } from 'node:crypto';
import type { JsonValue } from '../json.js';
import { Clock } from './clock.js';
import { Generations } from './generations.js';
import { labelOf } from './processes.js';

/** An account of a device or its domain. */
export interface LoggedOnUser {
  readonly UserName: string;
  readonly DomainName: string;
  readonly Sid: string;
}

const mostAddresses = 32;
const mostUsers = 16;
const mostVolumes = 64;
const longestVolume = 32;
const mostFacts = 500;
/** In characters; what is longer is not kept. */
const longestFact = 4_096;
const longestAddress = 64;

/** A device that events have named. */
export class Device {
  /** Lower case, with its domain where that is known. */
  readonly name: string;
  /** Of the shape that Defender's have: 40 hex digits. */
  readonly id: string;
  readonly clock: Clock;
  /** Drive letters by volume: `harddiskvolume2` is `C:`. */
  readonly volumes = new Map<string, string>();
  /** Its own addresses, by when they were last seen, ms since 1970. */
  readonly addresses = new Map<string, number>();
  /** Who is logged on at it, by SID. */
  readonly users = new Map<string, LoggedOnUser>();
  platform: string | undefined;
  /** What sources that know it say of it: columns of DeviceInfo and DeviceNetworkInfo. */
  readonly about = new Map<string, JsonValue>();
  isDirty = true;
  /** What is known of it by now: another object where this one has been forgotten meanwhile. */
  latest: () => Device = () => this;
  /** Told of addresses that are new to it. */
  onAddress: (address: string) => void = () => undefined;

  constructor(name: string, clock = new Clock()) {
    this.name = name;
    this.id = deviceId(name);
    this.clock = clock;
  }

  /** The latest word counts. */
  learnAbout(facts: Readonly<Record<string, JsonValue | undefined>>): void {
    for (const name in facts) {
      const value = facts[name];
      const isNew = value !== undefined && value !== '' && this.about.get(name) !== value;
      if (isNew && !isTooLong(value) && (this.about.size < mostFacts || this.about.has(name))) {
        this.about.set(name, value);
        this.isDirty = true;
      }
    }
  }

  /** The latest word counts: volumes are numbered anew when the device starts. */
  learnVolume(volume: string, letter: string): void {
    if (this.volumes.get(volume) !== letter && volume.length <= longestVolume) {
      this.volumes.delete(volume);
      this.volumes.set(volume, letter);
      this.isDirty = true;
      if (this.volumes.size > mostVolumes) {
        this.volumes.delete([...this.volumes.keys()][0] ?? '');
      }
    }
  }

  sawAddress(address: string, ms: number): void {
    const last = this.addresses.get(address);
    if (address.length <= longestAddress && (last === undefined || ms > last)) {
      this.isDirty ||= last === undefined;
      this.onAddress(address);
      this.addresses.delete(address);
      this.addresses.set(address, ms);
      if (this.addresses.size > mostAddresses) {
        this.addresses.delete([...this.addresses.keys()][0] ?? '');
      }
    }
  }

  sawUser(user: LoggedOnUser): void {
    if (!this.users.has(user.Sid) && !Object.values(user).some(isTooLong)) {
      this.users.set(user.Sid, user);
      this.isDirty = true;
      if (this.users.size > mostUsers) {
        this.users.delete([...this.users.keys()][0] ?? '');
      }
    }
  }
}

function isTooLong(fact: JsonValue): boolean {
  return typeof fact === 'string' && fact.length > longestFact;
}

export function deviceId(name: string): string {
  return hash('sha1', name, 'hex');
}

const mostDevices = 100_000;
const longestName = 255;
/** No computer is called so. */
const commonName = '*';

/** The devices of a tenant by the names that events give them. */
export class DeviceRegistry {
  readonly #load: (name: string) => Device | undefined;
  readonly #devices = new Generations<Device>(mostDevices);
  /** Names with a domain by their first label: of many, two, which are enough to tell that there is more than one. */
  readonly #full = new Map<string, Set<string>>();
  readonly #touched = new Set<Device>();
  readonly #onTouched: () => void;
  readonly #byAddress = new Generations<string>(mostDevices);
  /** Names from before, whose addresses have not been asked for. */
  readonly #early: string[] = [];
  #knowsAddresses = false;
  /** Holds what is true of all of them. */
  readonly #common: Device;

  /**
   * @param load a device that is not in memory
   * @param names all that are known
   * @param onTouched called before another device may have something to be saved
   */
  constructor(
    load: (name: string) => Device | undefined,
    names: Iterable<string>,
    onTouched: () => void = () => undefined,
  ) {
    this.#load = load;
    this.#onTouched = onTouched;
    this.#common = load(commonName) ?? new Device(commonName);
    for (const name of names) {
      this.#learnName(name);
      if (this.#early.length < mostDevices) {
        this.#early.push(name);
      }
    }
  }

  /** The device of a name as events have it: in any case, with its domain or without. */
  of(computer: string): Device {
    const reported = computer.trim().toLowerCase().slice(0, longestName);
    const device = this.#named(this.#fullName(reported));
    if (!this.#touched.has(device)) {
      this.#onTouched();
      this.#touched.add(device).add(this.#common);
    }
    return device;
  }

  /** @param name in full, as far as it is known */
  #named(name: string): Device {
    let device = this.#devices.get(name);
    if (device === undefined) {
      this.#learnName(name);
      device = this.#load(name) ?? new Device(name);
      device.latest = () => this.#named(name);
      device.clock.common = this.#common.clock;
      this.#devices.set(name, device);
      this.#watchAddresses(device);
    }
    return device;
  }

  /** The device that last had an address. */
  atAddress(address: string): Device | undefined {
    if (!this.#knowsAddresses) {
      this.#knowsAddresses = true;
      for (const name of this.#early.splice(0)) {
        const stored = this.#load(name);
        if (stored) {
          this.#watchAddresses(stored);
        }
      }
    }
    const name = this.#byAddress.get(address);
    return name === undefined ? undefined : this.of(name);
  }

  #watchAddresses(device: Device): void {
    const { name } = device;
    const note = (address: string) => this.#byAddress.set(address, name);
    device.onAddress = note;
    for (const address of device.addresses.keys()) {
      note(address);
    }
  }

  /** Devices that have changed since `saved`. */
  get unsaved(): readonly Device[] {
    return [...this.#touched].filter(({ isDirty, clock }) => isDirty || clock.isDirty);
  }

  saved(): void {
    this.#touched.clear();
  }

  /** A name without domain is short for the one device that is known to start so. */
  #fullName(name: string): string {
    const full = name.includes('.') ? undefined : this.#full.get(name);
    return full?.size === 1 ? ([...full][0] ?? name) : name;
  }

  #learnName(name: string): void {
    const label = labelOf(name);
    if (label !== name && this.#full.size < mostDevices) {
      const names = this.#full.get(label) ?? new Set();
      if (names.size < 2) {
        this.#full.set(label, names.add(name));
      }
    }
  }
}
