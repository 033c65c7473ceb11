import type { JsonValue } from '../../json.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { documentIn } from '../carried.js';
import { extended } from '../document.js';

/** Kinds of events, each the name of the member that has it. */
const kinds = [
  ...['process_exec', 'process_exit', 'process_kprobe', 'process_tracepoint', 'process_uprobe'],
  ...['process_usdt', 'process_lsm', 'process_loader', 'process_throttle'],
];

function kindOf(event: JsonObject): string | undefined {
  return kinds.find((kind) => asObject(event[kind]) !== undefined);
}

function isEvent(event: JsonObject): boolean {
  const kind = kindOf(event);
  return kind !== undefined && ('time' in event || 'node_name' in event);
}

/** The event with the members of its kind on top; undefined where it is of none. */
export function tetragonDocument(value: JsonValue | undefined): JsonObject | undefined {
  const event = documentIn(value, isEvent);
  const kind = event && kindOf(event);
  if (event === undefined || kind === undefined) {
    return undefined;
  }
  const { [kind]: body, ...around } = event;
  return extended(asObject(body) ?? {}, { ...around, '@kind': kind });
}
