import { describeTable, listTables } from '../../catalog/describe.js';
import { typeNames } from '../../catalog/type-names.js';
import type { Catalog } from '../../catalog/types.js';

/** What can be hunted in, as Graph lists it. */
export function huntingSchema(root: string, catalog: Catalog) {
  return {
    '@odata.context': `${root}/$metadata#microsoft.graph.security.huntingSchema`,
    tables: listTables(catalog).map(({ name, summary }) => ({
      name,
      description: summary,
      columns: (describeTable(catalog, name)?.columns ?? [])
        .filter(({ visible }) => visible)
        .map((column) => ({
          name: column.name,
          type: typeNames[column.type],
          description: column.summary,
        })),
    })),
    functions: catalog.functions.map(({ name, summary, parameters }) => ({
      name,
      description: summary,
      parameters,
    })),
  };
}
