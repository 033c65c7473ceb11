import { Generations } from './generations.js';
import {
  knownFile,
  knownGuid,
  Process,
  type ProcessFacts,
  type Rank,
  rank,
  startOfGuid,
} from './process.js';

/** Processes that are not in memory. */
export interface ProcessStore {
  byGuid(guid: string): readonly Process[];
  byPid(device: string, pid: number): readonly Process[];
}

/** How an event names a process. */
export interface ProcessReference {
  readonly guid?: string | undefined;
  readonly pid?: number | undefined;
  readonly image?: string | undefined;
  /** The sensor did not know the process: what it says of it besides the pid is worth little. */
  readonly isUnknown?: boolean | undefined;
  /** When the event happened, ms since 1970. */
  readonly ms: number;
}

export interface ProcessStart {
  readonly guid?: string | undefined;
  readonly pid?: number | undefined;
  readonly startMs: number;
  readonly started: string;
  readonly facts: ProcessFacts;
  readonly by: Rank;
}

/** Of what is found by GUIDs, by pids, and without either. */
const mostBytes = 96 * 1024 * 1024;
/** Logs of one start differ by so much at most. */
export const startToleranceMs = 5_000;
/** Clocks and the whole seconds of GUIDs: an event may seem to be before its process. */
const earlyMs = 2_000;
/** What a process did may be logged after its end. */
const lateMs = 5_000;
/** For so long a process that was seen acting is taken to run on. */
const actingMs = 60 * 60 * 1000;

/** The processes of a tenant's devices. */
export class ProcessCache {
  readonly #store: ProcessStore | undefined;
  readonly #byGuid = new Generations<Process>(mostBytes, ({ weight }) => weight);
  readonly #byPid = new Generations<readonly Process[]>(mostBytes, weightOf);
  /** Starts whose log has lost the pid, by device. */
  readonly #pidless = new Generations<readonly Process[]>(mostBytes, weightOf);
  readonly #dirty = new Set<Process>();
  readonly #onChanged: () => void;

  /** @param onChanged called before another process has something to be saved */
  constructor(store?: ProcessStore, onChanged: () => void = () => undefined) {
    this.#store = store;
    this.#onChanged = onChanged;
  }

  /** Learns of a start. Several logs may tell of the same one. */
  start(device: string, { guid, pid, startMs, started, facts, by }: ProcessStart): Process {
    const isOther = (process: Process) =>
      process.rank === by &&
      (process.started !== started || process.facts.commandLine !== facts.commandLine);
    const known = this.#sameStart(device, { guid, pid, ms: startMs, image: facts.image }, isOther);
    const process = known ?? new Process(device);
    // The GUID has the whole second alone, and another log may be less exact.
    if (process.started === undefined || by > process.rank) {
      process.startMs = startMs;
      process.started = started;
    }
    this.#name(process, guid, pid);
    this.#learn(process, facts, by);
    return process;
  }

  /** Learns what an event says of a process in passing; without a GUID that is too little to go by. */
  mention(
    device: string,
    { guid, pid, ms }: ProcessReference,
    facts: ProcessFacts,
    by: Rank = rank.mention,
  ): Process | undefined {
    const key = knownGuid(guid);
    if (guid === undefined || key === undefined) {
      return undefined;
    }
    let process = this.#ofGuid(device, key);
    if (process === undefined) {
      const startMs = startOfGuid(guid);
      process =
        pid === undefined || startMs === undefined
          ? undefined
          : this.#sameStart(device, { guid, pid, ms: startMs, image: facts.image });
      process ??= new Process(device);
      process.startMs ??= startMs ?? ms;
    }
    process.seenMs = Math.max(process.seenMs ?? ms, ms);
    this.#name(process, guid, pid);
    this.#learn(process, facts, by);
    return process;
  }

  /** After it, its pid may be another's. */
  end(device: string, reference: ProcessReference): void {
    const process = this.find(device, reference);
    if (process && process.endMs !== reference.ms) {
      process.endMs = reference.ms;
      process.isDirty = true;
      this.#note(process);
    }
  }

  /** The process that an event names, by its GUID or by its pid at the time. */
  find(device: string, reference: ProcessReference): Process | undefined {
    const { guid, pid, image, isUnknown, ms } = reference;
    if (isUnknown && pid !== undefined) {
      const byGuid = this.find(device, { guid, pid, ms });
      return byGuid && byGuid.rank > rank.mention
        ? byGuid
        : (this.find(device, { pid, ms }) ?? byGuid);
    }
    const key = knownGuid(guid);
    const named = key === undefined ? undefined : this.#ofGuid(device, key);
    const file = knownFile(image);
    if (named === undefined ? key !== undefined : !isOtherAndOver(named, file, ms)) {
      return named;
    }
    if (pid === undefined) {
      return undefined;
    }
    const candidates = this.#ofPid(device, pid).filter(
      (process) =>
        ms <= (process.endMs ?? Number.POSITIVE_INFINITY) + lateMs && sameFile(process.file, file),
    );
    // Of a start that was seen there is more to say than of a process that was only seen acting.
    const started = candidates.filter(
      (process) => process.rank > rank.mention && !isFollowed(process, candidates, ms),
    );
    // Where starts are not logged, ends may not be either: the pid is its own for a while.
    const acting = candidates.filter(
      ({ seenMs, startMs }) => ms <= (seenMs ?? startMs ?? ms) + actingMs,
    );
    return (
      latestBefore(started, ms) ??
      latestBefore(started, ms + earlyMs) ??
      latestBefore(acting, ms) ??
      latestBefore(acting, ms + earlyMs)
    );
  }

  /** Sysmon's start that a start in another log is the same as. */
  sysmonStart(
    device: string,
    reference: ProcessReference & { readonly ms: number },
  ): Process | undefined {
    const { pid, ms } = reference;
    const file = knownFile(reference.image);
    return pid === undefined
      ? undefined
      : this.#ofPid(device, pid).find(
          (process) =>
            process.rank === rank.sysmon &&
            Math.abs((process.startMs ?? Number.NaN) - ms) <= startToleranceMs &&
            sameFile(process.file, file),
        );
  }

  /** Processes that have changed since `saved`. */
  get unsaved(): readonly Process[] {
    return [...this.#dirty].filter((process) => process.isDirty);
  }

  saved(): void {
    this.#dirty.clear();
  }

  /** @param isOther two starts that one log tells of are two, however near they are */
  #sameStart(
    device: string,
    { guid, pid, ms, image }: ProcessReference,
    isOther: (process: Process) => boolean = () => false,
  ): Process | undefined {
    const key = knownGuid(guid);
    const named = key === undefined ? undefined : this.#ofGuid(device, key);
    if (named || pid === undefined) {
      return named;
    }
    const file = knownFile(image);
    const isSame = (process: Process) =>
      (key === undefined || process.guid === undefined) &&
      Math.abs((process.startMs ?? Number.NaN) - ms) <= startToleranceMs &&
      sameFile(process.file, file) &&
      !isOther(process);
    return (
      this.#ofPid(device, pid).find(isSame) ??
      (file === undefined
        ? undefined
        : this.#pidless
            .get(labelOf(device))
            ?.find((process) => process.pid === undefined && isSame(process)))
    );
  }

  #name(process: Process, guid: string | undefined, pid: number | undefined): void {
    const key = knownGuid(guid);
    if (key !== undefined && process.guid === undefined) {
      process.guid = guid;
      process.changed();
      this.#byGuid.set(key, process);
    }
    if (pid !== undefined && process.pid === undefined) {
      process.pid = pid;
      process.changed();
      const list = this.#listOf(process.device, pid);
      if (!list.includes(process)) {
        this.#setPid(process.device, pid, [...list, process]);
      }
    }
    if (process.pid === undefined && process.rank === rank.mention) {
      const label = labelOf(process.device);
      const list = this.#pidless.get(label) ?? [];
      if (!list.includes(process)) {
        this.#pidless.set(label, [...list, process].slice(-mostPidless));
      }
    }
  }

  #learn(process: Process, facts: ProcessFacts, by: Rank): void {
    const before = process.weight;
    process.learn(facts, by);
    for (const known of [this.#byGuid, this.#byPid, this.#pidless]) {
      known.grow(process.weight - before);
    }
    this.#note(process);
  }

  #note(process: Process): void {
    if (process.isDirty && this.#store && !this.#dirty.has(process)) {
      this.#onChanged();
      this.#dirty.add(process);
    }
  }

  #ofGuid(device: string, key: string): Process | undefined {
    const found = this.#byGuid.get(key);
    if (found && areSameDevice(found.device, device)) {
      return found;
    }
    const stored = this.#store
      ?.byGuid(key)
      .find((process) => areSameDevice(process.device, device));
    if (stored) {
      this.#byGuid.set(key, stored);
      if (stored.pid !== undefined) {
        const list = this.#listOf(stored.device, stored.pid);
        const twice = list.find(({ row }) => row === stored.row);
        if (twice) {
          this.#byGuid.set(key, twice);
          return twice;
        }
        this.#setPid(stored.device, stored.pid, [...list, stored]);
      }
    }
    return stored;
  }

  #ofPid(device: string, pid: number): readonly Process[] {
    const list = this.#listOf(device, pid);
    return list.some((process) => !areSameDevice(process.device, device))
      ? list.filter((process) => areSameDevice(process.device, device))
      : list;
  }

  /** Of all devices whose name starts so. */
  #listOf(device: string, pid: number): readonly Process[] {
    const key = pidKey(device, pid);
    let list = this.#byPid.get(key);
    if (list === undefined) {
      list = (this.#store?.byPid(labelOf(device), pid) ?? []).map((process) => {
        const guid = knownGuid(process.guid);
        const loaded = guid === undefined ? undefined : this.#byGuid.get(guid);
        return loaded?.row === process.row ? loaded : process;
      });
      this.#byPid.set(key, list);
    }
    return list;
  }

  #setPid(device: string, pid: number, list: readonly Process[]): void {
    // A pid comes round again and again; who asks for the early ones is asking for long ago.
    this.#byPid.set(pidKey(device, pid), list.slice(-mostPerPid));
  }
}

/** Sysmon may go by the GUID of the process that had the pid before. */
function isOtherAndOver({ file, endMs }: Process, image: string | undefined, ms: number): boolean {
  return !sameFile(file, image) && endMs !== undefined && endMs + lateMs < ms;
}

/** Whether a process that was only seen acting has started after it, which is over by then. */
function isFollowed({ startMs = Number.NaN }: Process, others: readonly Process[], ms: number) {
  return others.some(({ rank: by, guid }) => {
    const next = by === rank.mention && guid !== undefined ? startOfGuid(guid) : undefined;
    return next !== undefined && next > startMs + startToleranceMs && next <= ms;
  });
}

function latestBefore(processes: readonly Process[], ms: number): Process | undefined {
  let latest: Process | undefined;
  for (const process of processes) {
    const { startMs = Number.NEGATIVE_INFINITY } = process;
    if (startMs <= ms && startMs >= (latest?.startMs ?? Number.NEGATIVE_INFINITY)) {
      latest = process;
    }
  }
  return latest;
}

const mostPerPid = 50;
const mostPidless = 200;

/** Of a list without processes, and its key. */
const listWeight = 150;

function weightOf(list: readonly Process[]): number {
  return list.reduce((sum, { weight }) => sum + weight, listWeight);
}

function pidKey(device: string, pid: number): string {
  return `${labelOf(device)}:${pid}`;
}

const address = /^[\d.]+$|:/;

/** A device's name without its domain. */
export function labelOf(device: string): string {
  const dot = device.indexOf('.');
  return dot < 0 || address.test(device) ? device : device.slice(0, dot);
}

/** The same name, or one with its domain and one without. */
export function areSameDevice(one: string, other: string): boolean {
  return (
    one === other ||
    (labelOf(one) === labelOf(other) && (!one.includes('.') || !other.includes('.')))
  );
}

/** As far as both are known; by the file's name, because logs write paths in several ways. */
function sameFile(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
