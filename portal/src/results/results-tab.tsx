import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { useActions } from './actions.js';
import { CellMenu } from './grid/cell-menu.js';
import { ColumnMenu } from './grid/column-menu.js';
import { DataGrid } from './grid/data-grid.js';
import { Footer } from './grid/footer.js';
import type { MenuPlace } from './grid/frame.js';
import { selectedColumns, selectedRows, selectedValues } from './grid/selected.js';
import type { Grid } from './grid/use-grid.js';
import { Inspector } from './inspect/inspector.js';
import type { ResultSet } from './model.js';
import { SidePane } from './side-pane.js';
import { text } from './strings.js';
import { TimeHistogram } from './time-histogram.js';
import { FilterChips, Toolbar } from './toolbar.js';
import { inLimit, whereLine } from './values/predicate.js';
import { tabSeparated } from './values/tab-separated.js';
import type { Place } from './view/selection.js';

type OpenMenu =
  | { readonly kind: 'cell'; readonly place: MenuPlace }
  | { readonly kind: 'column'; readonly at: number; readonly place: MenuPlace };

/** Rows: what happened when, the grid, one record beside it, and what the selection adds up to. */
export function ResultsTab({
  grid,
  emptyHelp,
  onChart,
}: {
  readonly grid: Grid;
  readonly emptyHelp: ReactNode;
  readonly onChart: () => void;
}): ReactNode {
  const inspecting = useInspecting(grid);
  const { isInspecting, setInspecting, goTo } = inspecting;
  const { copyCells, filterToQuery } = useSelectionActions(grid);
  const [showsHistogram, setShowsHistogram] = useState(true);
  const [menu, setMenu] = useState<OpenMenu>();
  const searchBox = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);

  const focusGrid = useCallback(() => {
    const element = area.current?.querySelector('[role=grid]');
    if (element instanceof HTMLElement) element.focus({ preventScroll: true });
  }, []);
  const closeMenu = (): void => {
    setMenu(undefined);
    focusGrid();
  };
  const closeInspector = (): void => {
    setInspecting(false);
    focusGrid();
  };

  return (
    <div className="qr-results-tab" ref={area}>
      <div className="qr-results-rows">
        <Banner result={grid.result} />
        {showsHistogram && <TimeHistogram grid={grid} />}
        <Toolbar
          grid={grid}
          searchBox={searchBox}
          onTarget={goTo}
          onLeaveSearch={focusGrid}
          onChart={onChart}
          isInspecting={isInspecting}
          onInspect={() => setInspecting(!isInspecting)}
          showsHistogram={showsHistogram}
          onHistogram={() => setShowsHistogram(!showsHistogram)}
        />
        <FilterChips grid={grid} />
        <div className="qr-results-body">
          <DataGrid
            grid={grid}
            inspected={inspecting.inspected}
            target={inspecting.target}
            emptyMessage={<Nothing grid={grid} help={emptyHelp} />}
            onInspect={() => setInspecting(!isInspecting)}
            onCellMenu={(place) => setMenu({ kind: 'cell', place })}
            onColumnMenu={(at, place) => setMenu({ kind: 'column', at, place })}
            onCopy={copyCells}
            onSearch={() => searchBox.current?.focus()}
            onFilterToQuery={filterToQuery}
            onEscape={() => {
              if (isInspecting) setInspecting(false);
              return isInspecting;
            }}
          />
        </div>
        <Footer grid={grid} />
      </div>
      {isInspecting && (
        <InspectorPane grid={grid} inspecting={inspecting} onClose={closeInspector} />
      )}
      {menu?.kind === 'cell' && (
        <CellMenu
          grid={grid}
          place={menu.place}
          onClose={closeMenu}
          onInspect={() => setInspecting(true)}
        />
      )}
      {menu?.kind === 'column' && (
        <ColumnMenu grid={grid} place={menu.place} at={menu.at} onClose={closeMenu} />
      )}
    </div>
  );
}

/** The record beside the grid, and the cell that is to be in sight. */
function useInspecting(grid: Grid) {
  const { state, dispatch } = grid;
  const [isInspecting, setInspecting] = useState(false);
  const [target, setTarget] = useState<Place>();
  const goTo = (place: Place): void => {
    dispatch({ kind: 'activate', place, extend: false });
    setTarget(place);
  };
  /** To the next record up or down: heads of groups have none. */
  const step = (by: 1 | -1): void => {
    let line = state.active.line + by;
    while (line >= 0 && line < grid.lines && grid.rowAt(line) === undefined) line += by;
    if (grid.rowAt(line) !== undefined) goTo({ line, column: state.active.column });
  };
  const inspected = isInspecting ? grid.rowAt(state.active.line) : undefined;
  return { isInspecting, setInspecting, inspected, target, goTo, step };
}

/** What is done with the cells that are selected. */
function useSelectionActions(grid: Grid) {
  const { addToQuery, copy } = useActions();
  return {
    copyCells: (withHeaders: boolean): void => {
      const rows = selectedRows(grid);
      const columns = selectedColumns(grid);
      const cells = text.cells(rows.length * columns.length);
      copy(tabSeparated(columns, rows, withHeaders), cells);
    },
    filterToQuery: (): void => {
      const { active } = grid.state;
      const column = grid.shown[active.column]?.column;
      const values = selectedValues(grid, active.column).slice(0, inLimit);
      if (column !== undefined) addToQuery(whereLine(column, 'in', values));
    },
  };
}

function InspectorPane({
  grid,
  inspecting: { inspected, step },
  onClose,
}: {
  readonly grid: Grid;
  readonly inspecting: ReturnType<typeof useInspecting>;
  readonly onClose: () => void;
}): ReactNode {
  const { result, state } = grid;
  const record = inspected === undefined ? undefined : result.rows[inspected];
  return (
    <SidePane>
      {record === undefined ? (
        <p className="qr-pick">{text.pickRecord}</p>
      ) : (
        <Inspector
          columns={result.columns}
          row={record}
          line={state.active.line}
          lines={grid.lines}
          zone={grid.zone}
          onStep={step}
          onClose={onClose}
        />
      )}
    </SidePane>
  );
}

/** Says when the rows are not the whole answer. */
export function Banner({ result }: { readonly result: ResultSet }): ReactNode {
  const rows = result.rows.length;
  if (result.state === 'failed' && rows > 0) {
    return <Notice intent="error">{text.failed(rows)}</Notice>;
  }
  if (result.state === 'partial') return <Notice intent="warning">{text.partial(rows)}</Notice>;
  if (result.truncated === true) return <Notice intent="warning">{text.truncated(rows)}</Notice>;
  return null;
}

function Notice({
  intent,
  children,
}: {
  intent: 'error' | 'warning';
  children: ReactNode;
}): ReactNode {
  return (
    // Of several lines where there is no room: what is said here is not to be cut.
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>{children}</MessageBarBody>
    </MessageBar>
  );
}

function Nothing({ grid, help }: { grid: Grid; help: ReactNode }): ReactNode {
  const { result, dispatch } = grid;
  if (result.rows.length > 0) {
    return (
      <>
        <span>{text.noRowsShown}</span>
        <Button size="small" onClick={() => dispatch({ kind: 'clearFilters' })}>
          {text.clearFilters}
        </Button>
      </>
    );
  }
  if (result.state === 'running') return <span>{text.waiting}</span>;
  if (result.state !== 'complete') return <span>{text.noRowsSoFar}</span>;
  return (
    <>
      <strong>{text.noRows}</strong>
      <span>{text.noRowsHint}</span>
      {help}
    </>
  );
}
