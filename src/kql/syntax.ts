import type { ScalarType } from '../catalog/types.js';
import { scalarTypes } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import { type DotNetList, language, listOf } from './language.js';
import { foundName } from './repairs/finds.js';

/**
 * Microsoft's syntax tree, as far as we read it. Nodes keep their .NET shapes and member names; one
 * interface covers all kinds, since a member that a kind lacks is simply absent.
 */
export interface SyntaxNode {
  readonly Kind: number;
  readonly IsToken: boolean;
  readonly IsMissing: boolean;
  readonly TextStart: number;
  readonly Width: number;
  readonly ChildCount: number;
  readonly NameInParent: string | null;
  readonly Parent: SyntaxNode | null;
  readonly ReferencedSymbol: NamedSymbol | null;
  readonly Text?: string;
  readonly Trivia?: string;
  readonly ValueText?: string;
  readonly SimpleName?: string;
  GetChild(index: number): SyntaxNode | null;
}

export interface Expression extends SyntaxNode {
  readonly ResultType: TypeSymbol | null;
  readonly RawResultType: TypeSymbol | null;
  readonly IsLiteral: boolean;
  readonly LiteralValue: unknown;
  readonly IsConstant: boolean;
  readonly ConstantValue: unknown;
}

/** A node whose members the reader names: `member<Expression>(node, 'Condition')`. */
export function member<T extends SyntaxNode = Expression>(node: SyntaxNode, name: string): T {
  const value = optionalMember<T>(node, name);
  if (!value) throw new Error(`${kindOf(node)} has no ${name}`);
  return value;
}

export function optionalMember<T extends SyntaxNode = Expression>(
  node: SyntaxNode,
  name: string,
): T | undefined {
  const value = (node as unknown as Record<string, T | null | undefined>)[name];
  return value && !value.IsMissing ? value : undefined;
}

/** The elements of a syntax list, without its separators. */
export function elements<T extends SyntaxNode = Expression>(
  node: SyntaxNode | null | undefined,
  name?: string,
): T[] {
  const list = name === undefined ? node : node && optionalMember(node, name);
  if (!list) return [];
  const found: T[] = [];
  for (let index = 0; index < list.ChildCount; index++) {
    const child = list.GetChild(index);
    if (!child) continue;
    const element = kindOf(child) === 'SeparatedElement' ? child.GetChild(0) : child;
    if (element) found.push(element as T);
  }
  return found;
}

export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let index = 0; index < node.ChildCount; index++) {
    const child = node.GetChild(index);
    if (child) found.push(child);
  }
  return found;
}

const kindNames = new Map<number, string>();
for (const [name, value] of Object.entries(language.Syntax.SyntaxKind)) {
  if (typeof value === 'number' && !kindNames.has(value)) kindNames.set(value, name);
}

/** The node as the query spells it, without what stands around it. (.NET's own ToString reads the whole tree.) */
export function textOf(node: SyntaxNode): string {
  const pieces: string[] = [];
  const visit = (element: SyntaxNode): void => {
    if (element.IsToken) {
      pieces.push(element.Trivia ?? '', element.Text ?? '');
      return;
    }
    for (let index = 0; index < element.ChildCount; index++) {
      const child = element.GetChild(index);
      if (child) visit(child);
    }
  };
  visit(node);
  pieces[0] = '';
  return pieces.join('').trim();
}

/** The node's kind by Microsoft's name, for example `FilterOperator`. */
export function kindOf(node: SyntaxNode): string {
  return kindNames.get(node.Kind) ?? String(node.Kind);
}

export function spanOf(node: SyntaxNode): TextSpan {
  return { start: startOf(node), length: Math.max(node.Width, 0) };
}

export interface NamedSymbol {
  readonly Name: string;
  readonly Kind: number;
  readonly Type?: TypeSymbol;
}

export interface ColumnSymbol extends NamedSymbol {
  readonly Type: TypeSymbol;
  /** The expression that the column has its values from. */
  readonly Source?: SyntaxNode | null;
  /** The columns that this one is another name of. */
  readonly OriginalColumns?: DotNetList<ColumnSymbol> | null;
}

export interface TypeSymbol extends NamedSymbol {
  readonly Columns?: DotNetList<ColumnSymbol> | null;
  readonly IsOpen?: boolean;
  readonly IsTabular?: boolean;
}

const typeNames: ReadonlySet<string> = new Set(scalarTypes);

/** The KQL type of a scalar expression's type symbol; `dynamic` for every shape of dynamic. */
export function scalarTypeOf(type: TypeSymbol | null | undefined): ScalarType {
  const name = type?.Name ?? '';
  if (typeNames.has(name)) return name as ScalarType;
  const columns = type?.Columns ? listOf(type.Columns) : [];
  const first = columns[0];
  if (columns.length === 1 && first) return scalarTypeOf(first.Type);
  return 'dynamic';
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/** Columns of a tabular (or tuple) type. */
export function columnsOf(type: TypeSymbol | null | undefined): SchemaColumn[] {
  return listOf(type?.Columns).map((column) => ({
    name: column.Name,
    type: scalarTypeOf(column.Type),
  }));
}

/** By the columns of a `find` that have their types in their names, what the tables call them. */
export function foundNamesOf(type: TypeSymbol | null | undefined): Map<string, string> {
  return new Map(
    listOf(type?.Columns).flatMap((column): [string, string][] => {
      const name = foundName(column);
      return name === undefined ? [] : [[column.Name, name]];
    }),
  );
}

/** The names that the columns of a tabular type have, by the expressions that they are made by. */
export function namesBySource(type: TypeSymbol | null | undefined): Map<SyntaxNode, string> {
  const names = new Map<SyntaxNode, string>();
  for (const column of listOf(type?.Columns)) {
    for (const { Source } of [column, ...listOf(column.OriginalColumns)]) {
      if (Source) names.set(Source, column.Name);
    }
  }
  return names;
}

export function isTabular(type: TypeSymbol | null | undefined): boolean {
  return (
    type?.Columns != null &&
    (type as { constructor?: { $$name?: string } }).constructor?.$$name !==
      'Kusto.Language.Symbols.TupleSymbol'
  );
}

/** The declared bodies of functions, by those that are bound for one call: trees of their own, of the same text. */
const declaredBodies = new WeakMap<SyntaxNode, SyntaxNode>();

/** The statements of a `let` function's body as bound for this call, or undefined for a built-in. */
export function calledBody(call: SyntaxNode, declared: SyntaxNode): SyntaxNode | undefined {
  const get = (call as unknown as { GetCalledFunctionBody?: () => SyntaxNode | null })
    .GetCalledFunctionBody;
  const body = get?.call(call) ?? undefined;
  if (body && body !== declared) declaredBodies.set(topOf(body), declared);
  return body;
}

/** Where the node starts in the text that is bound. */
export function startOf(node: SyntaxNode): number {
  const top = topOf(node);
  const declared = declaredBodies.get(top);
  return declared ? startOf(declared) + node.TextStart - top.TextStart : node.TextStart;
}

function topOf(node: SyntaxNode): SyntaxNode {
  let top = node;
  while (top.Parent) top = top.Parent;
  return top;
}

/** The calls of functions within a node. */
export function callsIn(node: SyntaxNode): SyntaxNode[] {
  if (node.IsToken) return [];
  const inner = children(node).flatMap(callsIn);
  return kindOf(node) === 'FunctionCallExpression' ? [node, ...inner] : inner;
}
