import { type DotNetList, dotNetArray, language, listOf, type TableSymbol } from '../language.js';

interface DatabaseBinder {
  /** The tables that are read where a query names none. */
  GetImpliedTables(this: DatabaseBinder): DotNetList<TableSymbol>;
}

interface TableBinding {
  readonly Binder: {
    readonly prototype: DatabaseBinder;
    GetWildcardSymbols(
      pattern: string,
      symbols: DotNetList<object>,
      matching: DotNetList<object>,
    ): void;
  };
}

const unlisted = new WeakSet<object>();

/** The table is read only where a query names it in full: no star, wildcard or search stands for it. */
export function leaveUnlisted(table: TableSymbol): TableSymbol {
  unlisted.add(table);
  return table;
}

/** The binder has a list of tables for each such place, which the columns there are made of. */
export function repairListedTables(): void {
  const { Binder } = language.Binding as TableBinding;
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
