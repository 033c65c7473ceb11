import type { FastifyInstance } from 'fastify';
import type { Ingest } from '../../ingest/ingest.js';
import type { Access } from '../access.js';

/** What the ways in stand on. */
export interface IngestParts extends Pick<Ingest, 'push' | 'items' | 'cut' | 'naming' | 'admit'> {
  /** Most bytes of a body that is read whole, decoded; 64 MiB by default. */
  readonly bodyBytes?: number;
}

/** One protocol that telemetry comes in by: its routes. */
export type WayIn = (scope: FastifyInstance, ingest: IngestParts) => void;

/** Applications alone, with the role for it, by a token or by their id and secret. */
export const senders = {
  api: 'quarry',
  roles: ['Telemetry.Ingest'],
  secrets: ['basic', 'apikey', 'splunk'],
} as const satisfies Access;
