import { builtInNames } from './kql/builtins.js';
import { operatorPlanners } from './plan/operators.js';
import { plugins } from './plan/plugins.js';
import { refusedOperators } from './plan/refusals.js';
import { plannedFunctions } from './plan/scalar.js';
import { windowForms } from './plan/window-forms.js';
import { aggregateFunctions } from './sql/functions/aggregate.js';
import { scalarFunctions } from './sql/functions/scalar.js';
import { refusedFunctions } from './sql/refusals.js';

/** One name of Microsoft's lists: supported, or refused with a reason. */
export interface Support {
  readonly name: string;
  /** The page of Microsoft's reference. */
  readonly doc?: string | undefined;
  readonly trap?: string | undefined;
  readonly examples?: readonly (readonly [kql: string, value: string])[] | undefined;
  /** Why it is refused; absent where it is supported. */
  readonly refused?: string | undefined;
}

export interface SupportMatrix {
  readonly scalar: readonly Support[];
  readonly aggregate: readonly Support[];
  readonly plugin: readonly Support[];
  /** Tabular operators; `node` is the parser's name. */
  readonly operator: readonly (Support & { readonly node: string })[];
}

/** What of Microsoft's lists is answered and what is refused, from the registries and the refusal tables. */
export function supportMatrix(): SupportMatrix {
  return {
    scalar: builtInNames.scalar.flatMap((name): Support[] => {
      const entry = scalarFunctions[name];
      if (entry) return [{ name, doc: entry.doc, trap: entry.trap, examples: entry.examples }];
      if (plannedFunctions.has(name) || Object.hasOwn(windowForms, name)) return [{ name }];
      return refusal(name, refusedFunctions);
    }),
    aggregate: builtInNames.aggregate.flatMap((name): Support[] => {
      const entry = aggregateFunctions[name];
      if (entry) return [{ name, doc: entry.doc, trap: entry.trap, examples: entry.examples }];
      return refusal(name, refusedFunctions);
    }),
    // Those that are documented and not on the list, too.
    plugin: [...new Set([...builtInNames.plugin, ...Object.keys(plugins)])].flatMap((name) => {
      const entry = Object.hasOwn(plugins, name) ? plugins[name] : undefined;
      if (!entry) return [];
      const refused = 'refused' in entry ? entry.refused : undefined;
      return [{ name, doc: entry.doc, trap: entry.trap, refused }];
    }),
    operator: [
      ...Object.keys(operatorPlanners).map((node) => {
        const name = spelled(node);
        return { name, node, doc: `${name.replace(/ .*$/, '')}-operator` };
      }),
      ...Object.entries(refusedOperators).map(([node, refused]) => ({
        name: spelled(node),
        node,
        refused,
      })),
    ],
  };
}

function refusal(name: string, reasons: Readonly<Record<string, string>>): Support[] {
  const refused = Object.hasOwn(reasons, name) ? reasons[name] : undefined;
  return refused === undefined ? [] : [{ name, refused }];
}

/** `GraphToTableOperator` is `graph-to-table` in a query; a few are spelled otherwise. */
function spelled(node: string): string {
  const exceptions: Readonly<Record<string, string>> = {
    FilterOperator: 'where',
    GetSchemaOperator: 'getschema',
    ReduceByOperator: 'reduce by',
  };
  return (
    exceptions[node] ??
    node
      .replace(/Operator$/, '')
      .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
      .toLowerCase()
  );
}
