import { builtinCatalog } from '../catalog/catalog.js';
import type { Catalog, StoredFunction } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { type BoundQuery, bind } from './bind.js';
import { builtInNames } from './builtins.js';
import { elements, kindOf, optionalMember, type SyntaxNode } from './syntax.js';

/** A function that somebody wants to keep. */
export interface DeclaredFunction extends StoredFunction {
  /** What its body may call the database that it is kept in. */
  readonly databaseNames?: readonly string[];
}

/**
 * Whether a function that somebody declares can be called: a parameter list, a body that binds, and
 * nothing besides the one function.
 * @throws HuntError `catalog.invalid` with the line and column in the parameters or the body
 */
export function checkDeclared(declared: DeclaredFunction, catalog: Catalog): void {
  if (!canBeCalled(declared.name)) {
    throw new HuntError('catalog.invalid', {
      message: `name: ${declared.name} is a word of the language, or the name of one of its functions`,
    });
  }
  const head = `let ${declared.name} = (`;
  const middle = ') {';
  const text = `${head}${declared.parameters}${middle}${declared.body}\n};\nprint 1`;
  let bound: BoundQuery;
  try {
    bound = bind(text, catalog, [], new Set(), new Set(), declared.databaseNames);
  } catch (error) {
    if (!(error instanceof HuntError) || error.code === 'kql.unsupported') throw error;
    const start = error.span?.start ?? 0;
    const bodyStart = head.length + declared.parameters.length + middle.length;
    let place = `body: ${positionIn(declared.body, start - bodyStart)}`;
    // The name has been found good: what is wrong there stands before it all.
    if (start < head.length) place = 'body: a function that it calls';
    else if (start < bodyStart) {
      place = `parameters: ${positionIn(declared.parameters, start - head.length)}`;
    }
    throw new HuntError(
      'catalog.invalid',
      { message: `${place}: ${error.message}` },
      { cause: error },
    );
  }
  // What the function calls stands before it.
  const statement = elements<SyntaxNode>(bound.root, 'Statements').at(-2);
  const declaration =
    statement && (optionalMember<SyntaxNode>(statement, 'Expression') ?? statement);
  const content = declaration && optionalMember<SyntaxNode>(declaration, 'Body');
  const isFunction =
    statement !== undefined &&
    bound.spanInQuery({ start: statement.TextStart, length: 0 }).start === 0 &&
    kindOf(declaration ?? statement) === 'FunctionDeclaration' &&
    content !== undefined &&
    optionalMember(content, 'Expression') !== undefined;
  if (!isFunction) {
    throw new HuntError('catalog.invalid', {
      message: 'body: ends the function before its own end, or is no function body',
    });
  }
}

/** Whether a call by the name is one of this function: not of the language's own, and no other syntax. */
function canBeCalled(name: string): boolean {
  if (languageFunctions.has(name)) return false;
  try {
    bind(`let ${name} = () { print 1 };\n${name}()`, builtinCatalog);
    return true;
  } catch (error) {
    if (error instanceof HuntError) return false;
    throw error;
  }
}

const languageFunctions: ReadonlySet<string> = new Set(Object.values(builtInNames).flat());

function positionIn(text: string, start: number): string {
  const before = text.slice(0, Math.max(start, 0)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
