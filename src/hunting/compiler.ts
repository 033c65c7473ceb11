import type { Principal } from '../identity/principal.js';
import type { CompileTasks, TaskName } from './compile-protocol.js';

/** Who wants a text looked at, and for how long. */
export interface Asking {
  /** Tells callers apart: none of them has more than its share. */
  readonly caller: string;
  readonly signal?: AbortSignal | undefined;
  /** By `performance.now()`. */
  readonly until?: number;
}

/** `compile` and its kin for texts from outside, which may take for ever: it holds nothing else up. */
export type Compiler = {
  readonly [Name in TaskName]: (
    asking: Asking,
    ...parameters: Parameters<CompileTasks[Name]>
  ) => Promise<ReturnType<CompileTasks[Name]>>;
};

export function callerOf({ tenant, id }: Pick<Principal, 'tenant' | 'id'>): string {
  return `${tenant} ${id}`;
}
