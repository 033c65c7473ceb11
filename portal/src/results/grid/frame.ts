import type { RefObject } from 'react';
import type { Place } from '../view/selection.js';
import type { LineHeights } from './geometry.js';
import { headLine } from './state.js';
import type { ShownColumn } from './use-grid.js';

/** Where everything of a drawn grid lies, in pixels; what keys and pointer need to find their way. */
export interface GridFrame {
  readonly gridId: string;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly heights: LineHeights;
  readonly pinned: readonly ShownColumn[];
  /** Edges of the columns that move, from their own left. */
  readonly edges: readonly number[];
  /** The widths of the row numbers alone, and with the pinned columns. */
  readonly gutter: number;
  readonly fixedWidth: number;
  readonly headHeight: number;
  readonly viewHeight: number;
  /** How far the content is scrolled. */
  readonly contentTop: () => number;
  /** Scrolls as little as it takes to bring a cell into sight; columns by their place. */
  readonly reveal: (line: number, place: number | undefined) => void;
}

/** Where a menu opens: beside a cell, or where the pointer is. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** What a grid asks of its surroundings. */
export interface GridEvents {
  readonly onInspect: () => void;
  readonly onCellMenu: (place: MenuPlace) => void;
  readonly onColumnMenu: (column: number, place: MenuPlace) => void;
  readonly onCopy: (withHeaders: boolean) => void;
  readonly onSearch: () => void;
  readonly onFilterToQuery: () => void;
  /** Escape where the grid has nothing to close; true when it was used. */
  readonly onEscape: () => boolean;
}

/** The id of the element of a cell, or of a column's head. */
export function cellId(gridId: string, { line, column }: Place): string {
  return line === headLine ? `${gridId}-head-${column}` : `${gridId}-${line}-${column}`;
}
