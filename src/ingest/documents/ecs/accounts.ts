import { literal } from '../../windows/expression.js';
import { all, any, at, choose, isThere, matches, not, when } from '../expression.js';
import type { DocumentRule, ProcessMembers } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, user } from './actor.js';
import { action, actionText, category, type } from './event.js';
import { hasEffective, ofLogon } from './logons.js';
import { isOfCloud } from './services.js';

const of = (words: readonly string[], more: RegExp, text: string) =>
  any(all(type(words[0] ?? ''), type(words[1] ?? '')), actionText(more, text));

const group = (one: string) => ({
  GroupName: at(`${one}.name`),
  GroupDomainName: at(`${one}.domain`),
  GroupSid: at(`${one}.id`),
});

const hasTarget = any(isThere('user.target.name'), isThere('user.target.id'));

/** Whom a change is about: all of it is of one user. */
const ofChanged = (name: string) => when(hasTarget, at(`user.target.${name}`), ofLogon(name));

/** Where an event has one user alone, that is the one whom it is about, not who acted. */
const changing: ProcessMembers = {
  ...acting,
  user: when(any(hasTarget, hasEffective), user, literal('')),
  sid: when(any(hasTarget, hasEffective), at('user.id'), literal('')),
};

export const accountChange = {
  event: 'accounts and groups',
  table: 'DeviceEvents',
  actionType: choose(
    // The same, in another of the files that it is done in.
    [matches('message', /\bto shadow group\b/, 'has shadow group'), ''],
    [
      any(
        action('added-member-to-group', 'user_added_to_group'),
        actionText(/^group-(?:user|member)-added$/, 'is group-user-added or group-member-added'),
      ),
      'UserAccountAddedToLocalGroup',
    ],
    [
      any(
        action('removed-member-from-group', 'user_removed_from_group'),
        actionText(/^group-(?:user|member)-removed$/, 'is group-user-removed'),
      ),
      'UserAccountRemovedFromLocalGroup',
    ],
    [actionText(/password/, 'has password'), 'PasswordChangeAttempt'],
    [
      of(
        ['group', 'creation'],
        /^added-group-account(?:-to)?$|group.*(?:added|created)/,
        'adds a group',
      ),
      'SecurityGroupCreated',
    ],
    [
      of(
        ['group', 'deletion'],
        /^(?:deleted|removed)-group-account(?:-from)?$|group.*(?:removed|deleted)/,
        'removes a group',
      ),
      'SecurityGroupDeleted',
    ],
    [
      of(['user', 'creation'], /added-user-account|user_added|user.*created/, 'adds a user'),
      'UserAccountCreated',
    ],
    [
      of(['user', 'deletion'], /deleted-user-account|user_removed|user.*deleted/, 'removes a user'),
      'UserAccountDeleted',
    ],
    [
      of(['user', 'change'], /modified-user-account|user_changed|user.*modified/, 'changes a user'),
      'UserAccountModified',
    ],
  ),
  condition: all(category('iam'), not(isOfCloud)),
  actor: changing,
  columns: {
    ...actorDetails,
    AccountName: to.accountName(ofChanged('name')),
    AccountDomain: to.lower(ofChanged('domain')),
    AccountSid: ofChanged('id'),
  },
  additional: group('group'),
} satisfies DocumentRule;
