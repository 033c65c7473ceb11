/**
 * Tabular operators and plugins that Quarry refuses, and why. With the registries they account for the
 * whole of Microsoft's lists: a test walks those, and the support matrix is made from both.
 */

const oneTable = 'the hunting API returns one table, and it makes several';
const internal = 'it is internal to Azure Data Explorer and undocumented';
const code = 'it runs code of the query on the server';
const network = 'it calls other services from the server';
const azure = 'it exists only inside Azure Data Explorer';

const notYet = 'Quarry does not have it yet';

/** By the parser's name of the node. */
export const refusedOperators: Readonly<Record<string, string>> = {
  MakeSeriesOperator: notYet,
  ReduceByOperator: notYet,
  BadQueryOperator: 'it stands for text that is no operator',
  AssertSchemaOperator: internal,
  ExecuteAndCacheOperator: internal,
  FacetOperator: oneTable,
  ForkOperator: oneTable,
  MacroExpandOperator: 'it repeats a query over several databases, and a hunt has one',
  PartitionByOperator: internal,
  GraphWhereNodesOperator: 'filter the tables of nodes and edges before make-graph instead',
  GraphWhereEdgesOperator: 'filter the tables of nodes and edges before make-graph instead',
};

/** Plugins that have a meaning here and wait to be written; one that the registry has is not refused. */
const unwritten = `
  active_users_count activity_counts_metrics activity_engagement activity_metrics
  autocluster bag_unpack basket dcount_intersect diffpatterns funnel_sequence
  funnel_sequence_completion geo_polygon_lookup geo_line_lookup ipv4_lookup ipv6_lookup
  narrow new_activity_metrics pivot preview rolling_percentile rows_near session_count
  sequence_detect sliding_window_counts
`;

export const refusedPlugins: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    unwritten
      .trim()
      .split(/\s+/)
      .map((name) => [name, notYet]),
  ),
  azure_digital_twins_query_request: network,
  cosmosdb_sql_request: network,
  http_request: network,
  http_request_post: network,
  sql_request: network,
  mysql_request: network,
  postgresql_request: network,
  dax_request: network,
  external_datatable: network,
  ai_embed_text: network,
  ai_embeddings: network,
  ai_chat_completion: network,
  ai_chat_completion_prompt: network,
  python: code,
  r: code,
  csharp: code,
  execute_query: azure,
  execute_show_command: azure,
  estimate_rows_count: azure,
  infer_storage_schema: azure,
  infer_storage_schema_with_suggestions: azure,
  identity: internal,
  identity_v3: internal,
};
