import type { ScalarFunction } from '../functions.js';
import { arraySortFunctions } from './scalar/array-sort.js';
import { arrayFunctions } from './scalar/arrays.js';
import { bagFunctions } from './scalar/bags.js';
import { conversionFunctions } from './scalar/conversion.js';
import { datetimeFunctions } from './scalar/datetime.js';
import { dynamicFunctions } from './scalar/dynamic.js';
import { listFunctions } from './scalar/lists.js';
import { logicFunctions } from './scalar/logic.js';
import { mathFunctions } from './scalar/math.js';
import { operatorFunctions } from './scalar/operators.js';
import { setFunctions } from './scalar/sets.js';
import { sketchFunctions } from './scalar/sketch.js';
import { textFunctions } from './scalar/text.js';
import { textSearchFunctions } from './scalar/text-search.js';
import { unnestFunctions } from './scalar/unnest.js';

/** Every scalar function and operator, by KQL's name. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...operatorFunctions,
  ...textSearchFunctions,
  ...listFunctions,
  ...conversionFunctions,
  ...dynamicFunctions,
  ...arrayFunctions,
  ...arraySortFunctions,
  ...setFunctions,
  ...bagFunctions,
  ...unnestFunctions,
  ...textFunctions,
  ...logicFunctions,
  ...mathFunctions,
  ...datetimeFunctions,
  ...sketchFunctions,
};
