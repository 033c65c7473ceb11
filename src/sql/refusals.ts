/**
 * Functions of Microsoft's list that Quarry refuses, and why. Together with the registries they account
 * for the whole list: a test walks it, and the support matrix in the documentation is made from both.
 */

const otherClusters = 'a hunt reads the data of its own tenant and of no other database';
const azure = 'it exists only inside Azure Data Explorer';
const storage = 'it describes how Azure Data Explorer stores its data';
const internal = 'it is internal to Azure Data Explorer and undocumented';

const unknownHash =
  'Microsoft does not say how hashes are combined, so its values cannot be computed: hash strcat_delim() of the values instead';

const undocumented = 'Microsoft does not document what it answers';

export const refusedFunctions: Readonly<Record<string, string>> = {
  hll_isvalid: undocumented,
  tdigest_isvalid: undocumented,
  node_id: undocumented,
  passthrough: undocumented,
  cluster: otherClusters,
  database: otherClusters,
  external_table: otherClusters,
  materialized_view: otherClusters,
  entity_group: otherClusters,
  stored_query_result: otherClusters,
  hash_combine: unknownHash,
  hash_many: unknownHash,
  graph: 'graphs are made in the query, by make-graph',
  current_cluster_endpoint: 'a server does not know by which of its addresses it is called',
  current_principal_details:
    'what it tells of a caller, but for what current_principal() answers, is not known to Quarry',
  current_principal_is_member_of: 'the groups of a caller are not known to Quarry',
  current_node_id: azure,
  extent_id: storage,
  extentid: storage,
  extent_tags: storage,
  row_id: storage,
  rowstore_ordinal_range: storage,
  cursor_after: storage,
  cursor_before_or_at: storage,
  cursor_current: storage,
  current_cursor: storage,
  __lz4_compress_dynamic_array_to_base64_string: internal,
  __hash_crc32: internal,
  __hash_djb2: internal,
  __hash_xxh64: internal,
  __hash_many_crc32: internal,
  __hll_normalize: internal,
  __geo_polygon_s2cell_covering_level: internal,
  __geo_polygon_validate: internal,
  __geo_line_s2cell_covering_level: internal,
  __geo_line_validate: internal,
  __geo_length_to_s2cell_level: internal,
  __ipv6_lookup_ranges: internal,
  __invoke: internal,
  __cast: internal,
};
