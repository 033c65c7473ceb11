import type { KustoDiagnostic } from './language.js';
import { unresolvedName } from './leniency.js';

const otherServices = 'a hunt reads the data of its own tenant and of no other service';

/** Functions of Azure Monitor that lead to other data; the parser, which is Azure Data Explorer's, has none of them. */
const functions: ReadonlyMap<string, string> = new Map(
  ['workspace', 'app', 'resource', 'adx', 'arg'].map((name) => [`${name}()`, otherServices]),
);

/** Functions that name what a tenant has none of, by the binder's code of a name that it does not know. */
const sources: Readonly<Record<string, { readonly what: string; readonly because: string }>> = {
  KS209: { what: 'external_table()', because: 'a tenant has no external tables' },
  KS210: { what: 'materialized_view()', because: 'a tenant has no materialized views' },
  KS248: { what: 'stored_query_result()', because: 'a tenant has no stored query results' },
};

const unknownFunction = 'KS211';

/** What the binder does not know, where it is the data of something that Quarry is not. */
export function refusedSource(error: KustoDiagnostic) {
  const source = Object.hasOwn(sources, error.Code) ? sources[error.Code] : undefined;
  if (source || error.Code !== unknownFunction) return source;
  const what = `${unresolvedName(error)}()`;
  const because = functions.get(what);
  return because === undefined ? undefined : { what, because };
}
