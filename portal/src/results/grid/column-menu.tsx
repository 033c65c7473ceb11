import { Button, Divider, Spinner } from '@fluentui/react-components';
import { ArrowLeft16Regular } from '@fluentui/react-icons/svg/arrow-left';
import { ArrowRight16Regular } from '@fluentui/react-icons/svg/arrow-right';
import { EyeOff16Regular } from '@fluentui/react-icons/svg/eye-off';
import { GroupList20Regular } from '@fluentui/react-icons/svg/group-list';
import { Pin16Regular } from '@fluentui/react-icons/svg/pin';
import { TextSortAscending16Regular } from '@fluentui/react-icons/svg/text-sort-ascending';
import { TextSortDescending16Regular } from '@fluentui/react-icons/svg/text-sort-descending';
import { type ReactNode, useEffect, useState } from 'react';
import { runSliced } from '../sliced.js';
import { text } from '../strings.js';
import { displayText, plainText } from '../values/display.js';
import { type ColumnSummary, summarize } from '../view/summary.js';
import { Floating } from './floating.js';
import type { MenuPlace } from './frame.js';
import { FilterBox } from './heads.js';
import type { Grid, ShownColumn } from './use-grid.js';
import './column-menu.css';

/** What can be done with a column, and what it holds. */
export function ColumnMenu({
  grid,
  place,
  at,
  onClose,
}: {
  readonly grid: Grid;
  readonly place: MenuPlace;
  /** The column's place among those that are shown. */
  readonly at: number;
  readonly onClose: () => void;
}): ReactNode {
  const shown = grid.shown[at];
  if (shown === undefined) return null;
  const { dispatch, state } = grid;
  const column = shown.index;
  const sorting = state.view.sort.find((key) => key.column === column);
  const isGrouped = state.view.groupBy === column;
  const then = (act: () => void) => () => {
    act();
    onClose();
  };
  const sort = (descending: boolean | undefined) =>
    then(() => dispatch({ kind: 'sort', column, descending, add: false }));
  return (
    <Floating place={place} label={text.columnMenu(shown.column.name)} onClose={onClose}>
      <div className="qr-column-menu">
        <div className="qr-column-name">
          {shown.column.name} <span>{shown.column.type}</span>
        </div>
        <Command icon={<TextSortAscending16Regular />} onClick={sort(false)}>
          {text.sortAscending}
        </Command>
        <Command icon={<TextSortDescending16Regular />} onClick={sort(true)}>
          {text.sortDescending}
        </Command>
        {sorting !== undefined && <Command onClick={sort(undefined)}>{text.unsort}</Command>}
        <Command
          icon={<GroupList20Regular />}
          onClick={then(() => dispatch({ kind: 'group', column: isGrouped ? undefined : column }))}
        >
          {isGrouped ? text.ungroup : text.group}
        </Command>
        <Command
          icon={<Pin16Regular />}
          onClick={then(() => dispatch({ kind: 'pin', column, pinned: !shown.pinned }))}
        >
          {shown.pinned ? text.unpin : text.pin}
        </Command>
        <Command
          icon={<EyeOff16Regular />}
          onClick={then(() => dispatch({ kind: 'hide', columns: [column], hidden: true }))}
        >
          {text.hide}
        </Command>
        <div className="qr-column-pair">
          <Command
            icon={<ArrowLeft16Regular />}
            isDisabled={at === 0}
            onClick={then(() =>
              dispatch({ kind: 'move', column, before: grid.shown[at - 1]?.index }),
            )}
          >
            {text.moveLeft}
          </Command>
          <Command
            icon={<ArrowRight16Regular />}
            isDisabled={at === grid.shown.length - 1}
            onClick={then(() =>
              dispatch({ kind: 'move', column, before: grid.shown[at + 2]?.index }),
            )}
          >
            {text.moveRight}
          </Command>
        </div>
        <div className="qr-filtercell qr-column-filter">
          <FilterBox shown={shown} filter={state.view.filters.get(column)} dispatch={dispatch} />
        </div>
        <Divider />
        <Summary grid={grid} shown={shown} onClose={onClose} />
      </div>
    </Floating>
  );
}

function Command(props: {
  readonly icon?: React.JSX.Element;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Button
      appearance="subtle"
      size="small"
      className="qr-column-command"
      {...(props.icon === undefined ? {} : { icon: props.icon })}
      disabled={props.isDisabled === true}
      onClick={props.onClick}
    >
      {props.children}
    </Button>
  );
}

function Summary({
  grid,
  shown,
  onClose,
}: {
  grid: Grid;
  shown: ShownColumn;
  onClose: () => void;
}): ReactNode {
  const [summary, setSummary] = useState<ColumnSummary>();
  const { rows } = grid.result;
  const { order } = grid.view;
  const { type } = shown.column;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that come while it is open add up too
  useEffect(() => {
    const abort = new AbortController();
    void runSliced(summarize(rows, order, shown.index, type), abort.signal).then((found) => {
      if (found !== undefined) setSummary(found);
    });
    return () => abort.abort();
  }, [rows, order, shown.index, type, grid.result.version]);
  if (summary === undefined) return <Spinner size="tiny" label={text.working} />;
  const show = (value: unknown): string => displayText(value, type, grid.zone) || text.emptyValue;
  const share = summary.rows === 0 ? 0 : (100 * summary.empty) / summary.rows;
  const most = summary.top[0]?.count ?? 1;
  const pick = (value: unknown, exclude: boolean): void => {
    const values = new Set([plainText(value)]);
    grid.dispatch({
      kind: 'filter',
      column: shown.index,
      filter: { kind: 'values', values, exclude },
    });
    onClose();
  };
  return (
    <div className="qr-summary">
      <dl>
        <dt>{text.distinct}</dt>
        <dd>{summary.distinct.toLocaleString('en')}</dd>
        <dt>{text.emptyShare}</dt>
        <dd>
          {summary.empty.toLocaleString('en')} ({share.toFixed(share > 0 && share < 1 ? 2 : 0)} %)
        </dd>
        <dt>{text.smallest}</dt>
        <dd>{show(summary.min)}</dd>
        <dt>{text.largest}</dt>
        <dd>{show(summary.max)}</dd>
        {summary.mean !== undefined && (
          <>
            <dt>{text.mean}</dt>
            <dd>{summary.mean.toLocaleString('en', { maximumFractionDigits: 3 })}</dd>
          </>
        )}
      </dl>
      <div className="qr-top-title">{text.top}</div>
      <ul title={text.topHint}>
        {summary.top.map(({ value, count }) => (
          <li key={plainText(value)}>
            <button type="button" onClick={(event) => pick(value, event.shiftKey)}>
              <span className="qr-top-bar" style={{ width: `${(100 * count) / most}%` }} />
              <span className="qr-top-value">{show(value)}</span>
              <span className="qr-top-count">
                {count.toLocaleString('en')} ({((100 * count) / summary.rows).toFixed(1)} %)
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p className="qr-hint">{text.topHint}</p>
    </div>
  );
}
