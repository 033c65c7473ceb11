import {
  Button,
  Checkbox,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Spinner,
} from '@fluentui/react-components';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { useActions } from '../actions.js';
import { CellMenu } from '../grid/cell-menu.js';
import { ColumnMenu } from '../grid/column-menu.js';
import { DataGrid } from '../grid/data-grid.js';
import type { MenuPlace } from '../grid/frame.js';
import type { CellMark } from '../grid/line.js';
import { selectedColumns, selectedRows } from '../grid/selected.js';
import { useGrid } from '../grid/use-grid.js';
import type { ResultSet, TimeZoneChoice } from '../model.js';
import { runSliced } from '../sliced.js';
import { text } from '../strings.js';
import { displayText } from '../values/display.js';
import { tabSeparated } from '../values/tab-separated.js';
import { type Comparison, compareRuns, guessKey } from './compare.js';

interface ChangesProps {
  readonly result: ResultSet;
  readonly previous: ResultSet | undefined;
  readonly zone: TimeZoneChoice;
  readonly onRunAgain?: (() => void) | undefined;
}

/** What the run has that the one before had not, what is gone, and what is another value now. */
export function ChangesTab({ result, previous, zone, onRunAgain }: ChangesProps): ReactNode {
  if (result.state === 'running') return <p className="qr-pick">{text.compareRunning}</p>;
  const names = new Set(previous?.columns.map(({ name }) => name));
  const isAlike = result.columns.some(({ name }) => names.has(name));
  if (previous === undefined || !isAlike) {
    return (
      <div className="qr-pick">
        <p>{previous === undefined ? text.compareNone : text.compareColumns}</p>
        {onRunAgain && (
          <Button size="small" onClick={onRunAgain}>
            {text.runAgain}
          </Button>
        )}
      </div>
    );
  }
  return <Changes result={result} previous={previous} zone={zone} />;
}

const kinds = ['added', 'gone', 'changed'] as const;
type Kind = (typeof kinds)[number];

function Changes({
  result,
  previous,
  zone,
}: {
  result: ResultSet;
  previous: ResultSet;
  zone: TimeZoneChoice;
}): ReactNode {
  const guessed = useMemo(() => guessKey(result.columns), [result.columns]);
  const [chosen, setChosen] = useState<{ for: ResultSet['columns']; key: readonly number[] }>();
  const key = chosen?.for === result.columns ? chosen.key : guessed;
  const [shownKinds, setShownKinds] = useState<ReadonlySet<Kind>>(new Set(kinds));
  const comparison = useComparison(previous, result, key);
  if (comparison === undefined) {
    return <Spinner size="tiny" label={text.working} className="qr-pick" />;
  }
  const counts = Object.fromEntries(
    kinds.map((kind) => [kind, comparison.changes.filter((change) => change.kind === kind).length]),
  ) as Record<Kind, number>;
  const labels = { added: text.showAdded, gone: text.showGone, changed: text.showChanged };
  const isWhole = result.state === 'complete' && previous.state === 'complete';
  return (
    <div className="qr-results-rows">
      <div className="qr-toolbar">
        <KeyChooser
          result={result}
          chosen={key}
          onChange={(next) => setChosen({ for: result.columns, key: next })}
        />
        {kinds.map((kind) => (
          <Checkbox
            key={kind}
            label={`${labels[kind]} (${counts[kind].toLocaleString('en')})`}
            checked={shownKinds.has(kind)}
            onChange={(_, { checked }) => {
              const next = new Set(shownKinds);
              if (checked === true) next.add(kind);
              else next.delete(kind);
              setShownKinds(next);
            }}
          />
        ))}
        <span className="qr-row-count" role="status">
          {text.compareNote(counts.added, counts.gone, counts.changed, comparison.same)}
        </span>
      </div>
      {!isWhole && <p className="qr-pick">{text.comparePartial}</p>}
      {comparison.duplicates > 0 && (
        <p className="qr-pick">{text.compareDuplicates(comparison.duplicates)}</p>
      )}
      <ChangesGrid {...{ result, comparison, zone }} keyColumns={key} kinds={shownKinds} />
    </div>
  );
}

function useComparison(
  before: ResultSet,
  after: ResultSet,
  key: readonly number[],
): Comparison | undefined {
  const [comparison, setComparison] = useState<Comparison>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions say when rows have come
  useEffect(() => {
    const abort = new AbortController();
    void runSliced(compareRuns(before, after, key), abort.signal).then((found) => {
      if (found !== undefined) setComparison(found);
    });
    return () => abort.abort();
  }, [before.rows, before.version, after.rows, after.version, key]);
  return comparison;
}

/** The changes in a grid of their own, with what they are in front. */
function ChangesGrid({
  result,
  comparison,
  keyColumns,
  kinds,
  zone,
}: {
  result: ResultSet;
  comparison: Comparison;
  keyColumns: readonly number[];
  kinds: ReadonlySet<Kind>;
  zone: TimeZoneChoice;
}): ReactNode {
  const changes = useMemo(
    () => comparison.changes.filter(({ kind }) => kinds.has(kind)),
    [comparison, kinds],
  );
  // What a row is and what became of it first; the rest is there for those who want it.
  const order = useMemo(
    () => columnOrder(result.columns.length, keyColumns, comparison),
    [result.columns, keyColumns, comparison],
  );
  const columns = useMemo(
    () => [
      { name: text.change, type: 'string' as const },
      ...order.flatMap((index) => result.columns[index] ?? []),
    ],
    [result.columns, order],
  );
  const rows = useMemo(
    () => changes.map(({ kind, row }) => [text[kind], ...order.map((index) => row[index])]),
    [changes, order],
  );
  const shown = useMemo<ResultSet>(
    () => ({ columns, rows, version: 0, state: 'complete' }),
    [columns, rows],
  );
  const grid = useGrid(shown, zone);
  const { dispatch } = grid;
  useEffect(() => {
    // Two values stand in a cell that has changed.
    for (const index of changedColumns(comparison)) {
      dispatch({ kind: 'resize', column: order.indexOf(index) + 1, width: changedPixels });
    }
  }, [comparison, order, dispatch]);
  const { copy } = useActions();
  const [menu, setMenu] = useState<{ place: MenuPlace; column?: number }>();
  const markOf = useCallback(
    (row: number, column: number): CellMark | undefined => {
      const change = changes[row];
      if (change === undefined) return undefined;
      if (change.kind !== 'changed') return column === 0 ? { kind: change.kind } : undefined;
      if (column === 0) return { kind: 'changed' };
      const index = order[column - 1] ?? -1;
      if (!change.before.has(index)) return undefined;
      const type = columns[column]?.type ?? 'string';
      const was = displayText(change.before.get(index), type, zone);
      return { kind: 'changed', was: was === '' ? text.emptyValue : was };
    },
    [changes, columns, order, zone],
  );
  return (
    <div className="qr-results-body">
      <DataGrid
        grid={grid}
        inspected={undefined}
        markOf={markOf}
        emptyMessage={<strong>{text.compareSame}</strong>}
        onInspect={() => undefined}
        onCellMenu={(place) => setMenu({ place })}
        onColumnMenu={(column, place) => setMenu({ place, column })}
        onCopy={(withHeaders) => {
          const cells = selectedRows(grid);
          const header = selectedColumns(grid);
          copy(tabSeparated(header, cells, withHeaders), text.cells(cells.length * header.length));
        }}
        onSearch={() => undefined}
        onFilterToQuery={() => undefined}
        onEscape={() => false}
      />
      {menu !== undefined &&
        (menu.column === undefined ? (
          <CellMenu
            grid={grid}
            place={menu.place}
            onClose={() => setMenu(undefined)}
            onInspect={() => setMenu(undefined)}
          />
        ) : (
          <ColumnMenu
            grid={grid}
            place={menu.place}
            at={menu.column}
            onClose={() => setMenu(undefined)}
          />
        ))}
    </div>
  );
}

const changedPixels = 220;

function changedColumns({ changes }: Comparison): number[] {
  const changed = new Set<number>();
  for (const change of changes) {
    if (change.kind === 'changed') for (const index of change.before.keys()) changed.add(index);
  }
  return [...changed].sort((a, b) => a - b);
}

function columnOrder(
  count: number,
  keyColumns: readonly number[],
  comparison: Comparison,
): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return [...new Set([...keyColumns, ...changedColumns(comparison), ...all])];
}

function KeyChooser({
  result,
  chosen,
  onChange,
}: {
  result: ResultSet;
  chosen: readonly number[];
  onChange: (key: readonly number[]) => void;
}): ReactNode {
  const names = chosen.map((index) => result.columns[index]?.name).join(', ');
  return (
    <Popover trapFocus positioning="below-start">
      <PopoverTrigger disableButtonEnhancement>
        <Button size="small" title={text.compareKey} className="qr-key-button">
          <span>{text.compareBy(names)}</span>
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="qr-chooser" aria-label={text.compareKey}>
        <strong>{text.compareKey}</strong>
        <div className="qr-chooser-list">
          {result.columns.map(({ name }, index) => (
            <Checkbox
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name
              key={index}
              label={name}
              checked={chosen.includes(index)}
              onChange={(_, { checked }) => {
                const next =
                  checked === true
                    ? [...chosen, index].sort((a, b) => a - b)
                    : chosen.filter((other) => other !== index);
                // Without a key every row would be paired with any other.
                if (next.length > 0) onChange(next);
              }}
            />
          ))}
        </div>
      </PopoverSurface>
    </Popover>
  );
}
