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

const notYet = 'Quarry does not have it yet';

/** Functions that have a meaning here and wait to be written; one that a registry has is not refused. */
const unwritten = `
  tdigest_isvalid hll_isvalid series_fir series_stats series_stats_dynamic
  series_fft series_ifft series_fit_line series_fit_line_dynamic series_fit_2lines
  series_fit_2lines_dynamic series_outliers series_iir series_periods_detect
  series_periods_validate series_fill_backward series_fill_forward series_fill_const
  series_fill_linear series_fit_poly series_add series_subtract series_multiply
  series_divide series_pow series_greater series_greater_equals series_less
  series_less_equals series_equals series_not_equals series_exp series_sign series_abs
  series_sin series_asin series_cos series_acos series_tan series_atan series_magnitude
  series_sum series_product series_log series_floor series_ceiling array_sum series_seasonal
  series_decompose series_decompose_forecast series_decompose_anomalies
  series_pearson_correlation series_dot_product series_cosine_similarity geo_from_wkt
  geo_angle geo_azimuth geo_closest_point_on_line geo_closest_point_on_polygon
  geo_distance_2points geo_distance_point_to_line geo_distance_point_to_polygon
  geo_point_in_circle geo_point_in_polygon geo_intersects_2lines
  geo_intersects_line_with_polygon geo_intersects_2polygons geo_intersection_2lines
  geo_intersection_line_with_polygon geo_intersection_2polygons geo_union_polygons_array
  geo_simplify_polygons_array geo_union_lines_array geo_polygon_to_h3cells
  geo_polygon_to_s2cells geo_polygon_densify geo_polygon_area geo_polygon_buffer
  geo_polygon_centroid geo_polygon_perimeter geo_polygon_simplify geo_line_length
  geo_line_buffer geo_line_centroid geo_line_densify geo_line_simplify geo_line_locate_point
  geo_line_interpolate_point geo_line_to_s2cells geo_point_to_geohash
  geo_geohash_to_central_point geo_geohash_to_polygon geo_geohash_neighbors geo_point_buffer
  geo_point_to_s2cell geo_s2cell_to_central_point geo_s2cell_to_polygon geo_s2cell_neighbors
  geo_point_to_h3cell geo_h3cell_to_central_point geo_h3cell_to_polygon geo_h3cell_neighbors
  geo_h3cell_children geo_h3cell_parent geo_h3cell_rings geo_h3cell_level node_id
  column_names_of passthrough
`;

export const refusedFunctions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    unwritten
      .trim()
      .split(/\s+/)
      .map((name) => [name, notYet]),
  ),
  cluster: otherClusters,
  database: otherClusters,
  external_table: otherClusters,
  materialized_view: otherClusters,
  entity_group: otherClusters,
  stored_query_result: otherClusters,
  hash_combine: unknownHash,
  hash_many: unknownHash,
  graph: 'graphs are made in the query, by make-graph',
  current_cluster_endpoint: azure,
  current_database: azure,
  current_principal: azure,
  current_principal_details: azure,
  current_principal_is_member_of: azure,
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
