import {
  type BoundColumn,
  type BoundTable,
  type ColumnList,
  type DotNetList,
  language,
  listOf,
} from '../language.js';

interface FindBinder {
  readonly _binder: {
    GetFindTables(operator: FindOperator): DotNetList<BoundTable>;
    GetReferencedColumnsInTree(condition: unknown, columns: Pick<ColumnList, 'add'>): void;
  };
  VisitFindOperator(this: FindBinder, operator: FindOperator): { ResultType: BoundTable };
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

interface FindBinding {
  readonly Binder: {
    readonly NodeBinder: {
      readonly prototype: FindBinder;
      ReferencesAllTablesImplicitly(operator: FindOperator): boolean;
    };
  };
}

const { NodeBinder } = (language.Binding as FindBinding).Binder;

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
export function repairFinds(): void {
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
    tables.length > 1 && !NodeBinder.ReferencesAllTablesImplicitly(operator)
      ? (columns: readonly BoundColumn[]) => columns.some(({ Name }) => named.has(Name))
      : () => true;
  const found = new Map<string, Map<string, BoundColumn['Type']>>();
  for (const { Name, Type } of tables.filter(isRead).flat()) {
    found.set(Name, (found.get(Name) ?? new Map()).set(Type.Name, Type));
  }
  return found;
}
