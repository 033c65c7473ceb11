import { keyOf, type TenantRows } from './journal.js';
import { pickRows, type ReplacedRows } from './rows.js';

type Table = Pick<TenantRows, 'database' | 'table' | 'timeColumn'>;

/** Of one table of one tenant: another may have the same identities. */
interface ReplacedKeys {
  /** The times in ticks, by the identities. */
  readonly keys: Map<bigint, bigint>;
  /** Of those, by identity, the ones that are in the journal itself. */
  readonly met: Set<bigint>;
}

/** Rows whose place others of a journal have taken. */
export class Replaced {
  readonly #tables = new Map<string, Table & ReplacedKeys>();

  /** What rows take the place of. */
  add(rows: TenantRows): void {
    const { database, table, timeColumn, replaced } = rows;
    if (replaced === undefined) {
      return;
    }
    const key = keyOf(rows);
    const none = { keys: new Map(), met: new Set<bigint>() };
    const known = this.#tables.get(key) ?? { database, table, timeColumn, ...none };
    this.#tables.set(key, known);
    for (const [index, identity] of replaced.identities.entries()) {
      known.keys.set(identity, replaced.ticks[index] ?? 0n);
    }
  }

  /** Rows of the journal without those whose place is taken. */
  without(rows: TenantRows): TenantRows {
    const replaced = this.#tables.get(keyOf(rows));
    if (replaced === undefined) {
      return rows;
    }
    const { keys, met } = replaced;
    const left: number[] = [];
    for (const [position, identity] of rows.identities.entries()) {
      if (keys.get(identity) === rows.ticks[position]) {
        met.add(identity);
      } else {
        left.push(position);
      }
    }
    return pickRows(rows, left);
  }

  /** Those that have come before the journal: no rows, but what they take the place of. */
  get earlier(): readonly TenantRows[] {
    return [...this.#tables.values()].flatMap(({ keys, met, ...table }) => {
      const left = [...keys].filter(([identity]) => !met.has(identity));
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
