import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import { parseTimespan, type TimeWindow } from '../../hunting/timespan.js';
import { checkQueryText } from '../hunting.js';
import { readBody } from './act.js';

const instant = z.string().min(1).max(64);

/** A hunt as the portal sends it. */
export const queryShape = z.strictObject({
  query: z.string(),
  timespan: z
    .union([z.string().min(1).max(200), z.strictObject({ start: instant, end: instant })])
    .nullish(),
  parameters: z.record(z.string().min(1).max(256), z.string().max(100_000)).optional(),
  now: z.iso.datetime({ offset: true }).optional(),
});

export interface PortalQuery {
  readonly text: string;
  readonly window?: TimeWindow;
  readonly parameters?: Readonly<Record<string, string>>;
  /** What `now()` is, and what `ago()` and the time span count from. */
  readonly now?: Date;
}

const maxParameters = 100;

/** @throws HuntError `request.body` `request.parameter` */
export function readQuery(request: FastifyRequest): PortalQuery {
  const { query, timespan, parameters, now } = readBody(request, queryShape);
  const text = checkQueryText(query);
  request.huntText = text;
  if (parameters && Object.keys(parameters).length > maxParameters) {
    throw new HuntError('request.parameter', {
      message: `A query has at most ${maxParameters} parameters.`,
    });
  }
  const span = typeof timespan === 'object' && timespan ? between(timespan) : timespan;
  const present = now === undefined ? undefined : new Date(now);
  return {
    text,
    ...(span && { window: parseTimespan(span, present ?? new Date()) }),
    ...(parameters && { parameters }),
    ...(present && { now: present }),
  };
}

function between({ start, end }: { start: string; end: string }): string {
  return `${start}/${end}`;
}
