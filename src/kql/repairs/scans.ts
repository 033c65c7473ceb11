import { type BoundTable, type DotNetList, language, listOf } from '../language.js';

interface ScanBinder {
  VisitScanOperator(this: ScanBinder, operator: ScanOperator): { ResultType: BoundTable };
}

interface ScanOperator {
  readonly Parameters: DotNetList<{ readonly Name: { readonly SimpleName: string } }>;
}

interface ScanBinding {
  readonly Binder: { readonly NodeBinder: { readonly prototype: ScanBinder } };
}

/** A `scan` numbers its sequences where it is asked to; the binder has a column for that in each. */
export function repairScans(): void {
  const { NodeBinder } = (language.Binding as ScanBinding).Binder;
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
