import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';

/** How the files of an `externaldata` are read. */
export const externalFormats = [
  'csv',
  'tsv',
  'psv',
  'scsv',
  'txt',
  'raw',
  'json',
  'multijson',
  'parquet',
] as const;

export type ExternalFormat = (typeof externalFormats)[number];

/** Where a record has the value of a column: a field by its place, a value by its path, or the same for all. */
export type ExternalPlace =
  | { readonly ordinal: number }
  | { readonly path: readonly string[] }
  | { readonly constant: string };

/** The files that an `externaldata` names, and how to read them. */
export interface ExternalSource {
  /** The same for the same files read in the same way. */
  readonly key: string;
  readonly urls: readonly string[];
  readonly format: ExternalFormat;
  readonly ignoreFirstRecord: boolean;
  readonly columns: readonly { readonly name: string; readonly type: ScalarType }[];
  /** By column, what `ingestionMapping` says; a column that it leaves out is empty. */
  readonly mapping?: ReadonlyMap<string, ExternalPlace> | undefined;
  readonly span: TextSpan;
}

/** Of records that are documents, values are found by path; of others, by place. */
const documentFormats: ReadonlySet<ExternalFormat> = new Set(['json', 'multijson', 'parquet']);

/** The mapping as the property says it, in either of its spellings; undefined where it is none of the format's. */
export function externalMapping(
  text: string,
  format: ExternalFormat,
): Map<string, ExternalPlace> | undefined {
  const others = documentFormats.has(format) ? 'ordinal' : 'path';
  const parsed = parsedJson(text);
  if (!Array.isArray(parsed)) return undefined;
  const mapping = new Map<string, ExternalPlace>();
  for (const entry of parsed as readonly unknown[]) {
    const { properties, ...own } = lowerKeys(entry);
    const said = { ...own, ...lowerKeys(properties) };
    const place = placeOf(said);
    if (typeof said['column'] !== 'string' || !place || others in place) return undefined;
    mapping.set(said['column'], place);
  }
  return mapping;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lowerKeys(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each]));
}

function placeOf({
  path,
  ordinal,
  constvalue,
}: Record<string, unknown>): ExternalPlace | undefined {
  if (constvalue !== undefined) return { constant: String(constvalue) };
  if (ordinal !== undefined) {
    return /^\d{1,9}$/.test(String(ordinal)) ? { ordinal: Number(ordinal) } : undefined;
  }
  if (typeof path !== 'string' || !/^\$(\.[^.[\]*?]+|\[(\d+|'[^']*'|"[^"]*")\])*$/.test(path))
    return undefined;
  const steps = path.slice(1).matchAll(/\.([^.[]+)|\[(\d+)\]|\[['"]([^'"]*)['"]\]/g);
  return { path: [...steps].map(([, name, index, quoted]) => name ?? index ?? quoted ?? '') };
}

/** Thrown while planning: the files have to be fetched before the query can be compiled. */
export class ExternalDataNeeded extends Error {
  readonly source: ExternalSource;

  constructor(source: ExternalSource) {
    super('external data needed');
    this.name = 'ExternalDataNeeded';
    this.source = source;
  }
}
