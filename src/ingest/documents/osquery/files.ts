import { literal, match } from '../../windows/expression.js';
import { any, at, choose, firstOf, isThere, lists, matches, not, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { common, file, hashes, userOf } from './columns.js';

export const fileEvent: DocumentRule = {
  event: 'file_events',
  table: 'DeviceFileEvents',
  actionType: match(
    at('action'),
    {
      CREATED: 'FileCreated',
      DELETED: 'FileDeleted',
      MOVED_TO: 'FileRenamed',
      UPDATED: 'FileModified',
    },
    '',
  ),
  columns: {
    ...file('target_path'),
    FileSize: to.integer(at('size')),
    ...hashes,
    RequestProtocol: literal('Local'),
  },
  additional: common,
};

export const processFileEvent: DocumentRule = {
  event: 'process_file_events, es_process_file_events',
  table: 'DeviceFileEvents',
  actionType: choose(
    [matches('operation', /creat/, 'has create'), 'FileCreated'],
    [matches('operation', /renam|mov/, 'has rename'), 'FileRenamed'],
    [matches('operation', /unlink|delet/, 'has unlink'), 'FileDeleted'],
    [matches('operation', /write|truncat|open/, 'has write'), 'FileModified'],
    [matches('event_type', /creat/, 'has create'), 'FileCreated'],
    [matches('event_type', /renam/, 'has rename'), 'FileRenamed'],
    [matches('event_type', /unlink|delet/, 'has unlink'), 'FileDeleted'],
    [matches('event_type', /write|truncat/, 'has write'), 'FileModified'],
  ),
  actor: { pid: at('pid'), image: firstOf(at('executable'), at('path')), user: userOf() },
  columns: {
    FolderPath: firstOf(at('dest_path'), at('dest_filename'), at('filename'), at('path')),
    FileName: to.baseName(
      firstOf(at('dest_path'), at('dest_filename'), at('filename'), at('path')),
    ),
    PreviousFolderPath: when(
      any(isThere('dest_path'), isThere('dest_filename')),
      firstOf(at('filename'), at('path')),
      literal(''),
    ),
    RequestProtocol: literal('Local'),
  },
  additional: common,
};

export const journalEvent: DocumentRule = {
  event: 'ntfs_journal_events',
  table: 'DeviceFileEvents',
  actionType: match(
    at('action'),
    {
      ...{ FileCreate: 'FileCreated', FileCreation: 'FileCreated' },
      ...{ FileDelete: 'FileDeleted', FileDeletion: 'FileDeleted' },
      ...{ FileRename: 'FileRenamed', FileRename_NewName: 'FileRenamed' },
    },
    'FileModified',
  ),
  // Its new name comes with the old one.
  condition: not(
    any(
      lists('action', 'FileRename_OldName'),
      matches('action', /^directory/, 'starts with Directory'),
    ),
  ),
  columns: {
    ...file('path'),
    PreviousFolderPath: at('old_path'),
    PreviousFileName: to.baseName(at('old_path')),
    RequestProtocol: literal('Local'),
  },
  additional: common,
};
