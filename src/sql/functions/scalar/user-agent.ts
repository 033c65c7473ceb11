import { bound } from '../../bound.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import {
  type UserAgentParser,
  type UserAgentPart,
  userAgentPart,
  userAgentParts,
} from '../../user-agent-parsers.js';
import { invalid, refused } from '../refused.js';
import { dynamicElements } from './list-items.js';
import { text } from './text.js';

/** Between the fields of a rewritten user agent. */
const separator = '\u001f';

const groupsInFields = 5;

/** An expression for the whole text, with as many groups as fields can name. */
function wholePattern({ pattern }: UserAgentParser): string {
  const groups = (new RegExp(`${pattern.replace('(?i)', '')}|`).exec('')?.length ?? 1) - 1;
  const missing = '()'.repeat(Math.max(groupsInFields - groups, 0));
  return `(?s)^.*?(?:${pattern})${missing}.*$`;
}

/** The fields as the engine's own replacement text. */
function rewrite({ fields }: UserAgentParser): string {
  return fields
    .map((field) => field.replaceAll('\\', '\\\\').replace(/\$(\d)/g, '\\$1'))
    .join(separator);
}

const literals = (texts: readonly string[]): Sql => sql`[${join(texts.map(literal))}]`;

/** The first parser that matches, and then its expression once more for the groups. */
function foundPart(agent: Sql, { name, fields, parsers }: UserAgentPart): Sql {
  const matches = parsers.map(({ pattern }) => sql`match(${agent}, ${literal(pattern)})`);
  const unknown = ['Other', ...fields.slice(1).map(() => '')].join(separator);
  const found = bound(sql`indexOf([${join(matches)}], 1)`, (place) => {
    const patterns = sql`${literals(parsers.map(wholePattern))}[${place}]`;
    const rewrites = sql`${literals(parsers.map(rewrite))}[${place}]`;
    return sql`if(${place} = 0, ${literal(unknown)}, replaceRegexpOne(${agent}, ${patterns}, ${rewrites}))`;
  });
  const object = bound(sql`splitByChar(${literal(separator)}, ${found})`, (values) => {
    const members = fields.map(
      (field, index) =>
        sql`${literal(`"${field}":`)}, toJSONString(trimBoth(${values}[${{ text: String(index + 1) }}]))`,
    );
    return sql`concat('{', ${join(members, sql`, ',', `)}, '}')`;
  });
  return sql`concat(${literal(`"${name}":`)}, ${object})`;
}

/** The names of what to look for; without them, of all that there is. */
function wantedParts(call: CallSite, lookFor: Operand | undefined): readonly string[] {
  if (!lookFor) return userAgentParts;
  const items = lookFor.type === 'dynamic' ? dynamicElements(lookFor) : [lookFor];
  const names = items?.map(constantText);
  if (!names || names.includes(undefined)) {
    throw refused(
      call,
      'parse_user_agent() of a computed target',
      'the list of expressions to try is chosen when the query is compiled',
    );
  }
  return userAgentParts.filter((part) => names.some((name) => name?.toLowerCase() === part));
}

function parsed(call: CallSite, agent: Operand, lookFor?: Operand): Sql {
  const parts = wantedParts(call, lookFor).flatMap((part) => userAgentPart(part) ?? []);
  if (parts.length === 0) {
    throw invalid(call, `parse_user_agent(): look for ${userAgentParts.join(', ')}`);
  }
  return bound(text(agent), (name) => {
    const members = parts.map((part) => foundPart(name, part));
    return sql`concat('{', ${join(members, sql`, ',', `)}, '}')`;
  });
}

export const userAgentFunctions = {
  parse_user_agent: {
    doc: 'parse-user-agent-function',
    constants: [1],
    trap: 'it tries hundreds of regular expressions: filter before it',
    costly: true,
    emitCall: parsed,
    examples: [
      [
        'parse_user_agent("Mozilla/5.0 (Windows NT 10.0; rv:115.0) Gecko/20100101 Firefox/115.0", "browser")',
        '{"Browser":{"Family":"Firefox","MajorVersion":"115","MinorVersion":"0","Patch":""}}',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
