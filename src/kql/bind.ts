import type { Catalog } from '../catalog/types.js';
import { HuntError, type TextSpan } from '../errors.js';
import { type DotNetList, type KustoDiagnostic, language, listOf } from './language.js';
import { globalStateFor, isOptionalColumn } from './schema.js';
import {
  columnsOf,
  isTabular,
  kindOf,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
  type TypeSymbol,
} from './syntax.js';

/** A query whose every name and type Microsoft's binder has resolved. */
export interface BoundQuery {
  readonly text: string;
  readonly root: SyntaxNode;
  /** The columns of the result, in order. */
  readonly columns: readonly SchemaColumn[];
}

/** @throws HuntError `kql.syntax` `kql.semantic` with the span of the first error */
export function bind(text: string, catalog: Catalog): BoundQuery {
  const named = new Set<string>();
  for (;;) {
    const code = analyze(text, catalog, named);
    const syntaxError = firstError(code.GetSyntaxDiagnostics());
    if (syntaxError) {
      throw new HuntError(
        'kql.syntax',
        { message: syntaxError.Message },
        { span: spanOfError(syntaxError) },
      );
    }
    const errors = errorsOf(code.GetDiagnostics());
    const [first] = errors;
    const root = code.Syntax as SyntaxNode;
    if (!first) {
      const type = code.ResultType as TypeSymbol | null;
      return { text, root, columns: isTabular(type) ? columnsOf(type) : [] };
    }
    const added = optionalNames(errors, catalog).filter((name) => !named.has(name));
    if (added.length === 0) {
      throw new HuntError(
        'kql.semantic',
        { message: semanticMessage(first, root) },
        { span: spanOfError(first) },
      );
    }
    for (const name of added) named.add(name);
  }
}

/** Unknown names that are columns outside `*`: the next attempt may use them. */
function optionalNames(errors: readonly KustoDiagnostic[], catalog: Catalog): string[] {
  return errors.flatMap((error) => {
    const name = unresolvedName(error);
    return name !== undefined && isOptionalColumn(catalog, name) ? [name] : [];
  });
}

function unresolvedName(error: KustoDiagnostic): string | undefined {
  return /^The name '([\s\S]*)' does not refer to any known/.exec(error.Message)?.[1];
}

function errorsOf(diagnostics: DotNetList<KustoDiagnostic>): KustoDiagnostic[] {
  return listOf(diagnostics)
    .filter((diagnostic) => diagnostic.Severity === 'Error')
    .sort((a, b) => a.Start - b.Start);
}

function firstError(diagnostics: DotNetList<KustoDiagnostic>): KustoDiagnostic | undefined {
  return errorsOf(diagnostics)[0];
}

function analyze(text: string, catalog: Catalog, named: ReadonlySet<string>) {
  try {
    return language.KustoCode.ParseAndAnalyze(text, globalStateFor(catalog, named));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new HuntError(
        'kql.syntax',
        { message: 'The query is nested too deeply' },
        { cause: error },
      );
    }
    throw error;
  }
}

function spanOfError(error: KustoDiagnostic): TextSpan {
  return { start: error.Start, length: error.Length };
}

/** The engine's wording for an unknown name, which clients match on; other messages are the binder's. */
function semanticMessage(error: KustoDiagnostic, root: SyntaxNode): string {
  const name = unresolvedName(error);
  if (name === undefined) return error.Message.replace(/\.$/, '');
  const place = placeOf(error.Start, root);
  const kind = place.tabular || place.operator === 'where' ? 'table or column' : 'scalar';
  const prefix = place.operator ? `'${place.operator}' operator: ` : '';
  return `${prefix}Failed to resolve ${kind} expression named '${name}'`;
}

/** The operator around a position, as the query spells it, and whether a table is expected there. */
function placeOf(
  position: number,
  root: SyntaxNode,
): { operator: string | undefined; tabular: boolean } {
  let node: SyntaxNode | undefined = root;
  let operator: string | undefined;
  let tabular = true;
  while (node) {
    const kind = kindOf(node);
    if (kind === 'PipeExpression') {
      const stage = optionalMember(node, 'Operator');
      const source: SyntaxNode | undefined = optionalMember(node, 'Expression');
      if (source && position < source.TextStart + source.Width) {
        operator = stage && keywordOf(stage);
        tabular = true;
        node = source;
        continue;
      }
      operator = stage && keywordOf(stage);
      tabular = false;
    }
    node = childAt(node, position);
  }
  return { operator, tabular };
}

function keywordOf(node: SyntaxNode): string | undefined {
  return /^[\w-]+/.exec(node.toString().trim())?.[0];
}

function childAt(node: SyntaxNode, position: number): SyntaxNode | undefined {
  for (let index = 0; index < node.ChildCount; index++) {
    const child = node.GetChild(index);
    if (!child || child.IsToken) continue;
    if (position >= child.TextStart && position < child.TextStart + Math.max(child.Width, 1))
      return child;
  }
  return undefined;
}
