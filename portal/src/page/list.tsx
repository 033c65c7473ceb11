import {
  makeStyles,
  mergeClasses,
  SearchBox,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { type ReactNode, useState } from 'react';
import { strings } from './strings.js';

const useStyles = makeStyles({
  bar: { display: 'flex', gap: '12px', alignItems: 'center', margin: '0 0 8px', flexWrap: 'wrap' },
  filter: { width: '280px' },
  count: { color: tokens.colorNeutralForeground2 },
  frame: {
    overflowX: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  table: { width: '100%', tableLayout: 'auto' },
  head: { fontWeight: tokens.fontWeightSemibold, whiteSpace: 'nowrap', height: '32px' },
  cell: { height: '30px', whiteSpace: 'nowrap' },
  wraps: { paddingBlock: '4px', whiteSpace: 'normal', minWidth: '180px', overflowWrap: 'anywhere' },
  number: {
    textAlign: 'right',
    justifyContent: 'flex-end',
    fontVariantNumeric: 'tabular-nums',
  },
  numberHead: { justifyContent: 'flex-end' },
  actions: {
    position: 'sticky',
    right: 0,
    // In a small window they would hide what they are of.
    '@media (max-width: 640px)': { position: 'static' },
    textAlign: 'right',
    backgroundColor: tokens.colorNeutralBackground1,
  },
  // Fluent's own turns a row around in high contrast, and links and quiet text in it do not follow.
  row: {
    ':hover': {
      backgroundColor: tokens.colorNeutralBackground2,
      color: tokens.colorNeutralForeground1,
    },
    ':active': {
      backgroundColor: tokens.colorNeutralBackground2,
      color: tokens.colorNeutralForeground1,
    },
  },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
  },
  nothing: { padding: '16px', color: tokens.colorNeutralForeground2, margin: 0 },
});

export interface ListColumn<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (item: T) => ReactNode;
  /** What it is sorted by; absent: it is not. */
  readonly sort?: (item: T) => string | number;
  readonly kind?: 'number' | 'wraps' | 'actions';
}

type Order = { readonly column: string; readonly descending: boolean };

/** Things in a table that can be sorted, and filtered by their text. */
export function List<T>({
  label,
  items,
  columns,
  keyOf,
  textOf,
  initial,
  beside,
}: {
  readonly label: string;
  readonly items: readonly T[];
  readonly columns: readonly ListColumn<T>[];
  readonly keyOf: (item: T) => string;
  /** What the filter looks through; absent: there is no filter. */
  readonly textOf?: (item: T) => string;
  readonly initial?: Order;
  /** Beside the filter. */
  readonly beside?: ReactNode;
}) {
  const styles = useStyles();
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState(initial);
  const wanted = filter.trim().toLowerCase();
  const found =
    textOf && wanted ? items.filter((item) => textOf(item).toLowerCase().includes(wanted)) : items;
  const shown = sorted(found, columns, order);
  const sortBy = (column: string) =>
    setOrder((before) => ({
      column,
      descending: before?.column === column && !before.descending,
    }));
  return (
    <div>
      {(textOf || beside) && (
        <div className={styles.bar}>
          {textOf && (
            <SearchBox
              className={styles.filter}
              size="small"
              placeholder={strings.filter}
              aria-label={`${strings.filter}: ${label}`}
              value={filter}
              onChange={(_event, { value }) => setFilter(value)}
            />
          )}
          <span className={styles.count} role="status">
            {strings.shown(shown.length, items.length)}
          </span>
          {beside}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section className={styles.frame} aria-label={label} tabIndex={0}>
        <Table size="small" aria-label={label} className={styles.table} sortable>
          <TableHeader>
            <TableRow>
              {columns.map(({ id, title, sort, kind }) => (
                <TableHeaderCell
                  key={id}
                  className={mergeClasses(styles.head, kind && kind !== 'wraps' && styles[kind])}
                  {...(kind === 'number' && { button: { className: styles.numberHead } })}
                  {...(sort
                    ? {
                        sortable: true,
                        onClick: () => sortBy(id),
                        ...(order?.column === id && {
                          sortDirection: order.descending ? 'descending' : 'ascending',
                        }),
                      }
                    : { sortable: false })}
                >
                  {title || <span className={styles.hidden}>{strings.actions}</span>}
                </TableHeaderCell>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {shown.map((item) => (
              <TableRow key={keyOf(item)} className={styles.row}>
                {columns.map(({ id, cell, kind }) => (
                  <TableCell key={id} className={mergeClasses(styles.cell, kind && styles[kind])}>
                    {cell(item)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
        {shown.length === 0 && <p className={styles.nothing}>{strings.nothingFound}</p>}
      </section>
    </div>
  );
}

function sorted<T>(
  items: readonly T[],
  columns: readonly ListColumn<T>[],
  order: Order | undefined,
): readonly T[] {
  const key = columns.find(({ id }) => id === order?.column)?.sort;
  if (!key || !order) return items;
  const sign = order.descending ? -1 : 1;
  return items.toSorted((a, b) => sign * compare(key(a), key(b)));
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
}
