import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PastHunt } from '../../hunting/history.js';
import type { SavedQueries } from '../../hunting/saved-queries.js';
import type { Principal } from '../../identity/principal.js';
import { principalOf } from '../access.js';
import { readBody, readParameters } from './act.js';
import { hunters } from './hunt.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a name may not have
const shown = /^[^\u0000-\u001f\u007f]*$/;

export const savedQueryShape = z.strictObject({
  name: z.string().trim().min(1).max(200).regex(shown, 'it has characters that cannot be shown'),
  /** Folders above it, separated by slashes. */
  folder: z
    .string()
    .trim()
    .max(400)
    .regex(shown, 'it has characters that cannot be shown')
    .default(''),
  text: z.string().min(1).max(100_000),
  /** Everyone of the tenant reads it. */
  shared: z.boolean().default(false),
});

const historyParameters = z.object({
  before: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Hunts that are kept, and those that have been run. */
export function queryRoutes(
  app: FastifyInstance,
  parts: {
    readonly queries: SavedQueries;
    readonly history: (
      principal: Principal,
      asked: { before: Date | null; limit: number },
    ) => Promise<PastHunt[]>;
  },
): void {
  const { queries, history } = parts;
  const path = '/api/quarry/queries';
  type QueryPath = { Params: { id: string } };
  const options = { config: hunters };

  app.get(path, options, async (request) => ({
    queries: await queries.list(principalOf(request)),
  }));
  app.post(path, options, async (request, reply) => {
    const made = await queries.add(principalOf(request), readBody(request, savedQueryShape));
    return reply.code(201).header('location', `${path}/${made.id}`).send(made);
  });
  app.put<QueryPath>(`${path}/:id`, options, async (request) =>
    queries.change(principalOf(request), request.params.id, readBody(request, savedQueryShape)),
  );
  app.delete<QueryPath>(`${path}/:id`, options, async (request, reply) => {
    await queries.remove(principalOf(request), request.params.id);
    return reply.code(204).send();
  });

  app.get('/api/quarry/history', options, async (request) => {
    const { before, limit } = readParameters(request, historyParameters);
    const asked = { before: before === undefined ? null : new Date(before), limit };
    return { hunts: await history(principalOf(request), asked) };
  });
}
