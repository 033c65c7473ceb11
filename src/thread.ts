import { readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type FailureCode, HuntError, type ParametersOf, type TextSpan } from './errors.js';

/**
 * Starts a module on a thread of its own. A build has JavaScript beside the module that asks for it; from
 * sources (tests) the thread has to learn TypeScript first.
 * @param asking the `import.meta.url` of a module in the same folder
 */
export function startThread(name: string, asking: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, asking), options);
  // By its file, because code without one resolves names from the working directory.
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx'));
  const hooks = JSON.stringify(new URL('./esm/api/index.mjs', loader).href);
  const thread = JSON.stringify(new URL(`./${name}.ts`, asking).href);
  return new Worker(`import(${hooks}).then((tsx) => tsx.register() && import(${thread}));`, {
    eval: true,
    ...options,
  });
}

/** The number by which the system knows the calling thread; undefined where it does not say (not Linux). */
export function systemThread(): number | undefined {
  try {
    return Number(path.basename(readlinkSync('/proc/thread-self')));
  } catch {
    return undefined;
  }
}

/** Linux counts in hundredths of a second here, whatever its own clock has. */
const tickMs = 10;

/** The processor time that a thread of this process has had so far; undefined where the system does not say. */
export function processorMs(thread: number | undefined): number | undefined {
  if (thread === undefined) return undefined;
  try {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // Behind the name, which may have any characters: state is the third of all, user and system time 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return undefined;
  }
}

/** An error, as it passes between threads. */
export interface Fault {
  /** Of a HuntError. */
  readonly code?: FailureCode;
  readonly parameters?: unknown;
  readonly span?: TextSpan | undefined;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: Fault;
}

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, cause } = error;
  const { code, parameters, span } = error instanceof HuntError ? error : {};
  return {
    ...(code !== undefined && { code, parameters, span }),
    message,
    stack,
    ...(cause !== undefined && { cause: faultOf(cause) }),
  };
}

export function errorOf({ code, parameters, span, message, stack, cause }: Fault): Error {
  const options = { span, ...(cause !== undefined && { cause: errorOf(cause) }) };
  const error =
    code === undefined
      ? new Error(message, options)
      : new HuntError(code, parameters as ParametersOf<FailureCode>, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
