import {
  Button,
  Checkbox,
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  SearchBox,
  Spinner,
  ToggleButton,
} from '@fluentui/react-components';
import { ArrowDown16Regular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up';
import { ColumnTriple20Regular } from '@fluentui/react-icons/svg/column-triple';
import { DataBarVertical20Regular } from '@fluentui/react-icons/svg/data-bar-vertical';
import { DataHistogram20Regular } from '@fluentui/react-icons/svg/data-histogram';
import { EyeOff20Regular } from '@fluentui/react-icons/svg/eye-off';
import { Filter20Regular } from '@fluentui/react-icons/svg/filter';
import { PanelRight20Regular } from '@fluentui/react-icons/svg/panel-right';
import { TextWrap20Regular } from '@fluentui/react-icons/svg/text-wrap';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { ExportMenu } from './export/export-menu.js';
import type { Grid } from './grid/use-grid.js';
import { runSliced } from './sliced.js';
import { text } from './strings.js';
import { displayText } from './values/display.js';
import { findHits, type Hit, hitLimit } from './view/search.js';
import type { Place } from './view/selection.js';

interface ToolbarProps {
  readonly grid: Grid;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly onTarget: (place: Place) => void;
  readonly onLeaveSearch: () => void;
  readonly onChart: () => void;
  readonly isInspecting: boolean;
  readonly onInspect: () => void;
  readonly showsHistogram: boolean;
  readonly onHistogram: () => void;
}

/** Searching, and how the grid is shown. */
export function Toolbar(props: ToolbarProps): ReactNode {
  const { grid } = props;
  const { state, dispatch, result } = grid;
  const toggles = [
    {
      label: text.filterRow,
      icon: <Filter20Regular />,
      checked: state.filterRow,
      onClick: () => dispatch({ kind: 'toggle', what: 'filterRow' }),
    },
    {
      label: text.wrap,
      icon: <TextWrap20Regular />,
      checked: state.wrap,
      onClick: () => dispatch({ kind: 'toggle', what: 'wrap' }),
    },
    {
      label: text.hideEmpty,
      icon: <EyeOff20Regular />,
      checked: state.hideEmpty,
      onClick: () => dispatch({ kind: 'toggle', what: 'hideEmpty' }),
    },
    {
      label: text.histogram,
      icon: <DataHistogram20Regular />,
      checked: props.showsHistogram,
      onClick: props.onHistogram,
    },
  ] as const;
  return (
    <div className="qr-toolbar" role="toolbar" aria-label={text.results}>
      <Search {...props} />
      <span className="qr-row-count" aria-live="polite">
        {text.rows(grid.view.count, result.rows.length)}
        {grid.isBusy && <Spinner size="extra-tiny" aria-label={text.working} />}
      </span>
      <span className="qr-spring" />
      {toggles.map((toggle) => (
        <ToggleButton
          key={toggle.label}
          size="small"
          appearance="subtle"
          icon={toggle.icon}
          aria-label={toggle.label}
          title={toggle.label}
          checked={toggle.checked}
          onClick={toggle.onClick}
        />
      ))}
      <ColumnChooser grid={grid} />
      <Button
        size="small"
        appearance="subtle"
        icon={<DataBarVertical20Regular />}
        title={text.quickChart}
        aria-label={text.quickChart}
        onClick={props.onChart}
      />
      <ExportMenu grid={grid} />
      <ToggleButton
        size="small"
        appearance="subtle"
        icon={<PanelRight20Regular />}
        aria-label={text.inspect}
        title={text.inspect}
        checked={props.isInspecting}
        onClick={props.onInspect}
      />
    </div>
  );
}

const typingMs = 200;

function Search({ grid, searchBox, onTarget, onLeaveSearch }: ToolbarProps): ReactNode {
  const { dispatch, state } = grid;
  const [typed, setTyped] = useState(state.search);
  // No hit has been gone to yet.
  const [at, setAt] = useState(-1);
  const hits = useHits(grid);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed !== state.search) dispatch({ kind: 'search', text: typed });
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed, state.search, dispatch]);
  const go = (index: number): void => {
    const count = hits.length;
    if (count === 0) return;
    const next = index < 0 ? count - 1 : index % count;
    const hit = hits[next];
    if (hit === undefined) return;
    setAt(next);
    const column = grid.shown.findIndex((shown) => shown.index === hit.column);
    onTarget({ line: hit.line, column: Math.max(0, column) });
  };
  const [seen, setSeen] = useState(hits);
  if (seen !== hits) {
    setSeen(hits);
    setAt(-1);
  }
  return (
    <>
      <SearchBox
        size="small"
        className="qr-search"
        input={{ ref: searchBox }}
        placeholder={text.searchPlaceholder}
        aria-label={text.search}
        value={typed}
        onChange={(_, { value }) => setTyped(value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            go(event.shiftKey ? at - 1 : at + 1);
          } else if (event.key === 'Escape') {
            setTyped('');
            onLeaveSearch();
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {state.search !== '' && (
        <>
          <span className="qr-quiet" role="status">
            {text.searchHits(at, hits.length, hits.length >= hitLimit)}
          </span>
          <Button
            size="small"
            appearance="subtle"
            icon={<ArrowUp16Regular />}
            aria-label={text.previousHit}
            title={text.previousHit}
            onClick={() => go(at - 1)}
          />
          <Button
            size="small"
            appearance="subtle"
            icon={<ArrowDown16Regular />}
            aria-label={text.nextHit}
            title={text.nextHit}
            onClick={() => go(at + 1)}
          />
        </>
      )}
    </>
  );
}

const noHits: readonly Hit[] = [];

function useHits(grid: Grid): readonly Hit[] {
  const [hits, setHits] = useState(noHits);
  const { state, result, rowAt, lines, shown, zone } = grid;
  useEffect(() => {
    if (state.search === '') return setHits(noHits);
    const abort = new AbortController();
    const task = findHits(result.rows, rowAt, lines, shown, state.search, zone);
    void runSliced(task, abort.signal).then((found) => {
      if (found !== undefined) setHits(found);
    });
    return () => abort.abort();
  }, [state.search, result.rows, rowAt, lines, shown, zone]);
  return hits;
}

/** Which columns are shown; those that are not are found by their name. */
function ColumnChooser({ grid }: { grid: Grid }): ReactNode {
  const { state, dispatch, result, shown } = grid;
  const [wanted, setWanted] = useState('');
  const search = wanted.toLowerCase();
  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button
          size="small"
          appearance="subtle"
          icon={<ColumnTriple20Regular />}
          title={text.columns}
        >
          {shown.length < result.columns.length
            ? text.columnsShown(shown.length, result.columns.length)
            : text.columns}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="qr-chooser" aria-label={text.columns}>
        <SearchBox
          size="small"
          placeholder={text.findColumn}
          aria-label={text.findColumn}
          value={wanted}
          onChange={(_, { value }) => setWanted(value)}
        />
        <div className="qr-chooser-list">
          {state.placing.map((index) => {
            const name = result.columns[index]?.name ?? '';
            if (!name.toLowerCase().includes(search)) return null;
            return (
              <Checkbox
                key={index}
                label={name}
                checked={!state.hidden.has(index)}
                onChange={(_, { checked }) =>
                  dispatch({ kind: 'hide', columns: [index], hidden: checked !== true })
                }
              />
            );
          })}
        </div>
        <Button
          size="small"
          onClick={() => dispatch({ kind: 'hide', columns: state.placing, hidden: false })}
        >
          {text.showAllColumns}
        </Button>
      </PopoverSurface>
    </Popover>
  );
}

/** What narrows, groups and sorts the rows in the page, each to be taken away. */
export function FilterChips({ grid }: { readonly grid: Grid }): ReactNode {
  const { state, dispatch, result, zone } = grid;
  const { filters, groupBy } = state.view;
  if (filters.size === 0 && groupBy === undefined) return null;
  return (
    <section className="qr-chips" aria-label={text.filters}>
      {groupBy !== undefined && (
        <Chip
          label={text.groupedBy(result.columns[groupBy]?.name ?? '')}
          removeLabel={text.ungroup}
          onRemove={() => dispatch({ kind: 'group', column: undefined })}
        />
      )}
      {[...filters].map(([index, filter]) => {
        const column = result.columns[index];
        if (column === undefined) return null;
        const [first = '', ...others] = filter.kind === 'text' ? [filter.text] : [...filter.values];
        const shown = displayText(first, column.type, zone).slice(0, 60) || text.emptyValue;
        const sign = filter.kind === 'text' ? ':' : filter.exclude ? ' ≠' : ' =';
        const more = others.length > 0 ? ` + ${others.length}` : '';
        return (
          <Chip
            key={index}
            label={`${column.name}${sign} ${shown}${more}`}
            removeLabel={text.removeFilter(column.name)}
            onRemove={() => dispatch({ kind: 'filter', column: index, filter: undefined })}
          />
        );
      })}
      {filters.size > 1 && (
        <Button size="small" appearance="subtle" onClick={() => dispatch({ kind: 'clearFilters' })}>
          {text.clearFilters}
        </Button>
      )}
    </section>
  );
}

function Chip(props: {
  readonly label: string;
  readonly removeLabel: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <InteractionTag size="small">
      <InteractionTagPrimary hasSecondaryAction onClick={props.onRemove} title={props.removeLabel}>
        {props.label}
      </InteractionTagPrimary>
      <InteractionTagSecondary aria-label={props.removeLabel} onClick={props.onRemove} />
    </InteractionTag>
  );
}
