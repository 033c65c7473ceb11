import { type Condition, type Expression, literal } from '../../windows/expression.js';
import { all, any, at, firstOf, isThere, lists, not, when } from '../expression.js';
import type { DocumentRule, StartMembers } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, commandLine, elevation } from './actor.js';
import { action, category, hasFailed, type } from './event.js';
import { loadsModule } from './modules.js';
import { file } from './objects.js';

const starts: StartMembers = {
  ...acting,
  started: at('process.start'),
  parentGuid: at('process.parent.entity_id'),
  parentPid: firstOf(at('process.parent.pid'), at('process.ppid')),
  parentImage: firstOf(at('process.parent.executable'), at('process.parent.name')),
  integrityLevel: at('process.Ext.token.integrity_level_name'),
  tokenElevation: elevation(),
  company: at('process.pe.company'),
  product: at('process.pe.product'),
  fileVersion: at('process.pe.file_version'),
  originalFileName: at('process.pe.original_file_name'),
  description: at('process.pe.description'),
  hashes: to.hashList({
    SHA1: at('process.hash.sha1'),
    SHA256: at('process.hash.sha256'),
    MD5: at('process.hash.md5'),
  }),
};

/** The account that a process runs as: an event's own may be said of the process alone. */
const processAccount: Readonly<Record<string, Expression>> = {
  AccountName: to.accountName(firstOf(at('user.name'), at('process.user.name'))),
  AccountDomain: when(
    isThere('user.name'),
    firstOf(to.lower(at('user.domain')), to.accountDomain(at('user.name'))),
    firstOf(to.lower(at('process.user.domain')), to.accountDomain(at('process.user.name'))),
  ),
  AccountSid: firstOf(at('user.id'), at('process.user.id')),
};

const executes = action('process_started', 'executed', 'exec', 'fork_exec', 'start');

/** What Elastic Endpoint watches processes do on Linux. */
const ofRunning = action(
  ...['ptrace', 'memfd_create', 'shmget', 'load_module', 'init_module'],
  ...['uid_change', 'gid_change', 'session_id_change', 'text_output'],
);

export const processStart: DocumentRule = {
  event: 'process start',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(
    any(category('process'), lists('event.dataset', 'process', 'endpoint.events.process')),
    any(type('start'), executes),
    // What sudo was asked for is no process yet. One event may tell of all that a process did.
    any(executes, not(any(action('fork', 'ran-command'), ofRunning))),
    not(isThere('system.auth.sudo.command')),
    not(loadsModule),
    not(hasFailed),
  ),
  note: 'The initiating process is the parent.',
  starts,
  actor: {
    guid: at('process.parent.entity_id'),
    pid: firstOf(at('process.parent.pid'), at('process.ppid')),
    image: firstOf(at('process.parent.executable'), at('process.parent.name')),
    commandLine: firstOf(at('process.parent.command_line'), to.commandLine('process.parent.args')),
  },
  columns: {
    ...file('process'),
    FileName: firstOf(to.baseName(at('process.name')), to.baseName(at('process.executable'))),
    FolderPath: at('process.executable'),
    FileSize: to.integer(at('file.size')),
    ProcessId: to.integer(at('process.pid')),
    ProcessCommandLine: commandLine,
    ProcessCreationTime: firstOf(at('process.start'), at('@timestamp')),
    ProcessUniqueId: at('process.entity_id'),
    ProcessIntegrityLevel: to.integrityLevel(at('process.Ext.token.integrity_level_name')),
    ProcessTokenElevation: elevation(),
    LogonId: to.integer(at('process.Ext.authentication_id')),
    ProcessVersionInfoCompanyName: at('process.pe.company'),
    ProcessVersionInfoProductName: at('process.pe.product'),
    ProcessVersionInfoProductVersion: at('process.pe.file_version'),
    ProcessVersionInfoOriginalFileName: at('process.pe.original_file_name'),
    ProcessVersionInfoFileDescription: at('process.pe.description'),
    ...processAccount,
    InitiatingProcessFileName: to.lower(
      firstOf(at('process.parent.name'), to.baseName(at('process.parent.executable'))),
    ),
    InitiatingProcessCreationTime: at('process.parent.start'),
    InitiatingProcessSHA256: to.hash(at('process.parent.hash.sha256')),
    InitiatingProcessSHA1: to.hash(at('process.parent.hash.sha1')),
    InitiatingProcessMD5: to.hash(at('process.parent.hash.md5')),
    InitiatingProcessParentId: to.integer(at('process.parent.ppid')),
    InitiatingProcessParentFileName: to.baseName(at('process.parent.parent.executable')),
  },
};

/** What a sensor says of a process that another starts, where `process` is the other. */
interface Child {
  readonly guid: Expression;
  readonly pid: Expression;
  readonly image: Expression;
  readonly commandLine: Expression;
  readonly user: Expression;
  readonly hashes: Readonly<Record<'SHA1' | 'SHA256' | 'MD5', Expression>>;
  readonly started?: Expression;
  readonly integrityLevel?: Expression;
}

function childStart(sensor: string, condition: Condition, child: Child): DocumentRule {
  const { started = literal(''), integrityLevel = literal(''), hashes: ofChild } = child;
  return {
    event: `process start, by its parent (${sensor})`,
    table: 'DeviceProcessEvents',
    actionType: 'ProcessCreated',
    condition: all(category('process'), condition, not(hasFailed)),
    note: 'The initiating process is the one in process.',
    starts: {
      guid: child.guid,
      pid: child.pid,
      image: child.image,
      commandLine: child.commandLine,
      user: child.user,
      started,
      integrityLevel,
      parentGuid: at('process.entity_id'),
      parentPid: at('process.pid'),
      parentImage: firstOf(at('process.executable'), at('process.name')),
      hashes: to.hashList(ofChild),
    },
    actor: acting,
    columns: {
      ...actorDetails,
      FileName: to.baseName(child.image),
      FolderPath: child.image,
      SHA1: to.hash(ofChild.SHA1),
      SHA256: to.hash(ofChild.SHA256),
      MD5: to.hash(ofChild.MD5),
      ProcessId: to.integer(child.pid),
      ProcessCommandLine: child.commandLine,
      ProcessCreationTime: firstOf(started, at('@timestamp')),
      ProcessUniqueId: child.guid,
      ProcessIntegrityLevel: to.integrityLevel(integrityLevel),
      AccountName: to.accountName(child.user),
      AccountDomain: to.accountDomain(child.user),
    },
  };
}

const carbonBlack = (name: string) => at(`carbon_black_cloud.endpoint_event.${name}`);

const sentinelOne = (name: string) => at(`sentinel_one_cloud_funnel.event.tgt.process.${name}`);

export const childStarts: readonly DocumentRule[] = [
  childStart(
    'Carbon Black Cloud',
    all(type('start'), isThere('carbon_black_cloud.endpoint_event.childproc.name')),
    {
      guid: carbonBlack('childproc.guid'),
      pid: carbonBlack('childproc.pid'),
      image: carbonBlack('childproc.name'),
      commandLine: carbonBlack('target_cmdline'),
      user: carbonBlack('childproc.username'),
      hashes: {
        SHA1: carbonBlack('childproc.hash.sha1'),
        SHA256: carbonBlack('childproc.hash.sha256'),
        MD5: carbonBlack('childproc.hash.md5'),
      },
    },
  ),
  childStart(
    'SentinelOne',
    all(
      lists('sentinel_one_cloud_funnel.event.meta_event_name', 'PROCESSCREATION'),
      isThere('sentinel_one_cloud_funnel.event.tgt.process.pid'),
    ),
    {
      guid: sentinelOne('uid'),
      pid: sentinelOne('pid'),
      image: firstOf(sentinelOne('image.path'), sentinelOne('name')),
      commandLine: sentinelOne('cmd_line'),
      user: sentinelOne('user.name'),
      hashes: {
        SHA1: sentinelOne('image.sha1'),
        SHA256: sentinelOne('image.sha256'),
        MD5: sentinelOne('image.md5'),
      },
      started: sentinelOne('start_time'),
      integrityLevel: sentinelOne('integrity_level'),
    },
  ),
];
