const internal = 'it is internal to Azure Data Explorer and undocumented';

/**
 * Tabular operators that Quarry refuses, and why, by the parser's name of the node. With the registry they account
 * for the whole of Microsoft's list: a test walks that, and the support matrix is made from both.
 */
export const refusedOperators: Readonly<Record<string, string>> = {
  BadQueryOperator: 'it stands for text that is no operator',
  AssertSchemaOperator: internal,
  ExecuteAndCacheOperator: internal,
  MacroExpandOperator: 'it repeats a query over several databases, and a hunt has one',
  PartitionByOperator: internal,
};
