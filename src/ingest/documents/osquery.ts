import type { JsonValue } from '../json.js';
import { textFrom } from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { extended } from './document.js';
import { anything } from './osquery/device-events.js';
import { about } from './osquery/device-facts.js';
import { hostOf, osqueryResults, type Result, timeOf } from './osquery/results.js';
import { kindOf, ruleOf, tables } from './osquery/tables.js';
import { isWindowsEvent } from './osquery/windows-events.js';
import type { DocumentSource, SourceDocument } from './rule.js';

const hostNames: ReadonlySet<string> = new Set(['hostname', 'host_name', 'host_uuid']);

/** What an operator has every result say besides, but for the host. */
function furtherDecorations(result: JsonObject): JsonValue {
  const decorations = asObject(result['decorations']);
  if (decorations === undefined) {
    return null;
  }
  const further = Object.entries(decorations).filter(([name]) => !hostNames.has(name));
  return further.length === 0 ? null : Object.fromEntries(further);
}

function documentOf({ result, columns, action }: Result): SourceDocument {
  const query = textFrom(result['name']) ?? '';
  const rule = ruleOf(kindOf(query), columns);
  const time = timeOf(result, columns, rule);
  return {
    document: extended(columns, {
      '@query': query,
      '@action': action,
      '@time': time ?? null,
      '@decorations': furtherDecorations(result),
    }),
    computer: hostOf(result),
    time,
    id: undefined,
    rules: rule === anything || isOfEvent(columns) ? [rule] : [rule, anything],
  };
}

/** What an event table has of no interest is not kept; states are. */
function isOfEvent(columns: JsonObject): boolean {
  return 'eid' in columns || 'ntime' in columns;
}

/** Results of osquery, as its loggers write them (osquery.readthedocs.io). */
export const osquery: DocumentSource = {
  name: 'osquery',
  isOneOfRecord: false,
  rules: [...new Set([...tables.map(({ rule }) => rule), anything])],
  told: ['@query', '@action', '@time', '@decorations', 'time'],
  read({ value }) {
    const results = osqueryResults(value);
    return results && osqueryDocuments(results);
  },
  about,
  addresses: ({ document }) => {
    const isInterface = 'interface' in document && 'mask' in document;
    const address = isInterface ? textFrom(document['address']) : undefined;
    return address === undefined ? [] : [address];
  },
};

/** Results as documents, but for those that are events of Windows' logs. */
export function osqueryDocuments(results: readonly Result[]): readonly SourceDocument[] {
  return results
    .filter(({ columns, action }) => action !== 'removed' && !isWindowsEvent(columns))
    .map(documentOf);
}
