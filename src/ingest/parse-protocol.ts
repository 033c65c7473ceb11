import type { MessagePort } from 'node:worker_threads';
import type { Catalog } from '../catalog/types.js';
import type { BodyForm, CutBody, CutOptions } from './cutting/cut.js';
import type { HandedBatch } from './handover.js';

/** What the thread is started with. */
export interface ThreadSettings {
  /** For what is known of each tenant's devices. */
  readonly folder: string;
  /** Rows that Defender has no counterpart for are wanted, too. */
  readonly extensions: boolean;
  /** Batches are numbered from there on. */
  readonly firstTicket: number;
}

export interface OpenStream {
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records. */
  readonly source: string | undefined;
  readonly maxRecordBytes: number;
  readonly keepFrom: Date | null;
  readonly origin: string;
  /** Where in its source the stream starts, bytes. */
  readonly offset?: number | undefined;
}

/** To the parsing thread, which answers each in its turn, and `cut` by its number when that is done. */
export type ParseRequest =
  /** Where rows go from now on. */
  | { readonly kind: 'connect'; readonly port: MessagePort }
  /** The catalog of the tenant's streams from now on. */
  | { readonly kind: 'catalog'; readonly tenant: string; readonly catalog: Catalog }
  /** What is known of the tenant's devices of these names is to be forgotten. */
  | { readonly kind: 'forget'; readonly tenant: string; readonly devices: readonly string[] }
  /** The tenant's catalog and all that is known of its devices is to go: the tenant does. */
  | { readonly kind: 'forgetTenant'; readonly tenant: string }
  /** Cuts a request's body of the tenant into its events, while others are answered. */
  | {
      readonly kind: 'cut';
      readonly id: number;
      readonly tenant: string;
      readonly form: BodyForm;
      readonly body: Uint8Array;
      readonly options: CutOptions<BodyForm>;
    }
  | { readonly kind: 'open'; readonly stream: number; readonly options: OpenStream }
  | { readonly kind: 'write'; readonly stream: number; readonly bytes: Uint8Array }
  /** Records that have been cut out already: where each ends in the bytes. */
  | {
      readonly kind: 'items';
      readonly stream: number;
      readonly bytes: Uint8Array;
      readonly ends: Uint32Array;
      /** The number of the first of them. */
      readonly first: number;
    }
  /** Hands over what has come together. `flowing`: more comes at once. */
  | { readonly kind: 'take'; readonly stream: number; readonly flowing: boolean }
  | { readonly kind: 'end'; readonly stream: number }
  /** Brings the next portion, where the answer before said that there is one. */
  | { readonly kind: 'proceed'; readonly stream: number }
  | { readonly kind: 'drop'; readonly stream: number };

export type CutRequest = Extract<ParseRequest, { kind: 'cut' }>;
/** What is answered in its turn. */
export type AskedInTurn = Exclude<ParseRequest, CutRequest>;

export type ParseReply =
  | {
      readonly kind: 'done';
      /** There when rows have come together to a portion, and at the end. */
      readonly batch?: HandedBatch;
      /** Up to where the source need not be read again once the batch is stored, where that is known. */
      readonly settled?: number;
      /** The connector, once it is known. */
      readonly source?: string;
      /** A portion follows, to be asked for before anything else of the stream. */
      readonly more?: boolean;
    }
  | { readonly kind: 'cut'; readonly id: number; readonly body: CutBody<BodyForm> }
  | { readonly kind: 'uncut'; readonly id: number; readonly error: unknown }
  | { readonly kind: 'unrecognized' }
  | { readonly kind: 'failed'; readonly error: unknown };
