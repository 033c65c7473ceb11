import type { FastifyInstance } from 'fastify';
import type { ScalarType } from '../../catalog/types.js';
import { HuntError } from '../../errors.js';
import { parseTimespan, type TimeWindow } from '../../hunting/timespan.js';
import { principalOf } from '../access.js';
import { forgetWrongType, readJsonBody } from '../body.js';
import { answerHunt, checkQueryText, type HuntingParts } from '../hunting.js';
import { refuseOtherMethods } from '../methods.js';
import { departure } from '../stream.js';
import { envelopeHead } from './envelope.js';
import { legacyPaths } from './generations.js';

/** The hunting API as Defender has offered it before Graph. */
export function legacyRoutes(
  app: FastifyInstance,
  parts: HuntingParts & { readonly tolerant: boolean },
): void {
  for (const prefix of ['/api', '/api/v1.0']) {
    // What clients call to learn whether the service is there and takes their token.
    app.get(prefix, async () => ({ service: 'Quarry' }));
    refuseOtherMethods(app, 'GET', prefix, {});
    for (const { path, getPath, generation, role } of legacyPaths) {
      const config = { access: { api: 'legacy', roles: [role] } } as const;
      // A HEAD would run the hunt and throw its rows away.
      const options = { config, exposeHeadRoute: false };
      app.get<{ Querystring: { key?: unknown } }>(
        prefix + getPath,
        options,
        async (request, reply) => {
          const text = checkQueryText(request.query.key);
          return answerHunt(request, reply, parts, { generation, text, head: envelopeHead });
        },
      );
      refuseOtherMethods(app, 'GET', prefix + getPath, config);
      const url = prefix + path;
      app.post(url, { config, onRequest: forgetWrongType }, async (request, reply) => {
        const contentType = request.headers['content-type'];
        const body = readJsonBody(request.body, contentType, { rawControls: parts.tolerant });
        const text = checkQueryText(body['Query']);
        const window = windowOf(body['Timespan']);
        return answerHunt(request, reply, parts, {
          generation,
          text,
          head: envelopeHead,
          ...(window && { window }),
        });
      });
      refuseOtherMethods(app, 'POST', url, config);
    }
    schemaRoute(app, `${prefix}/advancedqueries/schema`, parts);
  }
}

/** Defender's own service has it in Graph alone. @throws HuntError `request.parameter` */
function windowOf(timespan: unknown): TimeWindow | undefined {
  if (timespan === undefined || timespan === null || timespan === '') return undefined;
  if (typeof timespan === 'string') return parseTimespan(timespan, new Date());
  throw new HuntError('request.parameter', { message: 'Invalid timespan: it must be a string.' });
}

/** How a value of each type stands in an answer. */
const jsonSchemas: Readonly<Record<ScalarType, object>> = {
  bool: { type: 'integer' },
  int: { type: 'integer' },
  long: { type: 'integer' },
  real: { type: 'number' },
  decimal: { type: 'string' },
  string: { type: 'string' },
  datetime: { type: 'string', format: 'date-time' },
  timespan: { type: 'string' },
  guid: { type: 'string' },
  dynamic: {},
};

/** What designers of flows ask to know the columns of an answer before there is one. */
function schemaRoute(app: FastifyInstance, url: string, parts: HuntingParts): void {
  const config = { access: { api: 'legacy', roles: ['AdvancedQuery.Read.All'] } } as const;
  app.post(url, { config, onRequest: forgetWrongType }, async (request, reply) => {
    const contentType = request.headers['content-type'];
    const body = readJsonBody(request.body, contentType, { rawControls: true });
    const text = checkQueryText(body['Query']);
    const principal = principalOf(request);
    request.huntText = text;
    const columns = await parts.describe({
      generation: 'advancedqueries',
      principal,
      text,
      address: request.ip,
      signal: departure(reply),
    });
    const properties = columns.map(({ name, type }) => [name, jsonSchemas[type]] as const);
    return { type: 'object', properties: Object.fromEntries(properties) };
  });
  refuseOtherMethods(app, 'POST', url, config);
}
