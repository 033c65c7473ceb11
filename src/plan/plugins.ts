import { preview } from './operators/fork.js';
import type { Plugin } from './plugin.js';
import {
  activeUsersCount,
  activityCountsMetrics,
  activityEngagement,
  activityMetrics,
  sessionCount,
  slidingWindowCounts,
} from './plugins/activity.js';
import { autocluster } from './plugins/autocluster.js';
import { bagUnpack } from './plugins/bag-unpack.js';
import { funnelSequenceCompletion } from './plugins/funnel.js';
import { geoLineLookup, geoPolygonLookup } from './plugins/geo-lookup.js';
import { ipv4Lookup, ipv6Lookup } from './plugins/ip-lookup.js';
import { newActivityMetrics } from './plugins/new-activity.js';
import { basket, diffPatterns } from './plugins/patterns.js';
import { pivot } from './plugins/pivot.js';
import { refusedPlugins } from './plugins/refused.js';
import { rollingPercentile } from './plugins/rolling-percentile.js';
import { dcountIntersect, estimateRowsCount, identity, narrow, rowsNear } from './plugins/rows.js';
import { schemaMerge } from './plugins/schema-merge.js';
import { sequenceDetect } from './plugins/sequence-detect.js';

/** Every plugin of `evaluate`, by KQL's name. */
export const plugins: Readonly<Record<string, Plugin>> = {
  active_users_count: activeUsersCount,
  activity_counts_metrics: activityCountsMetrics,
  activity_engagement: activityEngagement,
  activity_metrics: activityMetrics,
  autocluster,
  bag_unpack: bagUnpack,
  basket,
  dcount_intersect: dcountIntersect,
  diffpatterns: diffPatterns,
  estimate_rows_count: estimateRowsCount,
  funnel_sequence_completion: funnelSequenceCompletion,
  geo_line_lookup: geoLineLookup,
  geo_polygon_lookup: geoPolygonLookup,
  identity,
  ipv4_lookup: ipv4Lookup,
  ipv6_lookup: ipv6Lookup,
  narrow,
  new_activity_metrics: newActivityMetrics,
  pivot,
  preview,
  rolling_percentile: rollingPercentile,
  rows_near: rowsNear,
  schema_merge: schemaMerge,
  sequence_detect: sequenceDetect,
  session_count: sessionCount,
  sliding_window_counts: slidingWindowCounts,
  ...refusedPlugins,
};
