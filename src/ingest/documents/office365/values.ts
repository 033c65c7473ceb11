import type { JsonValue } from '../../json.js';
import { computed, type Expression, type RuleScope, textFrom } from '../../windows/expression.js';
import type { JsonObject } from '../../windows/shape.js';
import { rawAt, textAt } from '../expression.js';
import {
  type ActivityObject,
  actorObject,
  isGuid,
  known,
  objectsIn,
  parameterObject,
  targetObject,
} from '../microsoft365.js';

/** Where the record stands in the document of an activity, so that RawEventData tells all of it. */
export const audit = 'audit';
const inAudit = (name: string) => `${audit}.${name}`;

/** The `Value` of the pair of that `Name` in a list of them. */
export function valueNamed(path: string, name: string): Expression {
  const read = rawAt(path);
  const wanted = name.toLowerCase();
  return computed(`${path}[${name}]`, (scope) => {
    const pair = objectsIn(read(scope)).find(
      (each) => textFrom(each['Name'])?.toLowerCase() === wanted,
    );
    return textFrom(pair?.['Value']);
  });
}

/** A principal of the directory, as its records list the identifiers of one. */
interface Principal {
  readonly kind?: string | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

const kindAndId = /^([A-Za-z]{1,40})_([\da-f-]{36})$/i;
/** The types of an identifier (the schema's IdentityType). */
const [nameType, servicePrincipalNameType, userNameType] = ['1', '4', '5'];

function principalIn(value: JsonValue | undefined): Principal {
  const identifiers = objectsIn(value).flatMap(({ ID, Type }) => {
    const id = textFrom(ID)?.trim();
    return id ? [{ id, type: textFrom(Type) ?? '' }] : [];
  });
  const ofType = (...types: readonly string[]) =>
    types.flatMap((type) => identifiers.find((each) => each.type === type)?.id ?? [])[0];
  const [, kind, id] =
    identifiers.map((each) => kindAndId.exec(each.id)).find((found) => found !== null) ?? [];
  const name = ofType(userNameType, nameType);
  return {
    kind,
    id: id ?? identifiers.find((each) => isGuid(each.id))?.id,
    name: name ?? ofType(servicePrincipalNameType),
  };
}

/** One of what a list of identifiers says of a principal. */
export function principal(path: string, member: keyof Principal): Expression {
  const read = rawAt(path);
  return computed(`${member}(${path})`, (scope) => principalIn(read(scope))[member]);
}

const userTypes: ReadonlyMap<string, string> = new Map(
  [
    ['Regular', 'Regular'],
    ['Reserved', 'Reserved'],
    ['Admin', 'Admin'],
    ['DcAdmin', 'Admin'],
    ['System', 'System'],
    ['Application', 'Application'],
    ['ServicePrincipal', 'Application'],
    ['CustomPolicy', 'System'],
    ['SystemPolicy', 'System'],
    ['PartnerTechnician', 'Admin'],
    ['Guest', 'Regular'],
  ].flatMap(([word = '', type = ''], number) => [
    [word.toLowerCase(), type],
    [String(number), type],
  ]),
);

const programs = /^(?:ServicePrincipal_|app@sharepoint$)/i;
const systems = /^(?:sharepoint\\system|nt (?:authority|service)\\|s-1-5-18$)/i;

export function accountTypeAt(userType: string, userId: string): Expression {
  const [readType, readId] = [textAt(userType), textAt(userId)];
  return computed(`accountType(${userType}, ${userId})`, (scope) => {
    const id = readId(scope) ?? '';
    if (programs.test(id)) {
      return 'Application';
    }
    return systems.test(id) ? 'System' : userTypes.get(readType(scope)?.toLowerCase() ?? '');
  });
}

const guests = /#EXT#|^urn:spo:(?:guest|anon)|^anonymous$/i;
const guestTypes: ReadonlySet<string> = new Set(['9', 'partnertechnician', '10', 'guest']);

/** Guests of the directory, partners, who come with a link, and who are nobody. */
export function isExternal(userType: string, userId: string): Expression {
  const [readType, readId] = [textAt(userType), textAt(userId)];
  return computed(`isExternal(${userType}, ${userId})`, (scope) => {
    const [type, id] = [readType(scope)?.toLowerCase(), readId(scope)];
    return type === undefined && id === undefined
      ? undefined
      : guestTypes.has(type ?? '') || guests.test(id ?? '');
  });
}

const [ownLogon, otherLogons] = ['0', new Set(['1', '2'])];

/** A mailbox is opened by an administrator or a delegate. */
export function isImpersonated(logonType: string, owner: string): Expression {
  const [readType, readOwner] = [textAt(logonType), textAt(owner)];
  return computed(`isImpersonated(${logonType})`, (scope) => {
    const type = readOwner(scope) === undefined ? undefined : readType(scope);
    return type !== undefined && otherLogons.has(type)
      ? true
      : type === ownLogon
        ? false
        : undefined;
  });
}

const readActor = textAt(inAudit('UserId'));
const readUserKey = textAt(inAudit('UserKey'));
const readActors = rawAt(inAudit('Actor'));
const readTargets = rawAt(inAudit('Target'));
const readSession = textAt(inAudit('SessionId'));
const readOwnerName = textAt(inAudit('MailboxOwnerUPN'));
const readMembers = rawAt(inAudit('Members'));
const readSharedWith = textAt(inAudit('TargetUserOrGroupName'));
const readSharedWithType = textAt(inAudit('TargetUserOrGroupType'));
const parameterLists = ['Parameters', 'OperationProperties'].map((name) => rawAt(inAudit(name)));

/**
 * What was involved, in Defender's form.
 * @param columns of the row: its account and its object
 */
export function activityObjects(columns: {
  readonly type: Expression;
  readonly name: Expression;
  readonly id: Expression;
  readonly accountType: Expression;
}): Expression {
  const text = (expression: Expression, scope: RuleScope) => textFrom(expression.read(scope));
  return computed('actor, target object, parameters', (scope) => {
    const user = readActor(scope);
    const userKey = readUserKey(scope) ?? '';
    const id = isGuid(userKey) ? userKey : principalIn(readActors(scope)).id;
    const isProgram = text(columns.accountType, scope) === 'Application';
    const objects: readonly ActivityObject[] = [
      ...actorObject(isProgram ? 'Account' : 'User', user, id),
      ...targetObject(
        text(columns.type, scope),
        text(columns.name, scope),
        targetId(columns.id, scope),
      ),
      ...sessionObject(readSession(scope)),
      ...ownerObject(readOwnerName(scope)),
      ...targetObject(readSharedWithType(scope), readSharedWith(scope), undefined),
      ...objectsIn(readMembers(scope)).flatMap(memberObject),
      ...parameterLists.flatMap((read) => objectsIn(read(scope)).flatMap(pairObject)),
    ];
    return objects.length === 0 ? undefined : objects;
  });
}

function targetId(id: Expression, scope: RuleScope): string | undefined {
  return principalIn(readTargets(scope)).id ?? textFrom(id.read(scope));
}

function pairObject({ Name, Value }: JsonObject): readonly ActivityObject[] {
  return parameterObject(textFrom(Name), Value);
}

function memberObject({ UPN, DisplayName }: JsonObject): readonly ActivityObject[] {
  return targetObject('User', textFrom(UPN) ?? textFrom(DisplayName), undefined);
}

function sessionObject(session: string | undefined): readonly ActivityObject[] {
  return session === undefined || session === ''
    ? []
    : [
        known({
          ServiceObjectType: 'Session ID',
          Type: 'Structured object',
          Role: 'Parameter',
          Name: session,
        }),
      ];
}

/** The mailbox that somebody works in. */
function ownerObject(owner: string | undefined): readonly ActivityObject[] {
  return owner === undefined || owner === ''
    ? []
    : [known({ Type: 'User', Role: 'Parameter', Name: owner })];
}
