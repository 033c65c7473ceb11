import { connectors } from './connectors.js';
import { cloudTrail } from './documents/cloudtrail.js';
import { originsInEcs } from './documents/ecs/origins.js';
import { ecs } from './documents/ecs.js';
import { entraId } from './documents/entra-id.js';
import { falco } from './documents/falco.js';
import { ocsf } from './documents/ocsf.js';
import { office365 } from './documents/office365.js';
import { osquery } from './documents/osquery.js';
import type { DocumentRule, DocumentSource } from './documents/rule.js';
import { tetragon } from './documents/tetragon.js';
import { auditRows } from './linux/audit-rows.js';
import { suricataRules } from './suricata/eve.js';
import type { Expression } from './windows/expression.js';
import { logs } from './windows/logs.js';
import { type EventLog, header, type ProcessFields, type Rule } from './windows/rule.js';
import { zeekRules } from './zeek/rules.js';

/** One line of the tables. */
interface Line {
  readonly event: string;
  readonly table: string;
  readonly actionType: string;
  readonly columns: string;
  readonly note: string;
}

/** The page of the documentation that says which event of a source becomes which row. */
export function connectorReference(): string {
  return `${[
    '# What events become',
    '',
    'Made from the connectors by `npm run docs`. Each line is a rule: an event of a source, the table and',
    'the `ActionType` of its row, and what its columns are made of. `Timestamp`, `DeviceId`, `DeviceName`',
    'and `ReportId` are on every row. The `InitiatingProcess…` columns come from what is known of the acting',
    'process: the fields named as *actor*, and the start of that process, whenever it was seen. What no',
    'column tells is in `AdditionalFields`. Rules marked *extension* have no counterpart in Defender and are',
    'off unless asked for.',
    '',
    '## Sources',
    '',
    '| `--source` | what it is |',
    '| --- | --- |',
    ...connectors.map(({ name, summary }) => `| \`${name}\` | ${cell(summary)} |`),
    '',
    '`defender-streaming` and `defender-rows` are rows of the schema already: table and columns are their own.',
    '',
    `Events of \`ecs\` that were made of records of ${listed(originsInEcs.map(({ name }) => name))} are read as those records.`,
    '',
    '## Windows event logs and Sysmon',
    '',
    'For `windows-event`, `linux-sysmon`, and the Windows events that `ecs` and `osquery` carry.',
    '',
    ...logs.filter(({ rules }) => rules.length > 0).flatMap(logSection),
    ...documentSection('Elastic Common Schema (`ecs`)', ecs),
    ...documentSection('Open Cybersecurity Schema Framework (`ocsf`)', ocsf),
    ...documentSection('osquery (`osquery`)', osquery),
    ...documentSection('AWS CloudTrail (`cloudtrail`)', cloudTrail),
    ...documentSection('Unified audit log of Microsoft 365 (`office365`)', office365),
    ...documentSection('Cilium Tetragon (`tetragon`)', tetragon),
    ...documentSection('Falco (`falco`)', falco),
    ...documentSection('Entra ID (`entra-id`)', entraId),
    ...section(
      'Zeek (`zeek-json`, `zeek-tsv`)',
      zeekRules.map((rule) => zeekLine(rule)),
    ),
    ...section(
      'Suricata (`suricata`)',
      suricataRules.map((rule) => ({
        ...zeekLine(rule, rule.log),
        note: 'AdditionalFields have all other fields as text, under Zeek’s names where it has them.',
      })),
    ),
    ...section(
      'Linux audit (`auditd`)',
      auditRows.map((row) => ({ note: '', ...row })),
    ),
  ].join('\n')}`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function section(title: string, lines: readonly Line[], level = '##'): readonly string[] {
  return [
    `${level} ${title}`,
    '',
    '| event | table | ActionType | columns | to know |',
    '| --- | --- | --- | --- | --- |',
    ...lines.map(
      ({ event, table, actionType, columns, note }) =>
        `| ${[event, table, actionType, columns, note].map(cell).join(' | ')} |`,
    ),
    '',
  ];
}

function logSection(log: EventLog): readonly string[] {
  const passed = Object.entries(log.withoutRow ?? {});
  return [
    ...section(log.name, log.rules.map(ruleLine), '###'),
    ...(passed.length === 0
      ? []
      : [`Without a row: ${passed.map(([id, why]) => `${id} (${cell(why)})`).join('; ')}.`, '']),
  ];
}

function documentSection(title: string, { rules }: DocumentSource): readonly string[] {
  return section(title, rules.map(documentLine));
}

function ruleLine(rule: Rule): Line {
  const { id, table, actionType, condition, actor, target, columns, additional, note } = rule;
  return {
    event: `${id}${condition ? `, where ${condition.text}` : ''}`,
    table: table + (rule.extension ? ' (extension)' : ''),
    actionType: textOf(actionType),
    columns: [
      ...(actor ? [`*actor*: ${processText(actor)}`] : []),
      ...(target ? [`*target*: ${processText(target)}`] : []),
      ...columnTexts(columns),
      ...columnTexts(additional ?? {}, 'AdditionalFields.'),
    ].join('; '),
    note: note ?? '',
  };
}

function processText(fields: ProcessFields): string {
  return Object.values(fields)
    .map((value: string | symbol | Expression) => {
      if (value === header) {
        return 'process of the event’s header';
      }
      return typeof value === 'object' ? value.text : String(value);
    })
    .join(', ');
}

function documentLine(rule: DocumentRule): Line {
  const { event, table, actionType, condition, actor, columns, additional, note, each } = rule;
  return {
    event: `${event}${condition ? `, where ${condition.text}` : ''}`,
    table,
    actionType: actionType === undefined ? '' : textOf(actionType),
    columns: [
      ...(actor
        ? [
            `*actor*: ${Object.values(actor)
              .map(({ text }: Expression) => text)
              .join(', ')}`,
          ]
        : []),
      ...columnTexts(columns),
      ...columnTexts(additional ?? {}, 'AdditionalFields.'),
    ].join('; '),
    note: [note, each === undefined ? '' : `Each of ${[each].flat().join(' or ')}.`]
      .filter((text) => text)
      .join(' '),
  };
}

function zeekLine(
  { log, table, actions, columns, extension }: (typeof zeekRules)[number],
  event = `${log}.log`,
): Line {
  const ends = table === 'DeviceNetworkEvents' ? ['the ends of the connection', 'Protocol'] : [];
  return {
    event,
    table: table + (extension ? ' (extension)' : ''),
    actionType: actions,
    columns: [...ends, ...Object.keys(columns)].join('; '),
    note: 'AdditionalFields have all other fields under Zeek’s names, as text.',
  };
}

function textOf(value: string | Expression): string {
  return typeof value === 'string' ? value : value.text;
}

function columnTexts(
  columns: Readonly<Record<string, Expression>>,
  prefix = '',
): readonly string[] {
  return Object.entries(columns).map(([name, { text }]) => `${prefix}${name} = ${text}`);
}

/** Text that a cell of a table holds as it is. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;');
}
