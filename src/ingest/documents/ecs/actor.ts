import { type Expression, joined, literal, transform } from '../../windows/expression.js';
import { words } from '../../words.js';
import { at, firstOf, isThere, when } from '../expression.js';
import type { ProcessMembers } from '../rule.js';
import * as to from '../transforms.js';
import { isAudit } from './event.js';

const accountAt = (path: string) =>
  when(isThere(`${path}.name`), joined('\\', at(`${path}.domain`), at(`${path}.name`)), '');

export const user = firstOf(
  accountAt('user'),
  accountAt('process.user'),
  at('carbon_black_cloud.endpoint_event.process.username'),
);

export const commandLine = firstOf(
  at('process.command_line'),
  to.commandLine('process.args'),
  // Elsewhere it is that of a window.
  when(isAudit, at('process.title'), literal('')),
);

export const acting: ProcessMembers = {
  guid: at('process.entity_id'),
  pid: at('process.pid'),
  image: firstOf(at('process.executable'), at('process.name')),
  commandLine,
  user,
  sid: firstOf(at('user.id'), at('process.user.id')),
  logonId: at('process.Ext.authentication_id'),
};

/** The columns for the process that another does something to. */
export const targetProcess: Readonly<Record<string, Expression>> = {
  FileName: firstOf(at('Target.process.name'), to.baseName(at('Target.process.executable'))),
  FolderPath: at('Target.process.executable'),
  ProcessId: to.integer(at('Target.process.pid')),
  ProcessUniqueId: at('Target.process.entity_id'),
};

/** The columns for what ECS says of the acting process besides. */
export const actorDetails: Readonly<Record<string, Expression>> = {
  InitiatingProcessFileName: to.lower(
    firstOf(to.baseName(at('process.name')), to.baseName(at('process.executable'))),
  ),
  InitiatingProcessCreationTime: at('process.start'),
  InitiatingProcessSHA1: to.hash(at('process.hash.sha1')),
  InitiatingProcessSHA256: to.hash(at('process.hash.sha256')),
  InitiatingProcessMD5: to.hash(at('process.hash.md5')),
  InitiatingProcessParentId: to.integer(at('process.parent.pid')),
  InitiatingProcessParentFileName: firstOf(
    at('process.parent.name'),
    to.baseName(at('process.parent.executable')),
  ),
  InitiatingProcessParentCreationTime: at('process.parent.start'),
  InitiatingProcessVersionInfoCompanyName: at('process.pe.company'),
  InitiatingProcessVersionInfoProductName: at('process.pe.product'),
  InitiatingProcessVersionInfoProductVersion: at('process.pe.file_version'),
  InitiatingProcessVersionInfoOriginalFileName: at('process.pe.original_file_name'),
  InitiatingProcessVersionInfoFileDescription: at('process.pe.description'),
  InitiatingProcessIntegrityLevel: to.integrityLevel(at('process.Ext.token.integrity_level_name')),
  InitiatingProcessTokenElevation: elevation(),
};

/** Elastic Endpoint's words for it. */
const elevations: Readonly<Record<string, string>> = words({
  default: 'TokenElevationTypeDefault',
  full: 'TokenElevationTypeFull',
  limited: 'TokenElevationTypeLimited',
});

export function elevation(): Expression {
  const named = transform('elevation', (word) => elevations[word.toLowerCase()]);
  return named(
    firstOf(at('process.Ext.token.elevation_level'), at('process.Ext.token.elevation_type')),
  );
}

export const account: Readonly<Record<string, Expression>> = {
  AccountName: to.accountName(at('user.name')),
  AccountDomain: firstOf(to.lower(at('user.domain')), to.accountDomain(at('user.name'))),
  AccountSid: at('user.id'),
};
