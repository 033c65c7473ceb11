import { HuntError } from '../errors.js';

/** At most `size` holders at once; the others wait in the order they came. */
export class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /**
   * Waits for a place; the returned function gives it back (once, however often it is called).
   * @throws HuntError `hunt.cancelled` when the signal is aborted first
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) {
      throw new HuntError('hunt.cancelled', {});
    }
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await this.#turn(signal);
    }
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#leave();
      }
    };
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(proceed), 1);
        reject(new HuntError('hunt.cancelled', {}));
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(proceed);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) {
      next();
    } else {
      this.#free += 1;
    }
  }
}
