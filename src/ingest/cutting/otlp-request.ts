import { attributesOf, type JsonObject, type Loose, textOf } from './otlp-values.js';

/** A larger record, or one of more values, is not decoded: none is stored. */
export const mostRecordBytes = 16 * 1024 * 1024;
export const mostRecordValues = 500_000;

/** What records of one scope have in common. */
export interface LogScope {
  readonly resource: JsonObject;
  readonly name: string;
  readonly attributes: JsonObject;
}

/** @param record its bytes where it is too large to be decoded */
export type TakeRecord = (record: Loose | Uint8Array, scope: LogScope) => void;

/** @param scope the message */
export function scopeOf(resource: JsonObject, { name, attributes }: Loose): LogScope {
  return { resource, name: textOf(name), attributes: attributesOf(attributes) };
}

/** Says in its message why a request is none. */
export class RequestError extends Error {}
