import type { Support, SupportMatrix } from './support.js';

const referenceSite = 'https://learn.microsoft.com/kusto/query/';

/** The page of the documentation that says what of KQL is answered, and what is refused and why. */
export function kqlReference(matrix: SupportMatrix): string {
  const groups: readonly (readonly [title: string, entries: readonly Support[]])[] = [
    ['Tabular operators', matrix.operator],
    ['Scalar functions', matrix.scalar],
    ['Aggregation functions', matrix.aggregate],
    ['Plugins', matrix.plugin],
  ];
  const parts = groups.map(([title, entries]) => section(title, entries));
  return `${[
    '# KQL that Quarry answers',
    '',
    "Made from the registries by `npm run docs`: every name of Microsoft's own lists is here, answered or",
    'refused with a reason. A refused one is a 400 that says what and where, never a wrong answer.',
    'Examples are run on the engine by the tests.',
    '',
    ...parts,
  ].join('\n')}`;
}

function section(title: string, entries: readonly Support[]): string {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const answered = sorted.filter(({ refused }) => refused === undefined);
  const refused = sorted.filter((entry) => entry.refused !== undefined);
  const lines = [
    `## ${title}`,
    '',
    `${answered.length} answered, ${refused.length} refused.`,
    '',
    ...answeredLines(answered),
    '',
  ];
  if (refused.length === 0) return lines.join('\n');
  return [
    ...lines,
    '| refused | because |',
    '| --- | --- |',
    ...refused.map(({ name, refused: because }) => `| \`${name}\` | ${cell(because ?? '')} |`),
    '',
  ].join('\n');
}

/** A table where there is more to say than the names. */
function answeredLines(entries: readonly Support[]): readonly string[] {
  if (entries.every(({ examples, trap }) => examples === undefined && trap === undefined)) {
    return [entries.map(linked).join(',\n')];
  }
  return [
    '| name | example | to know |',
    '| --- | --- | --- |',
    ...entries.map(
      (entry) => `| ${linked(entry)} | ${example(entry)} | ${cell(entry.trap ?? '')} |`,
    ),
  ];
}

function linked({ name, doc }: Support): string {
  return doc === undefined ? `\`${name}\`` : `[\`${name}\`](${referenceSite}${doc})`;
}

function example({ examples }: Support): string {
  const first = examples?.[0];
  if (!first) return '';
  const [kql, value] = first;
  return `\`${cell(kql)}\` → \`${cell(value) || ' '}\``;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'");
}
