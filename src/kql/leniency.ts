import { type ScalarType, scalarTypes } from '../catalog/types.js';
import { takesArguments } from './builtins.js';
import type { KustoDiagnostic } from './language.js';
import type { Edit, SourceText } from './source.js';
import {
  children,
  columnsOf,
  type Expression,
  elements,
  kindOf,
  optionalMember,
  type SyntaxNode,
  scalarTypeOf,
  textOf,
} from './syntax.js';

// What the service takes and the binder, which is older, does not.

/** Plugins that are not in the binder's list, and the clause that declares their columns. */
const unlisted: ReadonlyMap<string, string> = new Map([
  [
    'schema_merge',
    ' : (ColumnName: string, ColumnOrdinal: long, DataType: string, ColumnType: string)',
  ],
]);

const unknownPlugin = 'KS124';

/** The clauses behind calls of such plugins. */
export function declarations(
  errors: readonly KustoDiagnostic[],
  root: SyntaxNode,
  source: SourceText,
): Edit[] {
  return errors.flatMap((error) => {
    if (error.Code !== unknownPlugin) return [];
    for (let node: SyntaxNode | undefined = root; node; node = childAt(node, error.Start)) {
      if (kindOf(node) !== 'FunctionCallExpression') continue;
      const text = unlisted.get(optionalMember(node, 'Name')?.SimpleName ?? '');
      const evaluate = node.Parent;
      if (!text || !evaluate || optionalMember(evaluate, 'Schema')) continue;
      return [{ start: source.toOriginal(node.TextStart + node.Width), length: 0, text }];
    }
    return [];
  });
}

const noType = 'KS160';

const typeWords: ReadonlySet<string> = new Set([
  ...scalarTypes,
  ...['boolean', 'date', 'double', 'time', 'uuid', 'uniqueid'],
]);

/** `typeof(DateTime)`: the names of types have no case there. */
export function typeNames(errors: readonly KustoDiagnostic[], source: SourceText): Edit[] {
  return errors.flatMap(({ Code, Start, Length }) => {
    if (Code !== noType) return [];
    const written = source.text.slice(Start, Start + Length);
    const text = written.toLowerCase();
    if (text === written || !typeWords.has(text)) return [];
    return [{ start: source.toOriginal(Start), length: Length, text }];
  });
}

/**
 * A wildcard of project-reorder that no column fits. The binder makes a column of it, so it gives way to
 * another name of the list, which stays where it is put first, or to all columns.
 */
export function unfittingWildcards(
  errors: readonly KustoDiagnostic[],
  root: SyntaxNode,
  source: SourceText,
): Edit[] {
  const unknown = new Set(
    errors.filter(({ Code }) => noColumn.has(Code)).map(({ Start }) => Start),
  );
  const lists = new Set<SyntaxNode>();
  for (const start of unknown) {
    for (let node: SyntaxNode | undefined = root; node; node = childAt(node, start)) {
      if (kindOf(node) === 'ProjectReorderOperator' && hasKnownInput(node)) lists.add(node);
    }
  }
  return [...lists].flatMap((list) => {
    const names = elements(list, 'Expressions');
    const other = names.find(({ TextStart }) => !unknown.has(TextStart));
    return names.flatMap((name) => {
      if (!unknown.has(name.TextStart) || !textOf(name).includes('*')) return [];
      const start = source.toOriginal(name.TextStart);
      return [{ start, length: name.Width, text: other ? textOf(other) : '*' }];
    });
  });
}

/** A function's table of any columns has none before the call. */
function hasKnownInput({ Parent }: SyntaxNode): boolean {
  const input = Parent && optionalMember<Expression>(Parent, 'Expression');
  return columnsOf(input?.ResultType).length > 0;
}

const noArray = 'KS234';
const noBag = 'KS235';
const noElements = 'KS147';
const noDynamic = 'KS141';

/** What is said where text stands in the place of a dynamic value. */
const wantsDynamic: ReadonlySet<string> = new Set([noArray, noBag, noElements, noDynamic]);

/**
 * `AdditionalFields.Name`, `mv-expand LoggedOnUsers`: columns that hold JSON are text in Defender, and
 * dynamic in the workspace of the same name. There the text is parsed where it is read into.
 */
export function jsonReads(
  errors: readonly KustoDiagnostic[],
  root: SyntaxNode,
  source: SourceText,
  isJsonText: (column: string) => boolean,
): Edit[] {
  return errors.flatMap((error) => {
    if (!wantsDynamic.has(error.Code) && unresolvedName(error) === undefined) return [];
    for (let node: SyntaxNode | undefined = root; node; node = childAt(node, error.Start)) {
      const name = nameReadInto(node);
      if (!name || scalarTypeOf(name.ResultType) !== 'string') continue;
      if (!isJsonText(name.SimpleName ?? '')) continue;
      const start = source.toOriginal(name.TextStart);
      return [{ start, length: name.Width, text: `parse_json(${textOf(name)})` }];
    }
    return [];
  });
}

/** `evaluate bag_unpack(AdditionalFields)`, of which the binder does not complain: parsed in a step before it. */
export function unpackedTexts(
  node: SyntaxNode,
  source: SourceText,
  isJsonText: (column: string) => boolean,
): Edit[] {
  if (node.IsToken) return [];
  const within = children(node).flatMap((child) => unpackedTexts(child, source, isJsonText));
  if (kindOf(node) !== 'EvaluateOperator') return within;
  const call = optionalMember<SyntaxNode>(node, 'FunctionCall');
  if (!call || optionalMember(call, 'Name')?.SimpleName !== 'bag_unpack') return within;
  const [bag] = elements<Expression>(
    optionalMember<SyntaxNode>(call, 'ArgumentList'),
    'Expressions',
  );
  const isText =
    bag && kindOf(bag) === 'NameReference' && scalarTypeOf(bag.ResultType) === 'string';
  if (!isText || !isJsonText(bag.SimpleName ?? '')) return within;
  const name = textOf(bag);
  const text = `extend ${name} = parse_json(${name}) | `;
  return [...within, { start: source.toOriginal(node.TextStart), length: 0, text }];
}

/** The column in `Column.a["b"]`, or in `Name = Column`. */
function nameReadInto(node: SyntaxNode): Expression | undefined {
  const kind = kindOf(node);
  if (kind === 'NameReference') return node as Expression;
  if (!/^(Path|Element|SimpleNamed)Expression$/.test(kind)) return undefined;
  const base = optionalMember<Expression>(node, 'Expression');
  return base && nameReadInto(base);
}

const otherCount = 'KS119';

/** Plugins and functions that take more than the binder knows of. */
const grown: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  // A column instead of a test.
  ['count', new Set(['KS107'])],
  // A degree as the documentation writes it, without int().
  ['series_fit_poly', new Set(['KS107'])],
  // Fractions of a second.
  ['make_timespan', new Set(['KS134'])],
  ['bag_unpack', new Set(['KS107', otherCount])],
  // Without a prefix length.
  ['format_ipv4_mask', new Set([otherCount])],
  // A type behind the percentages.
  ['percentiles_array_tdigest', new Set(['KS107'])],
  ...[...unlisted.keys()].map((name) => [name, new Set([unknownPlugin])] as const),
  // A name that a function's body gives to a literal.
  ['datetime_add', new Set(['KS131'])],
  ['datetime_diff', new Set(['KS131'])],
  ['datetime_part', new Set(['KS131'])],
  // Periods by the calendar: week, month, year.
  ['activity_metrics', new Set(['KS138'])],
  ['activity_counts_metrics', new Set(['KS138'])],
  ['sliding_window_counts', new Set(['KS138'])],
]);

const noForm = 'KS127';
const wrongInContext = 'KS116';

/** Operators that put rows in an order, which takes a dynamic value by its number or text. */
const sorting: ReadonlySet<string> = new Set(['SortOperator', 'TopOperator']);

const otherSide = 'KS183';

/** `$right.a == $left.b`, a join's condition the other way round. */
function isOfBothSides(node: SyntaxNode): boolean {
  return (
    kindOf(node) === 'EqualExpression' &&
    /^\(*\s*\$right\s*[.[]/.test(textOf(node)) &&
    /==\s*\(*\s*\$left\s*[.[]/.test(textOf(node))
  );
}

const declaredAlready = 'KS171';

/** Operands or an argument of a type that does not fit. */
const wrongTypes: ReadonlySet<string> = new Set(['KS106', 'KS107', 'KS141', noForm]);

/** What a function over series takes beside a series. */
const seriesTypes: ReadonlySet<ScalarType> = new Set(['dynamic', 'int', 'long', 'real', 'decimal']);

const tooMany = 'KS120';

/** Operators with a list, which has 32,768 values for the binder and a million for the service. */
const withList: ReadonlySet<string> = new Set([
  'InExpression',
  'InCsExpression',
  'NotInExpression',
  'NotInCsExpression',
  'HasAnyExpression',
  'HasAllExpression',
]);

/** About the number of its values, and not about one of them. */
function isAboutOperator(error: KustoDiagnostic, node: SyntaxNode): boolean {
  return error.Code === tooMany && optionalMember(node, 'Operator')?.TextStart === error.Start;
}

/** A complaint about arguments that the service takes. */
export function isOutdated(error: KustoDiagnostic, root: SyntaxNode): boolean {
  for (let node: SyntaxNode | undefined = root; node; node = childAt(node, error.Start)) {
    if (isAboutShape(error, node)) return true;
    if (wrongTypes.has(error.Code) && namesColumns(node)) return true;
    if (error.Code === otherSide && isOfBothSides(node)) return true;
    if (sorting.has(kindOf(node)) && error.Code === wrongInContext) return true;
    if (withList.has(kindOf(node)) && isAboutOperator(error, node)) return true;
    if (
      kindOf(node) === 'MakeGraphPartitionedByClause' &&
      /'graph-[\w-]+' is not/.test(error.Message)
    )
      return true;
    // Named again, a column stays where it was put first.
    if (kindOf(node) === 'ProjectReorderOperator' && error.Code === declaredAlready) return true;
    if (columnLists.has(kindOf(node)) && isUnmatchedWildcard(error, node)) return true;
    // It may name views of the query, and what is not there needs no restriction.
    if (kindOf(node) === 'RestrictStatement' && error.Code === 'KS142') return true;
    if (kindOf(node) !== 'FunctionCallExpression') continue;
    const name = optionalMember(node, 'Name')?.SimpleName;
    if (name && grown.get(name)?.has(error.Code) && isOf(error, node)) return true;
    if (name && isParsedAlready(error, name, node)) return true;
    if (unresolvedName(error) !== undefined && isOverInnerNodes(node)) return true;
  }
  return false;
}

/** Operators in which a wildcard may stand for no column at all: `project-away *1` behind any join. */
const columnLists: ReadonlySet<string> = new Set(['ProjectAwayOperator', 'ProjectKeepOperator']);

const noColumn: ReadonlySet<string> = new Set(['KS109', 'KS142']);

function isUnmatchedWildcard(error: KustoDiagnostic, list: SyntaxNode): boolean {
  if (!noColumn.has(error.Code)) return false;
  const names = optionalMember<SyntaxNode>(list, 'Expressions');
  const name = names && childAt(names, error.Start);
  return name?.TextStart === error.Start && textOf(name).includes('*');
}

/** What a dynamic value holds is known only when the query runs, whatever the binder makes of a literal. */
function isAboutShape(error: KustoDiagnostic, node: SyntaxNode): boolean {
  if (error.Code === noElements) {
    // The complaint is at the brackets, and an access to what they give begins where this one does.
    return (
      kindOf(node) === 'ElementExpression' &&
      node.TextStart + node.Width === error.Start + error.Length &&
      isDynamic(optionalMember<Expression>(node, 'Expression'))
    );
  }
  if (error.Code === noForm) {
    const name = optionalMember(node, 'Name')?.SimpleName ?? '';
    const list = optionalMember<SyntaxNode>(node, 'ArgumentList');
    const types = elements(list, 'Expressions').map(({ ResultType }) => scalarTypeOf(ResultType));
    return (
      name.startsWith('series_') &&
      takesArguments(name, types.length) &&
      types.includes('dynamic') &&
      types.every((type) => seriesTypes.has(type))
    );
  }
  if (error.Code !== noArray && error.Code !== noBag) return false;
  const isThere = node.TextStart === error.Start && node.Width === error.Length;
  return isThere && isDynamic(node as Expression);
}

/** About the call itself or an argument as a whole, not about what an argument is made of. */
function isOf(error: KustoDiagnostic, call: SyntaxNode): boolean {
  const values = elements(optionalMember<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  const end = error.Start + error.Length;
  const around = values.find((value) => {
    return value.TextStart <= error.Start && end <= value.TextStart + value.Width;
  });
  // One argument more or less is taken, none at all is not.
  if (error.Code === otherCount) return !around && values.length > 0;
  if (!around) return true;
  const named = kindOf(around) === 'SimpleNamedExpression';
  const value = (named && optionalMember<SyntaxNode>(around, 'Expression')) || around;
  return value.TextStart === error.Start && value.Width === error.Length;
}

const otherType = 'KS107';

/** The names of parse_json() that, for the binder, take text alone. */
const parsers: ReadonlySet<string> = new Set(['todynamic', 'toobject']);

/** `todynamic(Column)` of a dynamic column, which it leaves as it is. */
function isParsedAlready(error: KustoDiagnostic, name: string, call: SyntaxNode): boolean {
  if (error.Code !== otherType || !parsers.has(name)) return false;
  const [value] = elements<Expression>(
    optionalMember<SyntaxNode>(call, 'ArgumentList'),
    'Expressions',
  );
  return value?.TextStart === error.Start && isDynamic(value);
}

/**
 * A function whose arguments name columns: for the binder these have the type of what stands in for a
 * missing one, for the service that of the column in each call.
 */
function namesColumns(node: SyntaxNode): boolean {
  return (
    kindOf(node) === 'FunctionDeclaration' &&
    /\bcolumn_?ifexists\s*\(\s*[A-Za-z_]/.test(textOf(node))
  );
}

function isDynamic(node: Expression | undefined): boolean {
  const type = node?.ResultType;
  return type != null && scalarTypeOf(type) === 'dynamic';
}

/** `map(inner_nodes(e), Name)`: the binder finds the nodes' columns only behind a pipe of its own. */
function isOverInnerNodes(call: SyntaxNode): boolean {
  const [first] = elements(optionalMember<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  return (
    first !== undefined &&
    kindOf(first) === 'FunctionCallExpression' &&
    optionalMember(first, 'Name')?.SimpleName === 'inner_nodes'
  );
}

export function unresolvedName(error: KustoDiagnostic): string | undefined {
  return /^The name '([\s\S]*)' does not refer to any known/.exec(error.Message)?.[1];
}

interface Place {
  readonly node: SyntaxNode;
  readonly start: number;
  readonly end: number;
}

/** The parser looks for the place of a node anew each time, down to its first token. */
const places = new WeakMap<SyntaxNode, readonly Place[]>();

/** The children that have text, in its order. */
function placesIn(node: SyntaxNode): readonly Place[] {
  const known = places.get(node);
  if (known) return known;
  const found = children(node).flatMap((child): Place[] => {
    if (child.IsToken || child.Width <= 0) return [];
    const start = child.TextStart;
    return [{ node: child, start, end: start + child.Width }];
  });
  places.set(node, found);
  return found;
}

/** The child in which a position lies. */
export function childAt(node: SyntaxNode, position: number): SyntaxNode | undefined {
  const all = placesIn(node);
  let [first, behind] = [0, all.length];
  while (first < behind) {
    const middle = (first + behind) >> 1;
    if ((all[middle]?.end ?? 0) <= position) first = middle + 1;
    else behind = middle;
  }
  const place = all[first];
  return place && place.start <= position ? place.node : undefined;
}
