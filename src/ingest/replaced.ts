import type { TenantRows } from './journal.js';
import { pickRows, type ReplacedRows } from './rows.js';

type Table = Pick<TenantRows, 'database' | 'table' | 'timeColumn'>;

/** Rows whose place others of a journal have taken. */
export class Replaced {
  /** The times in ticks, by the identities. */
  readonly #tables = new Map<string, Table & { readonly keys: Map<bigint, bigint> }>();
  /** Of those, by identity, the ones that are in the journal itself. */
  readonly #met = new Set<bigint>();

  /** What rows take the place of. */
  add({ database, table, timeColumn, replaced }: TenantRows): void {
    if (replaced === undefined) {
      return;
    }
    const name = `${database}.${table}`;
    const known = this.#tables.get(name) ?? { database, table, timeColumn, keys: new Map() };
    this.#tables.set(name, known);
    for (const [index, identity] of replaced.identities.entries()) {
      known.keys.set(identity, replaced.ticks[index] ?? 0n);
    }
  }

  /** Rows of the journal without those whose place is taken. */
  without(rows: TenantRows): TenantRows {
    const keys = this.#tables.get(`${rows.database}.${rows.table}`)?.keys;
    if (keys === undefined) {
      return rows;
    }
    const left: number[] = [];
    for (const [position, identity] of rows.identities.entries()) {
      if (keys.get(identity) === rows.ticks[position]) {
        this.#met.add(identity);
      } else {
        left.push(position);
      }
    }
    return pickRows(rows, left);
  }

  /** Those that have come before the journal: no rows, but what they take the place of. */
  get earlier(): readonly TenantRows[] {
    return [...this.#tables.values()].flatMap(({ keys, ...table }) => {
      const left = [...keys].filter(([identity]) => !this.#met.has(identity));
      return left.length === 0 ? [] : [{ ...noRows, ...table, replaced: replacedRows(left) }];
    });
  }
}

const noRows = {
  sameness: 'event',
  lines: new Uint8Array(),
  ends: new Uint32Array(),
  ticks: new BigInt64Array(),
  identities: new BigUint64Array(),
} as const;

function replacedRows(keys: readonly (readonly [identity: bigint, ticks: bigint])[]): ReplacedRows {
  return {
    by: new Uint32Array(keys.length),
    ticks: BigInt64Array.from(keys, ([, ticks]) => ticks),
    identities: BigUint64Array.from(keys, ([identity]) => identity),
  };
}
