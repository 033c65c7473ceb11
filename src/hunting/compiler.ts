import type { ExternalProbe, Probe, SqlQuery } from '../compile.js';
import type { Principal } from '../identity/principal.js';
import type { CompileTasks, TaskName } from './compile-protocol.js';

export type Caller = Pick<Principal, 'tenant' | 'id'>;

/** Who wants a text looked at, and for how long. */
export interface Asking {
  /** Neither one caller nor all of a tenant have more than their share. */
  readonly caller: Caller;
  readonly signal?: AbortSignal | undefined;
  /** By `performance.now()`. */
  readonly until?: number;
}

type Task<Name extends TaskName, Result = ReturnType<CompileTasks[Name]>> = (
  asking: Asking,
  ...parameters: Parameters<CompileTasks[Name]>
) => Promise<Result>;

/** `compile` and its kin for texts from outside, which may take for ever: it holds nothing else up. */
export interface Compiler {
  readonly compile: Task<'compile', SqlQuery | Probe | ExternalProbe>;
  readonly explain: Task<'explain'>;
  readonly checkFunction: Task<'checkFunction'>;
  readonly supportMatrix: Task<'supportMatrix'>;
}
