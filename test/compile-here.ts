import { checkFunction, compile, explain } from '../src/compile.js';
import { CompiledQueries, compiledAt } from '../src/hunting/compiled-queries.js';
import type { Compiler } from '../src/hunting/compiler.js';
import { supportMatrix } from '../src/support.js';

/** A query as SQL at the moment of its scope. */
export function compileNow(...query: Parameters<typeof compile>): ReturnType<typeof compiledAt> {
  const [, , { now }] = query;
  return compiledAt(compile(...query), now);
}

const compiled = new CompiledQueries();

/** Compiles where it is called: a test's own texts hold nobody up. */
export const compileHere: Compiler = {
  compile: (_asking, ...query) => compiled.get(query, () => compile(...query)),
  explain: async (_asking, ...query) => explain(...query),
  checkFunction: async (_asking, ...declared) => checkFunction(...declared),
  supportMatrix: async () => supportMatrix(),
};
