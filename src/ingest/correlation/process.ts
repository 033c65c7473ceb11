/** What logs say of a process, in their own words; all of it may be missing. */
export interface ProcessFacts {
  image?: string | undefined;
  commandLine?: string | undefined;
  /** `DOMAIN\name` */
  user?: string | undefined;
  sid?: string | undefined;
  logonId?: string | undefined;
  integrityLevel?: string | undefined;
  tokenElevation?: string | undefined;
  /** `SHA1=…,MD5=…` */
  hashes?: string | undefined;
  company?: string | undefined;
  product?: string | undefined;
  fileVersion?: string | undefined;
  originalFileName?: string | undefined;
  description?: string | undefined;
  session?: string | undefined;
  parentGuid?: string | undefined;
  parentPid?: number | undefined;
  parentImage?: string | undefined;
}

/** Whose word weighs more where two differ. */
export const rank = { mention: 1, child: 2, security: 3, sysmon: 4 } as const;

export type Rank = (typeof rank)[keyof typeof rank];

/** Of a process without facts. */
const plainWeight = 600;

/** A process of a device, as far as it is known. */
export class Process {
  readonly device: string;
  guid: string | undefined;
  pid: number | undefined;
  /** Since 1970, milliseconds; from the GUID, and so whole seconds, where the start was not seen. */
  startMs: number | undefined;
  /** When it started, to 100 ns. */
  started: string | undefined;
  endMs: number | undefined;
  /** When it was last seen acting, ms since 1970; not stored. */
  seenMs: number | undefined;
  /** Of the best word there is on it. */
  rank: Rank = rank.mention;
  readonly facts: ProcessFacts = {};
  /** Its row in the store; 0 before it has one. */
  row = 0;
  /** Changed since it was stored. */
  isDirty = true;
  /** The name of its image's file, as `knownFile` gives it. */
  file: string | undefined;
  /** Columns made of it, until it changes. */
  columns: unknown;
  /** Roughly the memory that it takes, bytes. */
  weight = plainWeight;

  constructor(device: string) {
    this.device = device;
  }

  /** Takes what is new; a better word replaces an earlier one. */
  learn(facts: ProcessFacts, by: Rank): void {
    const better = by > this.rank;
    for (const name of factNames) {
      const value = facts[name];
      if (value !== undefined && value !== '' && this.facts[name] !== value) {
        if (better || this.facts[name] === undefined || isFuller(name, value, this.facts[name])) {
          this.#set(name, value);
        }
      }
    }
    if (better) {
      this.rank = by;
      this.changed();
    }
  }

  changed(): void {
    this.isDirty = true;
    this.columns = undefined;
  }

  #set<Name extends keyof ProcessFacts>(name: Name, value: ProcessFacts[Name]): void {
    this.weight += weightOf(value) - weightOf(this.facts[name]);
    this.facts[name] = value;
    if (name === 'image') {
      this.file = knownFile(this.facts.image);
    }
    this.changed();
  }
}

function weightOf(fact: string | number | undefined): number {
  return typeof fact === 'string' ? fact.length : 0;
}

/** A path instead of a mere name, which Sysmon for Linux gives now and then. */
function isFuller(name: string, value: unknown, known: unknown): boolean {
  return (
    name === 'image' &&
    !separator.test(String(known)) &&
    separator.test(String(value)) &&
    String(value).endsWith(String(known))
  );
}

const separator = /[\\/]/;

const factNames = [
  'image',
  'commandLine',
  'user',
  'sid',
  'logonId',
  'integrityLevel',
  'tokenElevation',
  'hashes',
  'company',
  'product',
  'fileVersion',
  'originalFileName',
  'description',
  'session',
  'parentGuid',
  'parentPid',
  'parentImage',
] as const satisfies readonly (keyof ProcessFacts)[];

/** All zero, or no more than host and time: Sysmon for Linux has those for processes that it does not know. */
const zeroGuid = /^[{}0-]*$|-0000-000000000000\}?$/;

/** A process GUID to look for; undefined where it is absent or all zero. */
export function knownGuid(guid: string | undefined): string | undefined {
  return guid === undefined || zeroGuid.test(guid) ? undefined : guid.toLowerCase();
}

const guidParts = /^\{?[\da-f]{8}-([\da-f]{4})-([\da-f]{4})-/i;
/** Sysmon did not exist before. */
const firstStartMs = Date.UTC(2014, 0, 1);

/** When the process started, ms since 1970: the second and third group of Sysmon's GUIDs. */
export function startOfGuid(guid: string): number | undefined {
  const [, low, high] = guidParts.exec(guid) ?? [];
  const ms = Number.parseInt(`${high}${low}`, 16) * 1000;
  return ms > firstStartMs ? ms : undefined;
}

/** Sysmon's words, and Defender's. */
const unknownImage = /^(?:(?:&lt;|<)unknown process(?:&gt;|>)|unknown)$/i;

/** An image that says that the process is not known. */
export function isUnknownImage(image: string | undefined): boolean {
  return image !== undefined && unknownImage.test(image);
}

/** An image that says something. */
export function knownImage(image: string | undefined): string | undefined {
  return image === undefined || image === '' || image === '-' || unknownImage.test(image)
    ? undefined
    : image;
}

/** The name of an image's file, in lower case, where it says something. */
export function knownFile(image: string | undefined): string | undefined {
  const known = knownImage(image);
  return known === undefined ? undefined : fileOf(known);
}

/** The name of an image's file, in lower case. */
export function fileOf(image: string): string {
  return image.slice(Math.max(image.lastIndexOf('\\'), image.lastIndexOf('/')) + 1).toLowerCase();
}
