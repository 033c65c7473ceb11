import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** All methods but the one that a path serves. */
export function otherMethods(served: string): string[] {
  return methods.filter((method) => method !== served);
}

/** Answers a path's other methods: 405, and which one it has. */
export function refuseMethod(allowed: string) {
  return async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header('allow', allowed);
    throw new HuntError('request.method', { allowed });
  };
}
