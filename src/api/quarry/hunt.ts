import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SqlQuery } from '../../compile.js';
import type { QueryProgress, QueryStats } from '../../engine/engine.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure } from '../failures.js';
import { type HuntingParts, huntClock } from '../hunting.js';
import { refuseOtherMethods } from '../methods.js';
import { departure } from '../stream.js';
import { huntFailure, sendHuntFailure } from './failure.js';
import { readQuery } from './query.js';

export const hunters = {
  access: { api: 'quarry', roles: ['AdvancedHunting.Read.All', 'ThreatHunting.Read.All'] },
} as const;

/** Characters of rows in one frame: enough for a full packet, and little to wait for. */
const frameLength = 64 * 1024;

/** Hunts of the portal: an answer in frames, a line each, from the first moment that there is something to say. */
export function portalHuntRoute(
  root: FastifyInstance,
  { hunt, metrics }: Pick<HuntingParts, 'hunt' | 'metrics'>,
): void {
  root.register(async (app) => {
    app.setErrorHandler(sendHuntFailure);
    const url = '/api/quarry/hunt';
    // Compressed, frames would wait for each other.
    app.post(url, { config: hunters, compress: false }, async (request, reply) => {
      const principal = principalOf(request);
      const query = readQuery(request);
      const frames = new Frames(reply);
      const clock = huntClock();
      const log = (line: { rows: number; cpuSeconds: number; status: number; code?: string }) => {
        const times = clock.times();
        metrics?.hunted({ ...line, generation: 'portal', ...times });
        const { tenant, id, name } = principal;
        const who = { tenant, principal: id, principalName: name, generation: 'portal' };
        request.log.info({ ...who, ...times, ...line }, 'hunt');
      };
      try {
        const answer = await hunt({
          generation: 'portal',
          ...query,
          principal,
          address: request.ip,
          encoding: 'values',
          signal: departure(reply),
          onCompiled: (compiled) => frames.columns(compiled),
          onWaited: clock.onWaited,
          onProgress: (progress) => frames.progress(progress),
        });
        await frames.rows(answer.rows);
        frames.end(answer);
        const { resultRows: rows } = answer.stats;
        log({ rows, cpuSeconds: cpuSecondsOf(answer.stats), status: 200 });
      } catch (error) {
        const failure = asHuntError(error);
        log({ rows: 0, cpuSeconds: 0, status: failure.status, code: failure.code });
        if (!frames.begun) throw error;
        logFailure(request.log, failure);
        frames.fail(huntFailure(failure, query.text));
      }
      return reply;
    });
    refuseOtherMethods(app, 'POST', url, hunters);
  });
}

/** An answer's lines. The first of them sends its head: what fails before is an error like any other. */
class Frames {
  readonly #reply: FastifyReply;
  readonly #body = new PassThrough();
  #begun = false;
  #over = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
    // Whoever leaves is noticed elsewhere, and what is still written goes nowhere.
    this.#body.on('error', () => undefined);
  }

  get begun(): boolean {
    return this.#begun;
  }

  columns({ columns, visualization }: Pick<SqlQuery, 'columns' | 'visualization'>): void {
    this.#write({ kind: 'columns', columns, ...(visualization && { visualization }) });
  }

  progress({ rowsToRead, ...progress }: QueryProgress): void {
    this.#write({ kind: 'progress', ...progress, ...(rowsToRead > 0 && { rowsToRead }) });
  }

  /** The engine has encoded the rows; they are divided into lines here, and not looked at. */
  async rows(rows: Readable): Promise<void> {
    let waiting = '';
    for await (const chunk of rows.setEncoding('utf8') as AsyncIterable<string>) {
      waiting += chunk;
      if (this.#over) return;
      if (waiting.length < frameLength) continue;
      const end = waiting.lastIndexOf(',\n');
      if (end < 0) continue;
      await this.#send(rowsFrame(waiting.slice(0, end)));
      waiting = waiting.slice(end + 2);
    }
    if (waiting !== '') await this.#send(rowsFrame(waiting));
  }

  end({ stats, rowLimit }: HuntAnswer): void {
    this.#write({
      kind: 'end',
      stats: runStats(stats),
      truncated: rowLimit !== undefined && stats.resultRows >= rowLimit,
    });
    this.#body.end();
  }

  fail(error: object): void {
    this.#write({ kind: 'error', error });
    this.#body.end();
  }

  #write(frame: object): void {
    this.#begin();
    if (!this.#over) this.#body.write(`${JSON.stringify(frame)}\n`);
  }

  async #send(line: string): Promise<void> {
    this.#begin();
    if (this.#over || this.#body.write(line)) return;
    await new Promise<void>((resolve) => {
      this.#body.once('drain', resolve);
      this.#body.once('close', resolve);
    });
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#body.once('close', () => {
      this.#over = true;
    });
    void this.#reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(this.#body);
  }
}

function rowsFrame(rows: string): string {
  // Line breaks stand between rows alone.
  return `{"kind":"rows","rows":[${rows.replaceAll('\n', '')}]}\n`;
}

function cpuSecondsOf({ userCpuSeconds, kernelCpuSeconds }: QueryStats): number {
  return userCpuSeconds + kernelCpuSeconds;
}

function runStats(stats: QueryStats) {
  const { elapsedSeconds, rowsRead, bytesRead, peakMemoryBytes, resultRows, resultBytes } = stats;
  const cpuSeconds = cpuSecondsOf(stats);
  return {
    elapsedSeconds,
    rowsRead,
    bytesRead,
    cpuSeconds,
    peakMemoryBytes,
    resultRows,
    resultBytes,
  };
}
