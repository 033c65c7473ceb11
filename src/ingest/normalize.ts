import { hash } from 'node:crypto';
import { findLegacyTable, findTable } from '../catalog/catalog.js';
import type { Catalog, Column, Table } from '../catalog/types.js';
import type { DefenderEvent, RawRecord } from './connector.js';
import { type Moment, parseDatetime, ticksOf } from './datetime.js';
import { clip, type Problem } from './dead-letters.js';
import { compactJson, JsonTooDeepError, type JsonValue, readableJson } from './json.js';
import type { PlainMembers } from './plain-json.js';
import { type CopiedColumn, type CopiedRow, RowCopier } from './row-copy.js';
import type { RowKey } from './rows.js';
import { type Coerced, coercionOf, quoted } from './values.js';

/** An event that fits its table. */
export interface Row {
  readonly table: NormalTable;
  /** The row's JSON members, `"name":value,…`, without braces and nulls. */
  readonly members: string;
  /** undefined in tables without time. */
  readonly time: Moment | undefined;
  /** Tells the row from all others of its table and time. */
  readonly identity: bigint;
  /** Rows of the table that it takes the place of. */
  readonly replaces?: readonly RowKey[] | undefined;
  /** What is not in the row: unknown columns, values of a wrong type. */
  readonly problems: readonly Problem[];
}

/** Quarry's own tables take no events from outside. */
const ownCategory = 'Quarry';

// What the engine's partition and expiry functions can hold; see `expiry` in engine/schema.ts.
const firstMs = 0;
const endMs = Date.UTC(2106, 0, 1);
/** Each day is a partition of its own, so times that cannot be would cost the engine dearly. */
const dayMs = 24 * 60 * 60 * 1000;
const aheadMs = 366 * dayMs;

const longestValueShown = 100;
/** A hostile event can have a million unknown columns; each would be stored with the whole event. */
const mostProblems = 10;

/** Log Analytics calls the tables of its users so. */
const ofUsers = /_cl$/;

/** The tables that events can go to, by their names in any case. */
export class EventTables {
  readonly #catalog: Catalog;
  readonly #byName = new Map<string, NormalTable>();
  readonly #byTable = new Map<Table, NormalTable>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    const names = catalog.tables.flatMap((table) => [table.name, ...(table.aliases ?? [])]);
    for (const name of [...names, ...catalog.legacyTables.map((table) => table.name)]) {
      const table = this.#storedTable(name);
      if (table && table.category !== ownCategory) {
        this.#byName.set(name.toLowerCase(), this.#normal(table));
      }
    }
  }

  /** A table that takes events; where there is none, the one that Log Analytics has a copy of under that name. */
  find(name: string): NormalTable | undefined {
    const known = name.toLowerCase();
    return this.#byName.get(known) ?? this.#byName.get(known.replace(ofUsers, ''));
  }

  /** A table of Quarry's own. */
  own(name: string): NormalTable {
    const table = findTable(this.#catalog, name);
    if (table === undefined) {
      throw new Error(`the catalog has no ${name}`);
    }
    return this.#normal(table);
  }

  #storedTable(name: string): Table | undefined {
    const earlier = findLegacyTable(this.#catalog, name)?.table;
    return findTable(this.#catalog, earlier ?? name);
  }

  #normal(table: Table): NormalTable {
    const known = this.#byTable.get(table) ?? new NormalTable(table);
    this.#byTable.set(table, known);
    return known;
  }
}

/** A column of a row. */
interface Slot extends CopiedColumn {
  /** The prefix, behind another member. */
  readonly laterPrefix: string;
}

function slotOf(column: Column): Slot {
  const { name, type, jsonText = false } = column;
  const prefix = `${JSON.stringify(name)}:`;
  const coerce = coercionOf(column);
  return { name, type, jsonText, prefix, laterPrefix: `,${prefix}`, coerce };
}

/** A catalog table, prepared for many events. */
export class NormalTable {
  readonly name: string;
  readonly timeColumn: string | null;
  readonly #retentionDays: number | null | undefined;
  /** In the order of their names, so that a row's text does not depend on the order it came in. */
  readonly #slots: readonly Slot[];
  readonly #slotOf = new Map<string, number>();
  /** Other names of a column; what comes under the column's own name goes before. */
  readonly #aliases = new Map<string, number>();
  readonly #ignored: ReadonlySet<string>;
  /** Where what has no column goes; -1: nowhere. */
  readonly #restSlot: number;
  readonly #timeSlot: number;
  readonly #copier: RowCopier;

  constructor(table: Table) {
    this.name = table.name;
    this.timeColumn = table.timeColumn;
    this.#retentionDays = table.retentionDays;
    this.#slots = [...table.columns, ...(table.hiddenColumns ?? [])]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(slotOf);
    for (const [index, { name }] of this.#slots.entries()) {
      this.#slotOf.set(name, index);
      this.#aliases.set(name.toLowerCase(), index);
    }
    for (const { name, column } of table.columnAliases ?? []) {
      const slot = this.#slotOf.get(column);
      if (slot !== undefined && !this.#slotOf.has(name)) {
        this.#aliases.set(name.toLowerCase(), slot);
      }
    }
    this.#restSlot = this.#restSlotOf(table);
    this.#ignored = new Set((table.computedColumns ?? []).map((column) => column.name));
    this.#timeSlot = table.timeColumn === null ? -1 : (this.#slotOf.get(table.timeColumn) ?? -1);
    this.#copier = new RowCopier(table.name, this.#slots, this.#timeSlot);
  }

  /** Events before it are kept no longer; undefined where the table has no time of its own. */
  keepFromMs(nowMs: number): number | undefined {
    if (this.#retentionDays === undefined) {
      return undefined;
    }
    return this.#retentionDays === null
      ? Number.NEGATIVE_INFINITY
      : nowMs - this.#retentionDays * dayMs;
  }

  /**
   * The event as a row. A value that does not fit or has no column is a problem of the row; an event
   * without a usable time is no row.
   * @throws JsonTooDeepError when even the identity cannot be told
   */
  normalize(event: DefenderEvent, record: RawRecord): Row | Problem {
    const draft = new Draft(this.#slots.length);
    for (const name in event.columns) {
      const value = event.columns[name];
      if (value !== null && value !== undefined) {
        this.#place(draft, name, value);
      }
    }
    if (this.#timeSlot >= 0) {
      const problem = timeProblem(draft);
      if (problem) {
        return problem;
      }
    }
    const own = this.#members(draft.values);
    // What the event itself says is its identity, wherever it is kept.
    const content = event.identity ?? this.#content(draft, own, record);
    for (const name in this.#restSlot < 0 ? {} : event.besides) {
      draft.add(name, event.besides?.[name] ?? null);
    }
    const members = draft.rest.length > 0 ? this.#withRest(draft, own) : own;
    return {
      table: this,
      members,
      time: draft.time,
      identity: identityOf(this.name, draft.time, content),
      replaces: event.replaces,
      problems: limited(draft.problems),
    };
  }

  /**
   * The members of an object that has been entered, as the row that `normalize` would make of them;
   * undefined where it takes that to tell.
   */
  copy(members: PlainMembers): CopiedRow | undefined {
    const row = this.#copier.copy(members);
    return row === undefined || (row.time && limitsProblem(row.time)) ? undefined : row;
  }

  #place(draft: Draft, name: string, value: JsonValue): void {
    const own = this.#slotOf.get(name);
    const index = own ?? this.#aliases.get(name.toLowerCase());
    const slot = index === undefined ? undefined : this.#slots[index];
    if (index === undefined || slot === undefined) {
      if (!this.#ignored.has(name)) {
        draft.leaveOut(name, value, this.#restSlot < 0 ? unknownColumn(name) : undefined);
      }
    } else if (own !== undefined || draft.values[index] === undefined) {
      if (index === this.#timeSlot) {
        draft.setTime(index, value);
      } else {
        placeValue(draft, index, slot, value);
      }
    }
  }

  #restSlotOf({ source }: Table): number {
    const index = this.#slotOf.get(source?.additionalFields ?? 'AdditionalFields') ?? -1;
    const type = this.#slots[index]?.type;
    return type === 'dynamic' || type === 'string' ? index : -1;
  }

  /** The members with what has no column among the additional fields; what cannot be there is a problem. */
  #withRest(draft: Draft, own: string): string {
    const before = draft.values[this.#restSlot];
    const text = before === undefined ? '{}' : (JSON.parse(before) as string);
    const known = objectOf(text);
    const added: string[] = [];
    for (const [name, member, value] of draft.rest) {
      if (known === undefined || Object.hasOwn(known, name)) {
        draft.problems.push({ ...unknownColumn(name), detail: clip(value, longestValueShown) });
      } else {
        added.push(member);
      }
    }
    if (added.length === 0) {
      return own;
    }
    const start = text.trimEnd().slice(0, -1);
    const comma = Object.keys(known ?? {}).length > 0 ? ',' : '';
    draft.values[this.#restSlot] = JSON.stringify(`${start}${comma}${added.join(',')}}`);
    return this.#members(draft.values);
  }

  #members(values: readonly (string | undefined)[]): string {
    let members = '';
    let index = 0;
    for (const { prefix, laterPrefix } of this.#slots) {
      const value = values[index++];
      if (value !== undefined) {
        members += (members === '' ? prefix : laterPrefix) + value;
      }
    }
    return members;
  }

  /**
   * All that the event says, whether or not it has a column, in the order of the names: the same
   * before and after the catalog learns of a column.
   */
  #content(draft: Draft, members: string, record: RawRecord): string {
    if (draft.leftOut === undefined) {
      return members;
    }
    if (draft.leftOut === 'tooDeep') {
      return record.text;
    }
    const stored = this.#slots.flatMap(({ name, prefix }, index) => {
      const value = draft.values[index];
      return value === undefined ? [] : [[name, prefix + value] as const];
    });
    return [...stored, ...draft.leftOut]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, member]) => member)
      .join(',');
  }
}

/** A row in the making. */
class Draft {
  readonly values: (string | undefined)[];
  readonly problems: Problem[] = [];
  /** Members that are not in the row; `tooDeep` when one of them has no text. */
  leftOut: (readonly [name: string, member: string])[] | 'tooDeep' | undefined;
  /** Members without a column, that the additional fields can take. */
  readonly rest: (readonly [name: string, member: string, value: string])[] = [];
  time: Moment | undefined;
  invalidTime: JsonValue | undefined;

  constructor(size: number) {
    this.values = new Array<string | undefined>(size);
  }

  setTime(index: number, value: JsonValue): void {
    const time = typeof value === 'string' ? parseDatetime(value.trim()) : undefined;
    if (time === undefined) {
      this.invalidTime ??= value;
    } else {
      this.time = time;
      this.values[index] = `"${time.text}"`;
    }
  }

  /** To the additional fields. */
  add(name: string, value: JsonValue): void {
    const text = textOf(value);
    if (text === undefined) {
      this.problems.push({ reason: 'json.tooDeep', column: name });
    } else {
      this.rest.push([name, `${quoted(name)}:${text}`, text]);
    }
  }

  /** @param problem undefined: the value goes among the additional fields */
  leaveOut(name: string, value: JsonValue, problem: Problem | undefined): void {
    const text = textOf(value);
    const member = `${quoted(name)}:${text}`;
    if (text === undefined || this.leftOut === 'tooDeep') {
      this.leftOut = 'tooDeep';
    } else {
      this.leftOut ??= [];
      this.leftOut.push([name, member]);
    }
    if (text === undefined) {
      this.problems.push({ reason: 'json.tooDeep', column: name });
    } else if (problem === undefined) {
      this.rest.push([name, member, text]);
    } else {
      this.problems.push({ ...problem, detail: clip(text, longestValueShown) });
    }
  }
}

function unknownColumn(column: string): Problem {
  return { reason: 'column.unknown', column };
}

/** The members of an object's JSON text; undefined where it is another value's, or none. */
function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function placeValue(draft: Draft, index: number, { name, coerce }: Slot, value: JsonValue): void {
  let coerced: Coerced;
  try {
    coerced = coerce(value);
  } catch (error) {
    if (!(error instanceof JsonTooDeepError)) {
      throw error;
    }
    draft.leaveOut(name, value, { reason: 'json.tooDeep', column: name });
    return;
  }
  if (coerced === undefined) {
    draft.leaveOut(name, value, { reason: 'value.invalid', column: name });
  } else if (coerced !== null) {
    draft.values[index] = coerced;
  }
}

function textOf(value: JsonValue): string | undefined {
  try {
    return typeof value === 'string' ? quoted(value) : readableJson(compactJson(value));
  } catch (error) {
    if (error instanceof JsonTooDeepError) {
      return undefined;
    }
    throw error;
  }
}

function timeProblem({ time, invalidTime }: Draft): Problem | undefined {
  if (time === undefined) {
    return invalidTime === undefined || invalidTime === ''
      ? { reason: 'time.missing' }
      : { reason: 'time.invalid', detail: clip(textOf(invalidTime) ?? '', longestValueShown) };
  }
  return limitsProblem(time);
}

function limitsProblem({ milliseconds, text }: Moment): Problem | undefined {
  if (milliseconds < firstMs || milliseconds >= endMs) {
    return { reason: 'time.outOfRange', detail: text };
  }
  return milliseconds > Date.now() + aheadMs ? { reason: 'time.future', detail: text } : undefined;
}

function limited(problems: readonly Problem[]): readonly Problem[] {
  const last = problems[mostProblems - 1];
  if (problems.length <= mostProblems || last === undefined) {
    return problems;
  }
  const more = problems.length - mostProblems + 1;
  return [
    ...problems.slice(0, mostProblems - 1),
    { ...last, detail: `${last.column ?? ''} and ${more - 1} more columns` },
  ];
}

/** The key of an event's row, where the event has an identity of its own. */
export function rowKeyOf(table: string, time: Moment, identity: string): RowKey {
  return { ticks: ticksOf(time), identity: identityOf(table, time, identity) };
}

/**
 * Two rows are the same only if table and time (to 100 ns) are, too. Were a million events of a table
 * to share each moment, every 37 millionth moment would have two that 64 bits cannot tell apart.
 */
function identityOf(table: string, time: Moment | undefined, content: string): bigint {
  return hashOf(`${table}\n${time?.text ?? ''}\n${content}`);
}

/** 64 bits of the text's (or its UTF-8's) SHA-256, the fastest of node's hashes where the processor has it. */
export function hashOf(text: string | Uint8Array): bigint {
  return BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`);
}
