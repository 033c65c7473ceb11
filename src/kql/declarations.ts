import { HuntError } from '../errors.js';
import { type KustoDiagnostic, language, listOf } from './language.js';
import { literalValue } from './literals.js';
import {
  children,
  type Expression,
  elements,
  kindOf,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from './syntax.js';

/** A function as a file of KQL declares it. */
export interface FunctionText {
  readonly name: string;
  /** As KQL writes them, without parentheses. */
  readonly parameters: string;
  /** KQL, without braces. */
  readonly body: string;
  /** What its `docstring` says. */
  readonly summary: string;
}

/** The names that a query declares as its parameters; undefined where it is no query. */
export function declaredParameters(query: string): string[] | undefined {
  const { root, mistake } = parsed(query);
  if (mistake) return undefined;
  return elements<SyntaxNode>(root, 'Statements')
    .filter((statement) => kindOf(statement) === 'QueryParametersStatement')
    .flatMap((statement) => elements<SyntaxNode>(statement, 'Parameters'))
    .flatMap((parameter) => {
      const declaration = optionalMember<SyntaxNode>(parameter, 'NameAndType');
      const name = declaration && optionalMember(declaration, 'Name')?.SimpleName;
      return name === undefined ? [] : [name];
    });
}

/** Where a command begins. The parser takes one at a time, as Kusto's own clients send them. */
const commands = /^(?=[ \t]*\.(?:create|alter)\b)/m;

/** What stands before the commands of a script that Kusto runs as one. */
const scriptHead = /^(?:\s|\/\/.*(?!.))*\.execute\s+database\s+script\b[^|]*?<\|/;

/**
 * The functions of a file: of `.create function` commands and their kin, or of `let` statements.
 * @throws HuntError `kql.syntax` with the span of what is neither
 */
export function functionsIn(text: string): FunctionText[] {
  let start = 0;
  const script = text.replace(scriptHead, (head) => head.replace(/\S/g, ' '));
  return script.split(commands).flatMap((part) => {
    const at = start;
    start += part.length;
    const { root, mistake } = parsed(part);
    if (mistake) throw refusal(mistake.Message, at + mistake.Start, mistake.Length);
    return elements<SyntaxNode>(root, 'Statements').map((statement) => {
      const found = functionOf(statement, part);
      if (found) return found;
      const { start: place, length } = spanOf(statement);
      const message = 'Neither a command that creates a function, nor a let statement with one';
      throw refusal(message, at + place, length);
    });
  });
}

function functionOf(statement: SyntaxNode, text: string): FunctionText | undefined {
  const command = optionalMember<SyntaxNode>(statement, 'Expression');
  const isCommand = command && kindOf(command) === 'CustomCommand';
  const parts = isCommand ? children(command).flatMap(children) : children(statement);
  const name = parts.find((part) => kindOf(part) === 'NameDeclaration')?.SimpleName;
  const declaration = parts.find((part) => kindOf(part) === 'FunctionDeclaration');
  if (name === undefined || !declaration) return undefined;
  const inside = (member: string) => {
    const node = optionalMember<SyntaxNode>(declaration, member);
    return node ? text.slice(node.TextStart + 1, node.TextStart + node.Width - 1).trim() : '';
  };
  const summary = isCommand ? docstring(parts) : '';
  return { name, parameters: inside('Parameters'), body: inside('Body'), summary };
}

/** Among the parts of a command: of `with (docstring = "…")`. */
function docstring(parts: readonly SyntaxNode[]): string {
  const value = parts
    .flatMap((part) => (kindOf(part) === 'CustomNode' ? children(part) : []))
    .flatMap((list) => children(list).flatMap(children))
    .map(children)
    .find(([name]) => name && kindOf(name) === 'NameDeclaration' && name.SimpleName === 'docstring')
    ?.at(-1);
  return value ? String(literalValue(value as Expression).value ?? '') : '';
}

function parsed(text: string): { root: SyntaxNode; mistake: KustoDiagnostic | undefined } {
  const code = language.KustoCode.Parse(text);
  const mistake = listOf(code.GetSyntaxDiagnostics()).find(({ Severity }) => Severity === 'Error');
  return { root: code.Syntax as SyntaxNode, mistake };
}

function refusal(message: string, start: number, length: number): HuntError {
  return new HuntError('kql.syntax', { message }, { span: { start, length } });
}
