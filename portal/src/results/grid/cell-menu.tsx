import {
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useActions } from '../actions.js';
import { entityOf } from '../pivot/entities.js';
import { deviceAroundQuery, pivotQuery, processTreeQuery } from '../pivot/queries.js';
import { text } from '../strings.js';
import { plainText } from '../values/display.js';
import { datatable, kqlLiteral } from '../values/literal.js';
import { type Comparison, inLimit, isComparable, whereLine } from '../values/predicate.js';
import { tabSeparated } from '../values/tab-separated.js';
import { useTarget } from './floating.js';
import type { MenuPlace } from './frame.js';
import { selectedColumns, selectedRows, selectedValues } from './selected.js';
import { selectedRange } from './state.js';
import type { Grid } from './use-grid.js';

/** Values are named in the menu, but not whole command lines. */
const shownLength = 40;

/** What can be done with a cell and with the selection around it. */
export function CellMenu({
  grid,
  place,
  onClose,
  onInspect,
}: {
  readonly grid: Grid;
  readonly place: MenuPlace;
  readonly onClose: () => void;
  readonly onInspect: () => void;
}): ReactNode {
  const actions = useActions();
  const target = useTarget(place);
  const { state, result } = grid;
  const shown = grid.shown[state.active.column];
  const row = grid.rowAt(state.active.line);
  if (shown === undefined || row === undefined) return null;
  const { column, index } = shown;
  const values = result.rows[row] ?? [];
  const value = values[index];
  const range = selectedRange(state);
  const selected = selectedValues(grid, state.active.column);
  const context = { columns: result.columns, row: values };
  const entity = entityOf(column, value);
  const around = deviceAroundQuery(context);
  const tree = processTreeQuery(context);
  const literal = shorten(kqlLiteral(value, column.type));
  const cells = (range.bottom - range.top + 1) * (range.right - range.left + 1);

  const add = (comparison: Comparison, list: readonly unknown[]) => () =>
    actions.addToQuery(whereLine(column, comparison, list));
  const filter = (exclude: boolean) => () =>
    grid.dispatch({
      kind: 'filter',
      column: index,
      filter: { kind: 'values', values: new Set(selected.map(plainText)), exclude },
    });
  const copyCells = (withHeaders: boolean) => () => {
    const columns = selectedColumns(grid);
    actions.copy(tabSeparated(columns, selectedRows(grid), withHeaders), text.cells(cells));
  };
  const copyTable = () =>
    actions.copy(datatable(selectedColumns(grid), selectedRows(grid)), text.cells(cells));

  return (
    <Menu
      open
      onOpenChange={(_, { open }) => {
        if (!open) onClose();
      }}
      positioning={{ target, position: 'below', align: 'start', autoSize: true }}
    >
      <MenuPopover className="qr-menu">
        <MenuList aria-label={text.cellMenu}>
          <MenuGroup>
            <MenuGroupHeader>{text.addToQuery}</MenuGroupHeader>
            <MenuItem onClick={add('==', [value])}>{text.addEqual(literal)}</MenuItem>
            <MenuItem onClick={add('!=', [value])}>{text.addNotEqual(literal)}</MenuItem>
            {isComparable('has', column) && plainText(value) !== '' && (
              <MenuItem onClick={add('has', [value])}>{text.addHas(literal)}</MenuItem>
            )}
            {selected.length > 1 && selected.length <= inLimit && (
              <>
                <MenuItem onClick={add('in', selected)}>{text.addIn(selected.length)}</MenuItem>
                <MenuItem onClick={add('!in', selected)}>{text.addNotIn(selected.length)}</MenuItem>
              </>
            )}
          </MenuGroup>
          <MenuDivider />
          <MenuItem onClick={filter(false)}>{text.showOnly}</MenuItem>
          <MenuItem onClick={filter(true)}>{text.hideThese}</MenuItem>
          <MenuDivider />
          <MenuItem onClick={onInspect}>{text.inspectRecord}</MenuItem>
          {entity !== undefined && (
            <MenuItem onClick={() => open(pivotQuery(entity, context))}>
              {text.pivotOn[entity.kind]}
            </MenuItem>
          )}
          {around !== undefined && (
            <MenuItem onClick={() => open(around)}>{text.aroundDevice}</MenuItem>
          )}
          {tree !== undefined && (
            <MenuItem onClick={() => open(tree)}>{text.aroundProcess}</MenuItem>
          )}
          <MenuDivider />
          <MenuItem secondaryContent="Ctrl+C" onClick={copyCells(false)}>
            {text.copy}
          </MenuItem>
          <MenuItem secondaryContent="Ctrl+Alt+C" onClick={copyCells(true)}>
            {text.copyWithHeaders}
          </MenuItem>
          <MenuItem onClick={() => actions.copy(kqlLiteral(value, column.type), shorten(literal))}>
            {text.copyLiteral}
          </MenuItem>
          <MenuItem onClick={copyTable}>{text.copyDatatable}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );

  function open({ kql, title }: { kql: string; title: string }): void {
    actions.openQuery(kql, title);
  }
}

function shorten(literal: string): string {
  return literal.length > shownLength ? `${literal.slice(0, shownLength)}…` : literal;
}
