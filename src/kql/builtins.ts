import { type DotNetList, language, listOf } from './language.js';
import type { NamedSymbol } from './syntax.js';

const symbolKinds = new Map<number, string>();
for (const [name, value] of Object.entries(
  (language.Symbols as unknown as { SymbolKind: Record<string, unknown> }).SymbolKind,
)) {
  if (typeof value === 'number') symbolKinds.set(value, name);
}

/** The symbol's kind by Microsoft's name: `Column`, `Variable`, `Parameter`, `Function`, `Table` … */
export function symbolKind(symbol: NamedSymbol): string {
  return symbolKinds.get(symbol.Kind) ?? String(symbol.Kind);
}

const scalarFunctions = new Set<unknown>(listOf(language.Functions.All));
const aggregates = new Set<unknown>(listOf(language.Aggregates.All));
const plugins = new Set<unknown>(listOf(language.PlugIns.All));

/** The names of Microsoft's functions and aggregates. */
export function builtinNames(): string[] {
  return [...listOf(language.Functions.All), ...listOf(language.Aggregates.All)].map(
    (builtin) => builtin.Name,
  );
}

export type FunctionKind = 'scalar' | 'aggregate' | 'plugin' | 'user' | 'none';

/** What a call's symbol is: one of Microsoft's, or a function that the query or the catalog defines. */
export function functionKind(symbol: NamedSymbol | null | undefined): FunctionKind {
  if (!symbol) return 'none';
  if (aggregates.has(symbol)) return 'aggregate';
  if (scalarFunctions.has(symbol)) return 'scalar';
  if (plugins.has(symbol)) return 'plugin';
  return symbolKind(symbol) === 'Function' ? 'user' : 'none';
}

/** Kusto.Language's ResultNameKind: a call that is named after its first, or only, argument. */
const namedAfterArgument: ReadonlySet<unknown> = new Set([7, 8]);

/** Whether a call without a name of its own has that of its argument, as `parse_json(Column)`. */
export function takesNameOfArgument(symbol: NamedSymbol | null | undefined): boolean {
  const kind = (symbol as { readonly ResultNameKind?: unknown } | null | undefined)?.ResultNameKind;
  return namedAfterArgument.has(kind);
}

interface Signatures {
  readonly Signatures?: DotNetList<{
    readonly Parameters: DotNetList<{ readonly IsTabular: boolean }>;
  }>;
}

/** Whether the function's parameter at that place, from 0, takes a table. */
export function isTableParameter(symbol: NamedSymbol | null | undefined, place: number): boolean {
  const signatures = listOf((symbol as Signatures | null | undefined)?.Signatures);
  return signatures.some(({ Parameters }) => listOf(Parameters)[place]?.IsTabular === true);
}

interface ArgumentCounts extends NamedSymbol {
  readonly MinArgumentCount: number;
  readonly MaxArgumentCount: number;
}

const argumentCounts = new Map(
  (listOf(language.Functions.All) as ArgumentCounts[]).map((symbol) => [symbol.Name, symbol]),
);

/** Whether one of Microsoft's scalar functions has a form of so many arguments. */
export function takesArguments(name: string, count: number): boolean {
  const symbol = argumentCounts.get(name);
  return (
    symbol !== undefined && count >= symbol.MinArgumentCount && count <= symbol.MaxArgumentCount
  );
}

/** Microsoft's own lists: what a support matrix has to account for. */
export const builtInNames = {
  scalar: listOf(language.Functions.All).map((item) => item.Name),
  aggregate: listOf(language.Aggregates.All).map((item) => item.Name),
  plugin: listOf(language.PlugIns.All).map((item) => item.Name),
};
