import { readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { behindHunts } from '../engine/settings.js';

/**
 * Starts a module of this folder on a thread of its own. A build has JavaScript beside this file; from
 * sources (tests) the thread has to learn TypeScript first.
 */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  }
  // By its file, because code without one resolves names from the working directory.
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx'));
  const hooks = JSON.stringify(new URL('./esm/api/index.mjs', loader).href);
  const thread = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  return new Worker(`import(${hooks}).then((tsx) => tsx.register() && import(${thread}));`, {
    eval: true,
    ...options,
  });
}

/** Gives the calling thread a priority of its own, where that can be done: hunts go first. */
export function giveWay(): void {
  try {
    // Linux knows the thread by its number.
    os.setPriority(Number(path.basename(readlinkSync('/proc/thread-self'))), behindHunts);
  } catch {
    // Not Linux, or not allowed.
  }
}
