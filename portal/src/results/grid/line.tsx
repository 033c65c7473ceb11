// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no table to be
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active cell

import { ChevronDown16Regular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronRight16Regular } from '@fluentui/react-icons/svg/chevron-right';
import { memo, type ReactNode } from 'react';
import { JsonTree } from '../inspect/tree.js';
import type { TimeZoneChoice } from '../model.js';
import { text } from '../strings.js';
import { displayText, isNumeric, onOneLine, structureOf } from '../values/display.js';
import type { Group } from '../view/group.js';
import { splitAtHits } from '../view/search.js';
import type { ShownColumn } from './use-grid.js';

export const usualHeight = 28;

/** How much room the open dynamic values of a row get beneath it, in pixels. */
export const openedHeight = 220;

/** Text longer than this is cut in a cell; the inspector shows all of it. */
const cellLength = 400;
const wrappedLength = 4000;

/** Words in a column's name that say its text is to be read character by character. */
const monospaced = /CommandLine|SHA1|SHA256|MD5|Registry(Key|Value)|Query$/;

/** How a cell differs from another run's. */
export interface CellMark {
  readonly kind: 'added' | 'gone' | 'changed';
  readonly was?: string;
}

interface LineProps {
  readonly gridId: string;
  readonly line: number;
  /** As screen readers count: the heads are rows too. */
  readonly rowIndex: number;
  readonly top: number;
  readonly height: number;
  readonly number: number;
  readonly row: readonly unknown[];
  readonly pinned: readonly ShownColumn[];
  readonly moving: readonly ShownColumn[];
  /** Where the first of the moving columns stands among all shown ones, and its left edge in pixels. */
  readonly firstMoving: number;
  readonly offset: number;
  readonly gutter: number;
  readonly active: number;
  readonly selectedFrom: number;
  readonly selectedTo: number;
  readonly search: string;
  readonly zone: TimeZoneChoice;
  readonly wrap: boolean;
  readonly isOpened: boolean;
  readonly isInspected: boolean;
  readonly viewWidth: number;
  readonly markOf: ((row: number, column: number) => CellMark | undefined) | undefined;
}

/** One row of the grid; drawn again only when something of its own changes. */
export const Line = memo(function Line(props: LineProps): ReactNode {
  const { line, top, height, number, pinned, moving, gutter, isOpened } = props;
  const place = { top, ...(props.wrap ? { minHeight: height } : { height }) };
  return (
    <div
      role="row"
      aria-rowindex={props.rowIndex}
      className="qr-line"
      data-line={line}
      data-inspected={props.isInspected}
      style={place}
    >
      <div className="qr-fixed" role="presentation" data-pinned={pinned.length > 0}>
        <div
          role="rowheader"
          aria-colindex={1}
          className="qr-gutter"
          data-gutter="true"
          data-selected={props.selectedFrom >= 0}
          style={{ width: gutter }}
        >
          {number}
        </div>
        {pinned.map((column, at) => cell(props, column, at))}
      </div>
      <div className="qr-moving" role="presentation" style={{ marginLeft: props.offset }}>
        {moving.map((column, at) => cell(props, column, props.firstMoving + at))}
      </div>
      {isOpened && <Opened key={number} {...props} />}
    </div>
  );
});

/** Not a component: a line is drawn as a whole, and one component for each cell would double its cost. */
function cell(props: LineProps, shown: ShownColumn, place: number): ReactNode {
  const { type, name } = shown.column;
  const value = props.row[shown.index];
  const mark = props.markOf?.(props.number - 1, shown.index);
  const isTree = type === 'dynamic' && structureOf(value) !== undefined;
  const full = displayText(value, type, props.zone);
  const limit = props.wrap ? wrappedLength : cellLength;
  const kept = full.length > limit ? `${full.slice(0, limit)}…` : full;
  const visible = props.wrap ? kept : onOneLine(kept);
  const isSelected = place >= props.selectedFrom && place <= props.selectedTo;
  // Plain text as the only child is set without a node of its own.
  const isPlain = !isTree && mark === undefined && props.search === '';
  return (
    <div
      key={shown.index}
      role="gridcell"
      // The grid names its active cell; a name for each would be a change to each at every step.
      id={props.active === place ? `${props.gridId}-${props.line}-${place}` : undefined}
      aria-colindex={place + 2}
      aria-selected={isSelected}
      className="qr-cell"
      data-place={place}
      data-active={props.active === place || undefined}
      data-selected={isSelected || undefined}
      data-align={isNumeric(type) ? 'right' : undefined}
      data-mono={monospaced.test(name) || type === 'dynamic' || undefined}
      data-mark={mark?.kind}
      style={{ width: shown.width }}
    >
      {isPlain ? (
        visible
      ) : (
        <CellContent
          {...{ visible, isTree, mark }}
          isOpened={props.isOpened}
          search={props.search}
        />
      )}
    </div>
  );
}

function CellContent(props: {
  readonly visible: string;
  readonly isTree: boolean;
  readonly isOpened: boolean;
  readonly search: string;
  readonly mark: CellMark | undefined;
}): ReactNode {
  return (
    <>
      {props.isTree && (
        <span className="qr-tree-toggle" data-toggle="true" aria-hidden="true">
          {props.isOpened ? <ChevronDown16Regular /> : <ChevronRight16Regular />}
        </span>
      )}
      <Highlighted shown={props.visible} search={props.search} />
      {props.mark?.was !== undefined && <span className="qr-was">{text.was(props.mark.was)}</span>}
    </>
  );
}

function Highlighted({ shown, search }: { shown: string; search: string }): ReactNode {
  const pieces = splitAtHits(shown, search);
  if (pieces.length === 1) return shown;
  return pieces.map((piece, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have nothing but their place
    at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece,
  );
}

function Opened({ row, pinned, moving, gutter, viewWidth, height }: LineProps): ReactNode {
  const trees = [...pinned, ...moving].flatMap(({ column, index }) => {
    const structure = column.type === 'dynamic' ? structureOf(row[index]) : undefined;
    return structure === undefined ? [] : [{ name: column.name, structure }];
  });
  const top = height - openedHeight;
  return (
    <div
      className="qr-opened"
      data-opened="true"
      role="presentation"
      style={{ top, left: gutter, height: openedHeight, width: viewWidth - gutter }}
    >
      {trees.map(({ name, structure }) => (
        <JsonTree key={name} name={name} value={structure} />
      ))}
    </div>
  );
}

/** The head of a group, over the whole width. */
export const GroupLine = memo(function GroupLine(props: {
  readonly gridId: string;
  readonly line: number;
  readonly rowIndex: number;
  readonly top: number;
  readonly height: number;
  readonly name: string;
  readonly shown: string;
  readonly group: Group;
  readonly columns: number;
  readonly isCollapsed: boolean;
  readonly isActive: boolean;
  readonly viewWidth: number;
}): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={props.rowIndex}
      aria-expanded={!props.isCollapsed}
      className="qr-line"
      data-line={props.line}
      style={{ top: props.top, height: props.height }}
    >
      <div
        role="gridcell"
        id={`${props.gridId}-${props.line}-0`}
        aria-colindex={1}
        aria-colspan={props.columns + 1}
        className="qr-cell qr-group"
        data-group="true"
        data-active={props.isActive || undefined}
        style={{ width: props.viewWidth }}
      >
        {props.isCollapsed ? <ChevronRight16Regular /> : <ChevronDown16Regular />}
        <span>
          {props.name}: {props.shown === '' ? text.emptyValue : props.shown}
        </span>
        <span className="qr-count">
          {text.rows(props.group.rows.length, props.group.rows.length)}
        </span>
      </div>
    </div>
  );
});
