import type { Catalog } from '../catalog/types.js';
import type { Batch } from './parser.js';

export interface OpenStream {
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records. */
  readonly source: string | undefined;
  readonly maxRecordBytes: number;
  readonly keepFrom: Date | null;
  readonly origin: string;
}

/** To the parsing thread, which answers each in its turn. */
export type ParseRequest =
  /** The catalog of the tenant's streams from now on. */
  | { readonly kind: 'catalog'; readonly tenant: string; readonly catalog: Catalog }
  | { readonly kind: 'open'; readonly stream: number; readonly options: OpenStream }
  | { readonly kind: 'write'; readonly stream: number; readonly bytes: Uint8Array }
  /** Hands over what has come together. */
  | { readonly kind: 'take'; readonly stream: number }
  | { readonly kind: 'end'; readonly stream: number }
  | { readonly kind: 'drop'; readonly stream: number };

export type ParseReply =
  | {
      readonly kind: 'done';
      /** There when rows have come together to a portion, and at the end. */
      readonly batch?: Batch;
      /** The connector, once it is known. */
      readonly source?: string;
    }
  | { readonly kind: 'unrecognized' }
  | { readonly kind: 'failed'; readonly error: unknown };
