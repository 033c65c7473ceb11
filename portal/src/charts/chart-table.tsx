import type { ReactNode } from 'react';
import type { TimeZoneChoice } from '../results/model.js';
import { fromMilliseconds, showDatetime } from '../results/values/datetime.js';
import type { ChartData } from './chart-data.js';
import type { ChartChoice } from './choice.js';
import { text } from './strings.js';

const mostRows = 1000;

/** The points of a chart as text: for those who do not see it, and for exact values. */
export function ChartTableView({
  data,
  choice,
  zone,
}: {
  readonly data: ChartData;
  readonly choice: ChartChoice;
  readonly zone: TimeZoneChoice;
}): ReactNode {
  const places = [...new Set(data.series.flatMap(({ points }) => points.map(({ x }) => x)))];
  if (data.axis !== 'category') places.sort((a, b) => a - b);
  const values = data.series.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  const show = (x: number): string => {
    if (data.axis === 'category') return data.categories[x] ?? '';
    return data.axis === 'time' ? showDatetime(fromMilliseconds(x), zone) : String(x);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className="qr-chart-table" tabIndex={0} aria-label={text.asTable}>
      <table>
        <thead>
          <tr>
            <th scope="col">{choice.xTitle}</th>
            {data.series.map(({ name }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two series may have the same name
              <th key={at} scope="col" className="qr-number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.slice(0, mostRows).map((x) => (
            <tr key={x}>
              <th scope="row">{show(x)}</th>
              {values.map((series, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                <td key={at} className="qr-number">
                  {series.get(x)?.toLocaleString('en', { maximumFractionDigits: 6 }) ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {places.length > mostRows && <p className="qr-chart-hint">{text.tableCut(mostRows)}</p>}
    </section>
  );
}
