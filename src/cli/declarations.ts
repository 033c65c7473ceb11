import { readFile } from 'node:fs/promises';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import type { FunctionText } from '../compile.js';
import { HuntError, lineAndColumn } from '../errors.js';
import type { Json } from './administration.js';
import { RefusedError, UsageError } from './failure.js';

/** The table that a file declares, as YAML or JSON. @throws UsageError */
export async function tableIn(file: string): Promise<Json> {
  let declared: unknown;
  try {
    declared = parseYaml(await readText(file), { maxAliasCount: 100 });
  } catch (error) {
    // Of aliases that stand for nothing, or for too much, the parser tells with another kind of error.
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw new UsageError(`${file}: ${error.message}`);
    }
    throw error;
  }
  if (typeof declared !== 'object' || declared === null || !('name' in declared)) {
    throw new UsageError(`${file} declares no table: a name and columns are needed`);
  }
  try {
    JSON.stringify(declared);
  } catch {
    // An alias may stand for what it is in.
    throw new UsageError(`${file} is nested too deeply`);
  }
  return declared as Json;
}

/** The functions that a file of KQL declares. @throws UsageError */
export async function functionsInFile(file: string): Promise<FunctionText[]> {
  return functionsInText(await readText(file), file);
}

/** @param file what the text is called where it is wrong */
export async function functionsInText(text: string, file: string): Promise<FunctionText[]> {
  const { functionsIn } = await import('../compile.js');
  try {
    const functions = functionsIn(text);
    if (functions.length > 0) return functions;
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    const { line, column } = lineAndColumn(text, error.span?.start ?? 0);
    throw new UsageError(`${file}:${line}:${column}: ${error.message}`);
  }
  throw new UsageError(`${file} declares no function`);
}

/** Functions behind those that they call; those that call each other stay as they are. */
export function inCallOrder(functions: readonly FunctionText[]): FunctionText[] {
  const ordered = new Set<FunctionText>();
  const visited = new Set<FunctionText>();
  const visit = (each: FunctionText) => {
    if (visited.has(each)) return;
    visited.add(each);
    const words = new Set(each.body.match(/[A-Za-z_]\w*/g));
    for (const other of functions) if (words.has(other.name)) visit(other);
    ordered.add(each);
  };
  for (const each of functions) visit(each);
  return [...ordered];
}

/** What is refused is told with what it was. */
export async function named(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof RefusedError ? new RefusedError(`${what}: ${error.message}`) : error;
  }
}

/** @throws UsageError */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
