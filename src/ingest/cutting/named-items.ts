import { Items } from '../items.js';

/** Names of one request that are told apart in the dead letters: each is a stream of its own. */
const mostNames = 100;

interface NamedGroup {
  /** An index, a sourcetype, … as it was sent, or that of the connector that it stands for; '': the events tell. */
  readonly name: string;
  readonly items: Items;
  /** Of each item, which of the request it is, from 0. */
  readonly numbers: readonly number[];
}

interface Group extends NamedGroup {
  readonly numbers: number[];
}

/** The events of a request by what may name their connector: few groups, whatever they are called. */
export class NamedItems {
  readonly #connectorOf: (name: string) => string;
  readonly #groups = new Map<string, Group>();

  /** @param connectorOf the connector that a name stands for, or '' */
  constructor(connectorOf: (name: string) => string) {
    this.#connectorOf = connectorOf;
  }

  add(name: string, record: string | Buffer, number: number): void {
    const { items, numbers } = this.#groupOf(name);
    items.add(record);
    numbers.push(number);
  }

  groups(): Iterable<NamedGroup> {
    return this.#groups.values();
  }

  #groupOf(wanted: string): Group {
    const isKnown = this.#groups.has(wanted) || this.#groups.size < mostNames;
    const name = isKnown ? wanted : this.#connectorOf(wanted);
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = { name, items: new Items(), numbers: [] };
    this.#groups.set(name, group);
    return group;
  }
}
