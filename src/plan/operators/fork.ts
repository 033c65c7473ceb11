import { unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';

/** `T | fork (…) (…)` and `T | facet by …` */
export const fork: OperatorPlanner = (node) => {
  throw unsupported(node, 'fork', 'it gives several tables, and the hunting API returns one');
};

export const facet: OperatorPlanner = (node) => {
  throw unsupported(node, 'facet', 'it gives several tables, and the hunting API returns one');
};
