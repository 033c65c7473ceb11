import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const callActivityEvents: Table = {
  name: 'CallActivityEvents',
  category: 'Email & collaboration',
  summary: 'Things participants did during Teams calls.',
  note: 'Has no Timestamp column; ActivityTimestamp plays that part.',
  timeColumn: 'ActivityTimestamp',
  deviceScoped: false,
  columns: columnsOf(
    { name: 'ActivityTimestamp', type: 'datetime', summary: 'When the activity happened (UTC)' },
    { name: 'CallId', type: 'string', summary: 'Call identifier' },
    { name: 'ActivityId', type: 'string', summary: 'Activity identifier' },
    { name: 'ActivityInitiatorId', type: 'string', summary: 'Acting participant identifier' },
    'ActivityType',
    'ThreadId',
    { name: 'ActivityInitiatorUpn', type: 'string', summary: 'Acting participant UPN' },
    { name: 'ActivityInitiatorDisplayName', type: 'string', summary: 'Acting participant name' },
    { name: 'CallSchedulingType', type: 'string', summary: 'Adhoc, Scheduled or Recurring' },
    { name: 'CallJoinUrl', type: 'string', summary: 'Join link' },
    { name: 'OriginatorUserDisplayName', type: 'string', summary: 'Caller name' },
    { name: 'OriginatorUpn', type: 'string', summary: 'Caller UPN' },
  ),
};
