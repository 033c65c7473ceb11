/** One thing that has to be true of a device, by its last inventory; letter case does not matter. */
export interface DeviceCondition {
  readonly property: 'name' | 'domain' | 'os' | 'tag';
  readonly operator: 'equals' | 'startsWith' | 'endsWith' | 'contains';
  readonly value: string;
}

/** What one hunt may see. It is put on every access to a stored table, in the plan's scan node alone. */
export interface Scope {
  /** The engine database of the tenant. */
  readonly database: string;
  /** What queries may call it: `database("Name").Table`. */
  readonly databaseNames?: readonly string[];
  /** Who asks, as Kusto writes it: `aaduser=Id;Tenant`. */
  readonly principal?: string | undefined;
  /** The moment that `now()` means, the same in the whole hunt. */
  readonly now: Date;
  /** By the clock, where `now()` is another moment: what is kept goes by it. */
  readonly clock?: Date | undefined;
  /** Rows before it are not seen (retention, or the caller's time span); null: no lower bound. */
  readonly from: Date | null;
  /** The caller's own lower bound, which alone limits tables that are kept for a time of their own. */
  readonly askedFrom?: Date | null;
  /** Rows after it are not seen; null: no upper bound. */
  readonly to: Date | null;
  /** Device groups that the caller is limited to; null sees every device. */
  readonly deviceGroups: readonly string[] | null;
  /** Besides the groups: devices that meet every condition of one of the rules. */
  readonly deviceRules?: readonly (readonly DeviceCondition[])[];
  /** Stored tables that are known to have no rows; of others nothing is known. */
  readonly emptyTables?: readonly string[];
  /** The engine's dictionary of the places of IP addresses; null where there is none. */
  readonly geoDictionary?: string | null;
}
