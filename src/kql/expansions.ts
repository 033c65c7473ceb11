import { HuntError, type TextSpan } from '../errors.js';
import { language } from './language.js';
import { originalSpan, type SourceText } from './source.js';
import { kindOf, optionalMember, type SyntaxNode } from './syntax.js';

/** The binder writes a function out at each call, and the SQL does, too. Real hunts have some dozens. */
const mostExpansions = 2_000;

const letWord = /\blet\b/;

interface Scope {
  /** The node at whose end the scope ends. */
  readonly node: SyntaxNode | undefined;
  readonly name: string;
  expansions: number;
}

/**
 * Refuses functions that call each other so often that writing them out would take for ever: each call of
 * one that calls another twice doubles what there is.
 * @throws HuntError `kql.unsupported` at the call that is too much
 */
export function checkExpansions(source: SourceText): void {
  // A function has a body in braces, whatever stands before it: names and comments may hold anything.
  if (!source.text.includes('{') || !letWord.test(source.text)) return;
  const expansions = new Map<string, number>();
  const scopes: Scope[] = [{ node: undefined, name: '', expansions: 0 }];
  const left: SyntaxNode[] = [language.KustoCode.Parse(source.text).Syntax as SyntaxNode];
  for (let node = left.pop(); node; node = left.pop()) {
    const scope = scopes.at(-1) as Scope;
    if (node === scope.node) {
      // Met for the second time: all within it has been seen.
      scopes.pop();
      // Which of two of one name is called, the binder alone knows: no less than the larger one.
      expansions.set(scope.name, Math.max(expansions.get(scope.name) ?? 0, scope.expansions + 1));
      continue;
    }
    const name = optionalMember(node, 'Name')?.SimpleName ?? '';
    if (isFunction(node)) {
      scopes.push({ node, name, expansions: 0 });
      left.push(node);
    } else if (kindOf(node) === 'NameReference') {
      // Functions without parameters are called without parentheses, too.
      scope.expansions += expansions.get(node.SimpleName ?? '') ?? 0;
      if (scope.expansions > mostExpansions) throw tooMany(originalSpan(source, spanOf(node)));
    }
    for (let index = node.ChildCount - 1; index >= 0; index--) {
      const child = node.GetChild(index);
      if (child && !child.IsToken) left.push(child);
    }
  }
}

function isFunction(node: SyntaxNode): boolean {
  const value = kindOf(node) === 'LetStatement' && optionalMember<SyntaxNode>(node, 'Expression');
  return value !== false && value !== undefined && kindOf(value) === 'FunctionDeclaration';
}

function spanOf({ TextStart, Width }: SyntaxNode): TextSpan {
  return { start: TextStart, length: Width };
}

function tooMany(span: TextSpan): HuntError {
  const because = `written out, the calls come to more than ${mostExpansions.toLocaleString('en')}`;
  return new HuntError(
    'kql.unsupported',
    { what: 'Calling functions that call functions so often', because },
    { span },
  );
}
