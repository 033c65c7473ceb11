import { literal, transform } from '../../windows/expression.js';
import { all, at, choose, firstOf, isThere, lists, matches, when } from '../expression.js';
import * as to from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import {
  accountTypeAt,
  activityObjects,
  audit,
  isExternal,
  isImpersonated,
  principal,
  valueNamed,
} from './values.js';

const of = (name: string) => at(`${audit}.${name}`);
const path = (name: string) => `${audit}.${name}`;

const isOf = (...workloads: readonly string[]) => lists(path('Workload'), ...workloads);
const isOfDirectory = isOf('AzureActiveDirectory');
const isOfExchange = isOf('Exchange');
const isOfFiles = all(isOf('SharePoint', 'OneDrive'), isThere(path('SourceFileName')));

/** Some operations of the directory end in a space. */
const operation = transform('trimmed', (text) => text.trim())(of('Operation'));
/** Operations are words; no longer one is looked into. */
const longestOperation = 200;
const operationText = (pattern: RegExp, words: string) =>
  matches(
    path('Operation'),
    { test: (word) => pattern.test(word.slice(0, longestOperation)) },
    words,
  );

const userId = of('UserId');
const accountType = accountTypeAt(path('UserType'), path('UserId'));

const objectType = firstOf(
  of('ItemType'),
  choose([isOfFiles, 'File'], [isOfExchange, 'Task'], [isThere(path('TeamName')), 'Team']),
  principal(path('Target'), 'kind'),
);

const objectName = firstOf(
  of('SourceFileName'),
  // The task is the object: of what it changes, the parameters tell.
  when(isOfExchange, operation, ''),
  principal(path('Target'), 'name'),
  of('TeamName'),
  of('ModifiedObjectResolvedName'),
  of('ObjectId'),
);

/** The unified audit log, as Defender for Cloud Apps shows it. */
export const activity: DocumentRule = {
  event: 'any record',
  table: 'CloudAppEvents',
  actionType: operation,
  identity: of('Id'),
  columns: {
    ReportId: of('Id'),
    Application: firstOf(
      to.application(of('Workload')),
      of('Workload'),
      literal(to.office365.name),
    ),
    ApplicationId: to.applicationId(of('Workload')),
    AccountObjectId: firstOf(
      to.guid(of('UserKey')),
      principal(path('Actor'), 'id'),
      to.guid(of('AppAccessContext.UserObjectId')),
    ),
    AccountId: firstOf(userId, of('UserKey')),
    AccountDisplayName: firstOf(of('UserDisplayName'), userId),
    AccountType: accountType,
    IsAdminOperation: choose(
      [lists(path('UserType'), '2', '3', 'Admin', 'DcAdmin'), 'true'],
      [isThere(path('UserType')), 'false'],
    ),
    IsExternalUser: isExternal(path('UserType'), path('UserId')),
    IsImpersonated: isImpersonated(path('LogonType'), path('MailboxOwnerUPN')),
    OSPlatform: valueNamed(path('DeviceProperties'), 'OS'),
    IPAddress: firstOf(
      to.clientAddress(of('ClientIP')),
      to.clientAddress(of('ClientIPAddress')),
      to.clientAddress(of('ActorIpAddress')),
    ),
    UserAgent: firstOf(
      of('UserAgent'),
      valueNamed(path('ExtendedProperties'), 'UserAgent'),
      of('ClientInfoString'),
    ),
    ActivityType: choose(
      [isOfDirectory, 'Basic'],
      [isOfExchange, 'Run'],
      [operationText(/delete|remove|recycle|unshare|revoke/, 'has delete, remove, …'), 'Delete'],
      [operationText(/create|add|upload|copied|new/, 'has create, add, upload, …'), 'Create'],
      [operationText(/access|view|download|search/, 'has access, view, download, …'), 'View'],
      [operationText(/modif|update|rename|move|change|edit|set/, 'has modify, rename, …'), 'Edit'],
      [undefined, 'Basic'],
    ),
    ActivityObjects: activityObjects({
      type: objectType,
      name: objectName,
      id: of('ObjectId'),
      accountType,
    }),
    ObjectName: objectName,
    ObjectType: objectType,
    ObjectId: firstOf(principal(path('Target'), 'id'), of('ObjectId')),
    OAuthAppId: firstOf(
      to.guid(of('AppAccessContext.ClientAppId')),
      ...['ClientAppId', 'AppId', 'ApplicationId'].map((name) => to.guid(of(name))),
    ),
    RawEventData: at(audit),
  },
};
