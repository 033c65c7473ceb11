import type { FastifyInstance } from 'fastify';
import { describeTable, listTables } from '../../catalog/describe.js';
import { parametersOf } from '../../catalog/parameters.js';
import type { Catalog, StoredFunction } from '../../catalog/types.js';
import type { TableStatistics } from '../../hunting/statistics.js';
import { authorizeData } from '../../identity/authorize.js';
import type { Principal } from '../../identity/principal.js';
import type { SupportMatrix } from '../../support.js';
import { principalOf } from '../access.js';
import { hunters } from './hunt.js';

/** All that can be hunted in, and how much of it the caller may see. */
export function schemaRoute(
  app: FastifyInstance,
  parts: {
    readonly catalog: (principal: Principal) => Promise<Catalog>;
    readonly statistics: (principal: Principal) => Promise<ReadonlyMap<string, TableStatistics>>;
    readonly support: (principal: Principal) => Promise<SupportMatrix>;
  },
): void {
  let builtIns: ReturnType<typeof builtInsOf> | undefined;
  app.get('/api/quarry/schema', { config: hunters }, async (request) => {
    const principal = principalOf(request);
    authorizeData(principal);
    const catalog = await parts.catalog(principal);
    const statistics = await parts.statistics(principal);
    builtIns ??= builtInsOf(await parts.support(principal));
    return {
      version: catalog.version,
      tables: listTables(catalog).map(({ name }) => tableOf(catalog, name, statistics.get(name))),
      functions: catalog.functions.map(functionOf),
      builtIns,
    };
  });
}

const empty: TableStatistics = { rows: 0, bytes: 0, firstEvent: null, lastEvent: null };

function tableOf(catalog: Catalog, name: string, statistics: TableStatistics = empty) {
  const table = describeTable(catalog, name);
  return {
    name,
    category: table?.category,
    description: table?.summary,
    note: table?.note,
    replacedBy: table?.replacedBy,
    timeColumn: table?.timeColumn,
    columns: (table?.columns ?? []).map(({ name: column, type, summary, visible }) => ({
      name: column,
      type,
      description: summary,
      // Not part of `*`: known where the query names it.
      ...(!visible && { hidden: true }),
    })),
    actionTypes: table?.actionTypes ?? [],
    ...statistics,
  };
}

function functionOf({ name, summary, parameters, body, doc }: StoredFunction) {
  return {
    name,
    signature: `${name}(${parameters})`,
    parameters: parametersOf(parameters),
    description: summary,
    documentation: doc,
    body,
  };
}

/** What there is to know of Kusto's own functions and plugins here: examples that are tested, traps, refusals. */
function builtInsOf({ scalar, aggregate, plugin }: SupportMatrix) {
  const all = [
    ...scalar.map((each) => ({ ...each, kind: 'scalar' })),
    ...aggregate.map((each) => ({ ...each, kind: 'aggregate' })),
    ...plugin.map((each) => ({ ...each, kind: 'plugin' })),
  ];
  return all.map(({ name, kind, examples = [], trap, refused }) => ({
    name,
    kind,
    examples: examples.map(([kql, value]) => ({ kql, value })),
    note: trap,
    refused,
  }));
}
