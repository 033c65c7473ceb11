import type { JsonValue } from '../../../json.js';
import { textFrom } from '../../../windows/expression.js';
import type { JsonObject } from '../../../windows/shape.js';
import { firstTextIn, nested, textIn, valueAt } from '../../document.js';
import { falco as source } from '../../falco.js';
import { known, type Origin, objectAt, ofShippers } from '../origin.js';

const members = {
  uuid: textIn('falco.uuid'),
  rule: firstTextIn('falco.rule', 'rule.name'),
  priority: firstTextIn('falco.priority', 'log.syslog.severity.name'),
  output: firstTextIn('falco.output', 'message'),
  source: firstTextIn('falco.source', 'event.provider'),
  time: firstTextIn('falco.time', '@timestamp'),
  hostname: firstTextIn('falco.hostname', 'observer.hostname', 'observer.name'),
};

/** Falco's fields, by what the pipeline makes of them: most of them are in ECS alone. */
const fields: Readonly<Record<string, string>> = {
  'proc.name': 'process.name',
  'proc.exepath': 'process.executable',
  'proc.cmdline': 'process.command_line',
  'proc.pid': 'process.pid',
  'proc.cwd': 'process.working_directory',
  'proc.pname': 'process.parent.name',
  'proc.pexepath': 'process.parent.executable',
  'proc.pcmdline': 'process.parent.command_line',
  'proc.ppid': 'process.parent.pid',
  'user.name': 'process.user.name',
  'user.uid': 'process.user.id',
  'group.name': 'process.group.name',
  'group.gid': 'process.group.id',
  'container.id': 'container.id',
  'container.name': 'container.name',
  'container.image': 'container.image.name',
  'fd.directory': 'file.directory',
  'fd.filename': 'file.name',
  'fd.lip': 'source.ip',
  'fd.lport': 'source.port',
  'fd.rip': 'destination.ip',
  'fd.rport': 'destination.port',
  'fd.sip': 'server.ip',
  'fd.sport': 'server.port',
  'k8s.ns.name': 'orchestrator.namespace',
  'k8s.pod.name': 'orchestrator.resource.name',
};

const [ownFields, ownTags] = [objectAt('falco.output_fields'), ['falco', 'tags']];
const techniques = [
  ['threat', 'technique', 'subtechnique', 'id'],
  ['threat', 'technique', 'id'],
];

function fieldsOf(event: JsonObject): JsonObject {
  const own = ownFields(event) ?? {};
  const made = Object.entries(fields).flatMap(([name, path]) =>
    valueAt(own, name.split('.')) === undefined ? [[name, valueAt(event, path.split('.'))]] : [],
  );
  const { 'fd.directory': folder, 'fd.filename': file, ...others } = Object.fromEntries(made);
  const [directory, name] = [textFrom(folder), textFrom(file)];
  return nested({
    ...own,
    ...known({
      ...others,
      'fd.name':
        directory && name && fileOf(own) === undefined ? `${directory}/${name}` : undefined,
      'fd.directory': folder,
      'fd.filename': file,
    }),
  });
}

const fileOf = textIn('fd.name');

function tagsOf(event: JsonObject): JsonValue | undefined {
  return valueAt(event, ownTags) ?? techniques.map((path) => valueAt(event, path)).find(isList);
}

/** Of the connection, which the evidence has. */
const copies = ['ecs.source.ip', 'ecs.source.port', 'ecs.rule.name'];

const isList = (value: JsonValue | undefined) => Array.isArray(value);

/** What the package makes of Falco's alerts. */
export const falcoInEcs: Origin = {
  source,
  datasets: ['falco'],
  // Of all that the event says besides, the evidence of the machine tells.
  own: ['falco', 'related', ...ofShippers, ...Object.values(fields), ...copies].map(
    (path) => `alert.${path}`,
  ),
  isBehindHeader: true,
  ambiguous: ['source', 'rule', 'tags'],
  recordOf(event) {
    const texts = Object.entries(members).map(([name, read]) => [name, read(event)] as const);
    return known({
      priority: 'Informational',
      ...known(Object.fromEntries(texts)),
      tags: tagsOf(event),
      output_fields: fieldsOf(event),
    });
  },
};
