import { z } from 'zod';
import { configurationShape, variableOf } from '../configuration.js';
import { serveCommand } from './commands/serve.js';

/** Of JSON Schema, what a setting has. */
interface Described {
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly additionalProperties?: Described | boolean;
  readonly oneOf?: readonly Described[];
}

/** The page of the documentation that lists every setting. */
export function settingsReference(): string {
  const { properties = {} } = z.toJSONSchema(configurationShape, { io: 'input' }) as Described;
  const settings = Object.entries(properties);
  const flags = new Map(serveCommand().options.map((flag) => [flag.attributeName(), flag.long]));
  return [
    '# Settings',
    '',
    'Made from `src/configuration.ts` by `npm run docs`. `quarry serve` reads them from its flags, from',
    'environment variables, and from one YAML file (`--config`, or `QUARRY_CONFIG`), in this order of precedence.',
    'A setting that does not exist in the file, or has a wrong value, is an error with its name, and nothing starts.',
    'Lists of a variable are separated by commas; a variable that is empty is none. Which of them matter for the',
    'size of a machine is in [administration.md](../administration.md#small-and-large-machines).',
    '',
    '| setting | variable | flag | default | what it is |',
    '| --- | --- | --- | --- | --- |',
    ...settings.map(([name, setting]) => {
      const flag = flags.get(name);
      const columns = [code(name), code(variableOf(name)), code(flag), ownDefault(setting)];
      return `| ${[...columns, meaning(setting)].join(' | ')} |`;
    }),
    '',
    ...settings.flatMap(([name, setting]) => section(name, setting)),
  ].join('\n');
}

/** The members of a setting that has some. */
function section(name: string, setting: Described): readonly string[] {
  const lines = members(name, setting);
  if (lines.length === 0) return [];
  return [
    `## ${name}`,
    '',
    `${setting.description ?? ''}. The file alone can say it.`,
    '',
    '| setting | default | what it is |',
    '| --- | --- | --- |',
    ...lines.map(
      ([path, member]) => `| ${code(path)} | ${ownDefault(member)} | ${meaning(member)} |`,
    ),
    '',
  ];
}

/** What is below a setting, however deep, by its whole name. */
function members(name: string, setting: Described): readonly (readonly [string, Described])[] {
  const { properties, items, additionalProperties, oneOf } = setting;
  if (items) return members(`${name}[]`, items);
  if (oneOf) return oneOf.flatMap((each) => members(name, each));
  if (properties) {
    return Object.entries(properties).flatMap(([member, shape]) => {
      const path = `${name}.${member}`;
      return [[path, shape] as const, ...members(path, shape)];
    });
  }
  return typeof additionalProperties === 'object'
    ? members(`${name}.NAME`, additionalProperties)
    : [];
}

function meaning({ description = '', const: only, enum: names }: Described): string {
  const choices = names ? `: ${names.map((name) => code(name)).join(', ')}` : '';
  return cell(only === undefined ? `${description}${choices}` : `\`${only}\`: ${description}`);
}

function ownDefault({ default: value }: Described): string {
  const isNone = value === undefined || (typeof value === 'object' && value !== null);
  return isNone ? '' : code(String(value));
}

function code(text: string | null | undefined): string {
  return text ? `\`${text}\`` : '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
