import type { FastifyBaseLogger } from 'fastify';
import type { Configuration } from '../configuration.js';

export const megabyte = 2 ** 20;

/** What each part of a server is started with. */
export interface Startup {
  readonly configuration: Configuration;
  readonly log: FastifyBaseLogger;
  /** Whether hunts will be asked for as soon as it has started. */
  readonly expectsHunts: boolean;
  /** What ends a part, told as soon as it has started. */
  readonly closing: Closing;
}

/** What has been started: it is closed the last first. */
export class Closing {
  readonly #closers: (() => Promise<void> | void)[] = [];

  add(closer: () => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  /** Closes each once. What cannot end keeps none of the others from it; the first failure is thrown afterwards. */
  async close(): Promise<void> {
    const failed: unknown[] = [];
    for (const closer of this.#closers.splice(0).reverse()) {
      await Promise.resolve()
        .then(closer)
        .catch((error: unknown) => failed.push(error));
    }
    if (failed.length > 0) throw failed[0];
  }
}
