import { type ReactNode, useMemo, useState } from 'react';
import { useActions } from '../results/actions.js';
import { isNumeric, legible } from '../results/values/display.js';
import { whereLine } from '../results/values/predicate.js';
import { LabelledSelect } from './labelled-select.js';
import { type Aggregate, aggregates, pivot } from './pivot.js';
import type { ChartTable } from './series-rows.js';
import { text } from './strings.js';

/** What the shade of the other values is a share of; without end is beyond all of them. */
function largest(cells: readonly (number | undefined)[]): number {
  const sizes = cells.map((cell) => Math.abs(cell ?? 0)).filter(Number.isFinite);
  return Math.max(...sizes, 1e-9);
}

/** Rows against columns, with a shade for how large a value is. */
export function PivotView({ table }: { readonly table: ChartTable }): ReactNode {
  const { columns } = table;
  const { addToQuery } = useActions();
  const words = columns.flatMap(({ type }, index) =>
    isNumeric(type) || type === 'dynamic' || type === 'datetime' ? [] : [index],
  );
  const numbers = columns.flatMap(({ type }, index) => (isNumeric(type) ? [index] : []));
  const [down, setDown] = useState(words[0] ?? 0);
  const [across, setAcross] = useState<number | undefined>(words[1]);
  // Columns with ids measure nothing: only a summary's numbers are added up unasked.
  const [value, setValue] = useState<number | undefined>(
    columns.length <= 6 ? numbers[0] : undefined,
  );
  const [aggregate, setAggregate] = useState<Aggregate>(value === undefined ? 'count' : 'sum');
  const found = useMemo(
    () => pivot(table, down, across, value, aggregate),
    [table, down, across, value, aggregate],
  );
  const most = largest(found.cells.flat());
  const pick = (row: string, column: string): void => {
    const lines = [];
    const rowColumn = columns[down];
    const columnColumn = across === undefined ? undefined : columns[across];
    if (rowColumn !== undefined) lines.push(whereLine(rowColumn, '==', [row]));
    if (columnColumn !== undefined) lines.push(whereLine(columnColumn, '==', [column]));
    addToQuery(lines.join('\n'));
  };
  const chooser = (
    label: string,
    current: number | undefined,
    set: (index: number | undefined) => void,
    none: string | undefined,
    choices: readonly number[],
  ): ReactNode => (
    <LabelledSelect
      label={label}
      value={String(current ?? 'none')}
      onChange={(chosen) => set(chosen === 'none' ? undefined : Number(chosen))}
    >
      {none !== undefined && <option value="none">{none}</option>}
      {choices.map((index) => (
        <option key={index} value={index}>
          {columns[index]?.name}
        </option>
      ))}
    </LabelledSelect>
  );
  const every = columns.map((_, index) => index);
  return (
    <>
      <div className="qr-chart-chooser">
        {chooser(text.rows, down, (index) => setDown(index ?? 0), undefined, every)}
        {chooser(text.columns, across, setAcross, text.none, every)}
        {chooser(
          text.values,
          value,
          (index) => {
            setValue(index);
            setAggregate(index === undefined ? 'count' : 'sum');
          },
          text.countRows,
          numbers,
        )}
        <LabelledSelect
          label={text.aggregate}
          value={aggregate}
          onChange={(chosen) => {
            if (chosen in aggregates) setAggregate(chosen as Aggregate);
          }}
        >
          {Object.entries(aggregates).map(([key, { label }]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </LabelledSelect>
      </div>
      {found.leftOut > 0 && <p className="qr-chart-hint">{text.pivotLeftOut(found.leftOut)}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <section className="qr-chart-table" tabIndex={0} aria-label={text.columns}>
        <table>
          <thead>
            <tr>
              <th scope="col">{columns[down]?.name}</th>
              {found.columns.map((name) => (
                <th key={name} scope="col" className="qr-number">
                  {name === ''
                    ? across === undefined
                      ? aggregates[aggregate].label
                      : text.empty
                    : legible(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.rows.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name === '' ? text.empty : legible(name)}</th>
                {found.columns.map((column, at) => {
                  const cell = found.cells[row]?.[at];
                  return (
                    <td key={column} className="qr-number">
                      {cell !== undefined && (
                        <button type="button" onClick={() => pick(name, column)}>
                          <span
                            className="qr-shade"
                            style={{ width: `${Math.min(100, (100 * Math.abs(cell)) / most)}%` }}
                          />
                          <span>{cell.toLocaleString('en', { maximumFractionDigits: 3 })}</span>
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
