import type { ScalarFunction } from '../functions.js';
import { conversionFunctions } from './scalar/conversion.js';
import { datetimeFunctions } from './scalar/datetime.js';
import { dynamicFunctions } from './scalar/dynamic.js';
import { listFunctions } from './scalar/lists.js';
import { logicFunctions } from './scalar/logic.js';
import { mathFunctions } from './scalar/math.js';
import { operatorFunctions } from './scalar/operators.js';
import { sketchFunctions } from './scalar/sketch.js';
import { textFunctions } from './scalar/text.js';
import { textSearchFunctions } from './scalar/text-search.js';

/** Every scalar function and operator, by KQL's name. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...operatorFunctions,
  ...textSearchFunctions,
  ...listFunctions,
  ...conversionFunctions,
  ...dynamicFunctions,
  ...textFunctions,
  ...logicFunctions,
  ...mathFunctions,
  ...datetimeFunctions,
  ...sketchFunctions,
};
