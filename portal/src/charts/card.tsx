import type { ReactNode } from 'react';
import type { TimeZoneChoice } from '../results/model.js';
import { displayText, isNumeric } from '../results/values/display.js';
import type { ChartChoice } from './choice.js';
import type { ChartTable } from './series-rows.js';
import { text } from './strings.js';

const mostCards = 24;

/** The first row's values, large. */
export function Card({
  table,
  choice,
  zone,
}: {
  readonly table: ChartTable;
  readonly choice: ChartChoice;
  readonly zone: TimeZoneChoice;
}): ReactNode {
  const [row = []] = table.rows;
  return (
    <div className="qr-cards">
      {choice.title !== '' && <h2>{choice.title}</h2>}
      <dl>
        {table.columns.slice(0, mostCards).map(({ name, type }, index) => {
          const value = row[index];
          const shown =
            isNumeric(type) && typeof value === 'number'
              ? value.toLocaleString('en', { maximumFractionDigits: 4 })
              : displayText(value, type, zone);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name
            <div key={index} className="qr-card">
              <dt>{name}</dt>
              <dd>{shown === '' ? text.empty : shown}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
