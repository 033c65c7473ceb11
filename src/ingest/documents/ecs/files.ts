import type { JsonValue } from '../../json.js';
import { absolutePath } from '../../linux/audit-record.js';
import { computed, type Expression, literal, textFrom } from '../../windows/expression.js';
import { asObject } from '../../windows/shape.js';
import { all, at, choose, firstOf, lists, not, rawAt, textAt, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { action, actionText, category, hasFailed, isAudit, type } from './event.js';
import { file } from './objects.js';
import { isOfService } from './services.js';

/** What the audit system says of a file that gets another name: both of its names, and their folders. */
const isAuditRename = all(isAudit, action('renamed'));

/** @param kind what the path is to the call: CREATE, DELETE */
function auditPath(kind: string): Expression {
  const [paths, folder] = [rawAt('auditd.paths'), textAt('process.working_directory')];
  return computed(`auditd.paths of ${kind}`, (scope) => {
    const list = paths(scope);
    const named = (Array.isArray(list) ? (list as readonly JsonValue[]) : [])
      .map(asObject)
      .find((path) => path?.['nametype'] === kind);
    const name = textFrom(named?.['name']);
    return name === undefined ? undefined : absolutePath(folder(scope), name);
  });
}

const [auditCreated, auditDeleted] = ['CREATE', 'DELETE'].map((kind) =>
  when(isAuditRename, auditPath(kind), literal('')),
) as [Expression, Expression];

/** A file on a share, as a sensor sees it. */
const isOnShare = lists('event.dataset', 'zeek.smb_files', 'corelight.smb_files', 'smb_files');

export const fileEvent: DocumentRule = {
  event: 'file',
  table: 'DeviceFileEvents',
  actionType: choose(
    // What is moved away is no more where it was.
    [all(actionText(/renam|moved/, 'has rename'), not(type('deletion'))), 'FileRenamed'],
    [type('creation'), 'FileCreated'],
    [type('deletion'), 'FileDeleted'],
    // Some sensors say that all are changes.
    [actionText(/creat/, 'has create'), 'FileCreated'],
    [actionText(/delet|unlink/, 'has delete'), 'FileDeleted'],
    [type('change'), 'FileModified'],
    [actionText(/modif|overwrit|updat|write/, 'has modify'), 'FileModified'],
  ),
  condition: all(category('file'), not(hasFailed), not(isOfService)),
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('file'),
    FileName: firstOf(to.baseName(auditCreated), at('file.name'), to.baseName(at('file.path'))),
    FolderPath: firstOf(auditCreated, at('file.path')),
    FileSize: to.integer(at('file.size')),
    PreviousFolderPath: firstOf(
      at('file.Ext.original.path'),
      at('file.previous.path'),
      auditDeleted,
    ),
    PreviousFileName: firstOf(
      at('file.Ext.original.name'),
      to.baseName(at('file.Ext.original.path')),
      to.baseName(auditDeleted),
    ),
    FileOriginUrl: firstOf(at('file.origin_url'), at('file.Ext.windows.zone_identifier_host_url')),
    FileOriginReferrerUrl: at('file.origin_referrer_url'),
    RequestProtocol: when(isOnShare, literal('Smb'), literal('Local')),
    RequestSourceIP: when(isOnShare, to.address(at('source.ip')), literal('')),
    RequestSourcePort: when(isOnShare, to.integer(at('source.port')), literal('')),
    RequestAccountName: to.nameOfUser(at('user.name')),
    RequestAccountDomain: firstOf(at('user.domain'), to.domainOfUser(at('user.name'))),
    RequestAccountSid: at('user.id'),
  },
};
