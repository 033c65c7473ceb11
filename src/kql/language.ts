import { createRequire } from 'node:module';

/**
 * Microsoft's Kusto.Language, transpiled to JavaScript. It registers itself as a global; this module is
 * the only one that touches it. Members keep their .NET names.
 */
export interface KustoLanguage {
  readonly KustoCode: {
    Parse(text: string): KustoCode;
    ParseAndAnalyze(text: string, globals: GlobalState): KustoCode;
  };
  readonly GlobalState: { readonly Default: GlobalState };
  readonly Symbols: {
    readonly TableSymbol: {
      /** Name, schema as `(a: string, b: long)`, description. */
      readonly $ctor7: new (
        name: string,
        schema: string,
        description: string | null,
      ) => TableSymbol;
    };
    readonly DatabaseSymbol: {
      readonly $ctor1: new (name: string, members: unknown, isOpen: boolean) => unknown;
    };
    readonly FunctionSymbol: FunctionSymbolConstructors;
    readonly ColumnSymbol: {
      new (
        name: string,
        type: BoundColumn['Type'],
        description: undefined,
        originalColumns: readonly BoundColumn[],
      ): BoundColumn;
      GetTrulyOriginalColumns(columns: DotNetList<unknown>): DotNetList<unknown>;
    };
    readonly Symbol: unknown;
  };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, number>> };
  readonly Binding: {
    readonly ColumnMap: { readonly prototype: ColumnMap };
    readonly Binder: {
      UnifyColumnsWithSameNameAndType(columns: ColumnList): void;
      GetFunctionResultName(
        call: FunctionCall,
        defaultName: string,
        row: TableSymbol | null,
      ): string | null;
      readonly prototype: DatabaseBinder;
      GetWildcardSymbols(
        pattern: string,
        symbols: DotNetList<object>,
        matching: DotNetList<object>,
      ): void;
      readonly TreeBinder: { readonly prototype: TreeBinder };
      readonly NodeBinder: {
        readonly prototype: NodeBinder & FindBinder & ScanBinder;
        ReferencesAllTablesImplicitly(operator: FindOperator): boolean;
      };
      GetGraphSymbol(operator: unknown): GraphSymbol | null;
    };
  };
  readonly Functions: {
    readonly All: DotNetList<BuiltIn>;
    readonly NodeDegreeIn: GraphFunction;
    readonly NodeDegreeOut: GraphFunction;
    readonly Labels: GraphFunction;
  };
  readonly Aggregates: { readonly All: DotNetList<BuiltIn> };
  readonly PlugIns: { readonly All: DotNetList<BuiltIn> };
}

interface FunctionSymbolConstructors {
  /** Name, parameter list as `(a: string)`, body as `{ … }`, description. */
  readonly $ctor6?: new (
    ...parameters: readonly unknown[]
  ) => unknown;
  readonly [name: string]: unknown;
}

interface GraphSymbol {
  readonly EdgeShape: TableSymbol | null;
  readonly NodeShape: TableSymbol | null;
}

interface GraphFunction {
  CustomAvailability(context: { readonly Location: PlacedNode }): boolean;
}

interface PlacedNode {
  readonly Kind: number;
  readonly Parent: PlacedNode | null;
}

interface BoundColumn {
  readonly Name: string;
  readonly Type: { readonly Name: string };
}

interface FoundTable extends TableSymbol {
  readonly Columns: DotNetList<BoundColumn>;
  WithColumns$1(columns: readonly BoundColumn[]): FoundTable;
}

interface FunctionCall {
  readonly Name: { readonly SimpleName: string };
  readonly ArgumentList: {
    readonly Expressions: DotNetList<{ readonly Element$1: { readonly SimpleName?: string } }>;
  };
}

interface DatabaseBinder {
  /** The tables that are read where a query names none. */
  GetImpliedTables(this: DatabaseBinder): DotNetList<TableSymbol>;
}

interface ScanBinder {
  VisitScanOperator(this: ScanBinder, operator: ScanOperator): { ResultType: FoundTable };
}

interface ScanOperator {
  readonly Parameters: DotNetList<{ readonly Name: { readonly SimpleName: string } }>;
}

interface FindBinder {
  readonly _binder: {
    GetFindTables(operator: FindOperator): DotNetList<FoundTable>;
    GetReferencedColumnsInTree(condition: unknown, columns: Pick<ColumnList, 'add'>): void;
  };
  VisitFindOperator(this: FindBinder, operator: FindOperator): { ResultType: FoundTable };
}

interface FindOperator {
  readonly Condition: unknown;
  readonly Project: {
    readonly ProjectKeyword: { readonly Text: string };
    readonly Columns: DotNetList<{
      readonly Element$1: { readonly Column?: { readonly SimpleName?: string } };
    }>;
  } | null;
}

interface ColumnList extends DotNetList<BoundColumn> {
  add(column: BoundColumn): void;
  clear(): void;
}

/** Columns by their names and types. */
interface ColumnMap {
  Add(this: ColumnMap, column: BoundColumn): void;
  AddRange(this: ColumnMap, columns: DotNetList<BoundColumn>): void;
  /** One for all types that are the same to it. */
  GetTypeKey(this: ColumnMap, type: unknown): unknown;
}

/** What goes through a tree and binds its nodes. */
interface TreeBinder {
  readonly _binder: { _rowScope: TableSymbol | null };
  DefaultVisit(this: TreeBinder, operator: unknown): void;
  VisitGraphWhereNodesOperator(this: TreeBinder, operator: unknown): void;
  VisitGraphWhereEdgesOperator(this: TreeBinder, operator: unknown): void;
}

/** What says of one node what it is. */
interface NodeBinder {
  VisitGraphWhereNodesOperator(this: NodeBinder, operator: unknown): { ResultType: unknown };
  VisitGraphWhereEdgesOperator(this: NodeBinder, operator: unknown): { ResultType: unknown };
}

export interface BuiltIn {
  readonly Name: string;
}

export interface GlobalState {
  WithDatabase(database: unknown): GlobalState;
}

export interface KustoCode {
  readonly Text: string;
  readonly Syntax: unknown;
  readonly ResultType: unknown;
  GetDiagnostics(): DotNetList<KustoDiagnostic>;
  GetSyntaxDiagnostics(): DotNetList<KustoDiagnostic>;
}

export interface KustoDiagnostic {
  readonly Code: string;
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
  readonly Length: number;
}

export interface TableSymbol {
  readonly Name: string;
}

/** A .NET list or array as Bridge.NET shows it. */
export interface DotNetList<T> {
  readonly Count: number;
  getItem(index: number): T;
}

interface StringBuilder {
  buffer: unknown[];
  getLength(this: StringBuilder): number;
}

interface DotNetRuntime {
  readonly Text: { readonly StringBuilder: { readonly prototype: StringBuilder } };
  readonly Array: {
    init<T>(values: readonly T[], type: unknown): DotNetList<T>;
    getItem<T>(list: DotNetList<T>, index: number): T;
    getCount<T>(list: DotNetList<T>): number;
  };
}

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');

const globals = globalThis as unknown as {
  readonly Kusto: { readonly Language: KustoLanguage };
  readonly System: DotNetRuntime;
};

export const language: KustoLanguage = globals.Kusto.Language;

/** A .NET array of the values. */
export function dotNetArray<T>(values: readonly T[], type: unknown): DotNetList<T> {
  return globals.System.Array.init(values, type);
}

/** The values of a .NET list. */
export function listOf<T>(list: DotNetList<T> | null | undefined): T[] {
  if (!list) return [];
  const count = list.Count ?? globals.System.Array.getCount(list);
  return Array.from({ length: count }, (_, index) => globals.System.Array.getItem(list, index));
}

/**
 * The binder notes for each column of a union which columns it comes from, and one that comes twice it
 * notes twice: a union of a table with itself, of which there is a union with itself, and so on, doubles
 * the list each time. Each once says as much.
 */
function noteOriginsOnce(): void {
  const { ColumnSymbol } = language.Symbols;
  const origins = ColumnSymbol.GetTrulyOriginalColumns.bind(ColumnSymbol);
  ColumnSymbol.GetTrulyOriginalColumns = (columns) => {
    const found = origins(columns);
    const noted = listOf(found);
    const distinct = [...new Set(noted)];
    return distinct.length === noted.length ? found : dotNetArray(distinct, ColumnSymbol);
  };
}

noteOriginsOnce();

/**
 * Texts are put together of pieces, and a text that is asked for its length joined all of them each time: a
 * literal of 100,000 values, which is asked between any two of its tokens, took minutes. Added to each other,
 * pieces are copied when the text is read.
 */
function addPieces(): void {
  globals.System.Text.StringBuilder.prototype.getLength = function () {
    const [first = '', ...others] = this.buffer;
    if (others.length > 0) this.buffer = [others.reduce((text, piece) => `${text}${piece}`, first)];
    return String(this.buffer[0] ?? '').length;
  };
}

addPieces();

/**
 * The binder groups the columns of a union by name and type, and loses one of another type that comes behind two
 * of the same: `a: long`, `a: long`, `a: string` were one column. With the first of each type before all others,
 * it keeps them.
 */
function keepEveryType(): void {
  language.Binding.ColumnMap.prototype.AddRange = function (columns) {
    const types = new Map<string, Set<unknown>>();
    const firsts: BoundColumn[] = [];
    const others: BoundColumn[] = [];
    for (const column of listOf(columns)) {
      const known = types.get(column.Name) ?? new Set();
      const type = this.GetTypeKey(column.Type);
      (known.has(type) ? others : firsts).push(column);
      types.set(column.Name, known.add(type));
    }
    for (const column of [...firsts, ...others]) this.Add(column);
  };
}

keepEveryType();

/** Columns of what a fuzzy union does without are guessed, and no type beside that of those which are there. */
function leaveOutGuesses(): void {
  const { Binder } = language.Binding;
  const unify = Binder.UnifyColumnsWithSameNameAndType.bind(Binder);
  const isGuess = ({ Type }: BoundColumn) => Type.Name === 'unknown';
  Binder.UnifyColumnsWithSameNameAndType = (columns) => {
    const all = listOf(columns);
    if (all.some(isGuess)) {
      const known = new Set(all.filter((column) => !isGuess(column)).map(({ Name }) => Name));
      columns.clear();
      for (const column of all)
        if (!isGuess(column) || !known.has(column.Name)) columns.add(column);
    }
    unify(columns);
  };
}

leaveOutGuesses();

/**
 * The binder knows the operators that filter a graph, but not what they filter: their conditions see the columns
 * of its nodes or its edges, and ask for the degree of a node without naming it. The result is that graph, which
 * the binder knows behind a pipe alone and not at the start of a sub-query (`partitioned-by`).
 */
function bindGraphFilters(): void {
  bindGraphFilter('VisitGraphWhereNodesOperator', 'NodeShape');
  bindGraphFilter('VisitGraphWhereEdgesOperator', 'EdgeShape');
  const { GraphWhereNodesOperator, GraphWhereEdgesOperator } = language.Syntax.SyntaxKind;
  const { NodeDegreeIn, NodeDegreeOut, Labels } = language.Functions;
  allowIn(NodeDegreeIn, [GraphWhereNodesOperator]);
  allowIn(NodeDegreeOut, [GraphWhereNodesOperator]);
  allowIn(Labels, [GraphWhereNodesOperator, GraphWhereEdgesOperator]);
}

function bindGraphFilter(visit: keyof NodeBinder, shape: keyof GraphSymbol): void {
  const { Binder } = language.Binding;
  const bound = Binder.NodeBinder.prototype[visit];
  Binder.NodeBinder.prototype[visit] = function (operator) {
    const info = bound.call(this, operator);
    info.ResultType = Binder.GetGraphSymbol(operator) ?? info.ResultType;
    return info;
  };
  Binder.TreeBinder.prototype[visit] = function (operator) {
    const outside = this._binder._rowScope;
    const graph = Binder.GetGraphSymbol(operator);
    // It takes what stands before the pipe for a graph, whatever it is.
    if (graph && shape in graph) this._binder._rowScope = graph[shape];
    try {
      this.DefaultVisit(operator);
    } finally {
      this._binder._rowScope = outside;
    }
  };
}

/** The function may also stand within nodes of these kinds. */
function allowIn(graphFunction: GraphFunction, kinds: readonly (number | undefined)[]): void {
  const isAvailable = graphFunction.CustomAvailability.bind(graphFunction);
  graphFunction.CustomAvailability = (context) =>
    isAvailable(context) || isWithin(context.Location, kinds);
}

function isWithin(node: PlacedNode | null, kinds: readonly (number | undefined)[]): boolean {
  for (let place = node; place; place = place.Parent) {
    if (kinds.includes(place.Kind)) return true;
  }
  return false;
}

bindGraphFilters();

const unlisted = new WeakSet<object>();

/** The table is read only where a query names it in full: no star, wildcard or search stands for it. */
export function leaveUnlisted(table: TableSymbol): TableSymbol {
  unlisted.add(table);
  return table;
}

/** The binder has a list of tables for each such place, which the columns there are made of. */
function findListedTables(): void {
  const { Binder } = language.Binding;
  const isListed = (symbol: object) => !unlisted.has(symbol);
  const implied = Binder.prototype.GetImpliedTables;
  const listed = new WeakMap<object, DotNetList<TableSymbol>>();
  Binder.prototype.GetImpliedTables = function () {
    const all = implied.call(this);
    const known =
      listed.get(all) ?? dotNetArray(listOf(all).filter(isListed), language.Symbols.TableSymbol);
    listed.set(all, known);
    return known;
  };
  const matched = Binder.GetWildcardSymbols.bind(Binder);
  Binder.GetWildcardSymbols = (pattern, symbols, matching) => {
    matched(
      pattern,
      dotNetArray(listOf(symbols).filter(isListed), language.Symbols.Symbol),
      matching,
    );
  };
}

findListedTables();

/** A `scan` numbers its sequences where it is asked to; the binder has a column for that in each. */
function numberNoSequencesUnasked(): void {
  const { NodeBinder } = language.Binding.Binder;
  const bound = NodeBinder.prototype.VisitScanOperator;
  NodeBinder.prototype.VisitScanOperator = function (operator) {
    const info = bound.call(this, operator);
    const isAsked = listOf(operator.Parameters).some(
      ({ Name }) => Name.SimpleName === 'with_match_id',
    );
    if (!isAsked) {
      info.ResultType = info.ResultType.WithColumns$1(listOf(info.ResultType.Columns).slice(0, -1));
    }
    return info;
  };
}

numberNoSequencesUnasked();

/** What the tables of a `find` call a column that has its type in its name. */
const foundNames = new WeakMap<object, string>();

/** What the tables of a `find` call the column, if its type is in its name. */
export function foundName(column: object): string | undefined {
  return foundNames.get(column);
}

/**
 * Where the tables of a `find` have a name with several types, each type has a column of its own behind the
 * others, and a type that the query chooses is in the name. The binder knows one column, which is dynamic.
 */
function splitFoundColumns(): void {
  const { NodeBinder } = language.Binding.Binder;
  const bound = NodeBinder.prototype.VisitFindOperator;
  NodeBinder.prototype.VisitFindOperator = function (operator) {
    const info = bound.call(this, operator);
    const columns = listOf(info.ResultType.Columns);
    const found = foundColumns(columns, foundTypes(this, operator), operator);
    if (found.length !== columns.length || found.some((column, index) => column !== columns[index]))
      info.ResultType = info.ResultType.WithColumns$1(found);
    return info;
  };
}

function foundColumns(
  columns: readonly BoundColumn[],
  typesByName: ReadonlyMap<string, ReadonlyMap<string, BoundColumn['Type']>>,
  { Project }: FindOperator,
): BoundColumn[] {
  const isListed = Project !== null && Project.ProjectKeyword.Text === 'project';
  const typed = new Set(
    isListed ? listOf(Project.Columns).map(({ Element$1 }) => Element$1.Column?.SimpleName) : [],
  );
  const taken = new Set(columns.map(({ Name }) => Name));
  const renamed = (column: BoundColumn, type: BoundColumn['Type']): BoundColumn => {
    const name = `${column.Name}_${type.Name}`;
    let free = name;
    for (let suffix = 1; taken.has(free); suffix++) free = `${name}${suffix}`;
    taken.add(free);
    const made = new language.Symbols.ColumnSymbol(free, type, undefined, [column]);
    foundNames.set(made, column.Name);
    return made;
  };
  const [source, ...others] = columns;
  const kept: BoundColumn[] = source ? [source] : [];
  const split: BoundColumn[] = [];
  for (const column of others) {
    const types = [...(typesByName.get(column.Name)?.values() ?? [])];
    if (types.length < 2) kept.push(column);
    else if (!isListed) split.push(...types.map((type) => renamed(column, type)));
    else kept.push(typed.has(column.Name) ? renamed(column, column.Type) : column);
  }
  const last = kept.at(-1);
  return last?.Name === 'pack_' ? [...kept.slice(0, -1), ...split, last] : [...kept, ...split];
}

/** By a column's name, the types that it has in the tables which the operator reads. */
function foundTypes(
  { _binder }: FindBinder,
  operator: FindOperator,
): Map<string, Map<string, BoundColumn['Type']>> {
  const tables = listOf(_binder.GetFindTables(operator)).map(({ Columns }) => listOf(Columns));
  const named = new Set<string>();
  const add = ({ Name }: BoundColumn): unknown => named.add(Name);
  _binder.GetReferencedColumnsInTree(operator.Condition, { add });
  const isRead =
    tables.length > 1 && !language.Binding.Binder.NodeBinder.ReferencesAllTablesImplicitly(operator)
      ? (columns: readonly BoundColumn[]) => columns.some(({ Name }) => named.has(Name))
      : () => true;
  const found = new Map<string, Map<string, BoundColumn['Type']>>();
  for (const { Name, Type } of tables.filter(isRead).flat()) {
    found.set(Name, (found.get(Name) ?? new Map()).set(Type.Name, Type));
  }
  return found;
}

splitFoundColumns();

/** A `covariance(x, y)` without a name is called after both; the binder knows the first alone. */
function nameCovariances(): void {
  const { Binder } = language.Binding;
  const resultName = Binder.GetFunctionResultName.bind(Binder);
  Binder.GetFunctionResultName = (call, defaultName, row) => {
    const name = resultName(call, defaultName, row);
    if (!call.Name.SimpleName.startsWith('covariance')) return name;
    const [x, y] = listOf(call.ArgumentList.Expressions).map(({ Element$1 }) => Element$1);
    const isAggregate = x?.SimpleName && name === `${call.Name.SimpleName}_${x.SimpleName}`;
    return isAggregate && y?.SimpleName ? `${name}_${y.SimpleName}` : name;
  };
}

nameCovariances();
