import { type Connector, type Outcome, type RawRecord, shareOf } from '../connector.js';
import { shapeNamed } from '../defender/table-shapes.js';
import { isObject, type JsonObject, type JsonValue, parseJson } from '../json.js';
import type { PlainMembers } from '../plain-json.js';

const categoryPrefix = /^(?:Tables-)?AdvancedHunting-/i;

interface Envelope {
  readonly category: string;
  readonly properties: JsonObject;
}

function envelopeOf({ value }: RawRecord): Envelope | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { category, properties } = value as { category?: JsonValue; properties?: JsonValue };
  const columns = typeof properties === 'string' ? parsed(properties) : properties;
  return typeof category === 'string' && isObject(columns)
    ? { category, properties: columns }
    : undefined;
}

/** Some who hand records on make text of them. */
function parsed(text: string): JsonValue | undefined {
  try {
    return text.startsWith('{') ? parseJson(text) : undefined;
  } catch {
    return undefined;
  }
}

function tableOf(category: string): string | undefined {
  const table = category.replace(categoryPrefix, '');
  return table === category ? undefined : table;
}

/** The table of a record, which some call by its name alone. */
function tableIn({ category, properties }: Envelope): string | undefined {
  const isTable = 'Timestamp' in properties && shapeNamed(category) !== undefined;
  return tableOf(category) ?? (isTable ? category : undefined);
}

function convert(record: RawRecord): readonly [Outcome] {
  const envelope = envelopeOf(record);
  if (envelope === undefined) {
    return [{ rejected: 'record.shape', detail: 'no "category" and "properties"' }];
  }
  const table = tableIn(envelope);
  if (table === undefined) {
    return [{ rejected: 'table.unknown', detail: `category ${envelope.category}` }];
  }
  // "time" is when the service received the event; when it happened is among the properties.
  return [{ table, columns: envelope.properties }];
}

/** For records as Defender writes them: the category before the properties, and nothing else that is nested. */
function copy(record: PlainMembers, copyColumns: (table: string) => boolean): boolean {
  let table: string | undefined;
  let isCopied = false;
  for (let found = record.next(); found !== 'end'; found = record.next()) {
    if (found === 'object') {
      const isNext = !isCopied && table !== undefined && record.nameIs('properties');
      if (!isNext || !record.enter() || !copyColumns(table ?? '')) {
        return false;
      }
      isCopied = true;
    } else if (found === 'other' || !record.isUsual || record.nameIs('properties')) {
      return false;
    } else if (record.nameIs('category')) {
      if (table !== undefined) {
        return false;
      }
      table = tableOf(record.text ?? '');
    }
  }
  return isCopied && record.isAtEnd;
}

/**
 * Defender's Streaming API ("raw data export"), as Event Hubs and Storage deliver it
 * (learn.microsoft.com/defender-xdr/streaming-api).
 */
export const streamingApi: Connector = {
  name: 'defender-streaming',
  summary: 'Defender Streaming API: {"time", "tenantId", "category", "properties"}',
  format: 'json',
  detect(sample) {
    return shareOf(sample, (record) => {
      const envelope = envelopeOf(record);
      return envelope !== undefined && tableIn(envelope) !== undefined;
    });
  },
  open: () => ({ convert, copy }),
};
