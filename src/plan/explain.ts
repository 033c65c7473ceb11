import { unreachable } from '../errors.js';
import { literalJson } from '../kql/literals.js';
import {
  type LogicalPlan,
  type PlanColumn,
  type PlanExpression,
  type SortKey,
  tablesBelow,
} from './plan.js';

/** The plan as an indented text: a line for each node, its inputs below it. */
export function explainPlan(plan: LogicalPlan): string {
  const lines: string[] = [];
  const shown = new Set<number>();
  const visit = (node: LogicalPlan, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${describe(node)}`);
    if (node.kind === 'shared') {
      if (shown.has(node.shared.id)) return;
      shown.add(node.shared.id);
    }
    for (const input of tablesBelow(node)) visit(input, depth + 1);
  };
  visit(plan, 0);
  return lines.join('\n');
}

function describe(plan: LogicalPlan): string {
  switch (plan.kind) {
    case 'scan': {
      const window = [plan.from?.toISOString() ?? '', plan.to?.toISOString() ?? ''].join(' .. ');
      const groups = plan.deviceGroups ? `, device groups: ${plan.deviceGroups.join(', ')}` : '';
      return `scan ${plan.table} [${plan.timeColumn ?? 'no time column'}: ${window}${groups}]`;
    }
    case 'values':
      return `values (${names(plan.columns)}) ${plan.rows.length} rows`;
    case 'range':
      return `range ${name(plan.column)} from ${text(plan.from)} to ${text(plan.to)} step ${text(plan.step)}`;
    case 'project': {
      const made = plan.columns.filter(
        ({ column, expression }) => !(expression.kind === 'column' && expression.column === column),
      );
      const passed = plan.columns.length - made.length;
      const parts = made.map(({ column, expression }) => `${name(column)} = ${text(expression)}`);
      return `project ${[...parts, ...(passed > 0 ? [`${passed} as they are`] : [])].join(', ')}`;
    }
    case 'filter':
      return `filter ${text(plan.condition)}`;
    case 'aggregate': {
      const keys = plan.keys.map(
        ({ column, expression }) => `${name(column)} = ${text(expression)}`,
      );
      const values = plan.aggregates.map(
        (each) => `${name(each.column)} = ${each.name}(${each.arguments.map(text).join(', ')})`,
      );
      return `aggregate ${values.join(', ')} by ${keys.join(', ')}`;
    }
    case 'join': {
      const on = plan.on.map((pair) => `${text(pair.left)} == ${text(pair.right)}`);
      return `join ${plan.join}${plan.uniqueLeft ? ', left rows unique by key' : ''} on ${on.join(' and ')}`;
    }
    case 'sort':
      return `sort ${plan.keys.map(sortKey).join(', ')}`;
    case 'limit':
      return `limit ${text(plan.count)}${plan.by.length > 0 ? ` by ${names(plan.by)}` : ''}`;
    case 'union':
      return `union (${names(plan.columns)})`;
    case 'unnest':
      return `unnest ${plan.items.map(({ column, expression }) => `${name(column)} = ${text(expression)}`).join(', ')}`;
    case 'window':
      return `window ${plan.functions.map((each) => `${name(each.column)} = ${each.name}(${each.arguments.map(text).join(', ')})`).join(', ')}`;
    case 'fold':
      return `fold ${plan.steps.map(({ column, expression }) => `${name(column)} = ${text(expression)}`).join(', ')}`;
    case 'shared':
      return `shared #${plan.shared.id}${plan.shared.materialized ? ' (materialized)' : ''}`;
    default:
      return unreachable(plan);
  }
}

function sortKey({ expression, descending, nullsFirst }: SortKey): string {
  return `${text(expression)} ${descending ? 'desc' : 'asc'} nulls ${nullsFirst ? 'first' : 'last'}`;
}

function name(column: PlanColumn): string {
  return `${column.name}#${column.id}`;
}

function names(columns: readonly PlanColumn[]): string {
  return columns.map(name).join(', ');
}

function text(expression: PlanExpression): string {
  switch (expression.kind) {
    case 'column':
      return name(expression.column);
    case 'literal':
      return literalJson(expression);
    case 'scalarSubquery':
      return `toscalar(${describe(expression.input)} …)`;
    case 'tableArgument':
      return `(${describe(expression.input)} …)`;
    case 'call':
      return `${expression.name}(${expression.arguments.map(text).join(', ')})`;
    default:
      return unreachable(expression);
  }
}
