import type { Catalog } from '../catalog/types.js';
import type { checkFunction, compile, explain } from '../compile.js';
import type { supportMatrix } from '../support.js';
import type { Fault } from '../thread.js';

/** What is done with texts from outside; each takes what the text is looked at with after it. */
export interface CompileTasks {
  readonly compile: typeof compile;
  readonly explain: typeof explain;
  readonly checkFunction: typeof checkFunction;
  readonly supportMatrix: typeof supportMatrix;
}

export type TaskName = keyof CompileTasks;

/** To a compiling thread. */
export type CompileRequest =
  | { readonly kind: 'catalog'; readonly catalog: Catalog }
  | { readonly kind: 'forgetCatalog'; readonly version: string }
  | {
      readonly kind: 'task';
      readonly name: TaskName;
      /** What comes before the catalog, and what comes behind it. */
      readonly subject: unknown;
      readonly version: string;
      readonly rest: readonly unknown[];
    };

/** From a compiling thread: one answer for each task. */
export type CompileReply =
  | { readonly kind: 'ready'; readonly thread: number | undefined }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly fault: Fault };
