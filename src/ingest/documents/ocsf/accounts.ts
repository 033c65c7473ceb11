import { at } from '../expression.js';
import { acting, actorDetails } from './actor.js';
import { hasDevice } from './device.js';
import { rule, verbs } from './event.js';
import { account } from './objects.js';

export const accountChange = rule('3001 account change', 'DeviceEvents', {
  actionType: verbs(
    {
      1: 'UserAccountCreated',
      3: 'PasswordChangeAttempt',
      4: 'PasswordChangeAttempt',
      6: 'UserAccountDeleted',
    },
    'UserAccountModified',
  ),
  condition: hasDevice,
  actor: acting,
  columns: { ...actorDetails, ...account('user') },
});

export const groupChange = rule('3006 group management', 'DeviceEvents', {
  actionType: verbs({
    3: 'UserAccountAddedToLocalGroup',
    4: 'UserAccountRemovedFromLocalGroup',
    5: 'SecurityGroupDeleted',
    6: 'SecurityGroupCreated',
  }),
  condition: hasDevice,
  actor: acting,
  columns: { ...actorDetails, ...account('user') },
  additional: {
    GroupName: at('group.name'),
    GroupDomainName: at('group.domain'),
    GroupSid: at('group.uid'),
  },
});
