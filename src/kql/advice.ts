import type { Catalog } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import { builtinNames } from './builtins.js';
import { childAt } from './leniency.js';
import { markdownAdvice, pastedAdvice } from './pasted.js';
import { columnsOf, isTabular, kindOf, optionalMember, type SyntaxNode } from './syntax.js';

// What stands behind an error's text, which is the service's own: how the query could be mended.

const operators =
  'as consume count distinct evaluate extend facet find fork getschema graph-match invoke join limit lookup make-graph make-series mv-apply mv-expand order parse parse-kv parse-where partition project project-away project-keep project-rename project-reorder reduce render sample sample-distinct scan search serialize sort summarize take top top-hitters top-nested union where';

const comparison = "Values are compared by '==' or '=~'; '=' gives a name.";

/** Words inside operators, for those who write them in other letters. */
const words =
  'and asc between by contains desc endswith has has_all has_any hasprefix hassuffix in kind matches not nulls on or startswith to with';

/** A plain string with an escape that there is none of, as paths of Windows have them. */
const badEscape =
  /(?:^|[^@\w"'])["'](?:[^"'\\\n]|\\(?:["'\\abfnrtv0-7]|u[\da-f]{4}|U[\da-f]{8}|x[\da-f]{2}))*\\(?!["'\\abfnrtv0-7]|u[\da-f]{4}|U[\da-f]{8}|x[\da-f]{2})./i;

/** No more of a line than this is looked at. */
const nearby = 300;

/** What may be wrong where the parser stopped, or undefined. */
export function syntaxAdvice(query: string, start: number): string | undefined {
  if (query.trimStart().startsWith('`')) return markdownAdvice;
  const line = lineBefore(query, start);
  const behind = query.slice(start);
  const next = beginOf(behind);
  const text = behind.slice(next, next + nearby);
  const pasted = pastedAdvice(line, text);
  if (pasted) return pasted;
  if (/^<\w[^<>|]*>/.test(text)) return 'Replace the placeholder in angle brackets by a value.';
  if (badEscape.test(line + text.split('\n')[0])) {
    return 'A backslash in a plain string begins an escape: double it, or write @"…".';
  }
  if (/\|\s*$/.test(line)) {
    const nearest = nearestOf(/^[\w-]*/.exec(text)?.[0] ?? '', operators.split(' '));
    if (nearest) return `Did you mean '${nearest}'?`;
  }
  if (/^=(?![=~>])/.test(text) && /\b(where|on|and|or)\b[^|]*$/.test(line)) return comparison;
  const word = /^!?[A-Za-z_]+~?/.exec(text)?.[0] ?? '';
  const same = words.split(' ').find((known) => known === word.toLowerCase());
  if (same && same !== word) return `Did you mean '${same}'?`;
  const gap = behind.slice(0, next);
  if (!/^[A-Za-z_]/.test(text) || !gap.includes('\n')) return undefined;
  const statement = query.slice(query.lastIndexOf(';', start - 1) + 1, start);
  if (/^let\b/.test(statement.slice(beginOf(statement)))) {
    return 'A let statement ends with a semicolon.';
  }
  return /\n[^\S\n]*\n/.test(gap)
    ? 'An empty line does not end a query: if another one begins behind it, run one of them at a time.'
    : undefined;
}

/** What may be wrong with what was read at a place and has no meaning there. */
export function meaningAdvice(query: string, { start, length }: TextSpan): string | undefined {
  const line = lineBefore(query, start);
  const text = query.slice(start, start + length);
  return /^[\w.\]["']+\s*=(?![=~>])/.test(text)
    ? comparison
    : /#$/.test(line)
      ? pastedAdvice(line, '')
      : undefined;
}

function lineBefore(query: string, start: number): string {
  const before = query.slice(Math.max(start - nearby, 0), start);
  return before.split('\n').at(-1) ?? '';
}

/** Where the first of a text's tokens begins, behind blanks and comments. */
function beginOf(text: string): number {
  const skipped = /\s+|\/\/[^\n]*/y;
  let place = 0;
  while (skipped.test(text)) place = skipped.lastIndex;
  return place;
}

/** The name that was probably meant: of a column in reach, a table or a function. */
export function nameAdvice(
  name: string,
  position: number,
  root: SyntaxNode,
  catalog: Catalog,
): string | undefined {
  const columns = columnsInReach(position, root);
  if (columns.includes(name)) {
    return `'${name}' is a column of the rows outside, which a table inside does not see.`;
  }
  const nearest =
    nearestOf(name, columns) ??
    nearestOf(name, [
      ...catalog.tables.map((table) => table.name),
      ...catalog.functions.map((declared) => declared.name),
    ]);
  return nearest && `Did you mean '${nearest}'?`;
}

export function functionAdvice(name: string, catalog: Catalog): string | undefined {
  const known = [...catalog.functions.map((declared) => declared.name), ...builtinNames()];
  const nearest = nearestOf(name, known);
  return nearest && `Did you mean '${nearest}'?`;
}

/** The columns of every input whose operator stands around the position. */
function columnsInReach(position: number, root: SyntaxNode): string[] {
  const found: string[] = [];
  for (let node: SyntaxNode | undefined = root; node; node = childAt(node, position)) {
    if (kindOf(node) !== 'PipeExpression') continue;
    const input = optionalMember(node, 'Expression');
    const isBehind = input && position >= input.TextStart + input.Width;
    if (isBehind && isTabular(input.ResultType)) {
      found.push(...columnsOf(input.ResultType).map((column) => column.name));
    }
  }
  return found;
}

/** The same but for the case of letters; else one that a slip or two turn into it. */
function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower);
  if (same || name.length < 5) return same;
  const allowed = name.length < 9 ? 1 : 2;
  return candidates.find((candidate) => slips(lower, candidate.toLowerCase(), allowed) <= allowed);
}

/** Letters to add, drop, replace or swap with their neighbour; more than `most` are not counted. */
function slips(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let twoBack: number[] = [];
  let back = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const differs = from[i - 1] === to[j - 1] ? 0 : 1;
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        (back[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (back[j - 1] ?? 0) + differs,
        isSwap ? (twoBack[j - 2] ?? most) + 1 : most + 1,
      );
    }
    twoBack = back;
    back = row;
  }
  return back[to.length] ?? most + 1;
}
