import type { WindowsEvent } from './event.js';
import type { Condition, Expression, Operand } from './expression.js';

/** The fields that say which process an event is of. */
export interface ProcessFields {
  readonly guid?: string;
  /** `header`: the process that wrote the event. */
  readonly pid?: Operand | typeof header;
  readonly image?: Operand;
  readonly commandLine?: Operand;
  readonly user?: Operand;
  readonly sid?: Operand;
  readonly logonId?: string;
}

export const header = Symbol('the process that wrote the event');

/** What an event lends another one's row, by the fields' names in lower case. */
export type Lent = Readonly<Record<string, string>>;

/** Two logs tell of one occurrence: the primary's event becomes the row, the secondary's does not. */
export interface Twin {
  readonly kind:
    | 'connection'
    | 'access'
    | 'registry value'
    | 'query'
    | 'service'
    | 'task'
    | 'subscription filter'
    | 'subscription consumer';
  readonly role: 'primary' | 'secondary';
  /** The same for both, and for no other occurrence at the time; undefined: it has no twin. */
  readonly key: (event: WindowsEvent) => string | undefined;
  /**
   * Where the primary's row tells less than the secondary's until it is lent the rest: the same for both when it has
   * been, whatever one of them has alone included; undefined: it has not been, and both have rows.
   */
  readonly rowKey?: (event: WindowsEvent, lent?: Lent) => string | undefined;
  /** Fields of the secondary that the primary's row wants; by their names, in lower case. */
  readonly lends?: readonly string[];
}

/** How far the two logs' times may differ, ms: clocks of network events drift. */
export const twinToleranceMs: Readonly<Record<Twin['kind'], number>> = {
  connection: 300_000,
  access: 5_000,
  'registry value': 5_000,
  query: 5_000,
  service: 5_000,
  task: 5_000,
  // What is bound may have been made long before.
  'subscription filter': 3_600_000,
  'subscription consumer': 3_600_000,
};

/** What one event of a log becomes. */
export interface Rule {
  readonly id: number;
  readonly table: DeviceTable | IdentityTable;
  readonly actionType: string | Expression;
  /** Others of the event have no row. */
  readonly condition?: Condition;
  readonly actor?: ProcessFields;
  /** The process acted on. */
  readonly target?: ProcessFields;
  readonly columns: Readonly<Record<string, Expression>>;
  /** What the table has no column for. The last is the text's end: existing queries look there. */
  readonly additional?: Readonly<Record<string, Expression>>;
  readonly twin?: Twin;
  /** Events that say more of what this one names; found as secondary twins are. */
  readonly lenders?: readonly Pick<Twin, 'kind' | 'key'>[];
  /** Defender has no such row: off unless asked for. */
  readonly extension?: true;
  readonly note?: string;
}

export type DeviceTable =
  | 'DeviceEvents'
  | 'DeviceFileEvents'
  | 'DeviceImageLoadEvents'
  | 'DeviceLogonEvents'
  | 'DeviceNetworkEvents'
  | 'DeviceProcessEvents'
  | 'DeviceRegistryEvents';

/** Tables of a directory, whose rows are not of the device that wrote the event. */
export type IdentityTable = 'IdentityLogonEvents' | 'IdentityDirectoryEvents';

/** An event log, by its provider: event ids alone repeat from one to the next. */
export interface EventLog {
  readonly name: string;
  /** In lower case. */
  readonly providers: readonly string[];
  readonly rules: readonly Rule[];
  /** Events that are known and have no row. */
  readonly withoutRow?: Readonly<Record<number, string>>;
}
