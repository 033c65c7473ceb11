import { epochText, type Moment, parseDatetime } from '../datetime.js';
import { integer } from '../windows/values.js';
import { words } from '../words.js';
import {
  type AuditRecord,
  commandLine,
  parseAuditRecord,
  plainOf,
  processTitle,
  type Syscall,
  syscallOf,
  textOf,
} from './audit-record.js';

export type Fields = ReadonlyMap<string, string>;

/** All records of one serial. */
export interface AuditEvent {
  readonly id: string;
  readonly host: string;
  readonly records: readonly AuditRecord[];
  readonly time: Moment | undefined;
  /** undefined where no record is of a system call that has rows. */
  readonly call: Call | undefined;
  /** What some shippers know of the parent of the process that acted. */
  readonly parent: Fields | undefined;
}

export interface Call {
  readonly record: AuditRecord;
  readonly does: Syscall;
  readonly name: string;
  readonly succeeded: boolean;
}

/** Its first line is the host's name. */
export function eventOf(text: string): AuditEvent {
  const [host = '', ...lines] = text.split('\n');
  const records = lines.map(parseAuditRecord).filter((record) => record !== undefined);
  const id = records[0]?.id ?? '';
  const parent = ofType({ records }, 'PARENT_INFO');
  return { id, host, records, time: timeOf(id), call: callOf(records), parent };
}

function timeOf(id: string): Moment | undefined {
  const text = epochText(id.split(':')[0] ?? '', 'seconds');
  return text === undefined ? undefined : parseDatetime(text);
}

/** The system call of an event. AUOMS merges its records into one. */
function callOf(records: readonly AuditRecord[]): Call | undefined {
  const record = records.find(({ fields }) => fields.has('syscall'));
  const call = record && syscallOf(record.fields);
  return (
    record &&
    call && { record, ...call, succeeded: plainOf(record.fields.get('success')) === 'yes' }
  );
}

export function ofType({ records }: Pick<AuditEvent, 'records'>, type: string): Fields | undefined {
  return records.find((record) => record.type === type)?.fields;
}

export function pidOf(value: string | undefined): number | undefined {
  const pid = integer(plainOf(value) ?? '');
  return typeof pid === 'number' && pid >= 0 ? pid : undefined;
}

export const knownUsers: Readonly<Record<string, string>> = words({
  '0': 'root',
  '65534': 'nobody',
});

/** A user by its name, where the daemon has resolved it, else by its id, where that is the same everywhere. */
export function userOf(fields: Fields, id: string, resolved: string): string | undefined {
  const name = textOf(fields.get(id.toUpperCase())) ?? plainOf(fields.get(resolved));
  const isName = name !== undefined && name !== 'unset' && name !== 'unknown';
  const own = plainOf(fields.get(id)) ?? '';
  return isName ? name : /^\d*$|^unset$/.test(own) ? knownUsers[own] : own;
}

export function commandOf(event: AuditEvent, { fields }: AuditRecord): string | undefined {
  return (
    fields.get('cmdline') ??
    commandLine(event.records) ??
    processTitle(ofType(event, 'PROCTITLE')?.get('proctitle'))
  );
}

export function workingFolder(event: AuditEvent, { fields }: AuditRecord): string | undefined {
  return textOf(ofType(event, 'CWD')?.get('cwd')) ?? textOf(fields.get('cwd'));
}
