import { Items } from '../items.js';

/** Names of one request that are told apart in the dead letters: each is a stream of its own. */
const mostNames = 100;

interface NamedGroup {
  /** An index, a sourcetype, … as it was sent, or that of the connector that it stands for; '': the events tell. */
  readonly name: string;
  readonly items: Items;
  /** Of each item, which of the request it is, from 0; empty where nobody has said so. */
  readonly numbers: readonly number[];
}

interface Group extends NamedGroup {
  readonly numbers: number[];
}

/** Events that are taken together where a request has any number of them. */
export const eventsTogether = 50_000;

/** Beside the body's own length: an envelope's host comes with each line. */
const mostAddedBytes = 256 * 1024 * 1024;

/** More bytes of events are not made of a body. */
export function mostBytesOf(body: Uint8Array): number {
  return body.length + mostAddedBytes;
}

/** The events of a request by what may name their connector: few groups, whatever they are called. */
export class NamedItems {
  readonly #connectorOf: (name: string) => string;
  readonly #mostTogether: number;
  readonly #full: Group[] = [];
  readonly #groups = new Map<string, Group>();
  #bytes = 0;

  /**
   * @param connectorOf the connector that a name stands for, or ''
   * @param mostTogether more events of a name are another group
   */
  constructor(connectorOf: (name: string) => string, mostTogether = Number.POSITIVE_INFINITY) {
    this.#connectorOf = connectorOf;
    this.#mostTogether = mostTogether;
  }

  /** Of all events. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  add(name: string, record: string | Buffer, number?: number): void {
    const group = this.#groupOf(name);
    const before = group.items.sizeBytes;
    group.items.add(record);
    this.#bytes += group.items.sizeBytes - before;
    if (number !== undefined) group.numbers.push(number);
    if (group.items.count >= this.#mostTogether) {
      this.#full.push(group);
      this.#groups.set(group.name, emptyGroup(group.name));
    }
  }

  groups(): Iterable<NamedGroup> {
    return [...this.#full, ...this.#groups.values()].filter(({ items }) => items.count > 0);
  }

  #groupOf(wanted: string): Group {
    const isKnown = this.#groups.has(wanted) || this.#groups.size < mostNames;
    const name = isKnown ? wanted : this.#connectorOf(wanted);
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = emptyGroup(name);
    this.#groups.set(name, group);
    return group;
  }
}

function emptyGroup(name: string): Group {
  return { name, items: new Items(), numbers: [] };
}
