import type { Condition, Expression } from '../../windows/expression.js';
import { choose, matches } from '../expression.js';

const viewing = [
  'Get',
  'List',
  'Describe',
  'Head',
  'Lookup',
  'Search',
  'Query',
  'Scan',
  'BatchGet',
];
const creating = ['Create', 'Run', 'Allocate', 'Import', 'Register', 'Request', 'Copy', 'Restore'];
const deleting = [
  'Delete',
  'Terminate',
  'Remove',
  'Deregister',
  'Release',
  'Revoke',
  'ScheduleKeyDeletion',
];
const editing = [
  'Put',
  'Update',
  'Modify',
  'Set',
  'Add',
  'Attach',
  'Detach',
  'Associate',
  'Disassociate',
  'Change',
  'Enable',
  'Disable',
  'Tag',
  'Untag',
  'Authorize',
  'Replace',
  'Reset',
  'Upload',
];

/** Conditions are asked in lower case. */
const begins = (path: string, verbs: readonly string[]) =>
  matches(
    path,
    new RegExp(`^(?:${verbs.join('|').toLowerCase()})`),
    `begins with ${verbs.slice(0, -1).join(', ')} or ${verbs.at(-1)}`,
  );

/** Of a call of AWS, by the verb that its name begins with. */
export function activityType(path: string, reads: Condition): Expression {
  return choose(
    [reads, 'View'],
    [begins(path, creating), 'Create'],
    [begins(path, deleting), 'Delete'],
    [begins(path, viewing), 'View'],
    [begins(path, editing), 'Edit'],
    [undefined, 'Run'],
  );
}
