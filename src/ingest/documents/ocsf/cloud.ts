import { type Condition, computed, type Expression, literal } from '../../windows/expression.js';
import { activityType } from '../cloudtrail/activity-type.js';
import { accountType, arnAlone, nameInArn, notArn } from '../cloudtrail/identity.js';
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

/** The versions of the schema have the two of them in other members each. */
const identifiers = ['uid', 'uid_alt', 'uuid'].map((name) => at(`actor.user.${name}`));
const [first, ...others] = identifiers.map((each) => arnAlone(each));
const arn = firstOf(first ?? literal(''), ...others);
const [principal, ...more] = identifiers.map((each) => notArn(each));

const ofCloudTrail = (value: Expression) => when(isOfCloudTrail, value, '');

export const accountObjectId = firstOf(
  ofCloudTrail(firstOf(principal ?? literal(''), ...more)),
  at('actor.user.uid'),
  at('user.uid'),
);

const [resources, ofAws] = [
  at('resources'),
  to.renamed('resources', { type: 'Type', uid: 'Id', accountId: 'AccountId' }),
];
const activityObjects = computed(
  'resources',
  (scope) => {
    const own = resources.read(scope);
    return own !== undefined && isOfCloudTrail.test(scope) ? ofAws.read(scope) : own;
  },
  ['resources'],
);

/** Who signs in is not what something is done to. */
const isOfAuthentication = lists('class_uid', '3002');

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
      AccountObjectId: accountObjectId,
      AccountId: firstOf(
        ofCloudTrail(arn),
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
      ActivityObjects: activityObjects,
      ObjectName: firstOf(
        firstAt('resources.name'),
        ofCloudTrail(nameInArn(firstAt('resources.uid'))),
        at('resource.name'),
        at('web_resources.name'),
        at('file.name'),
        when(isOfAuthentication, literal(''), at('user.name')),
        at('group.name'),
        at('entity.name'),
        at('databucket.name'),
        at('database.name'),
      ),
      ObjectType: firstOf(firstAt('resources.type'), at('resource.type'), at('entity.type')),
      ObjectId: firstOf(firstAt('resources.uid'), at('resource.uid'), at('entity.uid')),
      RawEventData: firstOf(at('raw_data'), at('unmapped')),
    },
    // As CloudTrail's own records have them.
    additional: {
      EventSource: ofCloudTrail(at('api.service.name')),
      AwsRegion: ofCloudTrail(at('cloud.region')),
      ErrorCode: ofCloudTrail(at('api.response.error')),
      ErrorMessage: ofCloudTrail(at('api.response.message')),
      AccessKeyId: ofCloudTrail(at('actor.user.credential_uid')),
    },
  });
