import { all, at, firstOf, lists, not } from '../expression.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { activity, hasFailed, rule, verbs } from './event.js';
import { account, file } from './objects.js';

export const windowsResource = rule('201003 Windows resource activity: access', 'DeviceEvents', {
  actionType: 'OpenProcessApiCall',
  condition: all(activity(1), lists('win_resource.type', 'Process'), not(hasFailed)),
  note: 'Access to files, keys and accounts has none.',
  actor: acting,
  columns: {
    ...actorDetails,
    FileName: to.baseName(at('win_resource.name')),
    FolderPath: to.path(at('win_resource.name')),
  },
  additional: {
    DesiredAccess: to.integer(firstOf(at('access_mask'), at('unmapped.Access Mask'))),
  },
});

export const driverLoad = rule('1002 kernel extension activity: load', 'DeviceEvents', {
  actionType: 'DriverLoad',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('driver.file') },
});

export const job = rule('1006 scheduled job activity', 'DeviceEvents', {
  actionType: verbs({
    1: 'ScheduledTaskCreated',
    2: 'ScheduledTaskUpdated',
    3: 'ScheduledTaskDeleted',
    4: 'ScheduledTaskEnabled',
    5: 'ScheduledTaskDisabled',
  }),
  actor: acting,
  columns: { ...actorDetails, ...account('actor.user'), ProcessCommandLine: at('job.cmd_line') },
  additional: { TaskName: at('job.name') },
});

export const script = rule('1009 script activity', 'DeviceEvents', {
  actionType: 'AmsiScriptContent',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('script.file') },
  additional: {
    ScriptBlockId: at('script.uid'),
    Content: firstOf(at('script.script_content.value'), at('script.script_content')),
  },
});

export const service = rule('201004 Windows service activity', 'DeviceEvents', {
  actionType: 'ServiceInstalled',
  condition: activity(1),
  actor: acting,
  columns: {
    ...actorDetails,
    ProcessCommandLine: at('win_service.cmd_line'),
    ...account('actor.user'),
  },
  additional: { ServiceName: at('win_service.name'), ServiceAccount: at('win_service.run_as') },
});

export const logCleared = rule('1008 event log activity: clear', 'DeviceEvents', {
  actionType: 'SecurityLogCleared',
  condition: all(activity(1), lists('log_name', 'Security')),
  actor: acting,
  columns: { ...actorDetails, ...account('actor.user') },
});
