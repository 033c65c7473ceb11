import type { JsonValue } from '../../json.js';
import { computed, inPart, literal, textFrom, transform } from '../../windows/expression.js';
import { at, choose, firstOf, isThere, lists, matches, not, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, common, earliestSeconds, epoch, userOf } from './columns.js';

const accountIn = transform('acct', (text) => /\bacct="([^"]+)"/.exec(text)?.[1]);

/** Who logs on: the process is that of a daemon, which is root. */
const loggingOn = firstOf(
  inPart(accountIn(at('message'))),
  when(not(lists('auid', '4294967295', '-1')), userOf('auid'), literal('')),
  when(not(lists('uid', '0')), userOf(), literal('')),
);

export const userEvent: DocumentRule = {
  event: 'user_events',
  table: 'DeviceLogonEvents',
  actionType: choose(
    [matches('message', /success/, 'has success'), 'LogonSuccess'],
    [matches('message', /fail/, 'has fail'), 'LogonFailed'],
    [undefined, 'LogonAttempted'],
  ),
  note: 'The message has not always the result in it. The row of a login takes the place of its authentications’.',
  logonStep: choose([lists('type', '1112', 'user_login'), 'login'], [undefined, 'authentication']),
  condition: lists('type', '1100', '1112', 'user_login', 'user_auth'),
  actor: acting,
  columns: {
    AccountName: to.accountName(loggingOn),
    RemoteIP: to.address(at('address')),
    RemoteIPType: to.addressType(at('address')),
  },
  additional: common,
};

export const loggedIn: DocumentRule = {
  event: 'logged_in_users, last',
  table: 'DeviceLogonEvents',
  actionType: 'LogonSuccess',
  condition: lists('type', 'user', 'active', '7', 'user_process'),
  actor: { pid: at('pid') },
  time: epoch('time'),
  identity: computed('user, terminal and time', ({ document }) => {
    const { user, username, tty, time } = (document ?? {}) as Record<string, JsonValue>;
    return Number(time) > earliestSeconds
      ? [user ?? username, tty, time].map((value) => textFrom(value) ?? '').join(' ')
      : undefined;
  }),
  columns: {
    AccountName: to.accountName(firstOf(at('user'), at('username'))),
    AccountDomain: to.accountDomain(firstOf(at('user'), at('username'))),
    AccountSid: at('sid'),
    RemoteIP: to.anyAddress(at('host')),
    RemoteIPType: to.addressType(at('host')),
    RemoteDeviceName: to.notAddress(at('host')),
    LogonType: when(isThere('host'), literal('RemoteInteractive'), literal('Interactive')),
  },
  additional: common,
};

export const logonSession: DocumentRule = {
  event: 'logon_sessions',
  table: 'DeviceLogonEvents',
  actionType: 'LogonSuccess',
  time: epoch('logon_time'),
  identity: computed('logon_id and logon_time', ({ document }) => {
    const { logon_id, logon_time } = (document ?? {}) as Record<string, JsonValue>;
    return `${textFrom(logon_id)} ${textFrom(logon_time)}`;
  }),
  columns: {
    AccountName: to.accountName(at('user')),
    AccountDomain: to.lower(at('logon_domain')),
    AccountSid: at('logon_sid'),
    LogonType: to.logonType(at('logon_type')),
    LogonId: to.integer(at('logon_id')),
    Protocol: at('authentication_package'),
  },
  additional: common,
};
