import { words } from '../words.js';
import { type Condition, computed, field, literal, match, transform } from './expression.js';
import type { Rule } from './rule.js';
import * as to from './transforms.js';
import { statusCode } from './values.js';

/**
 * What domain controllers write of logons and of their directory. Defender has such rows from sensors of its
 * own, so these are off unless asked for.
 */

const success = '00000000';
/** Codes of Kerberos (RFC 4120) and of NTLM that Defender has words for. */
const reasons: Readonly<Record<string, string>> = words({
  '00000006': 'UnknownUser',
  '00000012': 'AccountDisabled',
  '00000017': 'PasswordExpired',
  '00000018': 'WrongPassword',
  C0000064: 'UnknownUser',
  C000006A: 'WrongPassword',
  C0000071: 'PasswordExpired',
  C0000072: 'AccountDisabled',
  C0000193: 'AccountExpired',
  C0000234: 'AccountLocked',
});

const reason = transform('reason', (status) => {
  const code = statusCode(status);
  return code === success ? undefined : (reasons[code] ?? status);
});
const code = transform('code', statusCode);

/** IPv4 without the prefix that makes IPv6 of it. */
const plainAddress = transform('address', (text) => text.replace(/^::ffff:(?=[\d.]+$)/i, ''));
const beforeAt = transform('accountName', (text) => (text.split('@', 1)[0] ?? '').toLowerCase());

/** A computer by its account, which ends in `$`. */
const computer = transform('computer', (text) => text.replace(/\$$/, '').toLowerCase());

/** Some clients of NTLM write it as a path. */
const workstation = transform('computer', (text) => text.replace(/^\\+/, '').toLowerCase());

const controller = computed('the domain controller', ({ device }) => device.name);

function logon(id: number, protocol: 'Kerberos' | 'Ntlm', logonType: string, status: string): Rule {
  return {
    id,
    table: 'IdentityLogonEvents',
    actionType: match(code(status), { [success]: 'LogonSuccess' }, 'LogonFailed'),
    extension: true,
    columns: {
      LogonType: literal(logonType),
      Protocol: literal(protocol),
      FailureReason: reason(status),
      AccountName: beforeAt('TargetUserName'),
      AccountDomain: to.lower('TargetDomainName'),
      AccountSid: field('TargetSid'),
      DeviceName: workstation('Workstation'),
      IPAddress: plainAddress('IpAddress'),
      Port: to.long('IpPort'),
      DestinationDeviceName: controller,
    },
  };
}

const subject = {
  ...to.account('SubjectUserSid', 'SubjectUserName', 'SubjectDomainName'),
  DestinationDeviceName: controller,
};

const replication =
  /1131f6a[ad]-9c07-11d1-f79f-00c04fc2dcd2|89e95b76-444d-4c62-991a-0facbeda640c|DS-Replication-Get-Changes|Replicating Directory Changes/i;

/**
 * The rights to replicate the directory's changes, all of them, and those of a filtered set; by their names
 * where these have been looked up.
 */
const replicates: Condition = {
  test: ({ event }) => replication.test(event.data.get('properties') ?? ''),
  text: 'Properties has a right to replicate',
  fields: [],
};

const changed = (id: number, actionType: string, more: Partial<Rule> = {}): Rule => ({
  id,
  table: 'IdentityDirectoryEvents',
  actionType,
  extension: true,
  columns: { ...subject, TargetAccountDisplayName: field('TargetUserName') },
  ...more,
});

/** @param where the name that Defender has for the group, by what became of the member */
function membership(id: number, where: 'TO.GROUP' | 'FROM.GROUP'): Rule {
  const member = to.commonName('MemberName');
  return changed(id, 'Group Membership changed', {
    columns: { ...subject, TargetAccountDisplayName: member },
    additional: {
      GroupName: field('TargetUserName'),
      GroupSid: field('TargetSid'),
      [where]: field('TargetUserName'),
      'TARGET_OBJECT.USER': member,
      'ACTOR.ACCOUNT': field('SubjectUserName'),
    },
  });
}

export const directoryRules: readonly Rule[] = [
  logon(4768, 'Kerberos', 'Credentials validation', 'Status'),
  logon(4769, 'Kerberos', 'Resource access', 'Status'),
  logon(4771, 'Kerberos', 'Credentials validation', 'Status'),
  logon(4776, 'Ntlm', 'Credentials validation', 'Status'),
  changed(4662, 'Directory Services replication', { condition: replicates, columns: subject }),
  ...[4728, 4756].map((id) => membership(id, 'TO.GROUP')),
  ...[4729, 4757].map((id) => membership(id, 'FROM.GROUP')),
  changed(4740, 'Account Locked changed'),
  changed(4722, 'Account Disabled changed'),
  changed(4725, 'Account Disabled changed'),
  changed(4741, 'Device Account Created', {
    columns: { ...subject, TargetDeviceName: computer('TargetUserName') },
  }),
  changed(4765, 'SID-History changed'),
  changed(4781, 'Account Name changed', {
    columns: { ...subject, TargetAccountDisplayName: field('NewTargetUserName') },
  }),
];
