import type { FastifyInstance } from 'fastify';
import { streamBodies } from './body.js';
import { elasticsearch } from './elasticsearch.js';
import { otlp } from './otlp.js';
import { push } from './push.js';
import { splunk } from './splunk.js';
import type { IngestParts, WayIn } from './way.js';

/** Every protocol that telemetry comes in by. */
const ways: readonly WayIn[] = [push, elasticsearch('/elasticsearch'), splunk, otlp];

/** The protocols' routes, each in a scope of its own: how it words its failures is its own affair. */
export function ingestRoutes(
  app: FastifyInstance,
  ingest: IngestParts,
  served: readonly WayIn[] = ways,
): void {
  for (const way of served) {
    app.register(async (scope) => {
      streamBodies(scope);
      way(scope, ingest);
    });
  }
}
