import { computed, textFrom } from '../../windows/expression.js';
import { words } from '../../words.js';
import { all, at, not, rawAt } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, targetProcess } from './actor.js';
import { action, category, hasFailed } from './event.js';

export const trace: DocumentRule = {
  event: 'process traced',
  table: 'DeviceEvents',
  actionType: 'PTraceDetected',
  condition: all(category('process'), action('ptrace', 'traced-process'), not(hasFailed)),
  actor: acting,
  columns: {
    ...actorDetails,
    ...targetProcess,
  },
};

/** Calls that Elastic Endpoint watches, and Defender's names for them. */
const apiCalls: Readonly<Record<string, string>> = words({
  openprocess: 'OpenProcessApiCall',
  openthread: 'OpenProcessApiCall',
  readprocessmemory: 'ReadProcessMemoryApiCall',
  writeprocessmemory: 'WriteProcessMemoryApiCall',
  virtualalloc: 'NtAllocateVirtualMemoryApiCall',
  virtualallocex: 'NtAllocateVirtualMemoryRemoteApiCall',
  virtualprotect: 'NtProtectVirtualMemoryApiCall',
  virtualprotectex: 'MemoryRemoteProtect',
  mapviewoffile: 'NtMapViewOfSectionRemoteApiCall',
  mapviewoffile2: 'NtMapViewOfSectionRemoteApiCall',
  queueuserapc: 'QueueUserApcRemoteApiCall',
  setthreadcontext: 'SetThreadContextRemoteApiCall',
  createremotethread: 'CreateRemoteThreadApiCall',
  getasynckeystate: 'GetAsyncKeyStateApiCall',
});

const [calledApi, actionOf] = [rawAt('process.Ext.api.name'), rawAt('event.action')];

export const apiCall: DocumentRule = {
  event: 'API call',
  table: 'DeviceEvents',
  actionType: computed('by process.Ext.api.name', (scope) => {
    const name = textFrom(calledApi(scope) ?? actionOf(scope));
    return apiCalls[name?.toLowerCase() ?? ''];
  }),
  condition: category('api'),
  actor: acting,
  columns: {
    ...actorDetails,
    ...targetProcess,
    ProcessCommandLine: at('Target.process.command_line'),
    ProcessCreationTime: at('Target.process.start'),
  },
  additional: {
    DesiredAccess: to.integer(at('process.Ext.api.parameters.desired_access_numeric')),
  },
};
