import type { EngineSchema, InputParameter } from '@kusto/monaco-kusto';
import type { Schema, SchemaFunction, SchemaTable } from '../../api/types.js';

/** The server's schema, as Microsoft's language service takes it. */
export function kustoSchema(schema: Schema): EngineSchema {
  const database = {
    name: 'hunting',
    majorVersion: 1,
    minorVersion: 0,
    entityGroups: [],
    tables: schema.tables.map(tableOf),
    functions: schema.functions.map(functionOf),
  };
  return {
    clusterType: 'Engine',
    cluster: { connectionString: 'https://quarry', databases: [database] },
    database,
  };
}

function tableOf({ name, description, columns, actionTypes = [] }: SchemaTable) {
  return {
    name,
    docstring: description ?? '',
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      docstring: column.description ?? '',
      ...(column.name === 'ActionType' && { examples: actionTypes.map((type) => `"${type}"`) }),
    })),
  };
}

/** The names that .NET has for Kusto's types. */
const clrTypes: Readonly<Record<string, string>> = {
  string: 'System.String',
  long: 'System.Int64',
  int: 'System.Int32',
  real: 'System.Double',
  double: 'System.Double',
  bool: 'System.SByte',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  guid: 'System.Guid',
  dynamic: 'System.Object',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
};

function functionOf({ name, description, body, parameters }: SchemaFunction) {
  return {
    name,
    docstring: description ?? '',
    body: `{ ${body ?? ''} }`,
    inputParameters: parameters.map(parameterOf),
  };
}

function parameterOf({ name, type }: { name: string; type: string }): InputParameter {
  const table = /^\(([\s\S]*)\)$/.exec(type.trim())?.[1];
  if (table !== undefined) {
    const columns = table.split(',').flatMap((part) => {
      const [column = '', columnType = ''] = part.split(':').map((text) => text.trim());
      return columnType === '' ? [] : [scalar(column, columnType)];
    });
    return { name, columns };
  }
  const [csl = 'string', initial] = type.split('=').map((text) => text.trim());
  return { ...scalar(name, csl), ...(initial && { cslDefaultValue: initial }) };
}

function scalar(name: string, cslType: string) {
  return { name, cslType, type: clrTypes[cslType] ?? 'System.Object' };
}
