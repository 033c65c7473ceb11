import { type ScalarType, scalarTypes } from '../catalog/types.js';
import type { PlanExpression } from './plan.js';

/**
 * Functions whose results the service has been seen to type otherwise than its documentation and the
 * parser's own table do.
 */
const serviceTypes: Readonly<Record<string, ScalarType>> = {
  ceiling: 'real',
  datetime_part: 'long',
  datepart: 'long',
  hourofday: 'long',
  monthofyear: 'long',
};

/** The type of a call's result, given what the binder takes it for. */
export function resultType(
  name: string,
  parts: readonly PlanExpression[],
  bound: ScalarType,
): ScalarType {
  if (name === 'datetime_diff') {
    const [unit] = parts;
    const isWeek = unit?.kind === 'literal' && /^week$/i.test(String(unit.value));
    return isWeek ? 'real' : bound;
  }
  if (name === 'percentiles_array_tdigest') return percentileType(parts) ?? bound;
  return Object.hasOwn(serviceTypes, name) ? (serviceTypes[name] ?? bound) : bound;
}

/** One percentage and a type give one value of the type, and no array. */
function percentileType(parts: readonly PlanExpression[]): ScalarType | undefined {
  const [, percent, type] = parts;
  if (parts.length !== 3 || percent?.type === 'dynamic' || type?.kind !== 'literal')
    return undefined;
  const named = /^typeof\(\s*(\w+)\s*\)$/.exec(String(type.value))?.[1];
  return named === 'double' ? 'real' : scalarTypes.find((each) => each === named);
}
