import type { KustoType, TimeZoneChoice } from '../model.js';
import { showDatetime } from './datetime.js';

/** Whether a cell holds nothing: null, or text that is empty as Kusto's null strings are. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** Whether a column's values are numbers, shown at the right. */
export function isNumeric(type: KustoType): boolean {
  return type === 'long' || type === 'int' || type === 'real' || type === 'decimal';
}

/** The value as text without change: what is copied and exported. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** The value as the page shows it. */
export function displayText(value: unknown, type: KustoType, zone: TimeZoneChoice): string {
  if (type === 'datetime' && typeof value === 'string') return showDatetime(value, zone);
  // Defender's API writes booleans as 0 and 1.
  if (type === 'bool' && typeof value === 'number') return value === 0 ? 'false' : 'true';
  return legible(plainText(value));
}

/**
 * Characters that are not seen, and those that put others in another order: they show `annexe.txt.exe` as
 * another file, and two names that differ as the same. Joiners stay: emoji and scripts are written with them.
 */
const hiding = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
const lineBreaks = /\r\n|[\n\r\u2028\u2029]/g;

/** A text that somebody else wrote, with what would hide how it goes written out. */
export function legible(shown: string): string {
  return shown.replace(hiding, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text in a place of one line: that there are more is seen. */
export function onOneLine(shown: string): string {
  return shown.replace(lineBreaks, '↵');
}

/** The object or list in a dynamic cell; undefined where it holds a scalar or nothing. */
export function structureOf(value: unknown): object | undefined {
  if (typeof value === 'object' && value !== null) return value;
  if (typeof value !== 'string') return undefined;
  const first = value.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
