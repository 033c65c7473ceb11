import { type JsonValue, parseJson } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { anything } from './device-events.js';
import { hostOf, type Result, timeOf } from './results.js';

export function isWindowsEvent(columns: JsonObject): boolean {
  return (
    'eventid' in columns && 'data' in columns && ('provider_name' in columns || 'source' in columns)
  );
}

/** Rows of windows_events as trees, as other converters write the events of Windows' logs. */
export function windowsEventsIn(results: readonly Result[]): readonly JsonObject[] {
  return results
    .filter(({ columns, action }) => action !== 'removed' && isWindowsEvent(columns))
    .map(({ result, columns }) => ({
      System: {
        Provider: { '@Name': columns['provider_name'] ?? '' },
        EventID: columns['eventid'] ?? '',
        Channel: columns['source'] ?? columns['channel'] ?? '',
        Computer: textFrom(columns['computer_name']) ?? hostOf(result) ?? '',
        TimeCreated: {
          '@SystemTime': columns['datetime'] ?? timeOf(result, columns, anything) ?? '',
        },
        Execution: { '@ProcessID': columns['pid'] ?? '' },
      },
      ...eventData(columns['data']),
    }));
}

function eventData(data: JsonValue | undefined): JsonObject {
  let parsed: JsonValue | undefined = data;
  if (typeof data === 'string') {
    try {
      parsed = parseJson(data);
    } catch {
      return {};
    }
  }
  const { EventData, UserData } = (asObject(parsed) ?? {}) as Record<string, JsonValue>;
  return {
    EventData: EventData ?? (UserData === undefined ? (parsed ?? null) : null),
    UserData: UserData ?? null,
  };
}
