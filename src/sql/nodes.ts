import type { NodeSelects } from './generation.js';
import { selectAggregate } from './nodes/aggregate.js';
import { selectFilter } from './nodes/filter.js';
import { selectFold } from './nodes/fold.js';
import { selectJoin } from './nodes/join.js';
import { selectLimit } from './nodes/limit.js';
import { selectProject } from './nodes/project.js';
import { selectRange } from './nodes/range.js';
import { selectScan } from './nodes/scan.js';
import { selectShared } from './nodes/shared.js';
import { selectSort } from './nodes/sort.js';
import { selectUnion } from './nodes/union.js';
import { selectUnnest } from './nodes/unnest.js';
import { selectValues } from './nodes/values.js';
import { selectWindow } from './nodes/window.js';

/** How each node of a plan is written. */
export const nodes: NodeSelects = {
  aggregate: selectAggregate,
  filter: selectFilter,
  fold: selectFold,
  join: selectJoin,
  limit: selectLimit,
  project: selectProject,
  range: selectRange,
  scan: selectScan,
  shared: selectShared,
  sort: selectSort,
  union: selectUnion,
  unnest: selectUnnest,
  values: selectValues,
  window: selectWindow,
};
