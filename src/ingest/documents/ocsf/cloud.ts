import type { Condition } from '../../windows/expression.js';
import { at, firstAt, firstOf, matches } from '../expression.js';
import * as to from '../transforms.js';
import { rule } from './event.js';

/** A program that is given the rights of a role signs in nowhere. */
export const givesRole = matches('api.service.name', /^sts\./, 'begins with sts.');

export const cloud = (event: string, condition?: Condition) =>
  rule(event, 'CloudAppEvents', {
    ...(condition && { condition }),
    actionType: firstOf(at('api.operation'), at('activity_name'), at('type_name')),
    columns: {
      ReportId: at('metadata.uid'),
      Application: firstOf(at('api.service.name'), at('app.name'), at('metadata.product.name')),
      AccountObjectId: firstOf(at('actor.user.uid'), at('user.uid')),
      AccountId: firstOf(
        at('actor.user.email_addr'),
        at('actor.user.uid_alt'),
        at('actor.user.name'),
        at('actor.user.uid'),
      ),
      AccountDisplayName: firstOf(at('actor.user.full_name'), at('actor.user.name')),
      AccountType: at('actor.user.type'),
      IPAddress: to.address(at('src_endpoint.ip')),
      CountryCode: at('src_endpoint.location.country'),
      City: at('src_endpoint.location.city'),
      Isp: at('src_endpoint.location.isp'),
      UserAgent: at('http_request.user_agent'),
      ActivityType: at('activity_name'),
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
