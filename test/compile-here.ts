import { checkFunction, compile, explain } from '../src/compile.js';
import type { Compiler } from '../src/hunting/compiler.js';

/** Compiles where it is called: a test's own texts hold nobody up. */
export const compileHere: Compiler = {
  compile: async (_asking, ...query) => compile(...query),
  explain: async (_asking, ...query) => explain(...query),
  checkFunction: async (_asking, ...declared) => checkFunction(...declared),
};
