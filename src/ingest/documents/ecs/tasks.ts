import { choose } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import { account, acting, actorDetails } from './actor.js';
import { actionText } from './event.js';

export const task: DocumentRule = {
  event: 'scheduled task',
  table: 'DeviceEvents',
  actionType: choose(
    [actionText(/created/, 'has created'), 'ScheduledTaskCreated'],
    [actionText(/updated/, 'has updated'), 'ScheduledTaskUpdated'],
    [actionText(/deleted/, 'has deleted'), 'ScheduledTaskDeleted'],
  ),
  condition: actionText(/^scheduled-task-|^scheduled_task_/, 'starts with scheduled-task'),
  actor: acting,
  columns: { ...actorDetails, ...account },
};
