import { isIP } from 'node:net';
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
import { evidence, ofAlert } from '../alerts.js';
import { listOf } from '../document.js';
import { any, at, firstOf, isThere, matches, not, rawAt } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';

/** Tags such as `mitre_privilege_escalation` and `T1548.001`. */
const [tactic, technique] = [/^mitre_([a-z_]{1,40})$/i, /^T\d{4}(?:\.\d{3})?$/i];
const tags = rawAt('tags');

function tagged(pattern: RegExp): (scope: Parameters<typeof tags>[0]) => readonly string[] {
  return (scope) =>
    listOf(tags(scope)).flatMap((tag) => {
      const found = pattern.exec(textFrom(tag) ?? '');
      return found ? [found[1] ?? found[0]] : [];
    });
}

const [tacticsOf, techniquesOf] = [tagged(tactic), tagged(technique)];

/** `CommandAndControl`, as Defender has it. */
const inOneWord = (words: string) =>
  words
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

const category = computed('the first of tags that begins with mitre_', (scope) => {
  const [first] = tacticsOf(scope);
  return first === undefined ? undefined : inOneWord(first);
});

const techniques = computed('tags that are techniques', (scope) => {
  const found = techniquesOf(scope).map((name) => name.toUpperCase());
  return found.length === 0 ? undefined : found;
});

/** The other end of `10.0.0.5:40000->203.0.113.9:443`, as far as it is an address. */
const otherEnd = transform('remote', (name) => {
  const end = /->(.*?)(?::\d{1,5})?$/.exec(name.slice(0, 200))?.[1];
  return end !== undefined && isIP(end) !== 0 ? end : undefined;
});

const remote = to.anyAddress(firstOf(at('fd.rip'), at('fd.sip'), otherEnd(at('fd.name'))));
const isConnection = any(isThere('fd.rip'), isThere('fd.sip'), matches('fd.name', /->/, 'has ->'));
const filePath = firstOf(at('fs.path.name'), at('fd.name'));

const members = (path: string): Readonly<Record<string, Expression>> => ({
  FileName: firstOf(at(`${path}.name`), to.baseName(at(`${path}.exepath`))),
  FolderPath: at(`${path}.exepath`),
  ProcessCommandLine: firstOf(
    at(`${path}.cmdline`),
    joined(' ', at(`${path}.exe`), at(`${path}.args`)),
  ),
});

const entities: readonly DocumentRule[] = [
  evidence('alert: the machine', 'Machine', 'Impacted', isThere('alert'), {}),
  evidence('alert: proc', 'Process', 'Related', isThere('proc'), {
    ...members('proc'),
    AccountName: to.accountName(at('user.name')),
  }),
  evidence('alert: user', 'User', 'Impacted', isThere('user.name'), {
    AccountName: to.accountName(at('user.name')),
  }),
  evidence('alert: fd, a connection', 'Ip', 'Related', isConnection, { RemoteIP: remote }),
  evidence(
    'alert: fd, a file',
    'File',
    'Related',
    any(isThere('fs.path.name'), matches('fd.name', /^\//, 'begins with /')),
    { FolderPath: filePath, FileName: to.baseName(filePath) },
  ),
  evidence('alert: container', 'Container', 'Impacted', isThere('container'), {
    ResourceID: at('container.id'),
    CloudResource: firstOf(at('container.name'), at('k8s.pod.name')),
  }),
];

/** Outside of containers, this is what Falco has for one. */
const noContainer: ReadonlySet<string> = new Set(['host', '']);

/** What the alert is about: the members of its fields by what they tell of, and the rest with the machine. */
function* entitiesOf(alert: JsonObject): Generator<JsonObject> {
  const { uuid, rule, time, tags, hostname, output_fields, ...more } = alert;
  const { proc, user, fd, fs, container, k8s, ...others } = asObject(output_fields) ?? {};
  yield { alert: { ...more, ...others } } as JsonObject;
  if (asObject(proc)) {
    yield { proc, ...(user !== undefined && { user }) } as JsonObject;
  }
  if (asObject(user)) {
    yield { user } as JsonObject;
  }
  if (asObject(fd) || asObject(fs)) {
    yield { ...(fd !== undefined && { fd }), ...(fs !== undefined && { fs }) } as JsonObject;
  }
  const id = textFrom(asObject(container)?.['id']);
  if (asObject(container) && (id === undefined || !noContainer.has(id))) {
    yield { container, ...(k8s !== undefined && { k8s }) } as JsonObject;
  }
}

export const alert: DocumentRule = {
  event: 'alert',
  table: 'AlertInfo',
  condition: not(matches('rule', /^falco internal:/, 'begins with Falco internal:')),
  note: 'What the alert is about has rows of AlertEvidence. What Falco says of itself has none.',
  columns: {
    AlertId: at('uuid'),
    Title: at('rule'),
    Category: category,
    Severity: match(
      at('priority'),
      {
        ...{ emergency: 'High', alert: 'High', critical: 'High', error: 'High' },
        ...{ warning: 'Medium', notice: 'Low' },
      },
      'Informational',
    ),
    ServiceSource: literal('Falco'),
    DetectionSource: firstOf(at('source'), literal('syscall')),
    AttackTechniques: techniques,
  },
  parts: {
    of: entitiesOf,
    rules: entities,
    shared: ofAlert,
  },
};
