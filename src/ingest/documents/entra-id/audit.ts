import type { JsonValue } from '../../json.js';
import {
  computed,
  type Expression,
  literal,
  type RuleScope,
  textFrom,
} from '../../windows/expression.js';
import type { JsonObject } from '../../windows/shape.js';
import { at, choose, firstOf, isThere, matches, rawAt, textAt } from '../expression.js';
import {
  type ActivityObject,
  actorObject,
  clientAddress,
  directoryActivity,
  objectsIn,
  office365,
  parameterObject,
  targetObject,
} from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';

/** Where the event stands in the document of an activity, so that RawEventData tells all of it. */
export const audit = 'audit';
const of = (name: string) => at(`${audit}.${name}`);
const textOf = (name: string) => textAt(`${audit}.${name}`);

const readActivity = textOf('activityDisplayName');
const readOperation = textOf('operationName');
const readService = textOf('loggedByService');

/** Other services' names are in the audit log of Microsoft 365 as they are. */
const actionType = computed(
  'activityDisplayName, and a full stop where Core Directory says it',
  (scope) => directoryActivity(readActivity(scope) ?? readOperation(scope), readService(scope)),
);

const readTargets = rawAt(`${audit}.targetResources`);

/** A member of what was changed first. */
function firstTarget(...names: readonly string[]): Expression {
  return computed(`first(targetResources).${names.join(' or ')}`, (scope) =>
    textIn(objectsIn(readTargets(scope))[0], ...names),
  );
}

function textIn(object: JsonObject | undefined, ...names: readonly string[]): string | undefined {
  return names.flatMap((name) => textFrom(object?.[name]) || [])[0];
}

const readUserName = textOf('initiatedBy.user.userPrincipalName');
const readUserId = textOf('initiatedBy.user.id');
const readProgram = textOf('initiatedBy.app.displayName');
const readProgramId = textOf('initiatedBy.app.servicePrincipalId');

function actorIn(scope: RuleScope): readonly ActivityObject[] {
  const [name, id] = [readUserName(scope) || undefined, readUserId(scope) || undefined];
  return name === undefined && id === undefined
    ? actorObject('Account', readProgram(scope) || undefined, readProgramId(scope) || undefined)
    : actorObject('User', name, id);
}

function targetObjects(target: JsonObject): readonly ActivityObject[] {
  return [
    ...targetObject(
      textIn(target, 'type'),
      textIn(target, 'userPrincipalName', 'displayName'),
      textIn(target, 'id'),
    ),
    ...objectsIn(target['modifiedProperties']).flatMap(({ displayName, newValue }) =>
      parameterObject(textFrom(displayName), newValue),
    ),
  ];
}

const activityObjects = computed('initiatedBy, targetResources, their properties', (scope) => {
  const objects: readonly ActivityObject[] = [
    ...actorIn(scope),
    ...objectsIn(readTargets(scope)).flatMap(targetObjects),
  ];
  return objects.length === 0 ? undefined : (objects as JsonValue);
});

const readDetails = rawAt(`${audit}.additionalDetails`);
const userAgent = computed('additionalDetails[User-Agent]', (scope) => {
  const pair = objectsIn(readDetails(scope)).find(
    ({ key }) => textFrom(key)?.toLowerCase() === 'user-agent',
  );
  return textFrom(pair?.['value']);
});

const user = (name: string) => of(`initiatedBy.user.${name}`);
const program = (name: string) => of(`initiatedBy.app.${name}`);

/** What was done in the directory, as Defender for Cloud Apps shows it. */
export const directoryAudit: DocumentRule = {
  event: 'AuditLogs, directoryAudit of Graph',
  table: 'CloudAppEvents',
  actionType,
  identity: of('id'),
  columns: {
    ReportId: of('id'),
    Application: literal(office365.name),
    ApplicationId: literal(office365.id),
    AccountObjectId: firstOf(user('id'), program('servicePrincipalId')),
    AccountId: firstOf(
      user('userPrincipalName'),
      user('id'),
      program('servicePrincipalId'),
      program('displayName'),
    ),
    AccountDisplayName: firstOf(
      user('displayName'),
      user('userPrincipalName'),
      program('displayName'),
    ),
    AccountType: choose(
      [isThere(`${audit}.initiatedBy.user.id`), 'Regular'],
      [isThere(`${audit}.initiatedBy.user.userPrincipalName`), 'Regular'],
      [isThere(`${audit}.initiatedBy.app`), 'Application'],
    ),
    IsExternalUser: choose(
      [matches(`${audit}.initiatedBy.user.userPrincipalName`, /#ext#/, 'has #EXT#'), 'true'],
      [undefined, 'false'],
    ),
    IPAddress: clientAddress(firstOf(user('ipAddress'), program('ipAddress'))),
    UserAgent: firstOf(userAgent, of('userAgent')),
    ActivityType: literal('Basic'),
    ActivityObjects: activityObjects,
    ObjectName: firstTarget('userPrincipalName', 'displayName'),
    ObjectType: firstTarget('type'),
    ObjectId: firstTarget('id'),
    OAuthAppId: program('appId'),
    RawEventData: at(audit),
  },
};
