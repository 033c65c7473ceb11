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

/** The files that an `externaldata` names, and how to read them. */
export interface ExternalSource {
  /** The same for the same files read in the same way. */
  readonly key: string;
  readonly urls: readonly string[];
  readonly format: ExternalFormat;
  readonly ignoreFirstRecord: boolean;
  readonly columns: readonly { readonly name: string; readonly type: ScalarType }[];
  readonly span: TextSpan;
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
