import { HuntError } from '../errors.js';
import type { Asking } from './compiler.js';

/**
 * Waits for something as long as it is wanted and there is time.
 * @param work its signal is aborted where it is not waited for any longer
 * @throws HuntError `hunt.cancelled` `hunt.timeout`, and as the work does
 */
export function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { signal, until }: Pick<Asking, 'signal' | 'until'>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw new HuntError('hunt.cancelled', {});
    const working = new AbortController();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    const giveUp = (code: 'hunt.cancelled' | 'hunt.timeout') => {
      end();
      reject(new HuntError(code, {}));
      working.abort();
    };
    const cancel = () => giveUp('hunt.cancelled');
    signal?.addEventListener('abort', cancel, { once: true });
    const timer =
      until === undefined
        ? undefined
        : setTimeout(() => giveUp('hunt.timeout'), Math.max(until - performance.now(), 0));
    work(working.signal).then(resolve, reject).finally(end);
  });
}
