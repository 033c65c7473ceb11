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
  /** See `repairs/`. */
  readonly Binding: unknown;
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

export interface BoundColumn {
  readonly Name: string;
  readonly Type: { readonly Name: string };
}

export interface BoundTable extends TableSymbol {
  readonly Columns: DotNetList<BoundColumn>;
  WithColumns$1(columns: readonly BoundColumn[]): BoundTable;
}

export interface ColumnList extends DotNetList<BoundColumn> {
  add(column: BoundColumn): void;
  clear(): void;
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

interface DotNetRuntime {
  /** See `repairs/texts.ts`. */
  readonly Text: unknown;
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

export const runtime: DotNetRuntime = globals.System;

/** A .NET array of the values. */
export function dotNetArray<T>(values: readonly T[], type: unknown): DotNetList<T> {
  return runtime.Array.init(values, type);
}

/** The values of a .NET list. */
export function listOf<T>(list: DotNetList<T> | null | undefined): T[] {
  if (!list) return [];
  const count = list.Count ?? runtime.Array.getCount(list);
  return Array.from({ length: count }, (_, index) => runtime.Array.getItem(list, index));
}
