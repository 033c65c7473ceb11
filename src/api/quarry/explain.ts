import type { FastifyInstance } from 'fastify';
import type { ExplainedHunt } from '../../hunting/explain.js';
import type { HuntCall } from '../../hunting/service.js';
import { authorizeData } from '../../identity/authorize.js';
import { principalOf } from '../access.js';
import { refuseOtherMethods } from '../methods.js';
import { departure } from '../stream.js';
import { sendHuntFailure } from './failure.js';
import { hunters } from './hunt.js';
import { readQuery } from './query.js';

/** What would become of a hunt and what it would cost, while it is still being written. */
export function explainRoute(
  root: FastifyInstance,
  explain: (call: HuntCall) => Promise<ExplainedHunt>,
): void {
  root.register(async (app) => {
    app.setErrorHandler(sendHuntFailure);
    const url = '/api/quarry/explain';
    app.post(url, { config: hunters }, async (request, reply) => {
      const principal = principalOf(request);
      authorizeData(principal);
      const query = readQuery(request);
      return explain({ generation: 'portal', principal, signal: departure(reply), ...query });
    });
    refuseOtherMethods(app, 'POST', url, hunters);
  });
}
