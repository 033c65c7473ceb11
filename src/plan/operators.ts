import type { OperatorPlanner, SourcePlanner } from './operator.js';
import { as, consume, render, serialize } from './operators/as.js';
import { count } from './operators/count.js';
import { datatable } from './operators/datatable.js';
import { distinct } from './operators/distinct.js';
import { evaluate } from './operators/evaluate.js';
import { extend } from './operators/extend.js';
import { externalData } from './operators/externaldata.js';
import { find } from './operators/find.js';
import { facet, fork } from './operators/fork.js';
import { getSchema } from './operators/getschema.js';
import { graphMarkComponents } from './operators/graph-mark-components.js';
import { graphMatch, graphShortestPaths } from './operators/graph-match.js';
import { graphToTable } from './operators/graph-to-table.js';
import { graphWhereEdges, graphWhereNodes } from './operators/graph-where.js';
import { invoke } from './operators/invoke.js';
import { join, lookup } from './operators/join.js';
import { makeGraph } from './operators/make-graph.js';
import { makeSeries } from './operators/make-series.js';
import { mvApply } from './operators/mv-apply.js';
import { mvExpand } from './operators/mv-expand.js';
import { parse, parseWhere } from './operators/parse.js';
import { parseKv } from './operators/parse-kv.js';
import { partition } from './operators/partition.js';
import { print } from './operators/print.js';
import { project, projectByName, projectByNames, projectRename } from './operators/project.js';
import { range } from './operators/range.js';
import { reduce } from './operators/reduce.js';
import { sample, sampleDistinct } from './operators/sample.js';
import { scan } from './operators/scan.js';
import { search } from './operators/search.js';
import { sort } from './operators/sort.js';
import { summarize } from './operators/summarize.js';
import { take } from './operators/take.js';
import { top } from './operators/top.js';
import { topHitters } from './operators/top-hitters.js';
import { topNested } from './operators/top-nested.js';
import { union } from './operators/union.js';
import { where } from './operators/where.js';

/** Every tabular operator, by the parser's name of its node. */
export const operatorPlanners: Readonly<Record<string, OperatorPlanner>> = {
  AsOperator: as,
  ConsumeOperator: consume,
  CountOperator: count,
  DistinctOperator: distinct,
  EvaluateOperator: evaluate,
  ExtendOperator: extend,
  FacetOperator: facet,
  FilterOperator: where,
  FindOperator: find,
  ForkOperator: fork,
  GetSchemaOperator: getSchema,
  GraphMarkComponentsOperator: graphMarkComponents,
  GraphMatchOperator: graphMatch,
  GraphShortestPathsOperator: graphShortestPaths,
  GraphToTableOperator: graphToTable,
  GraphWhereEdgesOperator: graphWhereEdges,
  GraphWhereNodesOperator: graphWhereNodes,
  InvokeOperator: invoke,
  JoinOperator: join,
  LookupOperator: lookup,
  MakeGraphOperator: makeGraph,
  MakeSeriesOperator: makeSeries,
  MvApplyOperator: mvApply,
  MvExpandOperator: mvExpand,
  ParseKvOperator: parseKv,
  ParseOperator: parse,
  ParseWhereOperator: parseWhere,
  PartitionOperator: partition,
  PrintOperator: print,
  ProjectOperator: project,
  ProjectAwayOperator: projectByName,
  ProjectByNamesOperator: projectByNames,
  ProjectKeepOperator: projectByName,
  ProjectRenameOperator: projectRename,
  ProjectReorderOperator: projectByName,
  RangeOperator: range,
  ReduceByOperator: reduce,
  RenderOperator: render,
  SampleDistinctOperator: sampleDistinct,
  SampleOperator: sample,
  ScanOperator: scan,
  SearchOperator: search,
  SerializeOperator: serialize,
  SortOperator: sort,
  SummarizeOperator: summarize,
  TakeOperator: take,
  TopHittersOperator: topHitters,
  TopNestedOperator: topNested,
  TopOperator: top,
  UnionOperator: union,
};

/** Sources of rows other than tables and names. */
export const sourcePlanners: Readonly<Record<string, SourcePlanner>> = {
  DataTableExpression: datatable,
  ExternalDataExpression: externalData,
};
