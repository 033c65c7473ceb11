import { isIP } from 'node:net';
import { addressType, integer, shortAddress } from '../windows/values.js';
import { words } from '../words.js';
import { type AuditRow, additional } from './audit-additional.js';
import { type Fields, knownUsers } from './audit-event.js';
import { plainOf, textOf } from './audit-record.js';

export const userRows: Readonly<
  Record<string, (type: string, fields: Fields) => AuditRow | undefined>
> = words({
  USER_LOGIN: logonRow,
  USER_AUTH: logonRow,
  ADD_USER: accountRow,
  DEL_USER: accountRow,
  ADD_GROUP: accountRow,
  DEL_GROUP: accountRow,
  USER_MGMT: accountRow,
  GRP_MGMT: accountRow,
  USER_CHAUTHTOK: accountRow,
  ACCT_LOCK: accountRow,
  ACCT_UNLOCK: accountRow,
});

function hasSucceeded(fields: Fields): boolean {
  return /^(?:success|yes|1)$/.test(plainOf(fields.get('res')) ?? '');
}

/** The account that a program acted on: by its name, else by its id. */
function accountOf(fields: Fields): string | undefined {
  const id = plainOf(fields.get('id')) ?? '';
  return (
    textOf(fields.get('acct')) ??
    textOf(fields.get('ID')) ??
    // Where ids have been resolved, it is the name.
    (/^\d*$|^unset$|^unknown\(\d+\)$/.test(id) ? knownUsers[id] : id)
  );
}

/** What programs write where they know no account. */
const noAccount = /^\((?:unknown|invalid)(?: user)?\)$/;

const unsetSession = '4294967295';

function logonRow(type: string, fields: Fields): AuditRow {
  const address = plainOf(fields.get('addr'));
  const host = plainOf(fields.get('hostname'));
  const session = plainOf(fields.get('ses'));
  const account = accountOf(fields);
  return {
    table: 'DeviceLogonEvents',
    logonStep: type === 'USER_LOGIN' ? 'login' : 'authentication',
    columns: {
      ActionType: hasSucceeded(fields) ? 'LogonSuccess' : 'LogonFailed',
      AccountName: account !== undefined && noAccount.test(account) ? undefined : account,
      LogonId: session === unsetSession ? undefined : integer(session ?? ''),
      RemoteIP: address && shortAddress(address),
      RemotePort: integer(plainOf(fields.get('rport')) ?? ''),
      RemoteIPType: address && addressType(address),
      RemoteDeviceName: host === undefined || isIP(host) !== 0 ? undefined : host,
      AdditionalFields: additional(fields, { op: plainOf(fields.get('op')) }),
    },
  };
}

/** What was done to an account or a group, by the type of the record and the program's own words. */
const changes: readonly (readonly [type: RegExp, words: RegExp, actionType: string])[] = [
  // The same, in another of the files that it is done in.
  [/./, /\bg?shadow\b/, ''],
  [/^(?:ADD|DEL)_/, /\b(?:home|mail)\b|\/etc\//, ''],
  [/./, /add\w*[- ](?:user|group member).*to[- ]group/, 'UserAccountAddedToLocalGroup'],
  [/./, /(?:delet|remov)\w*[- ]user.*from[- ]group/, 'UserAccountRemovedFromLocalGroup'],
  [/^ADD_USER$/, /(?:)/, 'UserAccountCreated'],
  [/^DEL_USER$/, /(?:)/, 'UserAccountDeleted'],
  [/^ADD_GROUP$/, /(?:)/, 'SecurityGroupCreated'],
  [/^DEL_GROUP$/, /(?:)/, 'SecurityGroupDeleted'],
  [/^ACCT_(?:UN)?LOCK$/, /(?:)/, 'UserAccountModified'],
  [/^USER_(?:MGMT|CHAUTHTOK)$/, /passw|chauthtok/, 'PasswordChangeAttempt'],
  [/^USER_(?:MGMT|CHAUTHTOK)$/, /^(?:chang|updat|modif|lock|unlock)/, 'UserAccountModified'],
];

/** No program has a longer word for what it did. */
const longestWords = 200;

function accountRow(type: string, fields: Fields): AuditRow | undefined {
  const did = plainOf(fields.get('op'))?.slice(0, longestWords) ?? '';
  const actionType = changes.find(([types, words]) => types.test(type) && words.test(did))?.[2];
  const isAttempt = actionType === 'PasswordChangeAttempt';
  if (!actionType || (!isAttempt && !hasSucceeded(fields))) {
    return undefined;
  }
  const isGroup = actionType.startsWith('SecurityGroup');
  const account = accountOf(fields);
  const group = textOf(fields.get('grp')) ?? (isGroup ? account : undefined);
  return {
    table: 'DeviceEvents',
    columns: {
      ActionType: actionType,
      AccountName: isGroup ? undefined : account,
      AdditionalFields: additional(fields, {
        op: plainOf(fields.get('op')),
        GroupName: group,
        res: isAttempt ? plainOf(fields.get('res')) : undefined,
      }),
    },
  };
}
