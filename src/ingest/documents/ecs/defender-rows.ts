import { builtinCatalog, findTable } from '../../../catalog/catalog.js';
import { type JsonValue, maxJsonDepth, parseJson, setMember } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { listOf, textIn, valueAt } from '../document.js';
import { isOfDatasets, objectAt, ofShippers } from './origin.js';

/** A row of Defender's own, as its Streaming API has it. */
export interface StreamedRow {
  readonly category: string;
  readonly properties: JsonObject;
}

/** A row, and what the event says besides. */
interface RowInEcs extends StreamedRow {
  readonly besides: JsonObject | undefined;
}

const isOfDefender = isOfDatasets(['m365_defender.event']);
const [rowOf, originalOf] = [objectAt('m365_defender.event'), textIn('event.original')];

/**
 * The row that Elastic's package has made an event of: as it was, where the pipeline has kept that, else of its
 * members, where those are kept that ECS has, too. undefined for other events.
 */
export function defenderRow(event: JsonObject): RowInEcs | undefined {
  const row = isOfDefender(event) ? rowOf(event) : undefined;
  const category = row && textFrom(row['category']);
  if (row === undefined || category === undefined) {
    return undefined;
  }
  const own =
    kept(originalOf(event)) ?? (isWhole(event) ? ofMembers(category, row, event) : undefined);
  return own && { ...own, besides: othersOf(event, own.properties) };
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
  const additional = properties['AdditionalFields'];
  const known = asObject(parsed(additional)) ?? (additional && { AdditionalFields: additional });
  if (known || Object.keys(rest).length > 0) {
    properties['AdditionalFields'] = { ...known, ...rest };
  }
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

/** Of the row alone, or of every event. */
const told: ReadonlySet<string> = new Set([
  ...['m365_defender.event', 'event.original', 'event.created'],
  ...ofShippers,
]);
/** A shorter value is in many rows by chance. */
const shortestCopy = 4;

/** What the event says that neither the row does nor every event. */
function othersOf(event: JsonObject, row: JsonObject): JsonObject | undefined {
  const texts = new Set<string>();
  const { AdditionalFields: additional = null, ...columns } = row;
  collect([columns, parsed(additional) ?? null], texts, 0);
  const others = without(event, texts, '', 0);
  return others === undefined ? undefined : { ecs: others };
}

function collect(value: JsonValue, texts: Set<string>, depth: number): void {
  const text = textFrom(value);
  if (text !== undefined) {
    texts.add(text.toLowerCase());
  } else if (depth < maxJsonDepth && typeof value === 'object' && value !== null) {
    for (const each of Object.values(value) as readonly JsonValue[]) {
      collect(each, texts, depth + 1);
    }
  }
}

function without(
  value: JsonValue,
  texts: ReadonlySet<string>,
  path: string,
  depth: number,
): JsonValue | undefined {
  const text = textFrom(value);
  if (text !== undefined) {
    return text.length >= shortestCopy && texts.has(text.toLowerCase()) ? undefined : value;
  }
  if (depth >= maxJsonDepth) {
    return value;
  }
  if (Array.isArray(value)) {
    const left = (value as readonly JsonValue[]).flatMap(
      (each) => without(each, texts, path, depth + 1) ?? [],
    );
    return left.length === 0 ? undefined : left;
  }
  const left: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(asObject(value) ?? {})) {
    const whole = path === '' ? name : `${path}.${name}`;
    const kept = told.has(whole) ? undefined : without(member, texts, whole, depth + 1);
    if (kept !== undefined) {
      setMember(left, name, kept);
    }
  }
  return Object.keys(left).length === 0 ? undefined : left;
}
