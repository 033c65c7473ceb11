import type { JsonObject } from '../../windows/shape.js';
import { Memory } from '../memory.js';
import type { DocumentRule } from '../rule.js';
import { anything, hardware, query, script, yara } from './device-events.js';
import { deviceFacts } from './device-facts.js';
import { fileEvent, journalEvent, processFileEvent } from './files.js';
import { loggedIn, logonSession, userEvent } from './logons.js';
import { processStart, runningProcess } from './processes.js';
import { listening, openSocket, socketEvent } from './sockets.js';

interface QueriedTable {
  readonly names: readonly string[];
  /** Columns that only these tables have together. */
  readonly columns: readonly string[];
  /** None of them is there. */
  readonly without?: readonly string[];
  readonly rule: DocumentRule;
}

/** Queries have names of people's choice, so that the columns tell which table was asked. */
export const tables: readonly QueriedTable[] = [
  {
    names: ['logon_sessions'],
    columns: ['logon_id', 'logon_type', 'logon_domain'],
    rule: logonSession,
  },
  { names: ['os_version'], columns: ['version', 'major', 'minor', 'platform'], rule: deviceFacts },
  { names: ['system_info'], columns: ['hardware_model', 'hardware_vendor'], rule: deviceFacts },
  { names: ['powershell_events'], columns: ['script_text', 'script_block_id'], rule: script },
  { names: ['dns_lookup_events'], columns: ['name', 'response', 'pid'], rule: query },
  {
    names: ['socket_events', 'bpf_socket_events'],
    columns: ['remote_address', 'remote_port', 'status'],
    rule: socketEvent,
  },
  { names: [], columns: ['remote_address', 'remote_port', 'action'], rule: socketEvent },
  { names: [], columns: ['remote_address', 'remote_port', 'syscall'], rule: socketEvent },
  {
    names: ['process_open_sockets'],
    columns: ['remote_address', 'remote_port', 'local_port'],
    rule: openSocket,
  },
  { names: ['listening_ports'], columns: ['port', 'address', 'protocol'], rule: listening },
  {
    names: ['process_file_events'],
    columns: ['executable', 'operation', 'path'],
    rule: processFileEvent,
  },
  {
    names: ['es_process_file_events'],
    columns: ['event_type', 'filename'],
    rule: processFileEvent,
  },
  { names: ['ntfs_journal_events'], columns: ['action', 'path', 'old_path'], rule: journalEvent },
  { names: ['yara', 'yara_events'], columns: ['matches', 'count'], rule: yara },
  { names: ['file_events'], columns: ['target_path', 'action'], rule: fileEvent },
  { names: ['hardware_events'], columns: ['action', 'vendor', 'model', 'serial'], rule: hardware },
  { names: ['user_events'], columns: ['message', 'terminal', 'type'], rule: userEvent },
  { names: ['logged_in_users', 'last'], columns: ['tty', 'host', 'type', 'time'], rule: loggedIn },
  { names: ['processes'], columns: ['pid', 'parent', 'start_time'], rule: runningProcess },
  {
    names: [],
    columns: ['pid', 'name', 'cmdline', 'parent'],
    rule: runningProcess,
  },
  {
    names: ['process_events', 'bpf_process_events', 'es_process_events', 'process_etw_events'],
    columns: ['pid', 'path', 'cmdline'],
    without: ['start_time', 'resident_size'],
    rule: processStart,
  },
];

const byName = new Map(tables.flatMap((table) => table.names.map((name) => [name, table])));

export function ruleOf(kind: string, columns: JsonObject): DocumentRule {
  const named = byName.get(kind);
  if (named?.columns.some((name) => name in columns)) {
    return named.rule;
  }
  const told = tables.find((table) => isOf(table, columns, kind));
  return told?.rule ?? anything;
}

/** Whether the columns are those of the table. */
function isOf(
  { columns: own, without = [] }: QueriedTable,
  columns: JsonObject,
  kind: string,
): boolean {
  return (
    (own.length > 2 || kind === '') &&
    own.every((name) => name in columns) &&
    !without.some((name) => name in columns)
  );
}

const tableNames = [...byName.keys()].sort((a, b) => b.length - a.length);

const kindOfQuery = new Memory<string>();

/** The table that the query's name ends with: `pack_attacks_process_events`. */
export function kindOf(query: string): string {
  return kindOfQuery.of(query, () => {
    const last = query.toLowerCase().split(/[/:.]/).at(-1) ?? '';
    return tableNames.find((name) => last === name || last.endsWith(`_${name}`)) ?? '';
  });
}
