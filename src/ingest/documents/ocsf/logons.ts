import { type Expression, literal, transform } from '../../windows/expression.js';
import { failureReason } from '../../windows/values.js';
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
  when,
} from '../expression.js';
import type { DocumentParts } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, sessionOf } from './actor.js';
import { accountObjectId, givesRole, isOfConsole } from './cloud.js';
import { hasDevice } from './device.js';
import { activity, rule } from './event.js';
import { account } from './objects.js';

/** Not where it is one that the schema has no name for. */
const protocol = when(lists('auth_protocol_id', '0', '99'), literal(''), at('auth_protocol'));

/** By Windows' code, wherever that stands; else in the source's own words. */
const whyFailed = firstOf(
  failureCode('status_code'),
  failureCode('status'),
  failureCode('status_detail'),
  at('status_detail'),
  at('status_code'),
  at('api.response.message'),
  at('api.response.error'),
);

function failureCode(path: string): Expression {
  return transform('failure', (text) =>
    /^0x[\da-f]{8}$/i.test(text) ? failureReason(text, undefined) : undefined,
  )(inPartAt(path));
}

export const logon = rule('3002 authentication: logon', 'DeviceLogonEvents', {
  actionType: choose([lists('status_id', '1'), 'LogonSuccess'], [undefined, 'LogonFailed']),
  condition: all(activity(1), any(hasDevice, isThere('dst_endpoint.hostname'))),
  actor: acting,
  columns: {
    ...actorDetails,
    ...account('user'),
    LogonType: to.logonType(firstOf(at('logon_type_id'), at('logon_type'))),
    LogonId: to.integer(sessionOf('session')),
    Protocol: protocol,
    RemoteIP: to.address(at('src_endpoint.ip')),
    RemotePort: to.port(at('src_endpoint.port')),
    RemoteIPType: to.addressType(at('src_endpoint.ip')),
    RemoteDeviceName: firstOf(at('src_endpoint.hostname'), at('src_endpoint.name')),
    FailureReason: when(lists('status_id', '1'), literal(''), whyFailed),
  },
});

export const signIn = rule('3002 authentication: sign-in to a service', 'IdentityLogonEvents', {
  actionType: choose([lists('status_id', '1'), 'LogonSuccess'], [undefined, 'LogonFailed']),
  condition: all(activity(1), not(any(givesRole, isOfConsole))),
  columns: {
    ReportId: at('metadata.uid'),
    Application: firstOf(at('service.name'), at('api.service.name'), at('metadata.product.name')),
    LogonType: firstOf(at('logon_type'), at('activity_name')),
    Protocol: protocol,
    FailureReason: when(lists('status_id', '1'), literal(''), whyFailed),
    AccountName: to.accountName(firstOf(at('user.name'), at('actor.user.name'))),
    AccountDomain: to.lower(at('user.domain')),
    AccountUpn: to.lower(firstOf(at('user.email_addr'), at('actor.user.email_addr'))),
    AccountObjectId: at('user.uid'),
    AccountDisplayName: at('user.full_name'),
    IPAddress: to.address(at('src_endpoint.ip')),
    Port: to.port(at('src_endpoint.port')),
    Location: at('src_endpoint.location.country'),
    Isp: at('src_endpoint.location.isp'),
    OSPlatform: at('device.os.name'),
  },
});

/** The row of a sign-in beside that of the activity which it is. */
export const consoleSignIn: DocumentParts = {
  of: (document) => [document],
  rules: [
    {
      ...signIn,
      event: '3002 authentication: sign-in to the console of AWS',
      condition: isOfConsole,
      columns: {
        ...signIn.columns,
        Application: amazonWebServices.Application,
        AccountObjectId: accountObjectId,
        LogonType: at('api.operation'),
      },
      additional: {
        MFAUsed: choose([lists('is_mfa', 'true'), 'Yes'], [lists('is_mfa', 'false'), 'No']),
        UserAgent: at('http_request.user_agent'),
      },
    },
  ],
};
