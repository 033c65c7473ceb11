import { literal } from '../../windows/expression.js';
import { at, firstOf, not, when } from '../expression.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { activity, hasFailed, rule, verbs } from './event.js';
import { file, sidOf } from './objects.js';

const isRename = activity(5);

export const fileSystem = rule('1001 file system activity', 'DeviceFileEvents', {
  actionType: verbs({ 1: 'FileCreated', 3: 'FileModified', 4: 'FileDeleted', 5: 'FileRenamed' }),
  condition: not(hasFailed),
  note: 'On a rename the new name is that of file_result.',
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('file'),
    FileName: firstOf(
      when(isRename, at('file_result.name'), literal('')),
      when(isRename, to.baseName(at('file_result.path')), literal('')),
      at('file.name'),
      to.baseName(at('file.path')),
    ),
    FolderPath: firstOf(when(isRename, at('file_result.path'), literal('')), at('file.path')),
    PreviousFileName: when(
      isRename,
      firstOf(at('file.name'), to.baseName(at('file.path'))),
      literal(''),
    ),
    PreviousFolderPath: when(isRename, at('file.path'), literal('')),
    RequestProtocol: literal('Local'),
    RequestAccountName: to.nameOfUser(at('actor.user.name')),
    RequestAccountDomain: firstOf(at('actor.user.domain'), to.domainOfUser(at('actor.user.name'))),
    RequestAccountSid: sidOf('actor.user'),
  },
});
