// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no table to be
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active cell
// biome-ignore-all lint/a11y/noStaticElementInteractions: what the pointer does here, keys do in the grid

import { ArrowDown12Regular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUp12Regular } from '@fluentui/react-icons/svg/arrow-up';
import { ChevronDown16Regular } from '@fluentui/react-icons/svg/chevron-down';
import { Filter12Regular } from '@fluentui/react-icons/svg/filter';
import { memo, type ReactNode, useEffect, useState } from 'react';
import { text } from '../strings.js';
import { isNumeric, legible } from '../values/display.js';
import type { ColumnFilter } from '../view/filter.js';
import type { SortKey } from '../view/sort.js';
import type { GridAction } from './state.js';
import type { ShownColumn } from './use-grid.js';

interface HeadsProps {
  readonly gridId: string;
  readonly pinned: readonly ShownColumn[];
  readonly moving: readonly ShownColumn[];
  readonly firstMoving: number;
  readonly offset: number;
  readonly gutter: number;
  readonly active: number;
  readonly sort: readonly SortKey[];
  readonly filters: ReadonlyMap<number, ColumnFilter>;
  readonly filterRow: boolean;
  readonly dispatch: (action: GridAction) => void;
}

/** The heads of the columns: sort, resize, drag to another place, open the menu; filters beneath. */
export const Heads = memo(function Heads(props: HeadsProps): ReactNode {
  const { pinned, moving, gutter, offset } = props;
  return (
    <div className="qr-heads" role="rowgroup">
      <div role="row" aria-rowindex={1} className="qr-headline">
        <div className="qr-fixed" role="presentation" data-pinned={pinned.length > 0}>
          <div
            role="columnheader"
            aria-colindex={1}
            className="qr-gutter"
            style={{ width: gutter }}
          >
            <span className="qr-visually-hidden">{text.rowNumber}</span>
          </div>
          {pinned.map((shown, at) => (
            <Head key={shown.index} {...props} shown={shown} place={at} />
          ))}
        </div>
        <div className="qr-moving" role="presentation" style={{ marginLeft: offset }}>
          {moving.map((shown, at) => (
            <Head key={shown.index} {...props} shown={shown} place={props.firstMoving + at} />
          ))}
        </div>
      </div>
      {props.filterRow && <FilterLine {...props} />}
    </div>
  );
});

type HeadProps = HeadsProps & { readonly shown: ShownColumn; readonly place: number };

function Head({ shown, place, gridId, active, sort, filters, dispatch }: HeadProps): ReactNode {
  const { name, type } = shown.column;
  const [isTarget, setTarget] = useState(false);
  const key = sort.find(({ column }) => column === shown.index);
  const order = key === undefined ? 'none' : key.descending ? 'descending' : 'ascending';
  return (
    <div
      role="columnheader"
      id={`${gridId}-head-${place}`}
      aria-colindex={place + 2}
      aria-sort={order}
      className="qr-head"
      data-head={place}
      data-column={name}
      data-active={active === place || undefined}
      data-align={isNumeric(type) ? 'right' : undefined}
      data-drop={isTarget || undefined}
      style={{ width: shown.width }}
      title={`${name}: ${type}`}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, String(shown.index));
        event.dataTransfer.effectAllowed = 'move';
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(dragType)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false);
        event.preventDefault();
        const column = Number(event.dataTransfer.getData(dragType));
        dispatch({ kind: 'move', column, before: shown.index });
      }}
    >
      <span className="qr-head-name">{legible(name)}</span>
      {filters.has(shown.index) && (
        <span className="qr-head-icon">
          <Filter12Regular />
        </span>
      )}
      {key !== undefined && (
        <span className="qr-head-icon">
          {key.descending ? <ArrowDown12Regular /> : <ArrowUp12Regular />}
          {sort.length > 1 && sort.indexOf(key) + 1}
        </span>
      )}
      <span className="qr-head-menu" data-menu="true" aria-hidden="true">
        <ChevronDown16Regular />
      </span>
      <SizeHandle shown={shown} dispatch={dispatch} />
    </div>
  );
}

const dragType = 'application/x-quarry-column';

function SizeHandle({
  shown,
  dispatch,
}: {
  shown: ShownColumn;
  dispatch: (action: GridAction) => void;
}): ReactNode {
  return (
    <span
      className="qr-head-size"
      data-size="true"
      aria-hidden="true"
      title={text.resize(shown.column.name)}
      draggable
      onDragStart={(event) => {
        // The head would be dragged.
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        event.stopPropagation();
        const start = event.clientX;
        const handle = event.currentTarget;
        handle.setPointerCapture(event.pointerId);
        const move = (moved: PointerEvent) => {
          const width = shown.width + moved.clientX - start;
          dispatch({ kind: 'resize', column: shown.index, width });
        };
        handle.addEventListener('pointermove', move);
        const stop = () => handle.removeEventListener('pointermove', move);
        handle.addEventListener('lostpointercapture', stop, { once: true });
      }}
    />
  );
}

function FilterLine({ pinned, moving, gutter, offset, filters, dispatch }: HeadsProps): ReactNode {
  const box = (shown: ShownColumn): ReactNode => (
    <div key={shown.index} role="gridcell" className="qr-filtercell" style={{ width: shown.width }}>
      <FilterBox shown={shown} filter={filters.get(shown.index)} dispatch={dispatch} />
    </div>
  );
  return (
    <div role="row" aria-rowindex={2} className="qr-filterline">
      <div className="qr-fixed" role="presentation" data-pinned={pinned.length > 0}>
        <div className="qr-gutter" role="gridcell" style={{ width: gutter }} />
        {pinned.map(box)}
      </div>
      <div className="qr-moving" role="presentation" style={{ marginLeft: offset }}>
        {moving.map(box)}
      </div>
    </div>
  );
}

const typingMs = 200;

/** What is typed here narrows the rows a moment after the last key. */
export function FilterBox({
  shown,
  filter,
  dispatch,
}: {
  readonly shown: ShownColumn;
  readonly filter: ColumnFilter | undefined;
  readonly dispatch: (action: GridAction) => void;
}): ReactNode {
  const applied = filter?.kind === 'text' ? filter.text : '';
  const [typed, setTyped] = useState(applied);
  useEffect(() => setTyped(applied), [applied]);
  useEffect(() => {
    if (typed === applied) return;
    const timer = setTimeout(() => {
      const next = typed.trim() === '' ? undefined : ({ kind: 'text', text: typed } as const);
      dispatch({ kind: 'filter', column: shown.index, filter: next });
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed, applied, shown.index, dispatch]);
  return (
    <input
      type="text"
      aria-label={text.filterOf(shown.column.name)}
      title={text.filterHelp}
      placeholder={text.filterPlaceholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.stopPropagation()}
    />
  );
}
