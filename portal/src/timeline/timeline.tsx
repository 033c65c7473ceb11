import { Button } from '@fluentui/react-components';
import { type PointerEvent, type ReactNode, useMemo, useState } from 'react';
import { LabelledSelect } from '../charts/labelled-select.js';
import { text } from '../charts/strings.js';
import { useActions } from '../results/actions.js';
import { timeColumn } from '../results/histogram.js';
import type { ResultSet, TimeZoneChoice } from '../results/model.js';
import { fromMilliseconds, showDatetime } from '../results/values/datetime.js';
import { displayText, legible } from '../results/values/display.js';
import { betweenLine } from '../results/values/predicate.js';
import { density, devicesOf, eventSummary, laneChoices, timelineData } from './timeline-data.js';
import './timeline.css';

const parts = 160;
const mostListed = 500;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Events of one device over time, a lane for each sort, and what they were beneath. */
export function Timeline({
  result,
  zone,
}: {
  readonly result: ResultSet;
  readonly zone: TimeZoneChoice;
}): ReactNode {
  const { columns, rows, version } = result;
  const lanes = useMemo(() => laneChoices(columns), [columns]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when rows have come
  const devices = useMemo(() => devicesOf({ columns, rows }), [columns, rows, version]);
  const [lane, setLane] = useState<number>();
  const [device, setDevice] = useState<string>();
  const [window, setWindow] = useState<Window>();
  const chosenLane = lane ?? lanes[0];
  const chosenDevice = device === '' ? undefined : (device ?? devices[0]);
  const data = useMemo(() => {
    void version;
    return timelineData({ columns, rows }, chosenLane, chosenDevice);
  }, [columns, rows, version, chosenLane, chosenDevice]);
  if (data === undefined || data.events.length === 0) {
    return <div className="qr-chart-empty">{data === undefined ? text.noTime : text.noRows}</div>;
  }
  const { from, to } = window ?? data;
  const shown = data.events.filter(({ ms }) => ms >= from && ms <= to);
  return (
    <div className="qr-timeline">
      <div className="qr-chart-chooser">
        {devices.length > 0 && (
          <LabelledSelect
            label={text.device}
            value={chosenDevice ?? ''}
            onChange={(value) => {
              setDevice(value);
              setWindow(undefined);
            }}
          >
            <option value="">{text.allDevices}</option>
            {devices.slice(0, 500).map((name) => (
              <option key={name} value={name}>
                {legible(name)}
              </option>
            ))}
          </LabelledSelect>
        )}
        <LabelledSelect
          label={text.lanes}
          value={String(chosenLane ?? '')}
          onChange={(value) => setLane(Number(value))}
        >
          {lanes.map((index) => (
            <option key={index} value={index}>
              {columns[index]?.name}
            </option>
          ))}
        </LabelledSelect>
        <span className="qr-quiet">{text.eventsOf(shown.length, data.lanes.length)}</span>
        <span className="qr-spring" />
        <Narrowed {...{ window, setWindow, result, from, to }} />
      </div>
      {data.leftOut > 0 && <p className="qr-chart-hint">{text.timelineCut(data.events.length)}</p>}
      <Lanes
        lanes={data.lanes}
        counts={density(data, from, to, parts)}
        from={from}
        to={to}
        zone={zone}
        onWindow={setWindow}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <section className="qr-timeline-list" tabIndex={0} aria-label={text.events}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.time}</th>
              <th scope="col">{columns[chosenLane ?? -1]?.name ?? ''}</th>
              <th scope="col">{text.events}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, mostListed).map(({ row, lane: place }) => (
              <tr key={row}>
                <td className="qr-timeline-time">
                  {displayText(rows[row]?.[timeColumn(columns) ?? 0], 'datetime', zone)}
                </td>
                <td>{legible(data.lanes[place] ?? '')}</td>
                <td className="qr-timeline-told">
                  {legible(eventSummary(columns, rows[row] ?? []))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length > mostListed && (
          <p className="qr-chart-hint">{text.timelineCut(mostListed)}</p>
        )}
      </section>
    </div>
  );
}

function Narrowed(props: {
  readonly window: Window | undefined;
  readonly setWindow: (window: Window | undefined) => void;
  readonly result: ResultSet;
  readonly from: number;
  readonly to: number;
}): ReactNode {
  const { addToQuery } = useActions();
  const column = props.result.columns[timeColumn(props.result.columns) ?? -1];
  if (props.window === undefined || column === undefined) return null;
  const line = betweenLine(column, fromMilliseconds(props.from), fromMilliseconds(props.to));
  return (
    <>
      <Button size="small" onClick={() => addToQuery(line)}>
        {text.zoomIn}
      </Button>
      <Button size="small" appearance="subtle" onClick={() => props.setWindow(undefined)}>
        {text.showAll}
      </Button>
    </>
  );
}

const laneHeight = 22;

function Lanes(props: {
  readonly lanes: readonly string[];
  readonly counts: readonly (readonly number[])[];
  readonly from: number;
  readonly to: number;
  readonly zone: TimeZoneChoice;
  readonly onWindow: (window: Window) => void;
}): ReactNode {
  const { lanes, counts, from, to, zone, onWindow } = props;
  const [drag, setDrag] = useState<{ start: number; end: number }>();
  const most = Math.max(1, ...counts.flat());
  const partOf = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = Math.floor(((event.clientX - box.left) / box.width) * parts);
    return Math.min(Math.max(part, 0), parts - 1);
  };
  const step = Math.max(to - from, 1) / parts;
  const finish = (): void => {
    if (drag !== undefined) {
      const low = Math.min(drag.start, drag.end);
      const high = Math.max(drag.start, drag.end) + 1;
      onWindow({ from: from + low * step, to: from + high * step });
    }
    setDrag(undefined);
  };
  const width = 1000;
  const partWidth = width / parts;
  const label = `${text.timelineLabel}: ${lanes.join(', ')}`;
  return (
    <div className="qr-lanes">
      <div className="qr-lane-names" aria-hidden="true">
        {lanes.map((lane) => (
          <div key={lane} style={{ height: laneHeight }} title={legible(lane)}>
            {lane === '' ? text.empty : legible(lane)}
          </div>
        ))}
      </div>
      <div className="qr-lane-plot">
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${width} ${lanes.length * laneHeight}`}
          preserveAspectRatio="none"
          style={{ height: lanes.length * laneHeight }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const part = partOf(event);
            setDrag({ start: part, end: part });
          }}
          onPointerMove={(event) => {
            if (drag !== undefined) setDrag({ start: drag.start, end: partOf(event) });
          }}
          onPointerUp={finish}
          onPointerCancel={() => setDrag(undefined)}
        >
          {drag !== undefined && (
            <rect
              className="qr-lane-drag"
              x={Math.min(drag.start, drag.end) * partWidth}
              width={(Math.abs(drag.end - drag.start) + 1) * partWidth}
              y={0}
              height={lanes.length * laneHeight}
            />
          )}
          {counts.flatMap((row, lane) =>
            row.map((count, part) => {
              if (count === 0) return null;
              const tall = 6 + (laneHeight - 10) * Math.sqrt(count / most);
              return (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a mark is its place
                  key={`${lane} ${part}`}
                  className="qr-lane-mark"
                  x={part * partWidth + partWidth * 0.1}
                  width={partWidth * 0.8}
                  y={lane * laneHeight + (laneHeight - tall) / 2}
                  height={tall}
                >
                  <title>
                    {`${showDatetime(fromMilliseconds(from + part * step), zone)}: ${count}`}
                  </title>
                </rect>
              );
            }),
          )}
        </svg>
        <div className="qr-histogram-axis">
          <span>{showDatetime(fromMilliseconds(from), zone)}</span>
          <span>{text.timelineHint}</span>
          <span>{showDatetime(fromMilliseconds(to), zone)}</span>
        </div>
      </div>
    </div>
  );
}
