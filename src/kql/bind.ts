import './repairs.js';
import { findLegacyTable } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/types.js';
import { HuntError, type TextSpan } from '../errors.js';
import { functionAdvice, meaningAdvice, nameAdvice, syntaxAdvice } from './advice.js';
import { isTableParameter } from './builtins.js';
import { databaseEdits, mayNameDatabases } from './databases.js';
import { refusedSource } from './elsewhere.js';
import { checkExpansions } from './expansions.js';
import { type DotNetList, type KustoDiagnostic, language, listOf } from './language.js';
import {
  childAt,
  declarations,
  isOutdated,
  jsonReads,
  typeNames,
  unfittingWildcards,
  unpackedTexts,
  unresolvedName,
} from './leniency.js';
import { type NamedTables, namedTables } from './named-tables.js';
import { checkNesting } from './nesting.js';
import { globalStateFor, isJsonText, isOptionalColumn } from './schema.js';
import { type Edit, originalSpan, type SourceText, sourceText } from './source.js';
import { mayBeRespelled, spellingEdits } from './spellings.js';
import {
  children,
  columnsOf,
  elements,
  isTabular,
  kindOf,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
  type TypeSymbol,
  textOf,
} from './syntax.js';
import { viewEdits } from './views.js';

/** A query whose every name and type Microsoft's binder has resolved. */
export interface BoundQuery {
  readonly root: SyntaxNode;
  /** The columns of the result, in order. */
  readonly columns: readonly SchemaColumn[];
  /** The columns outside `*` that it names. */
  readonly named: ReadonlySet<string>;
  /** A span of the tree, in the query as it was written. */
  readonly spanInQuery: (span: TextSpan) => TextSpan;
}

/**
 * Thrown where edits declare a plugin's columns, and the query turns out to name columns outside `*` behind
 * it: what is declared has to be found out again, with them.
 */
export class ColumnsNamedLate extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super('columns named late');
    this.name = 'ColumnsNamedLate';
    this.names = names;
  }
}

/**
 * Thrown instead of an error about names that nothing has, where edits declare a plugin's columns: the
 * data may have had no row to name them.
 */
export class NamesUnknown extends Error {
  readonly names: readonly string[];
  override readonly cause: HuntError;

  constructor(names: readonly string[], cause: HuntError) {
    super('names unknown');
    this.name = 'NamesUnknown';
    this.names = names;
    this.cause = cause;
  }
}

/**
 * Binds a query. What it leaves to the service is supplied step by step, as the binder asks for it:
 * the catalog's functions, columns outside `*`, quotes around column names that a function takes as text,
 * the query's own views behind wildcards, forms of the service's in the parser's spelling.
 * `edits` are made in the query beforehand, and the columns of `named` are there from the start. Nothing
 * is known of the columns of `guessed` but that they hold text, which may be JSON. `databases` are names of
 * the database that the query is for.
 * @throws HuntError `kql.syntax` `kql.semantic` `kql.unsupported` with the span of the first error
 * @throws ColumnsNamedLate NamesUnknown where `edits` are outdated
 */
export function bind(
  query: string,
  catalog: Catalog,
  edits: readonly Edit[] = [],
  named: ReadonlySet<string> = new Set(),
  guessed: ReadonlySet<string> = new Set(),
  databases: readonly string[] = [],
): BoundQuery {
  checkNesting(query);
  const columns = new Set<string>(named);
  const made = new Map<number, Edit>();
  const hasViews = /\b(view|isfuzzy)\b/.test(query);
  const hasSeveralTables = /\b(union|find|search)\b/.test(query);
  const unpacks = /\bbag_unpack\b/.test(query);
  const isJson = (name: string) => guessed.has(name) || isJsonText(catalog, name);
  const isRespelled = mayBeRespelled(query);
  const prelude = preludeOf(query, catalog);
  const declaredNames = new Set(prelude.parts.map(({ name }) => name));
  const namesDatabases = mayNameDatabases(prelude.text + query);
  inBinder(() => checkExpansions(sourceText(query, prelude.text, edits)));
  let tables: NamedTables = new Map();
  /** Whether there are edits among these that have not been made; the next attempt has them. */
  const adds = (asked: readonly Edit[]): boolean => {
    const added = asked.filter((edit) => !made.has(edit.start));
    for (const edit of added) made.set(edit.start, edit);
    return added.length > 0;
  };
  for (;;) {
    const source = sourceText(query, prelude.text, [...edits, ...made.values()]);
    const spanInQuery = (span: TextSpan) => originalSpan(source, span);
    const placeOf = (span: TextSpan) => {
      const place = source.toOriginal(span.start) + prelude.text.length;
      const stored = prelude.parts.find(({ end }) => place < end);
      return stored
        ? { span: wordIn(query, stored.calledBy), where: ` (in the function '${stored.name}')` }
        : { span: spanInQuery(span), where: '' };
    };
    const code = analyze(source.text, catalog, columns, tables);
    const syntaxError = firstError(code.GetSyntaxDiagnostics());
    const root = code.Syntax as SyntaxNode;
    if (isRespelled && adds(spellingEdits(root, source))) continue;
    if (syntaxError) {
      const { message, span } = inWholeCharacters(
        syntaxError.Message,
        spanInQuery(spanOfError(syntaxError)),
        query,
      );
      const advice = syntaxAdvice(query, span.start);
      throw new HuntError('kql.syntax', { message, advice }, { span });
    }
    const renamed = namesDatabases
      ? databaseEdits(root, databases, declaredNames, source, placeOf)
      : [];
    if (adds(renamed)) continue;
    const namedNow = namedTables(query, root, catalog);
    if (namedNow.size > tables.size) {
      tables = namedNow;
      continue;
    }
    if (hasViews && adds(viewEdits(root, catalog, source))) continue;
    const found = errorsOf(code.GetDiagnostics());
    const declared = [
      ...declarations(found, root, source),
      ...typeNames(found, source),
      ...unfittingWildcards(found, root, source),
      ...jsonReads(found, root, source, isJson),
      ...(unpacks ? unpackedTexts(root, source, isJson) : []),
    ];
    if (adds(declared)) continue;
    const errors = found.filter((error) => !isOutdated(error, root));
    const isMet = hasSeveralTables && errors.length === 0;
    const addedColumns = [
      ...optionalNames(errors, catalog),
      ...(isMet ? namesOfSome(root, catalog) : []),
    ].filter((name) => !columns.has(name));
    if (addedColumns.length > 0 && edits.length > 0) throw new ColumnsNamedLate(addedColumns);
    for (const name of addedColumns) columns.add(name);
    const [first] = errors;
    if (!first) {
      if (addedColumns.length > 0) continue;
      const type = code.ResultType as TypeSymbol | null;
      return { root, columns: isTabular(type) ? columnsOf(type) : [], named: columns, spanInQuery };
    }
    const isQuoted = adds(quotesFor(errors, root, catalog, source));
    if (isQuoted || addedColumns.length > 0) continue;
    const { span, where } = placeOf(spanOfError(first));
    const elsewhere = refusedSource(first);
    if (elsewhere) {
      const what = elsewhere.what + where;
      throw new HuntError('kql.unsupported', { ...elsewhere, what }, { span });
    }
    const message = `${semanticMessage(first, root)}${where}`;
    const advice = semanticAdvice(first, root, catalog) ?? meaningAdvice(query, span);
    const error = new HuntError('kql.semantic', { message, advice }, { span });
    const unknown = errors.flatMap((each) => unresolvedName(each) ?? []);
    throw edits.length > 0 && unknown.length > 0 ? new NamesUnknown(unknown, error) : error;
  }
}

/** A statement of the prelude. */
interface PreludePart {
  readonly name: string;
  /** The word of the query that it is there for. */
  readonly calledBy: string;
  readonly end: number;
}

interface Prelude {
  readonly text: string;
  readonly parts: readonly PreludePart[];
}

/** `let` statements for the catalog's functions and defined tables that the query names. */
function preludeOf(query: string, catalog: Catalog): Prelude {
  const words = new Set(query.match(/[A-Za-z_]\w*/g));
  /** By the word of the query that leads to them. */
  const needed = new Map<string, string>();
  const visit = (name: string, body: string, calledBy: string) => {
    if (needed.has(name)) return;
    for (const word of new Set(body.match(/[A-Za-z_]\w*/g))) {
      if (word !== name) include(word, calledBy);
    }
    needed.set(name, calledBy);
  };
  const include = (name: string, calledBy = name) => {
    const definition = definitionOf(name, query, catalog);
    if (definition) visit(name, definition.body, calledBy);
  };
  const own = new Set([...query.matchAll(/\blet\s+(\w+)\s*=/g)].map((match) => match[1]));
  for (const word of words) if (!own.has(word)) include(word);
  const parts: PreludePart[] = [];
  let text = '';
  for (const [name, calledBy] of needed) {
    const definition = definitionOf(name, query, catalog);
    if (!definition) continue;
    const { isView, parameters, body } = definition;
    text += `let ${name} = ${isView ? 'view ' : ''}(${parameters}) {${body}\n};\n`;
    parts.push({ name, calledBy, end: text.length });
  }
  return { text, parts };
}

function wordIn(query: string, word: string): TextSpan {
  const start = query.search(new RegExp(`\\b${word}\\b`));
  return { start: Math.max(start, 0), length: start < 0 ? 0 : word.length };
}

function namedAlone(name: string): RegExp {
  return new RegExp(`\\b${name}\\b(?!\\s*\\()`);
}

function definitionOf(name: string, query: string, catalog: Catalog) {
  const stored = catalog.functions.find((candidate) => candidate.name === name);
  if (stored) {
    const { parameters, body } = stored;
    // Without parameters a name alone is a call, as of a table.
    return { parameters, body, isView: parameters.trim() === '' && namedAlone(name).test(query) };
  }
  const view = findLegacyTable(catalog, name)?.definition;
  return view === undefined ? undefined : { parameters: '', body: view, isView: true };
}

/** Bare column names in a call of a function that takes them as text: `invoke FileProfile(SHA1)`. */
function quotesFor(
  errors: readonly KustoDiagnostic[],
  root: SyntaxNode,
  catalog: Catalog,
  source: SourceText,
): Edit[] {
  return errors.flatMap((error) => {
    const name = unresolvedName(error);
    const called = name === undefined ? undefined : invokedFunction(error.Start, root);
    const takesColumns = catalog.functions.some(
      (candidate) => candidate.name === called && candidate.columnParameters,
    );
    if (name === undefined || !takesColumns) return [];
    const start = source.toOriginal(error.Start);
    return [{ start, length: error.Length, text: JSON.stringify(name) }];
  });
}

/** The function whose `invoke` call stands around a position. */
function invokedFunction(position: number, root: SyntaxNode): string | undefined {
  let node: SyntaxNode | undefined = root;
  let isInvoked = false;
  while (node) {
    if (kindOf(node) === 'InvokeOperator') isInvoked = true;
    else if (kindOf(node) === 'FunctionCallExpression' && isInvoked) {
      return optionalMember(node, 'Name')?.SimpleName;
    }
    node = childAt(node, position);
  }
  return undefined;
}

/** Unknown names that are columns outside `*`: the next attempt may use them. */
function optionalNames(errors: readonly KustoDiagnostic[], catalog: Catalog): string[] {
  return errors.flatMap((error) => {
    const name = unresolvedName(error);
    return name !== undefined && isOptionalColumn(catalog, name) ? [name] : [];
  });
}

/**
 * Names of columns that for some tables are outside `*`: `TimeGenerated` of a union is known to the binder
 * where one member has it, and where it may be a column of a table that nobody knows.
 */
function namesOfSome(root: SyntaxNode, catalog: Catalog): string[] {
  const names = new Set<string>();
  const own = new Set<string>();
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const kind = kindOf(node);
    if (kind === 'NameReference') names.add(node.SimpleName ?? '');
    else if (kind === 'NameDeclaration') own.add(node.SimpleName ?? '');
    pending.push(...children(node));
  }
  return [...names].filter((name) => !own.has(name) && isOptionalColumn(catalog, name));
}

function errorsOf(diagnostics: DotNetList<KustoDiagnostic>): KustoDiagnostic[] {
  return (
    listOf(diagnostics)
      .filter((diagnostic) => diagnostic.Severity === 'Error')
      // What a name nobody knows does not fit says less than that nobody knows it.
      .sort((a, b) => a.Start - b.Start || Number(isOfName(b)) - Number(isOfName(a)))
  );
}

function isOfName(error: KustoDiagnostic): boolean {
  return unresolvedName(error) !== undefined;
}

function firstError(diagnostics: DotNetList<KustoDiagnostic>): KustoDiagnostic | undefined {
  return errorsOf(diagnostics)[0];
}

function analyze(text: string, catalog: Catalog, named: ReadonlySet<string>, tables: NamedTables) {
  return inBinder(() =>
    language.KustoCode.ParseAndAnalyze(text, globalStateFor(catalog, named, tables)),
  );
}

/** Work of Microsoft's code, which throws errors of its own where a query is at fault. */
function inBinder<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) {
      throw new HuntError(
        'kql.syntax',
        { message: 'The query is nested too deeply' },
        { cause: error },
      );
    }
    throw binderFailure(error) ?? error;
  }
}

/** The binder computes some arguments itself, and fails with an error of its own on unexpected ones. */
export function binderFailure(error: unknown): HuntError | undefined {
  // Exceptions of .NET have a stack of their own; those of its numbers are plain errors.
  const isException = typeof error === 'object' && error !== null && 'errorStack' in error;
  const place = error instanceof Error ? error.stack?.split('\n    at ')[1] : undefined;
  const isOfBinder = isException || place?.includes('language-service-next');
  if (!isOfBinder) return undefined;
  return new HuntError(
    'kql.semantic',
    { message: 'The query cannot be analysed: an argument has an unexpected type' },
    { cause: error },
  );
}

function spanOfError(error: KustoDiagnostic): TextSpan {
  return { start: error.Start, length: error.Length };
}

/** The parser reads UTF-16 unit by unit: of a character that has two, it names the first. */
function inWholeCharacters(message: string, span: TextSpan, query: string) {
  const character = /^\p{Surrogate}/u.test(message.slice(-1))
    ? String.fromCodePoint(query.codePointAt(span.start) ?? 0)
    : '';
  if (character === '') return { message, span };
  return {
    message: (message.slice(0, -1) + character).toWellFormed(),
    span: { ...span, length: character.length },
  };
}

const unknownFunction = 'KS211';

/** The engine's wording for an unknown name, which clients match on; other messages are the binder's. */
function semanticMessage(error: KustoDiagnostic, root: SyntaxNode): string {
  const name = unresolvedName(error);
  if (name === undefined) return error.Message.replace(/\.$/, '');
  if (error.Code === unknownFunction) return `Unknown function: '${name}'`;
  const place = placeOf(error.Start, root);
  const kind = place.tabular || place.operator === 'where' ? 'table or column' : 'scalar';
  const prefix = place.operator ? `'${place.operator}' operator: ` : '';
  return `${prefix}Failed to resolve ${kind} expression named '${name}'`;
}

function semanticAdvice(
  error: KustoDiagnostic,
  root: SyntaxNode,
  catalog: Catalog,
): string | undefined {
  const name = unresolvedName(error);
  if (name === undefined) return undefined;
  return error.Code === unknownFunction
    ? functionAdvice(name, catalog)
    : nameAdvice(name, error.Start, root, catalog);
}

/** Operators that take tables, and what they call them. */
const takesTables: ReadonlyMap<string, string> = new Map([
  ['JoinOperator', 'Expression'],
  ['LookupOperator', 'Expression'],
  ['UnionOperator', 'Expressions'],
]);

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
    } else if (/^(Print|Range)Operator$/.test(kind)) {
      operator = keywordOf(node);
      tabular = false;
    }
    const child = childAt(node, position);
    if (takesTables.has(kind))
      tabular = child === optionalMember(node, takesTables.get(kind) ?? '');
    if (kind === 'FunctionCallExpression' && takesTable(node, position)) tabular = true;
    node = child;
  }
  return { operator, tabular };
}

/** Whether the argument at the position is for a parameter that takes a table. */
function takesTable(call: SyntaxNode, position: number): boolean {
  const given = elements<SyntaxNode>(
    optionalMember<SyntaxNode>(call, 'ArgumentList'),
    'Expressions',
  );
  const place = given.findIndex((each) => position < each.TextStart + each.Width);
  // The first parameter of an invoked function takes the rows before the pipe.
  const isInvoked = call.Parent !== null && kindOf(call.Parent) === 'InvokeOperator';
  return (
    place >= 0 &&
    isTableParameter(optionalMember(call, 'Name')?.ReferencedSymbol, place + Number(isInvoked))
  );
}

function keywordOf(node: SyntaxNode): string | undefined {
  return /^[\w-]+/.exec(textOf(node))?.[0];
}
