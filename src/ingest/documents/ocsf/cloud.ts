import type { Condition } from '../../windows/expression.js';
import { activityType } from '../cloudtrail/activity-type.js';
import { accountType, nameInArn } from '../cloudtrail/identity.js';
import { amazonWebServices } from '../cloudtrail/sign-in.js';
import { all, at, firstAt, firstOf, inPartAt, lists, matches, when } from '../expression.js';
import type { DocumentParts } from '../rule.js';
import * as to from '../transforms.js';
import { rule } from './event.js';

/** A program that is given the rights of a role signs in nowhere. */
export const givesRole = matches('api.service.name', /^sts\./, 'begins with sts.');

/** A record of AWS CloudTrail, as Amazon Security Lake has it. */
const isOfCloudTrail = lists('metadata.product.name', 'CloudTrail');

/** A sign-in to the console of AWS, which Defender has among the activities. */
export const isOfConsole = all(isOfCloudTrail, lists('api.operation', 'ConsoleLogin'));

export const cloud = (event: string, condition?: Condition, parts?: DocumentParts) =>
  rule(event, 'CloudAppEvents', {
    ...(condition && { condition }),
    ...(parts && { parts }),
    actionType: firstOf(at('api.operation'), at('activity_name'), at('type_name')),
    columns: {
      ReportId: at('metadata.uid'),
      Application: firstOf(
        when(isOfCloudTrail, amazonWebServices.Application, ''),
        at('api.service.name'),
        at('app.name'),
        at('metadata.product.name'),
      ),
      ApplicationId: when(isOfCloudTrail, amazonWebServices.ApplicationId, ''),
      AccountObjectId: firstOf(at('actor.user.uid'), at('user.uid')),
      AccountId: firstOf(
        at('actor.user.email_addr'),
        at('actor.user.uid_alt'),
        at('actor.user.name'),
        at('actor.user.uid'),
      ),
      AccountDisplayName: firstOf(
        at('actor.user.full_name'),
        at('actor.user.name'),
        nameInArn(inPartAt('actor.session.issuer')),
      ),
      AccountType: when(isOfCloudTrail, accountType(at('actor.user.type')), at('actor.user.type')),
      IPAddress: to.address(at('src_endpoint.ip')),
      CountryCode: at('src_endpoint.location.country'),
      City: at('src_endpoint.location.city'),
      Isp: at('src_endpoint.location.isp'),
      UserAgent: at('http_request.user_agent'),
      ActivityType: when(
        isOfCloudTrail,
        activityType('api.operation', lists('activity_id', '2')),
        at('activity_name'),
      ),
      ActivityObjects: at('resources'),
      ObjectName: firstOf(
        firstAt('resources.name'),
        at('resource.name'),
        at('web_resources.name'),
        at('file.name'),
        at('user.name'),
        at('group.name'),
        at('entity.name'),
        at('databucket.name'),
        at('database.name'),
      ),
      ObjectType: firstOf(firstAt('resources.type'), at('resource.type'), at('entity.type')),
      ObjectId: firstOf(firstAt('resources.uid'), at('resource.uid'), at('entity.uid')),
      RawEventData: firstOf(at('unmapped'), at('raw_data')),
    },
  });
