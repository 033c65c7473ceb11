import { type Connector, type Outcome, type RawRecord, shareOf } from '../connector.js';
import { isObject, type JsonObject, type JsonValue } from '../json.js';
import type { PlainMembers } from '../plain-json.js';

const categoryPrefix = 'advancedhunting-';

interface Envelope {
  readonly category: string;
  readonly properties: JsonObject;
}

function envelopeOf({ value }: RawRecord): Envelope | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { category, properties } = value as { category?: JsonValue; properties?: JsonValue };
  return typeof category === 'string' && isObject(properties)
    ? { category, properties }
    : undefined;
}

function tableOf(category: string): string | undefined {
  return category.toLowerCase().startsWith(categoryPrefix)
    ? category.slice(categoryPrefix.length)
    : undefined;
}

function convert(record: RawRecord): readonly [Outcome] {
  const envelope = envelopeOf(record);
  if (envelope === undefined) {
    return [{ rejected: 'record.shape', detail: 'no "category" and "properties"' }];
  }
  const table = tableOf(envelope.category);
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
      return envelope !== undefined && tableOf(envelope.category) !== undefined;
    });
  },
  open: () => ({ convert, copy }),
};
