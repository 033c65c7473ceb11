import type { Expression } from '../../windows/expression.js';
import { all, any, at, firstOf, isThere, not, when } from '../expression.js';
import type { DocumentRule, StartMembers } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, sessionOf } from './actor.js';
import { activity, hasFailed, rule, verbs } from './event.js';
import { file, hashAt, sidOf, userOf } from './objects.js';
import { epoch } from './time.js';

/** A process runs as its own user where that is told, else as the one who started it. */
const hasUser = any(isThere('process.user.name'), isThere('process.user.email_addr'));

const ofUser = (read: (path: string) => Expression) =>
  when(hasUser, read('process.user'), read('actor.user'));

const starts: StartMembers = {
  guid: at('process.uid'),
  pid: at('process.pid'),
  image: firstOf(at('process.file.path'), at('process.file.name'), at('process.name')),
  commandLine: at('process.cmd_line'),
  user: ofUser(userOf),
  sid: ofUser(sidOf),
  started: epoch('process.created_time'),
  integrityLevel: at('process.integrity'),
  company: at('process.file.company_name'),
  product: at('process.file.product.name'),
  fileVersion: at('process.file.version'),
  description: at('process.file.desc'),
  parentGuid: firstOf(at('actor.process.uid'), at('process.parent_process.uid')),
  parentPid: firstOf(at('actor.process.pid'), at('process.parent_process.pid')),
  parentImage: firstOf(
    at('actor.process.file.path'),
    at('process.parent_process.file.path'),
    at('actor.process.file.name'),
  ),
  hashes: to.hashList({
    SHA1: hashAt('process.file', 'SHA1'),
    SHA256: hashAt('process.file', 'SHA256'),
    MD5: hashAt('process.file', 'MD5'),
  }),
};

export const processStart: DocumentRule = {
  event: '1007 process activity: launch',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(activity(1), not(hasFailed)),
  starts,
  actor: {
    guid: firstOf(at('actor.process.uid'), at('process.parent_process.uid')),
    pid: firstOf(at('actor.process.pid'), at('process.parent_process.pid')),
    image: firstOf(
      at('actor.process.file.path'),
      at('process.parent_process.file.path'),
      at('actor.process.file.name'),
      at('process.parent_process.file.name'),
    ),
    commandLine: firstOf(at('actor.process.cmd_line'), at('process.parent_process.cmd_line')),
    user: firstOf(userOf('actor.user'), userOf('actor.process.user')),
    sid: firstOf(sidOf('actor.user'), sidOf('actor.process.user')),
    logonId: firstOf(sessionOf('actor.session'), sessionOf('actor.process.session')),
  },
  columns: {
    ...actorDetails,
    InitiatingProcessFileName: to.lower(
      firstOf(
        at('actor.process.file.name'),
        to.baseName(at('actor.process.file.path')),
        at('process.parent_process.file.name'),
        to.baseName(at('process.parent_process.file.path')),
        at('actor.process.name'),
      ),
    ),
    ...file('process.file'),
    FileName: firstOf(
      at('process.file.name'),
      to.baseName(at('process.file.path')),
      at('process.name'),
    ),
    ProcessId: to.integer(at('process.pid')),
    ProcessCommandLine: at('process.cmd_line'),
    ProcessCreationTime: firstOf(epoch('process.created_time'), epoch('time')),
    ProcessUniqueId: at('process.uid'),
    ProcessIntegrityLevel: to.integrityLevel(at('process.integrity')),
    ProcessVersionInfoCompanyName: at('process.file.company_name'),
    ProcessVersionInfoProductName: at('process.file.product.name'),
    ProcessVersionInfoProductVersion: at('process.file.version'),
    ProcessVersionInfoFileDescription: at('process.file.desc'),
    AccountName: to.accountName(ofUser((path) => at(`${path}.name`))),
    AccountDomain: firstOf(
      to.lower(ofUser((path) => at(`${path}.domain`))),
      to.accountDomain(ofUser((path) => at(`${path}.name`))),
    ),
    AccountSid: ofUser(sidOf),
    LogonId: to.integer(firstOf(sessionOf('process.session'), sessionOf('actor.session'))),
  },
};

const onProcess: Readonly<Record<string, Expression>> = {
  ...actorDetails,
  FileName: firstOf(
    at('process.file.name'),
    to.baseName(at('process.file.path')),
    at('process.name'),
  ),
  FolderPath: at('process.file.path'),
  ProcessId: to.integer(at('process.pid')),
  ProcessCommandLine: at('process.cmd_line'),
  ProcessCreationTime: epoch('process.created_time'),
  AccountName: to.accountName(at('process.user.name')),
  AccountDomain: to.lower(at('process.user.domain')),
};

export const processAccess = rule('1007 process activity: open, inject', 'DeviceEvents', {
  actionType: verbs({ 3: 'OpenProcessApiCall', 4: 'CreateRemoteThreadApiCall' }),
  condition: activity(3, 4),
  actor: acting,
  columns: onProcess,
  additional: { DesiredAccess: to.integer(at('requested_permissions')) },
});

export const memory = rule('1004 memory activity', 'DeviceEvents', {
  actionType: verbs({
    1: 'NtAllocateVirtualMemoryApiCall',
    7: 'ReadProcessMemoryApiCall',
    8: 'WriteProcessMemoryApiCall',
    9: 'NtMapViewOfSectionRemoteApiCall',
  }),
  actor: acting,
  columns: onProcess,
});

export const moduleLoad = rule('1005 module activity: load', 'DeviceImageLoadEvents', {
  actionType: 'ImageLoaded',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('module.file') },
});
