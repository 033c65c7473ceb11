import { computed, type Expression, textFrom } from '../../windows/expression.js';
import { at, firstOf } from '../expression.js';
import type { ProcessMembers } from '../rule.js';
import * as to from '../transforms.js';
import { hashAt, sidOf, userOf } from './objects.js';
import { epoch } from './time.js';

/** The number of a session, where it is one. */
export function sessionOf(path: string): Expression {
  const { read, text, fields } = at(`${path}.uid`);
  return computed(
    text,
    (scope) => {
      const id = textFrom(read(scope)) ?? '';
      return /^(?:0x)?0*$/i.test(id) ? undefined : id;
    },
    fields,
  );
}

export const acting: ProcessMembers = {
  guid: at('actor.process.uid'),
  pid: at('actor.process.pid'),
  image: firstOf(
    at('actor.process.file.path'),
    at('actor.process.file.name'),
    at('actor.process.name'),
  ),
  commandLine: at('actor.process.cmd_line'),
  user: firstOf(userOf('actor.user'), userOf('actor.process.user')),
  sid: firstOf(sidOf('actor.user'), sidOf('actor.process.user')),
  logonId: firstOf(sessionOf('actor.session'), sessionOf('actor.process.session')),
};

export const actorDetails: Readonly<Record<string, Expression>> = {
  InitiatingProcessFileName: to.lower(
    firstOf(
      at('actor.process.file.name'),
      to.baseName(at('actor.process.file.path')),
      at('actor.process.name'),
    ),
  ),
  InitiatingProcessCreationTime: epoch('actor.process.created_time'),
  InitiatingProcessSHA1: to.hash(hashAt('actor.process.file', 'SHA1')),
  InitiatingProcessSHA256: to.hash(hashAt('actor.process.file', 'SHA256')),
  InitiatingProcessMD5: to.hash(hashAt('actor.process.file', 'MD5')),
  InitiatingProcessFileSize: to.integer(at('actor.process.file.size')),
  InitiatingProcessIntegrityLevel: to.integrityLevel(at('actor.process.integrity')),
  InitiatingProcessParentFileName: firstOf(
    at('actor.process.parent_process.file.name'),
    to.baseName(at('actor.process.parent_process.file.path')),
    at('actor.process.parent_process.name'),
  ),
  InitiatingProcessParentId: to.integer(at('actor.process.parent_process.pid')),
  InitiatingProcessParentCreationTime: epoch('actor.process.parent_process.created_time'),
};
