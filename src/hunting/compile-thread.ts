// A compiling thread: texts in, SQL out. However long a text takes, the thread that answers requests is free.
import { parentPort } from 'node:worker_threads';
import type { Catalog } from '../catalog/types.js';
import { checkFunction, compile, explain } from '../compile.js';
import { supportMatrix } from '../support.js';
import { faultOf, systemThread } from '../thread.js';
import type { CompileReply, CompileRequest, CompileTasks } from './compile-protocol.js';

const tasks: CompileTasks = { compile, explain, checkFunction, supportMatrix };

/** By version. */
const catalogs = new Map<string, Catalog>();

function done({
  name,
  subject,
  version,
  rest,
}: Extract<CompileRequest, { kind: 'task' }>): unknown {
  // The parameters are the task's own: CompileThreads has taken them as such.
  const work = tasks[name] as (...parameters: unknown[]) => unknown;
  return work(subject, catalogs.get(version), ...rest);
}

function post(reply: CompileReply): void {
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: CompileRequest) => {
  switch (request.kind) {
    case 'catalog':
      catalogs.set(request.catalog.version, request.catalog);
      break;
    case 'forgetCatalog':
      catalogs.delete(request.version);
      break;
    case 'task':
      try {
        post({ kind: 'done', result: done(request) });
      } catch (error) {
        post({ kind: 'failed', fault: faultOf(error) });
      }
      break;
  }
});
post({ kind: 'ready', thread: systemThread() });
