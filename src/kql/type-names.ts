import type { ScalarType } from '../catalog/types.js';

/** The .NET names that Kusto's protocols use, without their namespace. */
export const dotNetTypes: Readonly<Record<ScalarType, string>> = {
  bool: 'SByte',
  int: 'Int32',
  long: 'Int64',
  real: 'Double',
  decimal: 'SqlDecimal',
  string: 'String',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  guid: 'Guid',
  dynamic: 'Object',
};
