import type { Catalog, StoredFunction } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { type BoundQuery, bind } from './bind.js';
import { elements, kindOf, optionalMember, type SyntaxNode } from './syntax.js';

/**
 * Whether a function that somebody declares can be called: a parameter list, a body that binds, and
 * nothing besides the one function.
 * @throws HuntError `catalog.invalid` with the line and column in the parameters or the body
 */
export function checkDeclared(declared: StoredFunction, catalog: Catalog): void {
  const head = `let ${declared.name} = (`;
  const middle = ') {';
  const text = `${head}${declared.parameters}${middle}${declared.body}\n};\nprint 1`;
  let bound: BoundQuery;
  try {
    bound = bind(text, catalog);
  } catch (error) {
    if (!(error instanceof HuntError) || error.code === 'kql.unsupported') throw error;
    const start = error.span?.start ?? 0;
    const bodyStart = head.length + declared.parameters.length + middle.length;
    const place =
      start < bodyStart
        ? `parameters: ${positionIn(declared.parameters, start - head.length)}`
        : `body: ${positionIn(declared.body, start - bodyStart)}`;
    throw new HuntError(
      'catalog.invalid',
      { message: `${place}: ${error.message}` },
      { cause: error },
    );
  }
  // What the function calls stands before it.
  const statement = elements<SyntaxNode>(bound.root, 'Statements').at(-2);
  const isFunction =
    statement !== undefined &&
    bound.spanInQuery({ start: statement.TextStart, length: 0 }).start === 0 &&
    kindOf(optionalMember<SyntaxNode>(statement, 'Expression') ?? statement) ===
      'FunctionDeclaration';
  if (!isFunction) {
    throw new HuntError('catalog.invalid', {
      message: 'body: ends the function before its own end, or is no function body',
    });
  }
}

function positionIn(text: string, start: number): string {
  const before = text.slice(0, Math.max(start, 0)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
