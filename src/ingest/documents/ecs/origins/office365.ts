import type { JsonValue } from '../../../json.js';
import { textFrom } from '../../../windows/expression.js';
import { asObject, type JsonObject } from '../../../windows/shape.js';
import { words } from '../../../words.js';
import { firstTextIn, textIn } from '../../document.js';
import { office365 as source } from '../../office365.js';
import { known, type Origin, objectAt } from '../origin.js';

/** Operations to which the pipeline gives ECS's names, by the kind of record. */
const operations: Readonly<Record<string, Readonly<Record<string, string>>>> = words({
  AzureActiveDirectory: words({
    'added-user-account': 'Add user.',
    'modified-user-account': 'Update user.',
    'deleted-user-account': 'Delete user.',
  }),
  MicrosoftTeams: words({
    'added-group-account-to': 'TeamCreated',
    'added-users-to-group': 'MemberAdded',
    'deleted-user-account': 'Delete user.',
  }),
});

const [actionOf, kindOf] = [textIn('event.action'), textIn('event.code')];

function operationOf(event: JsonObject): string | undefined {
  const action = actionOf(event);
  return operations[kindOf(event) ?? '']?.[action ?? ''] ?? action;
}

/** Members that the pipeline calls otherwise; those of files and teams are moved in some kinds of records. */
const moved = {
  Id: textIn('event.id'),
  CreationTime: textIn('@timestamp'),
  Workload: textIn('event.provider'),
  OrganizationId: textIn('organization.id'),
  UserId: textIn('user.id'),
  ClientIP: firstTextIn('client.address', 'source.address', 'source.ip'),
  UserAgent: textIn('user_agent.original'),
  ObjectId: firstTextIn('url.original', 'user.target.id'),
  SourceRelativeUrl: textIn('file.directory'),
  SourceFileName: textIn('file.name'),
  SourceFileExtension: textIn('file.extension'),
  TeamName: textIn('group.name'),
  LogonUserDisplayName: textIn('user.full_name'),
};

/** `{Name: value}`, where the record has a list of pairs. */
function pairs(value: JsonValue | undefined): JsonValue | undefined {
  const object = asObject(value);
  const raw = object && textFrom(object['_raw']);
  return object === undefined || raw !== undefined
    ? (raw ?? value)
    : Object.entries(object).map(([Name, each]) => {
        const members = asObject(each);
        return members ? { Name, ...members } : { Name, Value: each };
      });
}

const lists = ['Parameters', 'ExtendedProperties', 'ModifiedProperties'];
const auditOf = objectAt('o365.audit');
const recordTypeOf = textIn('RecordType');

/** What Filebeat's module, and the package, make of records of the unified audit log. */
export const office365InEcs: Origin = {
  source,
  datasets: ['o365'],
  own: ['o365.audit'],
  recordOf(event) {
    const audit = auditOf(event);
    if (audit === undefined || recordTypeOf(audit) === undefined) {
      return undefined;
    }
    return known({
      ...Object.fromEntries(Object.entries(moved).map(([name, read]) => [name, read(event)])),
      ...audit,
      Operation: operationOf(event),
      ...Object.fromEntries(lists.map((name) => [name, pairs(audit[name])])),
    });
  },
};
