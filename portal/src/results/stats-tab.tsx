import type { ReactNode } from 'react';
import type { ResultSet, RunStats } from './model.js';
import { text } from './strings.js';

interface Figure {
  readonly label: string;
  readonly of: (stats: RunStats) => number | undefined;
  readonly show: (value: number) => string;
}

const figures: readonly Figure[] = [
  { label: text.elapsed, of: (stats) => stats.elapsedSeconds, show: seconds },
  { label: text.rowsRead, of: (stats) => stats.rowsRead, show: whole },
  { label: text.bytesRead, of: (stats) => stats.bytesRead, show: bytes },
  { label: text.cpu, of: (stats) => stats.cpuSeconds, show: seconds },
  { label: text.peakMemory, of: (stats) => stats.peakMemoryBytes, show: bytes },
  { label: text.resultRows, of: (stats) => stats.resultRows, show: whole },
  {
    label: text.readRate,
    of: (stats) => (stats.elapsedSeconds > 0 ? stats.bytesRead / stats.elapsedSeconds : undefined),
    show: (value) => `${bytes(value)}/s`,
  },
  {
    label: text.selectivity,
    of: (stats) => (stats.resultRows > 0 ? stats.rowsRead / stats.resultRows : undefined),
    show: (value) => value.toLocaleString('en', { maximumFractionDigits: 1 }),
  },
];

/** What the run cost, beside the run before it. */
export function StatsTab({
  result,
  previous,
}: {
  readonly result: ResultSet;
  readonly previous: ResultSet | undefined;
}): ReactNode {
  const { stats } = result;
  if (stats === undefined) return <p className="qr-pick">{text.noStats}</p>;
  const before = previous?.stats;
  return (
    <div className="qr-stats">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="qr-visually-hidden">{text.stats}</span>
            </th>
            <th scope="col">{text.thisRun}</th>
            {before !== undefined && (
              <>
                <th scope="col">{text.previousRun}</th>
                <th scope="col">{text.difference}</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {figures.map(({ label, of, show }) => {
            const now = of(stats);
            if (now === undefined) return null;
            const then = before === undefined ? undefined : of(before);
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{show(now)}</td>
                {before !== undefined && (
                  <>
                    <td>{then === undefined ? '' : show(then)}</td>
                    <td>{then === undefined ? '' : difference(now, then)}</td>
                  </>
                )}
              </tr>
            );
          })}
          <tr>
            <th scope="row">{text.resultColumns}</th>
            <td>{result.columns.length}</td>
            {before !== undefined && (
              <>
                <td>{previous?.columns.length}</td>
                <td />
              </>
            )}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function seconds(value: number): string {
  return `${value.toLocaleString('en', { maximumFractionDigits: 3 })} s`;
}

function whole(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes in the unit that leaves few digits; units count by 1,000. */
export function bytes(value: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), units.length - 1);
  return `${(value / 1000 ** unit).toLocaleString('en', { maximumFractionDigits: 1 })} ${units[unit]}`;
}

function difference(now: number, then: number): string {
  if (now === then) return '=';
  if (then === 0) return '';
  const percent = (100 * (now - then)) / then;
  const shown = Math.abs(percent).toLocaleString('en', { maximumFractionDigits: 1 });
  return `${percent > 0 ? '+' : '−'}${shown} %`;
}
