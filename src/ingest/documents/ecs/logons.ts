import { literal } from '../../windows/expression.js';
import { all, any, at, choose, firstOf, isThere, lists, not, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { user } from './actor.js';
import { action, category, hasFailed, isAudit, type } from './event.js';
import { seen } from './inspection.js';
import { isOfService } from './services.js';

const ofNetworkLogon = (one: string, other: string) => firstOf(at(one), at(other));

/** Sensors in the network see who logs on to what: it is not their own host. */
export const networkLogon: DocumentRule = {
  event: 'logon, as a sensor sees it',
  table: 'IdentityLogonEvents',
  actionType: choose([hasFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  condition: all(
    category('network', 'authentication'),
    any(seen('kerberos'), seen('ntlm')),
    any(isThere('event.outcome'), isThere('zeek.ntlm.success'), isThere('zeek.kerberos.success')),
  ),
  columns: {
    Protocol: choose([seen('ntlm'), 'NTLM'], [undefined, 'Kerberos']),
    AccountName: to.lower(ofNetworkLogon('user.name', 'client.user.name')),
    AccountDomain: to.lower(ofNetworkLogon('user.domain', 'client.user.domain')),
    IPAddress: to.address(at('source.ip')),
    Port: to.integer(at('source.port')),
    DestinationIPAddress: to.address(at('destination.ip')),
    DestinationPort: to.integer(at('destination.port')),
    DeviceName: to.lower(at('zeek.ntlm.hostname')),
    FailureReason: when(
      hasFailed,
      firstOf(at('zeek.kerberos.error.msg'), at('event.reason')),
      literal(''),
    ),
  },
};

/** Who logs on, where that is not who asks for it. */
export const hasEffective = any(isThere('user.effective.name'), isThere('user.effective.id'));

export const ofLogon = (name: string) =>
  when(hasEffective, at(`user.effective.${name}`), at(`user.${name}`));

/** USER_LOGIN and USER_AUTH, in Auditbeat's words and Filebeat's. */
const [isAuditLogin, isAuditAuthentication] = [
  action('logged-in', 'user_login'),
  action('authenticated', 'user_auth'),
];

export const logon: DocumentRule = {
  event: 'authentication',
  table: 'DeviceLogonEvents',
  actionType: choose(
    [
      any(hasFailed, action('logon-failed', 'login_failed', 'authentication_failure')),
      'LogonFailed',
    ],
    [action('logged-in-explicit'), 'LogonAttempted'],
    [undefined, 'LogonSuccess'],
  ),
  condition: all(
    any(
      category('authentication'),
      all(category('session'), type('start')),
      lists('event.dataset', 'login'),
    ),
    not(all(type('end'), not(type('start')))),
    not(action('logged-out', 'log_off', 'user_logout', 'boot', 'shutdown', 'ended-session')),
    not(all(isAudit, not(any(isAuditLogin, isAuditAuthentication)))),
    not(isOfService),
    // Told by the program that it helps, which may lock the account besides.
    not(lists('process.name', 'unix_chkpwd')),
    not(action('account-locked')),
  ),
  note: 'The row of a login in the audit system, and of one by sshd, takes the place of those of its authentication.',
  logonStep: choose(
    [lists('system.auth.ssh.event', 'Invalid'), 'account'],
    [any(all(isAudit, isAuditLogin), action('ssh_login')), 'login'],
    [
      any(
        all(isAudit, isAuditAuthentication),
        all(isThere('system.auth'), action('authentication_failure')),
      ),
      'authentication',
    ],
  ),
  actor: {
    guid: at('process.entity_id'),
    pid: at('process.pid'),
    image: firstOf(at('process.executable'), at('process.name')),
    user: when(hasEffective, user, literal('')),
    sid: when(hasEffective, at('user.id'), literal('')),
  },
  columns: {
    AccountName: to.accountName(ofLogon('name')),
    AccountDomain: firstOf(to.lower(ofLogon('domain')), to.accountDomain(ofLogon('name'))),
    AccountSid: ofLogon('id'),
    LogonType: to.logonType(
      firstOf(
        at('winlog.logon.type'),
        at('process.Ext.session_info.logon_type'),
        at('user.Ext.logon.type'),
      ),
    ),
    LogonId: to.integer(
      firstOf(at('winlog.logon.id'), at('process.Ext.session_info.id'), at('auditd.session')),
    ),
    RemoteIP: to.address(firstOf(at('source.ip'), at('process.Ext.session_info.client_address'))),
    RemotePort: to.integer(at('source.port')),
    RemoteIPType: to.addressType(
      firstOf(at('source.ip'), at('process.Ext.session_info.client_address')),
    ),
    RemoteDeviceName: firstOf(at('source.domain'), at('source.hostname')),
    Protocol: firstOf(
      at('process.Ext.session_info.authentication_package'),
      at('system.auth.ssh.method'),
    ),
    FailureReason: when(
      hasFailed,
      firstOf(at('winlog.logon.failure.reason'), at('event.reason'), at('error.message')),
      literal(''),
    ),
  },
};
