import { Button, Spinner } from '@fluentui/react-components';
import { type ReactNode, useMemo, useState } from 'react';
import { useActions } from '../results/actions.js';
import type { ResultSet, TimeZoneChoice } from '../results/model.js';
import { betweenLine, whereLine } from '../results/values/predicate.js';
import { Timeline } from '../timeline/timeline.js';
import { Card } from './card.js';
import { type ChartData, chartData, type Point, type Series } from './chart-data.js';
import { ChartTableView } from './chart-table.js';
import { type ChartChoice, choiceOf, guessChoice } from './choice.js';
import { chartKinds } from './kinds.js';
import { LabelledSelect } from './labelled-select.js';
import { PivotView } from './pivot-view.js';
import { Plot } from './plot.js';
import { type ChartTable, pointsOfSeries } from './series-rows.js';
import { text } from './strings.js';
import './charts.css';

/** The chart that `render` asked for, or one that fits the columns; both can be changed. */
export function ChartTab({
  result,
  zone,
}: {
  readonly result: ResultSet;
  readonly zone: TimeZoneChoice;
}): ReactNode {
  const { columns, rows, version, visualization, state } = result;
  // While rows come, a chart of every batch would be drawn for nothing.
  const moment = state === 'running' ? Math.floor(Math.log2(rows.length + 1)) : version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment says when rows have come
  const table = useMemo(() => pointsOfSeries({ columns, rows }), [columns, rows, moment, state]);
  const asked = useMemo(
    () =>
      visualization === undefined || visualization.kind === 'table'
        ? guessChoice(table)
        : choiceOf(visualization, table),
    [visualization, table],
  );
  const [changed, setChanged] = useState<ChartChoice>();
  const [asTable, setAsTable] = useState(false);
  // A choice made for other columns names the wrong ones.
  const [madeFor, setMadeFor] = useState(columns);
  if (madeFor !== columns) {
    setMadeFor(columns);
    setChanged(undefined);
  }
  const choice = changed ?? asked;
  return (
    <div className="qr-chart-tab">
      <Chooser table={table} choice={choice} onChange={setChanged}>
        {changed !== undefined && (
          <Button size="small" appearance="subtle" onClick={() => setChanged(undefined)}>
            {text.backToRender}
          </Button>
        )}
        {hasTable(choice) && (
          <Button size="small" appearance="subtle" onClick={() => setAsTable(!asTable)}>
            {asTable ? text.asChart : text.asTable}
          </Button>
        )}
      </Chooser>
      <Drawn {...{ table, choice, zone, asTable, result }} />
    </div>
  );
}

/** Cards, pivots and timelines are text already. */
function hasTable({ kind }: ChartChoice): boolean {
  return !['card', 'pivot', 'timeline', 'table'].includes(chartKinds[kind]?.shape ?? 'table');
}

interface DrawnProps {
  readonly table: ChartTable;
  readonly choice: ChartChoice;
  readonly zone: TimeZoneChoice;
  readonly asTable: boolean;
  readonly result: ResultSet;
}

function Drawn(props: DrawnProps): ReactNode {
  const { table, choice, zone, result } = props;
  if (table.rows.length === 0) {
    return (
      <div className="qr-chart-empty">
        {result.state === 'running' ? <Spinner size="tiny" label={text.waiting} /> : text.noRows}
      </div>
    );
  }
  const shape = chartKinds[choice.kind]?.shape;
  if (shape === 'card') return <Card table={table} choice={choice} zone={zone} />;
  if (shape === 'pivot') {
    // What is put against what is said of these columns, and not of another query's.
    const names = table.columns.map(({ name, type }) => `${name} ${type}`);
    return <PivotView key={names.join('\n')} table={table} />;
  }
  if (shape === 'timeline') return <Timeline result={result} zone={zone} />;
  return <DrawnChart {...props} />;
}

function DrawnChart({ table, choice, zone, asTable }: DrawnProps): ReactNode {
  const data = useMemo(() => chartData(table, choice, zone), [table, choice, zone]);
  const { addToQuery } = useActions();
  const isEmpty = data.series.every(({ points }) => points.every(({ y }) => y === null));
  if (isEmpty) return <div className="qr-chart-empty">{text.nothing}</div>;
  const isTable = asTable || choice.kind === 'table';
  return (
    <>
      <LeftOut data={data} />
      {isTable ? (
        <ChartTableView data={data} choice={choice} zone={zone} />
      ) : (
        <Plot
          data={data}
          choice={choice}
          zone={zone}
          onPick={(series, point) => addToQuery(filterOf(table, choice, series, point))}
        />
      )}
      {!isTable && <p className="qr-chart-hint">{text.clickHint}</p>}
    </>
  );
}

function LeftOut({ data }: { data: ChartData }): ReactNode {
  const { series, points } = data.leftOut;
  if (series === 0 && points === 0) return null;
  return (
    <p className="qr-chart-hint" role="status">
      {series > 0 && text.leftOutSeries(series)} {points > 0 && text.leftOutPoints(points)}
    </p>
  );
}

/** The lines that keep the rows behind a mark. */
function filterOf(table: ChartTable, choice: ChartChoice, series: Series, point: Point): string {
  const lines: string[] = [];
  const x = choice.x === undefined ? undefined : table.columns[choice.x];
  if (x !== undefined) {
    const [from, to] = Array.isArray(point.from) ? point.from : [];
    lines.push(
      typeof from === 'string' && typeof to === 'string'
        ? betweenLine(x, from, to)
        : whereLine(x, '==', [point.from]),
    );
  }
  for (const [at, index] of choice.series.entries()) {
    const column = table.columns[index];
    if (column !== undefined) lines.push(whereLine(column, '==', [series.of[at]]));
  }
  return lines.join('\n');
}

interface ChooserProps {
  readonly table: ChartTable;
  readonly choice: ChartChoice;
  readonly onChange: (choice: ChartChoice) => void;
  readonly children: ReactNode;
}

function Chooser({ table, choice, onChange, children }: ChooserProps): ReactNode {
  const { columns } = table;
  const shape = chartKinds[choice.kind]?.shape;
  const hasAxes = shape !== 'card' && shape !== 'pivot' && shape !== 'timeline';
  const hasStacking = shape === 'column' || shape === 'bar' || shape === 'area';
  const change = (part: Partial<ChartChoice>): void => onChange({ ...choice, ...part });
  const options = columns.map(({ name }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name
    <option key={index} value={index}>
      {name}
    </option>
  ));
  return (
    <div className="qr-chart-chooser">
      <LabelledSelect
        label={text.kind}
        value={choice.kind}
        onChange={(kind) => change({ kind, ...(kind === 'piechart' ? { series: [] } : {}) })}
      >
        {Object.entries(chartKinds).map(([kind, { label }]) => (
          <option key={kind} value={kind}>
            {label}
          </option>
        ))}
      </LabelledSelect>
      {hasAxes && (
        <>
          <LabelledSelect
            label={text.across}
            value={String(choice.x ?? '')}
            onChange={(value) =>
              change({ x: Number(value), xTitle: columns[Number(value)]?.name ?? '' })
            }
          >
            {options}
          </LabelledSelect>
          <LabelledSelect
            label={text.up}
            value={choice.y.length === 0 ? 'count' : String(choice.y)}
            onChange={(value) =>
              change(
                value === 'count'
                  ? { y: [], yTitle: text.rows }
                  : { y: [Number(value)], yTitle: columns[Number(value)]?.name ?? '' },
              )
            }
          >
            <option value="count">{text.countRows}</option>
            <Together columns={columns} of={choice.y} />
            {options}
          </LabelledSelect>
          <LabelledSelect
            label={text.series}
            value={choice.series.length === 0 ? 'none' : String(choice.series)}
            onChange={(value) => change({ series: value === 'none' ? [] : [Number(value)] })}
          >
            <option value="none">{text.none}</option>
            <Together columns={columns} of={choice.series} />
            {options}
          </LabelledSelect>
        </>
      )}
      {hasStacking && (
        <LabelledSelect
          label={text.stacking}
          value={choice.stacking}
          onChange={(value) =>
            change({
              stacking: value === 'stacked' || value === 'stacked100' ? value : 'none',
            })
          }
        >
          {Object.entries(text.stackings).map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </LabelledSelect>
      )}
      <span className="qr-spring" />
      {children}
    </div>
  );
}

/** Several columns as one choice: those that are drawn, until a single one is chosen. */
function Together({
  columns,
  of,
}: {
  readonly columns: ChartTable['columns'];
  readonly of: readonly number[];
}): ReactNode {
  if (of.length < 2) return null;
  return <option value={String(of)}>{of.map((index) => columns[index]?.name).join(', ')}</option>;
}
