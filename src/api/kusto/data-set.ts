import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { typeNames } from '../../catalog/type-names.js';
import type { ScalarType } from '../../catalog/types.js';
import type { ResultColumn, SqlQuery } from '../../compile.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { statisticsOf } from '../statistics.js';

/** What an answer says of its request. */
export interface Ids {
  readonly activity: string;
  readonly client: string;
}

/** A table of the answer. */
export interface ResultTable extends Pick<HuntAnswer, 'columns' | 'stats' | 'rowLimit'> {
  /** As the query calls it. */
  readonly name?: string | undefined;
}

interface Answered {
  readonly tables: readonly ResultTable[];
  /** What all of them took. */
  readonly stats: HuntAnswer['stats'];
  readonly visualization?: SqlQuery['visualization'];
}

type TableHead = Pick<ResultTable, 'columns' | 'name'>;

/** How a program wants the frames of version 2. */
export interface Framing {
  /** `results_v2_fragment_primary_tables`: the rows in frames of their own, which are read one by one. */
  readonly fragmented: boolean;
  /** `results_progressive_enabled`: such frames, and how far the rows have come. */
  readonly progressive: boolean;
  /** `results_v2_newlines_between_frames`: line breaks nowhere else. */
  readonly lineBreaks: boolean;
}

/** What stands before the rows of version 2, each a JSON array: header, properties, the head of their table. */
export function headV2(
  { visualization, ...table }: TableHead & Pick<Answered, 'visualization'>,
  framing: Framing,
): string {
  const { fragmented, progressive } = framing;
  const before = [
    {
      FrameType: 'DataSetHeader',
      IsProgressive: progressive,
      Version: 'v2.0',
      IsFragmented: fragmented,
      // A hunt that failed is no answer: there are no errors to report among its rows.
      ErrorReportingPlacement: fragmented ? 'EndOfTable' : 'InData',
    },
    {
      FrameType: 'DataTable',
      TableId: 0,
      TableKind: 'QueryProperties',
      TableName: '@ExtendedProperties',
      Columns: columnsV2(propertyColumns),
      Rows: [[1, 'Visualization', visualizationText(visualization)]],
    },
  ];
  return `[${lines(before)}\n,${tableHeadV2(table, 1, framing)}`;
}

/** The properties have the number 0, the tables those from 1. */
function tableHeadV2({ columns, name }: TableHead, id: number, { fragmented }: Framing): string {
  const table = {
    TableId: id,
    TableKind: 'PrimaryResult',
    TableName: name ?? 'PrimaryResult',
    Columns: columnsV2(columns),
  };
  return fragmented
    ? `${lines([{ FrameType: 'TableHeader', ...table }])}\n,${fragmentHead(columns.length, id)}`
    : open({ FrameType: 'DataTable', ...table });
}

/** What stands between the rows of two tables; `id` is that of the first. */
export function betweenV2(
  ended: ResultTable,
  next: TableHead,
  id: number,
  framing: Framing,
): string {
  const ends = tableEndV2(ended, id, framing);
  const frames = ends.length > 0 ? `${lines(ends)}\n,` : '';
  return `]}\n,${frames}${tableHeadV2(next, id + 1, framing)}`;
}

/** The frames behind the rows that are of their table. */
function tableEndV2({ stats }: ResultTable, id: number, framing: Framing): object[] {
  const { fragmented, progressive } = framing;
  return [
    // The rows come when they are all there.
    ...(progressive ? [{ FrameType: 'TableProgress', TableId: id, TableProgress: 100 }] : []),
    ...(fragmented
      ? [{ FrameType: 'TableCompletion', TableId: id, RowCount: stats.resultRows }]
      : []),
  ];
}

/** What stands behind them: how it ended. */
export function tailV2(answer: Answered, ids: Ids, framing: Framing): string {
  const count = answer.tables.length;
  const after = [
    ...answer.tables.slice(-1).flatMap((last) => tableEndV2(last, count, framing)),
    {
      FrameType: 'DataTable',
      TableId: count + 1,
      TableKind: 'QueryCompletionInformation',
      TableName: 'QueryCompletionInformation',
      Columns: columnsV2(completionColumns),
      Rows: completion(answer, ids),
    },
    { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false },
  ];
  return `]}\n,${lines(after)}\n]`;
}

function fragmentHead(fields: number, id: number): string {
  return open({
    FrameType: 'TableFragment',
    TableFragmentType: 'DataAppend',
    TableId: id,
    FieldCount: fields,
  });
}

/** A table's JSON up to its first row. */
function open(table: object): string {
  return `${JSON.stringify(table).slice(0, -1)},"Rows":[`;
}

/** A comma begins the next frame's line: programs that read line by line drop the first character of each. */
function lines(frames: readonly object[]): string {
  return frames.map((frame) => JSON.stringify(frame)).join('\n,');
}

const [lineFeed, space] = [0x0a, 0x20];

/** The rows, which the engine separates by `,\n`, as the program wants their frames. */
export function framed(
  { fragmented }: Pick<Framing, 'fragmented'>,
  fields: number,
  id = 1,
): Transform {
  if (!fragmented) {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, inOneLine(chunk)),
    });
  }
  // What has come of a row; rows go on, as many as there are, when the next one begins.
  let begun: Buffer[] = [];
  let between = '';
  const fragment = (rows: Buffer): Buffer => {
    const bytes = Buffer.concat([Buffer.from(between), inOneLine(rows)]);
    between = `]}\n,${fragmentHead(fields, id)}`;
    return bytes;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(lineFeed);
      if (end === -1) {
        begun.push(chunk);
        return done();
      }
      const rows = Buffer.concat([...begun, chunk.subarray(0, end)]);
      begun = [chunk.subarray(end + 1)];
      done(null, fragment(rows.subarray(0, -1)));
    },
    flush: (done) => done(null, fragment(Buffer.concat(begun))),
  });
}

/** Line breaks stand between rows alone: within their JSON they are escaped. */
function inOneLine(rows: Buffer): Buffer {
  for (let at = rows.indexOf(lineFeed); at !== -1; at = rows.indexOf(lineFeed, at + 1)) {
    rows[at] = space;
  }
  return rows;
}

/** What stands before the rows of version 1: its first table, which they belong to. */
export function headV1(answer: Pick<HuntAnswer, 'columns'>): string {
  return `{"Tables":[${open(tableV1(answer.columns))}`;
}

/** What stands between the rows of two tables; `index` is that of the second. */
export function betweenV1(next: TableHead, index: number): string {
  return `]},${open(tableV1(next.columns, `Table_${index}`))}`;
}

/** What stands behind them: what `render` said, how it ended, and which table is which. */
export function tailV1(answer: Answered, ids: Ids): string {
  const count = answer.tables.length;
  const after = [
    { columns: [['Value', 'string']], rows: [[visualizationText(answer.visualization)]] },
    { columns: statusColumns, rows: statusV1(answer, ids) },
    {
      columns: contentsColumns,
      rows: [
        ...answer.tables.map(({ name }, index) => {
          return [index, 'QueryResult', name ?? 'PrimaryResult', randomUUID(), ''];
        }),
        [count, 'QueryProperties', '@ExtendedProperties', randomUUID(), ''],
        [count + 1, 'QueryStatus', 'QueryStatus', emptyGuid, ''],
      ],
    },
  ] satisfies { columns: readonly NamedType[]; rows: unknown[][] }[];
  const tables = after.map(({ columns, rows }, index) => ({
    ...tableV1(columnsOf(columns), `Table_${count + index}`),
    Rows: rows,
  }));
  return `]},${tables.map((table) => JSON.stringify(table)).join(',')}]}`;
}

/** A table of version 1, without its rows. */
export function tableV1(columns: readonly ResultColumn[], name = 'Table_0') {
  return {
    TableName: name,
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

export type NamedType = readonly [name: string, type: ScalarType];

export function columnsOf(columns: readonly NamedType[]): ResultColumn[] {
  return columns.map(([name, type]) => ({ name, type }));
}

export const emptyGuid = '00000000-0000-0000-0000-000000000000';

const propertyColumns = columnsOf([
  ['TableId', 'int'],
  ['Key', 'string'],
  ['Value', 'dynamic'],
]);

const completionColumns = columnsOf([
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
]);

const statusColumns: readonly NamedType[] = [
  ['Timestamp', 'datetime'],
  ['Severity', 'int'],
  ['SeverityName', 'string'],
  ['StatusCode', 'int'],
  ['StatusDescription', 'string'],
  ['Count', 'int'],
  ['RequestId', 'guid'],
  ['ActivityId', 'guid'],
  ['SubActivityId', 'guid'],
  ['ClientActivityId', 'string'],
];

const contentsColumns: readonly NamedType[] = [
  ['Ordinal', 'long'],
  ['Kind', 'string'],
  ['Name', 'string'],
  ['Id', 'string'],
  ['PrettyName', 'string'],
];

interface Status {
  readonly level: readonly [number, 'Warning' | 'Info'];
  readonly event: readonly [number, 'QueryInfo' | 'QueryResourceConsumption'];
  readonly payload: object;
  /** What version 1 has of it. */
  readonly text: string;
}

/** What it cost; that rows were cut is a warning, which Kusto's clients tell apart from an error. */
function statuses({ stats, tables }: Answered): Status[] {
  const usage = statisticsOf(
    stats,
    tables.map((table) => table.stats),
  );
  const isCut = tables.some(
    (table) => table.rowLimit !== undefined && table.stats.resultRows >= table.rowLimit,
  );
  const rows = tables.reduce((total, table) => total + table.stats.resultRows, 0);
  const cut = `The result has ${rows} rows, which is the limit: there may be more.`;
  const completed = 'Query completed successfully';
  const queryInfo = [4, 'QueryInfo'] as const;
  return [
    ...(isCut
      ? [
          {
            level: [3, 'Warning'],
            event: queryInfo,
            payload: { Count: 1, Text: cut },
            text: cut,
          } as const,
        ]
      : []),
    {
      level: [4, 'Info'],
      event: queryInfo,
      payload: { Count: 1, Text: completed },
      text: completed,
    },
    {
      level: [4, 'Info'],
      event: [5, 'QueryResourceConsumption'],
      payload: usage,
      text: JSON.stringify(usage),
    },
  ];
}

function completion(answer: Answered, ids: Ids): unknown[][] {
  const now = new Date().toISOString();
  return statuses(answer).map(({ level, event, payload }) => [
    ...[now, ids.client, ids.activity, randomUUID(), ids.activity],
    ...level,
    ...[0, 'S_OK (0)'],
    ...event,
    JSON.stringify(payload),
  ]);
}

function statusV1(answer: Answered, ids: Ids): unknown[][] {
  const now = new Date().toISOString();
  return statuses(answer).map(({ level, text }) => [
    now,
    ...level,
    ...[0, text, 1, ids.activity, ids.activity, randomUUID(), ids.client],
  ]);
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

function visualizationText(visualization: SqlQuery['visualization']): string {
  const properties = Object.entries(visualizationProperties).map(([name, known]) => [
    known,
    visualization?.properties[name] ?? null,
  ]);
  const kind = visualization?.kind ?? null;
  return JSON.stringify({ Visualization: kind, ...Object.fromEntries(properties) });
}
