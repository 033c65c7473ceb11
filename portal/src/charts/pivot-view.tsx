import { type ReactNode, useMemo, useState } from 'react';
import { useActions } from '../results/actions.js';
import { isNumeric, legible } from '../results/values/display.js';
import { whereLine } from '../results/values/predicate.js';
import { LabelledSelect } from './labelled-select.js';
import { type Aggregate, aggregates, type PivotTable, pivot } from './pivot.js';
import type { ChartTable } from './series-rows.js';
import { text } from './strings.js';

/** What the shade of the other values is a share of; without end is beyond all of them. */
function largest(cells: readonly (number | undefined)[]): number {
  const sizes = cells.map((cell) => Math.abs(cell ?? 0)).filter(Number.isFinite);
  return Math.max(...sizes, 1e-9);
}

/** What is put against what, and how the values that meet become one. */
interface PivotChoice {
  readonly down: number;
  readonly across: number | undefined;
  /** None: rows are counted. */
  readonly value: number | undefined;
  readonly aggregate: Aggregate;
}

/** The first two columns of words; only a summary's numbers are added up unasked: ids measure nothing. */
function firstChoice(columns: ChartTable['columns']): PivotChoice {
  const words = columns.flatMap(({ type }, index) =>
    isNumeric(type) || type === 'dynamic' || type === 'datetime' ? [] : [index],
  );
  const value = columns.length <= 6 ? numbersOf(columns)[0] : undefined;
  return {
    down: words[0] ?? 0,
    across: words[1],
    value,
    aggregate: value === undefined ? 'count' : 'sum',
  };
}

function numbersOf(columns: ChartTable['columns']): number[] {
  return columns.flatMap(({ type }, index) => (isNumeric(type) ? [index] : []));
}

/** Rows against columns, with a shade for how large a value is. */
export function PivotView({ table }: { readonly table: ChartTable }): ReactNode {
  const { columns } = table;
  const { addToQuery } = useActions();
  const [choice, setChoice] = useState(() => firstChoice(columns));
  const { down, across, value, aggregate } = choice;
  const found = useMemo(
    () => pivot(table, down, across, value, aggregate),
    [table, down, across, value, aggregate],
  );
  const pick = (row: string, column: string): void => {
    const lines = [];
    const rowColumn = columns[down];
    const columnColumn = across === undefined ? undefined : columns[across];
    if (rowColumn !== undefined) lines.push(whereLine(rowColumn, '==', [row]));
    if (columnColumn !== undefined) lines.push(whereLine(columnColumn, '==', [column]));
    addToQuery(lines.join('\n'));
  };
  return (
    <>
      <PivotChooser columns={columns} choice={choice} onChange={setChoice} />
      {found.leftOut > 0 && <p className="qr-chart-hint">{text.pivotLeftOut(found.leftOut)}</p>}
      <PivotCells
        found={found}
        title={columns[down]?.name ?? ''}
        onlyColumn={across === undefined ? aggregates[aggregate].label : undefined}
        onPick={pick}
      />
    </>
  );
}

function PivotChooser({
  columns,
  choice,
  onChange,
}: {
  readonly columns: ChartTable['columns'];
  readonly choice: PivotChoice;
  readonly onChange: (choice: PivotChoice) => void;
}): ReactNode {
  const every = columns.map((_, index) => index);
  const column = { columns, none: undefined, choices: every };
  return (
    <div className="qr-chart-chooser">
      <ColumnSelect
        {...column}
        label={text.rows}
        chosen={choice.down}
        onChange={(down = 0) => onChange({ ...choice, down })}
      />
      <ColumnSelect
        {...column}
        label={text.columns}
        chosen={choice.across}
        none={text.none}
        onChange={(across) => onChange({ ...choice, across })}
      />
      <ColumnSelect
        {...column}
        label={text.values}
        chosen={choice.value}
        none={text.countRows}
        choices={numbersOf(columns)}
        onChange={(value) =>
          onChange({ ...choice, value, aggregate: value === undefined ? 'count' : 'sum' })
        }
      />
      <LabelledSelect
        label={text.aggregate}
        value={choice.aggregate}
        onChange={(chosen) => {
          if (chosen in aggregates) onChange({ ...choice, aggregate: chosen as Aggregate });
        }}
      >
        {Object.entries(aggregates).map(([key, { label }]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </LabelledSelect>
    </div>
  );
}

function ColumnSelect({
  columns,
  label,
  chosen,
  none,
  choices,
  onChange,
}: {
  readonly columns: ChartTable['columns'];
  readonly label: string;
  readonly chosen: number | undefined;
  /** What having no column is called, where that is a choice. */
  readonly none: string | undefined;
  readonly choices: readonly number[];
  readonly onChange: (index: number | undefined) => void;
}): ReactNode {
  return (
    <LabelledSelect
      label={label}
      value={String(chosen ?? 'none')}
      onChange={(index) => onChange(index === 'none' ? undefined : Number(index))}
    >
      {none !== undefined && <option value="none">{none}</option>}
      {choices.map((index) => (
        <option key={index} value={index}>
          {columns[index]?.name}
        </option>
      ))}
    </LabelledSelect>
  );
}

function PivotCells({
  found,
  title,
  onlyColumn,
  onPick,
}: {
  readonly found: PivotTable;
  readonly title: string;
  /** What stands above the values where nothing is put against the rows. */
  readonly onlyColumn: string | undefined;
  readonly onPick: (row: string, column: string) => void;
}): ReactNode {
  const most = largest(found.cells.flat());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className="qr-chart-table" tabIndex={0} aria-label={text.columns}>
      <table>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {found.columns.map((name) => (
              <th key={name} scope="col" className="qr-number">
                {name === '' ? (onlyColumn ?? text.empty) : legible(name)}
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
                      <button type="button" onClick={() => onPick(name, column)}>
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
  );
}
