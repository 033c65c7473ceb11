import { hash } from 'node:crypto';
import { compactJson, type JsonValue } from '../../json.js';
import {
  computed,
  type Expression,
  joined,
  literal,
  match,
  textFrom,
  transform,
} from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { entitiesAt, evidence, notSid, ofAlert, type Places, sid } from '../alerts.js';
import { firstTextIn, listOf } from '../document.js';
import { all, any, at, firstAt, firstOf, isThere, lists, not, rawAt } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { file } from './objects.js';
import { isOfService, serviceName } from './services.js';

/** What the event has that the alert is of. */
const places: Places = [
  [['host'], 'host'],
  [['process'], 'process'],
  [['user'], 'user'],
  [['file'], 'file'],
  [['source'], 'source'],
  [['destination'], 'destination'],
  [['url'], 'url'],
  [['dns'], 'dns'],
  [['registry'], 'registry'],
];

const end = (path: string, direction: string): DocumentRule =>
  evidence(`alert: ${path}`, 'Ip', 'Related', isThere(`${path}.ip`), {
    EvidenceDirection: literal(direction),
    RemoteIP: to.address(firstAt(`${path}.ip`)),
    RemoteUrl: at(`${path}.domain`),
  });

const entities: readonly DocumentRule[] = [
  evidence('alert: host', 'Machine', 'Impacted', isThere('host'), {
    LocalIP: to.address(firstAt('host.ip')),
  }),
  evidence('alert: process', 'Process', 'Related', isThere('process'), {
    ...file('process'),
    FileName: firstOf(to.baseName(at('process.name')), to.baseName(at('process.executable'))),
    FolderPath: at('process.executable'),
    ProcessCommandLine: firstOf(at('process.command_line'), to.commandLine('process.args')),
  }),
  evidence('alert: user', 'User', 'Impacted', isThere('user.name'), {
    AccountName: to.accountName(firstAt('user.name')),
    AccountDomain: firstOf(to.lower(at('user.domain')), to.accountDomain(firstAt('user.name'))),
    AccountSid: sid(firstAt('user.id')),
    AccountObjectId: notSid(firstAt('user.id')),
    AccountUpn: to.lower(at('user.email')),
  }),
  evidence('alert: file', 'File', 'Related', any(isThere('file.name'), isThere('file.path')), {
    ...file('file'),
    FileSize: to.integer(at('file.size')),
  }),
  end('source', 'Source'),
  end('destination', 'Destination'),
  evidence('alert: url', 'Url', 'Related', any(isThere('url.full'), isThere('url.domain')), {
    RemoteUrl: firstOf(at('url.full'), at('url.domain')),
  }),
  evidence('alert: dns', 'Url', 'Related', isThere('dns.question.name'), {
    RemoteUrl: to.domainName(at('dns.question.name')),
  }),
  evidence('alert: registry', 'RegistryKey', 'Related', isThere('registry'), {
    RegistryKey: to.registryKey(
      firstOf(joined('\\', at('registry.hive'), at('registry.key')), at('registry.path')),
    ),
    RegistryValueName: at('registry.value'),
  }),
];

const rule = (name: string) => at(`kibana.alert.rule.${name}`);

const parts: DocumentRule['parts'] = {
  of: (document) => entitiesAt(places, document),
  rules: entities,
  computerOf: firstTextIn('host.hostname', 'host.name', 'host.id'),
  shared: ofAlert,
};
const note = 'What the event names has rows of AlertEvidence.';

/** An alert of Elastic Security: the event that it is of is another document. */
export const alert: DocumentRule = {
  event: 'alert of Elastic Security',
  table: 'AlertInfo',
  condition: isThere('kibana.alert.uuid'),
  note,
  identity: at('kibana.alert.uuid'),
  parts,
  columns: {
    AlertId: at('kibana.alert.uuid'),
    Title: rule('name'),
    Category: firstAt('kibana.alert.rule.threat.tactic.name'),
    Severity: match(
      at('kibana.alert.severity'),
      { low: 'Low', medium: 'Medium', high: 'High', critical: 'High' },
      '',
    ),
    ServiceSource: literal('Elastic Security'),
    DetectionSource: rule('type'),
    AttackTechniques: techniques(),
  },
};

const finding = (name: string) => at(`aws.guardduty.${name}`);

/** A finding of Amazon GuardDuty, each time that it has been updated. */
export const guardDuty: DocumentRule = {
  event: 'finding of GuardDuty',
  table: 'AlertInfo',
  condition: isThere('aws.guardduty.title'),
  note,
  identity: joined(' ', firstOf(finding('id'), finding('arn')), at('@timestamp')),
  parts,
  columns: {
    AlertId: firstOf(finding('id'), finding('arn')),
    Title: finding('title'),
    Category: firstOf(at('rule.category'), finding('type')),
    Severity: match(
      finding('severity.value'),
      { low: 'Low', medium: 'Medium', high: 'High', critical: 'High' },
      '',
    ),
    ServiceSource: literal('GuardDuty'),
    DetectionSource: literal('AWS'),
  },
};

/** Products by the names that Microsoft's APIs have for them. */
const products = new Map([
  ['microsoftDefenderForEndpoint', 'Microsoft Defender for Endpoint'],
  ['microsoftDefenderForIdentity', 'Microsoft Defender for Identity'],
  ['microsoftDefenderForOffice365', 'Microsoft Defender for Office 365'],
  ['microsoftDefenderForCloudApps', 'Microsoft Defender for Cloud Apps'],
  ['microsoftCloudAppSecurity', 'Microsoft Defender for Cloud Apps'],
  ['microsoft365Defender', 'Microsoft 365 Defender'],
  ['azureAdIdentityProtection', 'AAD Identity Protection'],
]);
const product = transform('product', (name) => products.get(name) ?? name);

/** An alert of its own, or one of an incident, which has an event for each. */
const alerts = ['m365_defender.alert', 'm365_defender.incident.alert'] as const;
const ofDefender = (name: string) =>
  firstOf(at(`${alerts[0]}.${name}`), at(`${alerts[1]}.${name}`));
const mitreTechniques = alerts.map((path) => rawAt(`${path}.mitre_techniques`));

/** An alert of Defender itself, each time that it has been updated. */
export const defenderAlert: DocumentRule = {
  event: 'alert of Microsoft Defender',
  table: 'AlertInfo',
  condition: any(...alerts.map((path) => isThere(`${path}.id`))),
  note,
  identity: joined(' ', ofDefender('id'), at('@timestamp')),
  parts,
  columns: {
    AlertId: ofDefender('id'),
    Title: ofDefender('title'),
    Category: ofDefender('category'),
    Severity: match(
      ofDefender('severity'),
      { informational: 'Informational', low: 'Low', medium: 'Medium', high: 'High' },
      '',
    ),
    ServiceSource: product(ofDefender('service_source')),
    DetectionSource: product(ofDefender('detection_source')),
    AttackTechniques: computed('mitre_techniques', (scope) => {
      const names = mitreTechniques.flatMap((read) => listOf(read(scope)));
      return names.length === 0 ? undefined : names;
    }),
  },
};

/** How severe Elastic's package says that it is. */
const ofPoints = match(
  at('event.severity'),
  { 1: 'Informational', 21: 'Low', 47: 'Medium', 73: 'High', 99: 'High' },
  '',
);

/** An alert of Defender for Endpoint's own API, once for each piece of evidence. */
export const endpointAlert: DocumentRule = {
  event: 'alert of Microsoft Defender for Endpoint',
  table: 'AlertInfo',
  condition: all(lists('event.kind', 'alert'), isThere('microsoft.defender_endpoint')),
  note,
  identity: joined(
    ' ',
    at('event.id'),
    firstOf(at('microsoft.defender_endpoint.lastUpdateTime'), at('@timestamp')),
  ),
  parts,
  columns: {
    AlertId: at('event.id'),
    Title: at('message'),
    Category: firstOf(at('event.action'), firstAt('threat.technique.name')),
    Severity: ofPoints,
    ServiceSource: literal('Microsoft Defender for Endpoint'),
    DetectionSource: literal('EDR'),
  },
};

const techniqueNames = rawAt('threat.technique.id');

/** What a sensor finds on a host, or anywhere, that is no malware and no connection. */
export const sensorAlert: DocumentRule = {
  event: 'alert of any other sensor',
  table: 'AlertInfo',
  condition: all(
    lists('event.kind', 'alert'),
    not(isOfService),
    any(isThere('rule.name'), isThere('message'), isThere('event.action')),
  ),
  note,
  parts,
  columns: {
    AlertId: firstOf(
      at('event.id'),
      computed('a hash of the event', ({ document }) =>
        hash('sha256', compactJson(document ?? {}), 'hex').slice(0, 32),
      ),
    ),
    Title: firstOf(at('rule.name'), at('message'), at('event.reason'), at('event.action')),
    Category: firstOf(firstAt('threat.tactic.name'), at('rule.category')),
    ServiceSource: firstOf(
      at('observer.product'),
      at('observer.vendor'),
      at('event.module'),
      serviceName,
    ),
    DetectionSource: firstOf(at('event.provider'), at('event.dataset')),
    AttackTechniques: computed('threat.technique.id', (scope) => {
      const names = listOf(techniqueNames(scope));
      return names.length === 0 ? undefined : names;
    }),
  },
};

function techniques(): Expression {
  const { read, text } = rule('threat');
  return computed(text, (scope) => {
    const names = objectsIn(read(scope))
      .flatMap((threat) => objectsIn(threat['technique']))
      .map(({ name, id }) => `${textFrom(name) ?? ''} (${textFrom(id) ?? ''})`);
    return names.length === 0 ? undefined : names;
  });
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  const list: readonly (JsonValue | undefined)[] = Array.isArray(value) ? value : [value];
  return list.map(asObject).filter((each) => each !== undefined);
}
