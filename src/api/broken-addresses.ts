import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HuntError } from '../errors.js';

/**
 * Where an address is not correctly percent-encoded, what its route is looked up by. The framework would answer such a
 * request before any API is known, in nobody's words and without a token.
 */
export function readableAddress({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const path = pathOf(url);
  return isEncoded(path) ? url : path.replaceAll('%', '%25') + url.slice(path.length);
}

/** Refuses it, in the words of the API that it is meant for. */
export function refuseBrokenAddresses(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ originalUrl }) => {
    if (isEncoded(pathOf(originalUrl))) return;
    throw new HuntError('request.parameter', {
      message: 'The address is not correctly percent-encoded.',
    });
  });
}

function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
