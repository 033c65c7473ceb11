import type { FastifyInstance } from 'fastify';
import type { Access } from '../access.js';
import { type Operation, operations } from './operations.js';
import { type JsonSchema, named, schemas } from './schemas.js';

/** A route as the server has it. */
export interface ServedRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** Remembers the routes that are registered after it: the reference is of what is there. */
export function collectRoutes(app: FastifyInstance): ServedRoute[] {
  const served: ServedRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.refusesMethod || config?.unlisted) return;
    for (const each of [method].flat()) {
      if (each === 'HEAD' || each === 'OPTIONS') continue;
      served.push({
        method: each,
        url,
        access: config?.access ?? { api: 'legacy', roles: [] },
      });
    }
  });
  return served;
}

const errorStatuses = {
  400: 'What is wrong is said.',
  401: 'The token is missing or refused.',
  403: 'The token is good, and a role or scope is missing.',
  429: 'A quota is used up, or too many hunts wait; Retry-After says for how long.',
  500: 'A failure of the server; nothing of it is shown.',
  503: 'The engine or an issuer cannot be reached at the moment.',
} as const;

/** The OpenAPI document of the routes. */
export function openApiDocument(served: readonly ServedRoute[], base: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of served) {
    const operation = operations[`${route.method} ${route.url}`];
    if (!operation) continue;
    const path = route.url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '({parameters})');
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: describe(route, path, operation),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quarry',
      version: '1',
      summary: 'Advanced hunting over your own telemetry, through the APIs of Microsoft Defender',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: base }],
    paths,
    components: {
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function describe(route: ServedRoute, path: string, operation: Operation) {
  const { access } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(operation.query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: true,
    schema,
  }));
  const parameters = [...inPath, ...inQuery];
  const {
    status = operation.answer ? 200 : 204,
    answer,
    answerType = 'application/json',
  } = operation;
  const statuses = Object.entries(errorStatuses).filter(
    ([code]) => access !== 'public' || code === '400' || code === '429',
  );
  const errors = statuses.map(([code, description]) => [
    code,
    { description, content: content(operation.errors ?? named('Error')) },
  ]);
  const who =
    access === 'public'
      ? 'Needs no token.'
      : access.roles.length === 0
        ? 'Needs a token.'
        : `Needs one of the roles ${access.roles.join(', ')}, or the scope that belongs to it.`;
  return {
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.note, who].filter(Boolean).join(' '),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && {
      requestBody: { required: true, content: content(operation.body, operation.bodyType) },
    }),
    security: access === 'public' ? [] : [{ bearer: [] }],
    responses: {
      [status]: {
        description: status === 302 ? 'Goes on elsewhere.' : 'Done.',
        ...(answer && { content: content(answer, answerType) }),
      },
      ...Object.fromEntries(errors),
    },
  };
}

function content(schema: JsonSchema, type = 'application/json') {
  return { [type]: { schema } };
}
