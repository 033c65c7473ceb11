import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import type { JsonValue } from '../json.js';
import { Clock } from './clock.js';
import { Device, type LoggedOnUser } from './devices.js';
import { fairShare } from './fair-map.js';
import { type LesserRow, mostSavedRows } from './lesser-rows.js';
import { knownGuid, Process, type ProcessFacts, type Rank, rank } from './process.js';
import { labelOf, type ProcessStore } from './processes.js';
import type { Occurrence } from './twins.js';

const schema = `
create table if not exists process (
  id integer primary key, label text not null, guid text, pid integer, start integer, facts text not null);
create index if not exists process_guid on process (guid);
create index if not exists process_pid on process (label, pid, start);
create table if not exists device (name text primary key, facts text not null);
create table if not exists account (name text primary key, sid text not null);
create table if not exists primary_event (
  id integer primary key, device text not null, key text not null, ms integer not null);
create table if not exists lesser_twin (
  id integer primary key, device text not null, key text not null, ms integer not null,
  ticks text not null, identity text not null);
`;

/** More of them are forgotten, the oldest first. */
const mostProcesses = 2_000_000;
const mostOfPid = 50;
/** Inserted by one statement, which takes half the time of as many. */
const insertedAtOnce = 20;
/** After so many rows it is looked whether they are too many. */
const rowsBetweenLooks = 1_000;
const mostPrimaries = 200_000;
/** Of events, so much stays when there have been more than the most. */
const keptEvents = 0.75;

type EventTable = 'primary_event' | 'lesser_twin';

interface ProcessRow {
  readonly id: number;
  readonly pid: number | null;
  readonly start: number | null;
  readonly facts: string;
}

interface StoredProcess {
  readonly device: string;
  readonly guid?: string | undefined;
  readonly started?: string | undefined;
  readonly endMs?: number | undefined;
  readonly rank: Rank;
  readonly facts: ProcessFacts;
}

interface StoredDevice {
  readonly clock: Parameters<typeof Clock.from>[0];
  readonly volumes: [string, string][];
  readonly addresses: [string, number][];
  readonly users: LoggedOnUser[];
  readonly platform?: string;
  readonly about?: [string, JsonValue][];
}

export interface Learnt {
  readonly processes: readonly Process[];
  readonly devices: readonly Device[];
  readonly sids: ReadonlyMap<string, string>;
  /** Of those that have a row of their own, where their twins of another log have none. */
  readonly primaries: readonly Occurrence[];
  readonly lesserRows: readonly LesserRow[];
}

/** What is known of a tenant's devices, in a file. One thread of one process has it open. */
export class CorrelationStore implements ProcessStore {
  readonly #database: Database.Database;
  readonly #byGuid: Database.Statement;
  readonly #byPid: Database.Statement;
  readonly #device: Database.Statement;
  readonly #sid: Database.Statement;
  readonly #insertProcess: Database.Statement;
  readonly #insertProcesses: Database.Statement;
  readonly #updateProcess: Database.Statement;
  readonly #putDevice: Database.Statement;
  readonly #putSid: Database.Statement;
  readonly #insertPrimary: Database.Statement;
  readonly #insertLesserRow: Database.Statement;
  /** Up to these rows there cannot be too many. */
  readonly #looks: Record<EventTable, number> = { primary_event: 0, lesser_twin: 0 };

  constructor(file: string) {
    closeSync(openSync(file, 'a', 0o600));
    const database = new Database(file);
    database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-8000');
    database.exec(schema);
    bringUpToDate(database);
    const columns = 'id, pid, start, facts';
    this.#database = database;
    this.#byGuid = database.prepare(`select ${columns} from process where guid = ?`);
    this.#byPid = database.prepare(
      `select ${columns} from process where label = ? and pid = ? order by start desc limit ${mostOfPid}`,
    );
    this.#device = database.prepare('select facts from device where name = ?');
    this.#sid = database.prepare('select sid from account where name = ?');
    const insert = 'insert into process (label, guid, pid, start, facts) values';
    const row = '(?, ?, ?, ?, ?)';
    this.#insertProcess = database.prepare(`${insert} ${row}`);
    this.#insertProcesses = database.prepare(
      `${insert} ${new Array(insertedAtOnce).fill(row).join(', ')}`,
    );
    this.#updateProcess = database.prepare(
      'update process set guid = ?, pid = ?, start = ?, facts = ? where id = ?',
    );
    this.#putDevice = database.prepare('insert or replace into device (name, facts) values (?, ?)');
    this.#putSid = database.prepare('insert or replace into account (name, sid) values (?, ?)');
    this.#insertPrimary = database.prepare(
      'insert into primary_event (device, key, ms) values (?, ?, ?)',
    );
    this.#insertLesserRow = database.prepare(
      'insert into lesser_twin (device, key, ms, ticks, identity) values (?, ?, ?, ?, ?)',
    );
  }

  byGuid(guid: string): readonly Process[] {
    return (this.#byGuid.all(guid) as ProcessRow[]).map(processOf);
  }

  byPid(label: string, pid: number): readonly Process[] {
    return (this.#byPid.all(label, pid) as ProcessRow[]).map(processOf);
  }

  device(name: string): Device | undefined {
    const row = this.#device.get(name) as { facts: string } | undefined;
    return row && deviceOf(name, JSON.parse(row.facts));
  }

  deviceNames(): readonly string[] {
    const rows = this.#database.prepare('select name from device').all() as { name: string }[];
    return rows.map(({ name }) => name);
  }

  sid(user: string): string | undefined {
    return (this.#sid.get(user) as { sid: string } | undefined)?.sid;
  }

  /** The latest of them, oldest first. */
  primaries(): readonly Occurrence[] {
    const rows = this.#database
      .prepare('select device, key, ms from primary_event order by id')
      .all() as { device: string; key: string; ms: number }[];
    return rows.map(({ device, key, ms }) => ({ key: `${labelOf(device)}\n${key}`, device, ms }));
  }

  /** The latest of them, oldest first. */
  *lesserRows(): Generator<LesserRow> {
    const rows = this.#database
      .prepare('select device, key, ms, ticks, identity from lesser_twin order by id')
      .all() as { device: string; key: string; ms: number; ticks: string; identity: string }[];
    for (const { device, key, ms, ticks, identity } of rows) {
      yield {
        key: `${labelOf(device)}\n${key}`,
        device,
        ms,
        ticks: BigInt(ticks),
        identity: BigInt(identity),
      };
    }
  }

  /** On disk when it returns, all of it or none. */
  save({ processes, devices, sids, primaries, lesserRows }: Learnt): void {
    const events = primaries.length + lesserRows.length;
    if (processes.length + devices.length + sids.size + events === 0) {
      return;
    }
    const added = processes.filter(({ row }) => row === 0);
    const stored = processes.filter(({ row }) => row > 0);
    let lastRow = 0;
    this.#transaction(() => {
      for (const process of stored) {
        this.#updateProcess.run(...valuesOf(process), process.row);
      }
      lastRow = this.#addProcesses(added);
      for (const device of devices) {
        this.#putDevice.run(device.name, JSON.stringify(storedDevice(device)));
      }
      for (const [user, sid] of sids) {
        this.#putSid.run(user, sid);
      }
      this.#putPrimaries(primaries);
      this.#putLesserRows(lesserRows);
    });
    for (const [index, process] of added.entries()) {
      process.row = lastRow - added.length + 1 + index;
    }
    for (const item of [...processes, ...devices]) {
      item.isDirty = false;
    }
    for (const { clock } of devices) {
      clock.isDirty = false;
    }
  }

  /** Deletes what is known of devices, by their names. */
  forget(names: readonly string[]): void {
    const processes = this.#database.prepare(
      "delete from process where label = ? and json_extract(facts, '$.device') in (?, ?)",
    );
    const device = this.#database.prepare('delete from device where name in (?, ?)');
    const primary = this.#database.prepare('delete from primary_event where device in (?, ?)');
    const lesser = this.#database.prepare('delete from lesser_twin where device in (?, ?)');
    this.#transaction(() => {
      for (const name of names) {
        const label = labelOf(name);
        processes.run(label, name, label);
        device.run(name, label);
        primary.run(name, label);
        lesser.run(name, label);
      }
    });
    // Rows are numbered from 1 again when there are none.
    this.#looks.primary_event = 0;
    this.#looks.lesser_twin = 0;
  }

  close(): void {
    this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#database.exec('begin immediate');
    try {
      work();
      this.#database.exec('commit');
    } catch (error) {
      // Of a full disk SQLite has taken the transaction back by itself; what is thrown is why.
      if (this.#database.inTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  #putPrimaries(primaries: readonly Occurrence[]): void {
    let last = 0;
    for (const { key, device, ms } of primaries) {
      const rest = withoutLabel(key);
      const values = [device, rest, Math.round(ms)];
      last = Number(this.#insertPrimary.run(...values).lastInsertRowid);
    }
    this.#trim('primary_event', last, mostPrimaries);
  }

  #putLesserRows(rows: readonly LesserRow[]): void {
    let last = 0;
    for (const { key, device, ms, ticks, identity } of rows) {
      const rest = withoutLabel(key);
      const values = [device, rest, Math.round(ms), String(ticks), String(identity)];
      last = Number(this.#insertLesserRow.run(...values).lastInsertRowid);
    }
    this.#trim('lesser_twin', last, mostSavedRows);
  }

  /** Where there are more than the most, the oldest go of the devices that have the most of them. */
  #trim(table: EventTable, last: number, most: number): void {
    if (last <= this.#looks[table]) {
      return;
    }
    const kept = Math.floor(most * keptEvents);
    const count = () =>
      this.#database
        .prepare(`select device, count(*) as n from ${table} group by device`)
        .all() as {
        n: number;
      }[];
    const counts = count().map(({ n }) => n);
    let total = counts.reduce((sum, n) => sum + n, 0);
    if (total > most) {
      const numbered = `select id, row_number() over (partition by device order by id desc) as n from ${table}`;
      this.#database
        .prepare(`delete from ${table} where id in (select id from (${numbered}) where n > ?)`)
        .run(fairShare(counts, kept));
      // Of more devices than events that are kept.
      this.#database
        .prepare(
          `delete from ${table} where id <= (select id from ${table} order by id desc limit 1 offset ?)`,
        )
        .run(most);
      total = Math.min(total, kept);
    }
    this.#looks[table] = last + most - total;
  }

  /** The last one's row: they are numbered one after the other. */
  #addProcesses(processes: readonly Process[]): number {
    let last = 0;
    for (let at = 0; at < processes.length; ) {
      const isFew = processes.length - at < insertedAtOnce;
      const together = processes.slice(at, isFew ? at + 1 : at + insertedAtOnce);
      const statement = isFew ? this.#insertProcess : this.#insertProcesses;
      const values = together.flatMap((process) => [labelOf(process.device), ...valuesOf(process)]);
      last = Number(statement.run(...values).lastInsertRowid);
      at += together.length;
    }
    if (last > mostProcesses && last % rowsBetweenLooks < processes.length) {
      this.#database.prepare('delete from process where id <= ?').run(last - mostProcesses);
    }
    return last;
  }
}

/** Primaries were known by the first label of the device's name, which is one of its names. */
function bringUpToDate(database: Database.Database): void {
  const columns = database.prepare("select name from pragma_table_info('primary_event')").all();
  if ((columns as { name: string }[]).some(({ name }) => name === 'label')) {
    database.exec('alter table primary_event rename column label to device');
  }
}

/** Of a key of twins, what is not its device's. */
function withoutLabel(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}

/** Columns of a process's row: guid, pid, start, facts. */
function valuesOf(process: Process): (string | number | null)[] {
  const { device, rank, guid, pid, startMs, started, endMs, facts } = process;
  const stored: StoredProcess = { device, guid, started, endMs, rank, facts };
  return [knownGuid(guid) ?? null, pid ?? null, startMs ?? null, JSON.stringify(stored)];
}

function processOf({ id, pid, start, facts }: ProcessRow): Process {
  const stored = JSON.parse(facts) as StoredProcess;
  const process = new Process(stored.device);
  process.guid = stored.guid;
  process.pid = pid ?? undefined;
  process.startMs = start ?? undefined;
  process.started = stored.started;
  process.endMs = stored.endMs;
  process.learn(stored.facts, rank.mention);
  process.rank = stored.rank;
  process.row = id;
  process.isDirty = false;
  return process;
}

function storedDevice(device: Device): StoredDevice {
  const { clock, volumes, addresses, users, platform, about } = device;
  return {
    clock: clock.toJSON(),
    volumes: [...volumes],
    addresses: [...addresses],
    users: [...users.values()],
    ...(platform === undefined ? {} : { platform }),
    ...(about.size === 0 ? {} : { about: [...about] }),
  };
}

function deviceOf(name: string, stored: StoredDevice): Device {
  const device = new Device(name, Clock.from(stored.clock));
  for (const [volume, letter] of stored.volumes) {
    device.volumes.set(volume, letter);
  }
  for (const [address, ms] of stored.addresses) {
    device.addresses.set(address, ms);
  }
  for (const user of stored.users) {
    device.users.set(user.Sid, user);
  }
  device.platform = stored.platform;
  for (const [name, value] of stored.about ?? []) {
    device.about.set(name, value);
  }
  device.isDirty = false;
  return device;
}
