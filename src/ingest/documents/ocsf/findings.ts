import type { JsonValue } from '../../json.js';
import {
  computed,
  type Expression,
  literal,
  match,
  textFrom,
  transform,
} from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { entitiesAt, evidence, notSid, ofAlert, type Places, sid } from '../alerts.js';
import { firstTextIn, valueAt } from '../document.js';
import { all, any, at, firstAt, firstOf, isThere, lists } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { file, registryText, sidOf } from './objects.js';

/** Where findings, and each of their evidences, have what they are about, and what that is. */
const places: Places = [
  [['device'], 'device'],
  [['actor', 'process'], 'process'],
  [['process'], 'process'],
  [['actor', 'user'], 'user'],
  [['user'], 'user'],
  [['file'], 'file'],
  [['src_endpoint'], 'src_endpoint'],
  [['dst_endpoint'], 'dst_endpoint'],
  [['url'], 'url'],
  [['http_request', 'url'], 'url'],
  [['query'], 'query'],
  [['reg_key'], 'reg_key'],
  [['reg_value'], 'reg_value'],
  [['email'], 'email'],
  [['api'], 'api'],
];

/** What a finding is about, each as a document with one member that is called after its kind. */
function* entitiesOf(finding: JsonObject): Generator<JsonObject> {
  yield* entitiesAt(places, finding);
  for (const evidence of objectsAt(finding, 'evidences')) {
    yield* entitiesAt(places, evidence);
  }
  for (const resource of [...objectsAt(finding, 'resources'), ...objectsAt(finding, 'resource')]) {
    yield { resource };
  }
  for (const observable of objectsAt(finding, 'observables')) {
    yield { observable };
  }
}

function* objectsAt(document: JsonObject, name: string): Generator<JsonObject> {
  const value = document[name];
  for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
    const object = asObject(item);
    if (object) {
      yield object;
    }
  }
}

const account = (path: string): Readonly<Record<string, Expression>> => ({
  AccountName: to.accountName(at(`${path}.name`)),
  AccountDomain: firstOf(to.lower(at(`${path}.domain`)), to.accountDomain(at(`${path}.name`))),
  AccountSid: sid(sidOf(path)),
  AccountObjectId: notSid(sidOf(path)),
  AccountUpn: to.lower(at(`${path}.email_addr`)),
});

const endpoint = (path: string, direction: string): readonly DocumentRule[] => [
  evidence(`finding: ${path}`, 'Ip', 'Related', isThere(`${path}.ip`), {
    EvidenceDirection: literal(direction),
    RemoteIP: to.address(at(`${path}.ip`)),
    RemoteUrl: firstOf(at(`${path}.hostname`), at(`${path}.domain`)),
  }),
  evidence(
    `finding: ${path} without an address`,
    'Url',
    'Related',
    any(isThere(`${path}.hostname`), isThere(`${path}.domain`)),
    {
      EvidenceDirection: literal(direction),
      RemoteUrl: firstOf(at(`${path}.hostname`), at(`${path}.domain`)),
    },
  ),
];

const entities: readonly DocumentRule[] = [
  evidence('finding: device', 'Machine', 'Impacted', isThere('device'), {
    LocalIP: to.address(at('device.ip')),
  }),
  evidence('finding: process, actor.process', 'Process', 'Related', isThere('process'), {
    ...file('process.file'),
    FileName: firstOf(
      at('process.file.name'),
      to.baseName(at('process.file.path')),
      at('process.name'),
    ),
    ProcessCommandLine: at('process.cmd_line'),
    ...account('process.user'),
  }),
  evidence('finding: user, actor.user', 'User', 'Impacted', isThere('user'), account('user')),
  evidence('finding: file', 'File', 'Related', isThere('file'), file('file')),
  ...endpoint('src_endpoint', 'Source'),
  ...endpoint('dst_endpoint', 'Destination'),
  evidence('finding: url, http_request.url', 'Url', 'Related', isThere('url'), {
    RemoteUrl: firstOf(at('url.url_string'), at('url.hostname')),
  }),
  evidence('finding: query', 'Url', 'Related', isThere('query.hostname'), {
    RemoteUrl: to.domainName(at('query.hostname')),
  }),
  evidence('finding: reg_key', 'RegistryKey', 'Related', isThere('reg_key'), {
    RegistryKey: to.registryKey(at('reg_key.path')),
  }),
  evidence('finding: reg_value', 'RegistryValue', 'Related', isThere('reg_value'), {
    RegistryKey: to.registryKey(at('reg_value.path')),
    RegistryValueName: at('reg_value.name'),
    RegistryValueData: registryText('reg_value'),
  }),
  evidence('finding: email', 'MailMessage', 'Related', isThere('email'), {
    NetworkMessageId: firstOf(at('email.uid'), at('email.message_uid')),
    EmailSubject: at('email.subject'),
  }),
  evidence('finding: api', 'CloudApplication', 'Related', isThere('api.service.name'), {
    Application: at('api.service.name'),
  }),
  evidence('finding: resources', 'CloudResource', 'Impacted', isThere('resource'), {
    CloudResource: at('resource.name'),
    ResourceType: at('resource.type'),
    ResourceID: at('resource.uid'),
  }),
];

const observed = at('observable.value');

/** Observables point at members of the finding: what another row tells needs none of its own. */
function observable(
  event: string,
  id: number,
  type: string,
  columns: Readonly<Record<string, Expression>>,
): DocumentRule {
  const condition = all(lists('observable.type_id', String(id)), isThere('observable.value'));
  return {
    ...evidence(`finding: observables, ${event}`, type, 'Related', condition, columns),
    unlessTold: observed,
  };
}

const hashOfLength = (length: number) =>
  transform('hash', (text) => (text.length === length ? text : undefined));

const observables: readonly DocumentRule[] = [
  observable('host name', 1, 'Url', { RemoteUrl: observed }),
  observable('address', 2, 'Ip', { RemoteIP: to.address(observed) }),
  observable('user name', 4, 'User', {
    AccountName: to.accountName(observed),
    AccountDomain: to.accountDomain(observed),
  }),
  observable('mail address', 5, 'Mailbox', { AccountUpn: to.lower(observed) }),
  observable('URL', 6, 'Url', { RemoteUrl: observed }),
  observable('file name', 7, 'File', { FileName: to.baseName(observed) }),
  observable('hash', 8, 'File', {
    SHA1: to.hash(hashOfLength(40)(observed)),
    SHA256: to.hash(hashOfLength(64)(observed)),
  }),
  observable('process name', 9, 'Process', { FileName: to.baseName(observed) }),
  observable('resource', 10, 'CloudResource', { ResourceID: observed }),
  observable('command line', 13, 'Process', { ProcessCommandLine: observed }),
];

export const finding: DocumentRule = {
  event: '2001, 2004, 2006 findings',
  table: 'AlertInfo',
  note: 'What a finding, its evidences, resources and observables name has rows of AlertEvidence.',
  parts: {
    of: entitiesOf,
    rules: [...entities, ...observables],
    computerOf: firstTextIn('device.hostname', 'device.name'),
    shared: ofAlert,
  },
  columns: {
    AlertId: firstOf(at('finding_info.uid'), at('finding.uid'), at('metadata.uid')),
    Title: firstOf(at('finding_info.title'), at('finding.title'), at('message')),
    Category: firstOf(
      firstAt('attacks.tactic.name'),
      firstAt('attacks.tactics.name'),
      firstAt('finding_info.attacks.tactic.name'),
      firstAt('finding_info.attacks.tactics.name'),
      firstAt('finding_info.types'),
      firstAt('finding.types'),
    ),
    Severity: match(
      at('severity_id'),
      { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'High', 6: 'High' },
      '',
    ),
    ServiceSource: firstOf(at('metadata.product.name'), at('metadata.product.vendor_name')),
    DetectionSource: firstOf(
      at('finding_info.analytic.name'),
      at('metadata.product.feature.name'),
      at('metadata.product.vendor_name'),
    ),
    AttackTechniques: techniques(),
  },
};

function techniques(): Expression {
  const sources = [at('attacks'), at('finding_info.attacks')];
  return computed('attacks', (scope) => {
    const list = sources.map(({ read }) => read(scope)).find(Array.isArray) as
      | readonly JsonValue[]
      | undefined;
    return list?.flatMap((attack) => {
      const name = textFrom(valueAt(attack, ['technique', 'name']));
      const uid = textFrom(valueAt(attack, ['technique', 'uid']));
      return name === undefined && uid === undefined ? [] : [`${name ?? ''} (${uid ?? ''})`];
    });
  });
}
