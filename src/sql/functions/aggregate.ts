import type { AggregateFunction } from '../functions.js';
import { collectionAggregates } from './aggregate/collection.js';
import { countAggregates } from './aggregate/count.js';
import { numberAggregates } from './aggregate/number.js';
import { percentileAggregates } from './aggregate/percentile.js';
import { pluginAggregates } from './aggregate/plugin.js';
import { rowAggregates } from './aggregate/row.js';
import { schemaAggregates } from './aggregate/schema.js';
import { seriesAggregates } from './aggregate/series.js';
import { sketchAggregates } from './aggregate/sketch.js';

/** Every aggregate function, by KQL's name. */
export const aggregateFunctions: Readonly<Record<string, AggregateFunction>> = {
  ...countAggregates,
  ...numberAggregates,
  ...rowAggregates,
  ...collectionAggregates,
  ...percentileAggregates,
  ...schemaAggregates,
  ...seriesAggregates,
  ...sketchAggregates,
  ...pluginAggregates,
};
