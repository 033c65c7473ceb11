import { type DotNetList, language, listOf, type TableSymbol } from '../language.js';

interface FunctionCall {
  readonly Name: { readonly SimpleName: string };
  readonly ArgumentList: {
    readonly Expressions: DotNetList<{ readonly Element$1: { readonly SimpleName?: string } }>;
  };
}

interface NameBinding {
  readonly Binder: {
    GetFunctionResultName(
      call: FunctionCall,
      defaultName: string,
      row: TableSymbol | null,
    ): string | null;
  };
}

/** A `covariance(x, y)` without a name is called after both; the binder knows the first alone. */
export function repairNames(): void {
  const { Binder } = language.Binding as NameBinding;
  const resultName = Binder.GetFunctionResultName.bind(Binder);
  Binder.GetFunctionResultName = (call, defaultName, row) => {
    const name = resultName(call, defaultName, row);
    if (!call.Name.SimpleName.startsWith('covariance')) return name;
    const [x, y] = listOf(call.ArgumentList.Expressions).map(({ Element$1 }) => Element$1);
    const isAggregate = x?.SimpleName && name === `${call.Name.SimpleName}_${x.SimpleName}`;
    return isAggregate && y?.SimpleName ? `${name}_${y.SimpleName}` : name;
  };
}
