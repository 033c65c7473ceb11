import type { ScalarType } from './types.js';

/** The .NET names by which Kusto's protocols and Defender's APIs know KQL's types, without their namespace. */
export const typeNames: Readonly<Record<ScalarType, string>> = {
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

/** The .NET name with its namespace, as `getschema` and Kusto's schema commands write it. */
export function qualifiedTypeName(type: ScalarType): string {
  const namespace = type === 'decimal' ? 'System.Data.SqlTypes' : 'System';
  return `${namespace}.${typeNames[type]}`;
}
