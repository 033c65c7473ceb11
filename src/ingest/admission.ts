import { HuntError } from '../errors.js';

/** What a sender is told to wait, seconds. */
const retryAfterSeconds = 5;

/** A request's share of the memory that requests have together. */
export interface Lease {
  /**
   * @param bytes more than before; less than 0: so many are given back
   * @throws HuntError `ingest.behind` where all of them would hold too much, and an older one is under way
   */
  grow(bytes: number): void;
  end(): void;
}

/** Lets requests in while they fit into memory together. */
export class Admission {
  readonly #mostBytes: number;
  readonly #isFull: () => boolean;
  readonly #leases = new Set<object>();
  #bytes = 0;

  /** @param isFull whether what has been acknowledged waits for the engine already */
  constructor(mostBytes: number, isFull: () => boolean) {
    this.#mostBytes = mostBytes;
    this.#isFull = isFull;
  }

  /** @throws HuntError `ingest.behind` */
  enter(): Lease {
    if (this.#isFull() || this.#bytes > this.#mostBytes) {
      throw behind();
    }
    const lease = {};
    let held = 0;
    this.#leases.add(lease);
    return {
      grow: (bytes) => {
        const [oldest] = this.#leases;
        if (bytes > 0 && this.#bytes + bytes > this.#mostBytes && oldest !== lease) {
          throw behind();
        }
        held += bytes;
        this.#bytes += bytes;
      },
      end: () => {
        this.#bytes -= held;
        held = 0;
        this.#leases.delete(lease);
      },
    };
  }

  /** Does work with a share of its own. @throws HuntError `ingest.behind` */
  async during<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = this.enter();
    try {
      return await work(lease);
    } finally {
      lease.end();
    }
  }
}

export function behind(): HuntError {
  return new HuntError('ingest.behind', { retryAfterSeconds });
}
