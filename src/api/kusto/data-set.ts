import { randomUUID } from 'node:crypto';
import type { ScalarType } from '../../catalog/types.js';
import type { ResultColumn, SqlQuery } from '../../compile.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { typeNames } from '../type-names.js';

/** What an answer says of its request. */
export interface Ids {
  readonly activity: string;
  readonly client: string;
}

interface Answered extends Pick<HuntAnswer, 'columns' | 'stats' | 'rowLimit'> {
  readonly visualization?: SqlQuery['visualization'];
}

/** What stands before the rows of version 2, each a JSON array: header, properties, the head of their table. */
export function headV2({
  columns,
  visualization,
}: Pick<Answered, 'columns' | 'visualization'>): string {
  const properties: ResultColumn[] = [
    { name: 'TableId', type: 'int' },
    { name: 'Key', type: 'string' },
    { name: 'Value', type: 'dynamic' },
  ];
  const before = [
    { FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' },
    {
      FrameType: 'DataTable',
      TableId: 0,
      TableKind: 'QueryProperties',
      TableName: '@ExtendedProperties',
      Columns: columnsV2(properties),
      Rows: [[1, 'Visualization', JSON.stringify(visualizationOf(visualization))]],
    },
  ];
  const primary = {
    FrameType: 'DataTable',
    TableId: 1,
    TableKind: 'PrimaryResult',
    TableName: 'PrimaryResult',
    Columns: columnsV2(columns),
  };
  return `[${lines(before)},\n${JSON.stringify(primary).slice(0, -1)},"Rows":[`;
}

/** What stands behind them: how it ended. */
export function tailV2(answer: Answered, ids: Ids): string {
  const after = [
    {
      FrameType: 'DataTable',
      TableId: 2,
      TableKind: 'QueryCompletionInformation',
      TableName: 'QueryCompletionInformation',
      Columns: columnsV2(completionColumns),
      Rows: completion(answer, ids),
    },
    { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false },
  ];
  return `]},\n${lines(after)}]`;
}

function lines(frames: readonly object[]): string {
  return frames.map((frame) => JSON.stringify(frame)).join(',\n');
}

/** What stands before the rows of version 1, which are one table; `]}]}` ends it. */
export function headV1(answer: Pick<HuntAnswer, 'columns'>): string {
  return `{"Tables":[${JSON.stringify(tableV1(answer.columns)).slice(0, -1)},"Rows":[`;
}

/** A table of version 1, without its rows. */
export function tableV1(columns: readonly ResultColumn[]) {
  return {
    TableName: 'Table_0',
    Columns: columns.map(({ name, type }) => ({
      ColumnName: name,
      DataType: typeNames[type],
      ColumnType: type,
    })),
  };
}

function columnsV2(columns: readonly ResultColumn[]) {
  return columns.map(({ name, type }) => ({ ColumnName: name, ColumnType: type }));
}

const completionColumns: readonly ResultColumn[] = (
  [
    ['Timestamp', 'datetime'],
    ['ClientRequestId', 'string'],
    ['ActivityId', 'guid'],
    ['SubActivityId', 'guid'],
    ['ParentActivityId', 'guid'],
    ['Level', 'int'],
    ['LevelName', 'string'],
    ['StatusCode', 'int'],
    ['StatusCodeName', 'string'],
    ['EventType', 'int'],
    ['EventTypeName', 'string'],
    ['Payload', 'string'],
  ] satisfies [string, ScalarType][]
).map(([name, type]) => ({ name, type }));

const warning = { level: 3, name: 'Warning' };
const info = { level: 4, name: 'Info' };

/** What it cost; that rows were cut is a warning, which Kusto's clients tell apart from an error. */
function completion({ stats, rowLimit }: Answered, ids: Ids): unknown[][] {
  const now = new Date().toISOString();
  const row = (
    { level, name }: typeof info,
    [event, eventName]: readonly [number, string],
    payload: object,
  ) => [
    now,
    ids.client,
    ids.activity,
    randomUUID(),
    ids.activity,
    level,
    name,
    0,
    'S_OK (0)',
    event,
    eventName,
    JSON.stringify(payload),
  ];
  const usage = {
    ExecutionTime: stats.elapsedSeconds,
    resource_usage: {
      cpu: { 'total cpu': stats.userCpuSeconds + stats.kernelCpuSeconds },
      memory: { peak_per_node: stats.peakMemoryBytes },
    },
    dataset_statistics: [{ table_row_count: stats.resultRows, table_size: stats.resultBytes }],
  };
  const isCut = rowLimit !== undefined && stats.resultRows >= rowLimit;
  const cut = { Text: `The result has ${rowLimit} rows, which is the limit: there may be more.` };
  return [
    ...(isCut ? [row(warning, [4, 'QueryInfo'], cut)] : []),
    row(info, [4, 'QueryInfo'], { Count: 1, Text: 'Query completed successfully' }),
    row(info, [5, 'QueryResourceConsumption'], usage),
  ];
}

/** Kusto's names of what `render` can say; null: the client chooses. */
const visualizationProperties = {
  title: 'Title',
  xcolumn: 'XColumn',
  series: 'Series',
  ycolumns: 'YColumns',
  anomalycolumns: 'AnomalyColumns',
  xtitle: 'XTitle',
  ytitle: 'YTitle',
  xaxis: 'XAxis',
  yaxis: 'YAxis',
  legend: 'Legend',
  ysplit: 'YSplit',
  accumulate: 'Accumulate',
  kind: 'Kind',
  ymin: 'Ymin',
  ymax: 'Ymax',
  xmin: 'Xmin',
  xmax: 'Xmax',
} as const;

function visualizationOf(visualization: SqlQuery['visualization']) {
  const properties = Object.entries(visualizationProperties).map(([name, known]) => [
    known,
    visualization?.properties[name] ?? null,
  ]);
  return { Visualization: visualization?.kind ?? null, ...Object.fromEntries(properties) };
}
