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
      GetTrulyOriginalColumns(columns: DotNetList<unknown>): DotNetList<unknown>;
    };
    readonly Symbol: unknown;
  };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, number>> };
  readonly Functions: { readonly All: DotNetList<BuiltIn> };
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
