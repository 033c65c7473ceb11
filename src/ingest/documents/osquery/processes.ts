import type { JsonValue } from '../../json.js';
import { computed, textFrom } from '../../windows/expression.js';
import { all, at, firstOf, isThere, lists, matches, not } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { common, earliestSeconds, epoch, file, hashes, userOf } from './columns.js';

const uptimeless = { ProcessCreationTime: firstOf(epoch('time'), at('@time')) };

const parentPid = firstOf(at('parent'), at('ppid'));

export const processStart: DocumentRule = {
  event: 'process_events, bpf_process_events, es_process_events, process_etw_events',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(
    isThere('path'),
    not(lists('event_type', 'exit', 'fork')),
    not(lists('type', 'ProcessStop')),
    not(lists('syscall', 'fork', 'vfork', 'clone', 'kill', 'setuid')),
    // The search along PATH, and what may not be run.
    not(all(isThere('syscall'), matches('exit_code', /^-|^18446744073709/, 'is negative'))),
  ),
  starts: {
    pid: at('pid'),
    image: at('path'),
    commandLine: at('cmdline'),
    user: userOf(),
    started: epoch('time'),
    parentPid,
    integrityLevel: at('mandatory_label'),
    tokenElevation: at('token_elevation_type'),
  },
  actor: { pid: parentPid },
  columns: {
    ...file('path'),
    ProcessId: to.integer(at('pid')),
    ProcessCommandLine: at('cmdline'),
    ...uptimeless,
    AccountName: to.accountName(userOf()),
    AccountDomain: to.accountDomain(userOf()),
    ProcessIntegrityLevel: to.integrityLevel(at('mandatory_label')),
    ProcessTokenElevation: to.tokenElevation(at('token_elevation_type')),
    CreatedProcessSessionId: to.integer(at('session_id')),
    ProcessUniqueId: at('process_sequence_number'),
  },
  additional: { ...common, ProcessCurrentWorkingDirectory: to.unquoted(at('cwd')) },
};

export const runningProcess: DocumentRule = {
  event: 'processes',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  note: 'A row for each process, at the time of its start, however often it is seen.',
  condition: isThere('pid'),
  starts: {
    pid: at('pid'),
    image: firstOf(at('path'), at('name')),
    commandLine: at('cmdline'),
    user: userOf(),
    started: epoch('start_time'),
    parentPid: at('parent'),
  },
  actor: { pid: at('parent') },
  time: epoch('start_time'),
  identity: computed('pid, start_time and path', ({ document }) => {
    const { pid, start_time, path } = (document ?? {}) as Record<string, JsonValue>;
    return Number(start_time) > earliestSeconds
      ? [pid, start_time, path].map((value) => textFrom(value) ?? '').join(' ')
      : undefined;
  }),
  columns: {
    FolderPath: at('path'),
    FileName: firstOf(to.baseName(at('path')), at('name')),
    ProcessId: to.integer(at('pid')),
    ProcessCommandLine: at('cmdline'),
    ProcessCreationTime: epoch('start_time'),
    AccountName: to.accountName(userOf()),
    AccountDomain: to.accountDomain(userOf()),
    ...hashes,
  },
  additional: { ...common, ProcessCurrentWorkingDirectory: to.unquoted(at('cwd')) },
};
