import { builtinCatalog, findTable } from '../../../catalog/catalog.js';
import { type JsonValue, parseJson, setMember } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { listOf, textIn, valueAt } from '../document.js';
import { isOfDatasets, objectAt } from './origin.js';

/** A row of Defender's own, as its Streaming API has it. */
export interface StreamedRow {
  readonly category: string;
  readonly properties: JsonObject;
}

const isOfDefender = isOfDatasets(['m365_defender.event']);
const [rowOf, originalOf] = [objectAt('m365_defender.event'), textIn('event.original')];

/**
 * The row that Elastic's package has made an event of: as it was, where the pipeline has kept that, else of its
 * members, where those are kept that ECS has, too. undefined for other events.
 */
export function defenderRow(event: JsonObject): StreamedRow | undefined {
  const row = isOfDefender(event) ? rowOf(event) : undefined;
  const category = row && textFrom(row['category']);
  if (row === undefined || category === undefined) {
    return undefined;
  }
  return kept(originalOf(event)) ?? (isWhole(event) ? ofMembers(category, row, event) : undefined);
}

function kept(text: string | undefined): StreamedRow | undefined {
  try {
    const record = text?.startsWith('{') ? asObject(parseJson(text)) : undefined;
    const [category, properties] = [
      textFrom(record?.['category']),
      asObject(record?.['properties']),
    ];
    return category !== undefined && properties ? { category, properties } : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(event: JsonObject): boolean {
  return listOf(valueAt(event, ['tags'])).includes('preserve_duplicate_custom_fields');
}

/** What is around the row. */
const envelope: ReadonlySet<string> = new Set(['category', 'operation_name', 'tenant', 'time']);
const deepest = 10;

/** Names are the columns' in small letters, cut into objects. */
function ofMembers(category: string, row: JsonObject, event: JsonObject): StreamedRow {
  const table = category.slice(category.lastIndexOf('-') + 1);
  const columns = new Map(
    (findTable(builtinCatalog, table)?.columns ?? []).map(({ name }) => [name.toLowerCase(), name]),
  );
  const properties: Record<string, JsonValue> = {};
  const rest: Record<string, JsonValue> = {};
  const take = (members: JsonObject, above: string, path: string, depth: number) => {
    for (const name in members) {
      const value = members[name];
      const [joined, whole] = [`${above}${name.replaceAll('_', '')}`, `${path}${name}`];
      const column = columns.get(joined) ?? columns.get(joined.replace(/value$/, ''));
      const inner = asObject(value);
      if (value === undefined || envelope.has(whole)) {
        continue;
      }
      if (column !== undefined && !(column in properties)) {
        properties[column] = value;
      } else if (inner && depth < deepest) {
        take(inner, joined, `${whole}.`, depth + 1);
      } else {
        setMember(rest, whole, value);
      }
    }
  };
  take(row, '', '', 0);
  properties['Timestamp'] ??= event['@timestamp'] ?? null;
  const { m365_defender: _row, '@timestamp': _time, ...more } = event;
  const known = asObject(parsed(properties['AdditionalFields']));
  properties['AdditionalFields'] = { ...known, ...rest, ecs: more };
  return { category, properties };
}

/** AdditionalFields may be text. */
function parsed(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !value.startsWith('{')) {
    return value;
  }
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
