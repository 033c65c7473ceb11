import {
  type BoundColumn,
  type ColumnList,
  type DotNetList,
  dotNetArray,
  language,
  listOf,
} from '../language.js';

/** Columns by their names and types. */
interface ColumnMap {
  Add(this: ColumnMap, column: BoundColumn): void;
  AddRange(this: ColumnMap, columns: DotNetList<BoundColumn>): void;
  /** One for all types that are the same to it. */
  GetTypeKey(this: ColumnMap, type: unknown): unknown;
}

interface UnionBinding {
  readonly ColumnMap: { readonly prototype: ColumnMap };
  readonly Binder: { UnifyColumnsWithSameNameAndType(columns: ColumnList): void };
}

const binding = language.Binding as UnionBinding;

export function repairUnions(): void {
  noteOriginsOnce();
  keepEveryType();
  leaveOutGuesses();
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

/**
 * The binder groups the columns of a union by name and type, and loses one of another type that comes behind two
 * of the same: `a: long`, `a: long`, `a: string` were one column. With the first of each type before all others,
 * it keeps them.
 */
function keepEveryType(): void {
  binding.ColumnMap.prototype.AddRange = function (columns) {
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

/** Columns of what a fuzzy union does without are guessed, and no type beside that of those which are there. */
function leaveOutGuesses(): void {
  const { Binder } = binding;
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
