import type { z } from 'zod';
import type { JsonText } from './schema.js';

/** A value as the store keeps it. */
export function toJson(value: unknown): JsonText {
  return JSON.stringify(value);
}

/** A stored value, checked against the shape that this version expects. */
export function fromJson<T>(text: JsonText, shape: z.ZodType<T>): T {
  return shape.parse(JSON.parse(text));
}
