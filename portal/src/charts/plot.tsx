import { Button, Spinner } from '@fluentui/react-components';
import { ArrowReset20Regular } from '@fluentui/react-icons/svg/arrow-reset';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { download } from '../results/download.js';
import type { TimeZoneChoice } from '../results/model.js';
import type { ChartData, Point, Series } from './chart-data.js';
import type { ChartChoice } from './choice.js';
import { useChartColours } from './colours.js';
import type { DrawnChart } from './echarts.js';
import { chartKinds } from './kinds.js';
import { chartOption } from './option.js';
import { text } from './strings.js';

interface PlotProps {
  readonly data: ChartData;
  readonly choice: ChartChoice;
  readonly zone: TimeZoneChoice;
  readonly onPick: (series: Series, point: Point) => void;
}

/** What ECharts says of a mark that was clicked. */
interface Mark {
  readonly seriesIndex?: number;
  readonly dataIndex?: number;
  readonly name?: string;
  /** From the whole to the box, in a treemap. */
  readonly treePathInfo?: readonly { readonly name: string }[];
}

type Charts = Pick<typeof import('./echarts.js'), 'drawChart' | 'chartSvg' | 'fitTitle'>;

/** A drawn chart with zoom, and buttons that save it as a picture. */
export function Plot({ data, choice, zone, onPick }: PlotProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<DrawnChart>(undefined);
  const [charts, setCharts] = useState<Charts>();
  const colours = useChartColours(element);
  const option = useMemo(
    () => (colours === undefined ? undefined : chartOption(data, choice, colours, zone)),
    [data, choice, colours, zone],
  );
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });

  useEffect(() => {
    let isGone = false;
    const load = async (): Promise<void> => {
      const { drawChart, chartSvg, fitTitle } = await import('./echarts.js');
      if (!isGone) setCharts({ drawChart, chartSvg, fitTitle });
    };
    void load();
    return () => {
      isGone = true;
    };
  }, []);

  useEffect(() => {
    if (charts === undefined || element.current === null) return;
    const drawn = charts.drawChart(element.current);
    chart.current = drawn;
    const observer = new ResizeObserver(() => {
      drawn.resize();
      charts.fitTitle(drawn);
    });
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = undefined;
    };
  }, [charts]);

  useEffect(() => {
    const drawn = chart.current;
    if (charts === undefined || drawn === undefined || option === undefined) return;
    drawn.setOption(option, { notMerge: true });
    charts.fitTitle(drawn);
    const onClick = (event: Mark) => {
      const picked = pickedPoint(data, choice, event);
      if (picked !== undefined) pick.current(picked.series, picked.point);
    };
    drawn.on('click', onClick);
    return () => {
      drawn.off('click', onClick);
    };
  }, [charts, option, data, choice]);

  const name = choice.title === '' ? 'chart' : choice.title.replaceAll(/[^\w-]+/g, '-');
  const savePng = (): void => {
    const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2 });
    if (url === undefined) return;
    const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (unit) =>
      unit.charCodeAt(0),
    );
    download(new Blob([bytes], { type: 'image/png' }), `${name}.png`);
  };
  const saveSvg = (): void => {
    if (charts === undefined || option === undefined || element.current === null) return;
    const { clientWidth, clientHeight } = element.current;
    const svg = charts.chartSvg(option, clientWidth, clientHeight);
    download(new Blob([svg], { type: 'image/svg+xml' }), `${name}.svg`);
  };
  const label = chartKinds[choice.kind]?.label ?? choice.kind;
  return (
    <div className="qr-plot">
      <div className="qr-plot-tools">
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowReset20Regular />}
          title={text.resetZoom}
          aria-label={text.resetZoom}
          onClick={() => chart.current?.dispatchAction({ type: 'dataZoom', start: 0, end: 100 })}
        />
        <Button size="small" appearance="subtle" onClick={savePng}>
          PNG
        </Button>
        <Button size="small" appearance="subtle" onClick={saveSvg}>
          SVG
        </Button>
      </div>
      <div
        ref={element}
        role="img"
        aria-label={text.chartOf(label, data.series.length)}
        className="qr-plot-canvas"
        data-drawn={charts !== undefined && option !== undefined}
      />
      {charts === undefined && (
        <Spinner size="tiny" label={text.loading} className="qr-plot-wait" />
      )}
    </div>
  );
}

function pickedPoint(
  data: ChartData,
  choice: ChartChoice,
  event: Mark,
): { series: Series; point: Point } | undefined {
  const shape = chartKinds[choice.kind]?.shape;
  if (shape === 'pie' || shape === 'treemap') {
    const place = data.categories.indexOf(event.name ?? '');
    const parent = data.series.length > 1 ? event.treePathInfo?.[1]?.name : undefined;
    for (const series of data.series) {
      if (parent !== undefined && series.name !== parent) continue;
      const point = series.points.find(({ x }) => x === place);
      if (point !== undefined) return { series, point };
    }
    return undefined;
  }
  // Marks of anomalies are drawn after the line that they belong to.
  const drawn = data.series.flatMap((series) =>
    series.anomalies === undefined || series.anomalies.length === 0
      ? [{ series, points: series.points }]
      : [
          { series, points: series.points },
          { series, points: series.anomalies },
        ],
  );
  const found = drawn[event.seriesIndex ?? -1];
  const point = found?.points[event.dataIndex ?? -1];
  return found === undefined || point === undefined ? undefined : { series: found.series, point };
}
