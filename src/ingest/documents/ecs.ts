import type { JsonObject } from '../windows/shape.js';
import { accountChange } from './ecs/accounts.js';
import { alert, defenderAlert, endpointAlert, guardDuty, sensorAlert } from './ecs/alerts.js';
import { cloudActivity } from './ecs/cloud.js';
import { query } from './ecs/dns.js';
import { ecsDocument, ownId, timeOf } from './ecs/document.js';
import { usbDrive } from './ecs/drives.js';
import { fileEvent } from './ecs/files.js';
import { about, computerOf, hostAddresses } from './ecs/host.js';
import { looksInto, signature } from './ecs/inspection.js';
import { logon, networkLogon } from './ecs/logons.js';
import { mail } from './ecs/mail.js';
import { malware } from './ecs/malware.js';
import { driver, loaded } from './ecs/modules.js';
import { networkEvent, passing } from './ecs/network.js';
import { apiCall, trace } from './ecs/process-access.js';
import { childStarts, processStart } from './ecs/process-starts.js';
import { registryEvent } from './ecs/registry.js';
import { script } from './ecs/scripts.js';
import { identityLogon } from './ecs/sign-ins.js';
import { task } from './ecs/tasks.js';
import type { DocumentRule, DocumentSource, SourceDocument } from './rule.js';

const rules: readonly DocumentRule[] = [
  alert,
  guardDuty,
  defenderAlert,
  endpointAlert,
  mail,
  signature,
  malware,
  query,
  ...looksInto,
  sensorAlert,
  ...childStarts,
  processStart,
  script,
  trace,
  driver,
  loaded,
  fileEvent,
  registryEvent,
  apiCall,
  usbDrive,
  task,
  networkLogon,
  identityLogon,
  logon,
  accountChange,
  cloudActivity,
  passing,
  networkEvent,
];

export function documentsOf(event: JsonObject): readonly [SourceDocument] {
  const [computer, time, id] = [computerOf(event), timeOf(event), ownId(event)];
  return [{ document: event, computer, time, id, rules }];
}

/** Elastic Common Schema (elastic.co/guide/en/ecs). */
export const ecs: DocumentSource = {
  name: 'ECS',
  isOneOfRecord: true,
  rules: rules.flatMap((rule) => [rule, ...(rule.parts?.rules ?? [])]),
  told: [
    '@timestamp',
    '@version',
    'ecs.version',
    'agent.ephemeral_id',
    'event.ingested',
    // Command lines are made of them where there is none.
    'process.args',
    'process.args_count',
    'process.parent.args',
    'process.parent.args_count',
  ],
  toldOfDevice: ['host.hostname'],
  read({ value }) {
    const document = ecsDocument(value);
    return document && documentsOf(document);
  },
  about,
  addresses: hostAddresses,
};
