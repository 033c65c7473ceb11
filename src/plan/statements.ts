import type { ScalarType } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { symbolKind } from '../kql/builtins.js';
import { literalAs } from '../kql/literal-conversion.js';
import { type LiteralValue, wholeNumber } from '../kql/literals.js';
import {
  type Expression,
  elements,
  isTabular,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
  type TypeSymbol,
} from '../kql/syntax.js';
import {
  noRow,
  type PlanContext,
  type QueryParameters,
  unsupported,
  type Variable,
  withVariables,
} from './context.js';
import { defaultValue } from './default-value.js';
import { type PlanExpression, stringLiteral } from './plan.js';
import { restricted } from './restriction.js';
import { converted } from './scan.js';
import { tableVariable } from './tables.js';

/** The context after `let` and `declare` statements. Expression statements are left to the caller. */
export function planStatements(nodes: readonly SyntaxNode[], context: PlanContext): PlanContext {
  return nodes.reduce(planStatement, context);
}

function planStatement(context: PlanContext, statement: SyntaxNode): PlanContext {
  const planner = statements[kindOf(statement)];
  return planner ? planner(statement, context) : context;
}

type StatementPlanner = (statement: SyntaxNode, context: PlanContext) => PlanContext;

/** Statements that change what later ones mean. `set` chooses options of a service that we are not. */
const statements: Readonly<Record<string, StatementPlanner>> = {
  LetStatement: (statement, context) => {
    const name = member(statement, 'Name').SimpleName ?? '';
    return withVariables(context, [[name, letVariable(member(statement, 'Expression'), context)]]);
  },
  PatternStatement: (statement, context) => {
    const name = member(statement, 'Name').SimpleName ?? '';
    const declaration = optionalMember<SyntaxNode>(statement, 'Pattern');
    if (!declaration) return context;
    return withVariables(context, [[name, { kind: 'pattern', declaration, context }]]);
  },
  QueryParametersStatement: (statement, context) =>
    withVariables(
      context,
      elements<SyntaxNode>(statement, 'Parameters').map((parameter) =>
        queryParameter(parameter, context),
      ),
    ),
  RestrictStatement: restricted,
  AliasStatement: (statement) => {
    throw unsupported(statement, 'alias database', 'other databases are not reachable');
  },
};

/** A `declare query_parameters` name: the request's value for it, or its default. */
function queryParameter(parameter: SyntaxNode, context: PlanContext): readonly [string, Variable] {
  const declaration = member<SyntaxNode>(parameter, 'NameAndType');
  const name = member(declaration, 'Name').SimpleName ?? '';
  const type = scalarTypeOf(member(declaration, 'Type').ReferencedSymbol as TypeSymbol | null);
  const given = Object.hasOwn(context.parameters, name) ? context.parameters[name] : undefined;
  if (given !== undefined) {
    const value = givenText(given, type);
    const known = literalAs({ type: 'string', value }, type);
    if (known && !isWritten(value, known)) {
      throw new HuntError(
        'kql.semantic',
        {
          message: `The query parameter '${name}' is of type ${type}, and '${shortened(value)}' is none`,
        },
        { span: spanOf(parameter) },
      );
    }
    const expression: PlanExpression = known
      ? { kind: 'literal', ...known }
      : converted(stringLiteral(value), type);
    return [name, { kind: 'scalar', expression }];
  }
  const fallback = defaultValue(parameter, context);
  if (!fallback) {
    throw new HuntError(
      'kql.semantic',
      { message: `The query parameter '${name}' has no value` },
      { span: spanOf(parameter) },
    );
  }
  return [name, { kind: 'scalar', expression: converted(fallback, type) }];
}

/** Whether a text is the literal that it has been read as: `tolong()` and the like make a null of what is none. */
function isWritten(text: string, { type, value }: LiteralValue): boolean {
  if (value === null) return /^\s*null\s*$/i.test(text);
  return (type !== 'long' && type !== 'int') || wholeNumber(text.trim(), 64) !== null;
}

function shortened(text: string): string {
  const [most, shown] = [60, [...text]];
  return shown.length > most ? `${shown.slice(0, most).join('')}…` : text;
}

/** Values may be given as literals of their type, `long(5)`; a string is plain text unless it says otherwise. */
function givenText(value: QueryParameters[string], type: ScalarType): string {
  const isPlain = typeof value === 'string';
  const given = isPlain ? value : value.literal;
  if (type === 'string') return isPlain ? given : (unquoted(given) ?? given);
  const names = [type, ...(synonyms[type] ?? [])].join('|');
  const inner = new RegExp(`^\\s*(?:${names})\\s*\\(([^]*)\\)\\s*$`, 'i').exec(given)?.[1];
  return inner === undefined ? given : inner.trim();
}

/** learn.microsoft.com/kusto/query/scalar-data-types; clients of .NET and Java write `time(1.00:00:00)`. */
const synonyms: Readonly<Partial<Record<ScalarType, readonly string[]>>> = {
  bool: ['boolean'],
  datetime: ['date'],
  guid: ['uuid', 'uniqueid'],
  int: ['int32'],
  long: ['int64'],
  real: ['double'],
  timespan: ['time'],
};

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The text of what is a whole literal of a string, `"a\nb"` or `@'a\b'`; undefined for any other text. */
function unquoted(given: string): string | undefined {
  const written = given.trim();
  const verbatim = written.startsWith('@');
  const quote = written[verbatim ? 1 : 0];
  const body = written.slice(verbatim ? 2 : 1, -1);
  if ((quote !== '"' && quote !== "'") || !written.endsWith(quote)) return undefined;
  if (written.length < (verbatim ? 3 : 2)) return undefined;
  const parts = verbatim
    ? new RegExp(`${quote}${quote}?`, 'g')
    : new RegExp(`\\\\(?:u([0-9a-f]{4})|([^]))|[${quote}\\\\]`, 'gi');
  let isWhole = true;
  const text = body.replace(parts, (part, code?: string, character?: string) => {
    if (part.length === 1) isWhole = false;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return character === undefined ? quote : (escapes[character] ?? character);
  });
  return isWhole ? text : undefined;
}

function letVariable(expression: Expression, context: PlanContext): Variable {
  const kind = kindOf(expression);
  if (kind === 'FunctionDeclaration') return { kind: 'function', declaration: expression, context };
  if (kind === 'MaterializeExpression') {
    return tableVariable(
      context.plan.table(member(expression, 'Expression'), context),
      context,
      true,
    );
  }
  if (isTabular(expression.ResultType) || isGraph(expression)) {
    return tableVariable(context.plan.table(expression, context), context);
  }
  return { kind: 'scalar', expression: context.plan.scalar(expression, context, noRow) };
}

function isGraph(expression: Expression): boolean {
  const type = expression.ResultType;
  return type !== null && symbolKind(type) === 'Graph';
}
