import type { ScalarType } from '../catalog/types.js';
import type { PlanExpression } from './plan.js';

/** Functions whose results the service types otherwise than the parser's own table does. */
const serviceTypes: Readonly<Record<string, ScalarType>> = {
  ceiling: 'real',
  datetime_part: 'long',
  datepart: 'long',
  dayofmonth: 'long',
  getmonth: 'long',
  getyear: 'long',
  hourofday: 'long',
  monthofyear: 'long',
  week_of_year: 'long',
  weekofyear: 'long',
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
  return Object.hasOwn(serviceTypes, name) ? (serviceTypes[name] ?? bound) : bound;
}
