import { literal } from '../../windows/expression.js';
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
import * as to from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import * as text from '../transforms.js';
import { principal, valueNamed } from './values.js';

const isFailed = any(
  lists('Operation', 'UserLoginFailed'),
  all(isThere('LogonError'), not(lists('LogonError', 'None'))),
);

/** Sign-ins that the directory tells of. */
export const logon: DocumentRule = {
  event: 'sign-in: UserLoggedIn, UserLoginFailed',
  table: 'IdentityLogonEvents',
  condition: all(
    lists('Workload', 'AzureActiveDirectory'),
    lists('Operation', 'UserLoggedIn', 'UserLoginFailed'),
  ),
  actionType: choose([isFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  identity: at('Id'),
  columns: {
    ReportId: at('Id'),
    Application: to.application(at('Workload')),
    LogonType: valueNamed('ExtendedProperties', 'RequestType'),
    FailureReason: when(isFailed, firstOf(at('LogonError'), at('ErrorNumber')), literal('')),
    AccountName: text.mailUser(inPartAt('UserId')),
    AccountDomain: text.mailDomain(inPartAt('UserId')),
    AccountUpn: text.lower(at('UserId')),
    AccountObjectId: firstOf(to.guid(at('UserKey')), principal('Actor', 'id')),
    AccountDisplayName: inPartAt('UserId'),
    DeviceName: text.lower(valueNamed('DeviceProperties', 'DisplayName')),
    OSPlatform: valueNamed('DeviceProperties', 'OS'),
    IPAddress: firstOf(to.clientAddress(at('ClientIP')), to.clientAddress(at('ActorIpAddress'))),
  },
};
