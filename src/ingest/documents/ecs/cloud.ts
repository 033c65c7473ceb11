import { parseJson } from '../../json.js';
import { computed, type Expression, literal, textFrom } from '../../windows/expression.js';
import { asObject } from '../../windows/shape.js';
import { activityType } from '../cloudtrail/activity-type.js';
import { accountType } from '../cloudtrail/identity.js';
import { amazonWebServices } from '../cloudtrail/sign-in.js';
import {
  all,
  any,
  at,
  choose,
  firstOf,
  inPartAt,
  isThere,
  lists,
  not,
  textAt,
  when,
} from '../expression.js';
import { application, applicationId, directoryActivity, office365 } from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { category, eventId, type } from './event.js';
import {
  isOfCloud,
  isOfCloudTrail,
  isOfMicrosoft365,
  isOfService,
  product,
  serviceName,
} from './services.js';
import { consoleSignIn } from './sign-ins.js';

const [initiator, target] = [
  'azure.auditlogs.properties.initiated_by.user',
  'azure.auditlogs.properties.target_resources.0',
];

const fileTypes = ['creation', 'deletion', 'change', 'access'];

const isFileActivity = all(isOfService, category('file'), type(...fileTypes));

/** Of what has no name for what it was, in the words of Microsoft's audit log (aka.ms/auditlogactivities). */
const fileActivity = when(
  isFileActivity,
  choose(
    [type('creation'), 'FileUploaded'],
    [type('deletion'), 'FileDeleted'],
    [type('change'), 'FileModified'],
    [type('access'), 'FileAccessed'],
  ),
  '',
);

/** The record that the event was made of, where that has been kept. */
function originalRecord(): Expression {
  const { read } = at('event.original');
  return computed(
    'event.original',
    (scope) => {
      const text = textFrom(read(scope));
      try {
        return text?.startsWith('{') ? asObject(parseJson(text)) : undefined;
      } catch {
        return undefined;
      }
    },
    ['event.original'],
  );
}

const isOfDirectory = lists('event.dataset', 'azure.auditlogs');

/** The activity as Entra ID's own records give it, too. */
function ofDirectory(): Expression {
  const [readAction, readService] = [
    textAt('event.action'),
    textAt('azure.auditlogs.properties.logged_by_service'),
  ];
  return computed(
    'event.action, and a full stop where Core Directory says it',
    (scope) => directoryActivity(readAction(scope), readService(scope)),
    ['event.action'],
  );
}

/** Whose address and program it was, and what ECS knows of them. */
export const cloudCaller = {
  IPAddress: to.address(firstOf(at('source.ip'), at('client.ip'))),
  CountryCode: firstOf(at('source.geo.country_iso_code'), at('client.geo.country_iso_code')),
  City: firstOf(at('source.geo.city_name'), at('client.geo.city_name')),
  Isp: at('source.as.organization.name'),
  UserAgent: at('user_agent.original'),
  OSPlatform: at('user_agent.os.name'),
  DeviceType: at('user_agent.device.name'),
};

export const cloudActivity: DocumentRule = {
  event: 'activity in a service',
  table: 'CloudAppEvents',
  actionType: firstOf(
    when(isOfDirectory, ofDirectory(), ''),
    at('event.action'),
    fileActivity,
    at('event.code'),
  ),
  condition: all(
    isOfCloud,
    any(isThere('event.action'), isFileActivity),
    not(isThere('process.pid')),
    not(all(category('network'), any(isThere('destination.ip'), isThere('network.transport')))),
  ),
  columns: {
    ReportId: eventId(),
    Application: firstOf(
      when(isOfCloudTrail, amazonWebServices.Application, ''),
      when(isOfMicrosoft365, application(inPartAt('event.provider')), ''),
      when(isOfDirectory, literal(office365.name), ''),
      product,
      at('event.provider'),
      at('cloud.service.name'),
      at('event.module'),
      serviceName,
    ),
    ApplicationId: firstOf(
      when(isOfCloudTrail, amazonWebServices.ApplicationId, ''),
      when(isOfMicrosoft365, applicationId(inPartAt('event.provider')), ''),
      when(isOfDirectory, literal(office365.id), ''),
    ),
    AccountObjectId: firstOf(
      at('user.id'),
      at('client.user.id'),
      inPartAt('okta.actor.id'),
      inPartAt(`${initiator}.id`),
    ),
    AccountId: firstOf(
      inPartAt('aws.cloudtrail.user_identity.arn'),
      at('user.email'),
      at('client.user.email'),
      at('source.user.email'),
      inPartAt('okta.actor.alternate_id'),
      inPartAt(`${initiator}.userPrincipalName`),
      at('user.name'),
      at('user.id'),
    ),
    AccountDisplayName: firstOf(
      at('user.full_name'),
      inPartAt(`${initiator}.displayName`),
      at('user.name'),
    ),
    AccountType: accountType(inPartAt('aws.cloudtrail.user_identity.type')),
    ...cloudCaller,
    ActivityType: when(
      isOfCloudTrail,
      activityType('event.action', lists('aws.cloudtrail.read_only', 'true')),
      choose(
        [type('creation'), 'Create'],
        [type('deletion'), 'Delete'],
        [type('change'), 'Edit'],
        [type('access'), 'View'],
        [undefined, 'Run'],
      ),
    ),
    ObjectName: firstOf(
      at('file.name'),
      at('user.target.name'),
      at('user.target.full_name'),
      at('group.name'),
      inPartAt(`${target}.display_name`),
      inPartAt('gcp.audit.resource_name'),
    ),
    ObjectId: firstOf(at('user.target.id'), at('group.id'), inPartAt(`${target}.id`)),
    RawEventData: firstOf(
      when(isOfCloudTrail, originalRecord(), ''),
      at('o365.audit'),
      ...['azure.auditlogs', 'azure.activitylogs', 'aws.cloudtrail', 'gcp.audit'].map(at),
      ...['okta', 'github', 'google_workspace'].map(at),
    ),
  },
  parts: consoleSignIn,
};
