import {
  Button,
  Checkbox,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  ProgressBar,
  Radio,
  RadioGroup,
} from '@fluentui/react-components';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { type ReactNode, useRef, useState } from 'react';
import { download } from '../download.js';
import type { Grid } from '../grid/use-grid.js';
import { runSliced } from '../sliced.js';
import { text } from '../strings.js';
import { type ExportedRows, writers } from './formats.js';

const formats = [
  { key: 'csv', label: 'CSV', extension: 'csv', type: 'text/csv;charset=utf-8' },
  { key: 'json', label: 'JSON', extension: 'json', type: 'application/json' },
  { key: 'ndjson', label: 'NDJSON', extension: 'ndjson', type: 'application/x-ndjson' },
  {
    key: 'xlsx',
    label: 'Excel',
    extension: 'xlsx',
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
  { key: 'markdown', label: 'Markdown', extension: 'md', type: 'text/markdown;charset=utf-8' },
] as const;

type Format = (typeof formats)[number];

/** Saves all rows as a file; those on the screen are only some of them. */
export function ExportMenu({ grid }: { readonly grid: Grid }): ReactNode {
  const [scope, setScope] = useState('all');
  const [onlyShown, setOnlyShown] = useState(false);
  const [guardFormulas, setGuardFormulas] = useState(true);
  const [share, setShare] = useState<number>();
  const [note, setNote] = useState('');
  const abort = useRef<AbortController>(undefined);

  const save = async (format: Format): Promise<void> => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    const rows = exportedRows(grid, scope === 'shown', onlyShown);
    setNote('');
    setShare(0);
    try {
      const file = await write(format, rows, { guardFormulas }, setShare, signal);
      if (file === undefined) return;
      const name = `${fileName()}.${format.extension}`;
      download(new Blob(file.pieces, { type: format.type }), name);
      setNote(
        [text.exportDone(name), file.cutCells > 0 ? text.exportCut(file.cutCells) : '']
          .join(' ')
          .trim(),
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      setNote(text.exportTooMany);
    } finally {
      setShare(undefined);
    }
  };

  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<ArrowDownload20Regular />}>
          {text.exportRows}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="qr-export" aria-label={text.exportTitle}>
        <strong>{text.exportTitle}</strong>
        <RadioGroup value={scope} onChange={(_, { value }) => setScope(value)}>
          <Radio value="all" label={`${text.exportAll} (${count(grid.result.rows.length)})`} />
          <Radio value="shown" label={`${text.exportShown} (${count(grid.view.count)})`} />
        </RadioGroup>
        <Checkbox
          label={text.exportVisible}
          checked={onlyShown}
          onChange={(_, { checked }) => setOnlyShown(checked === true)}
        />
        <Checkbox
          label={text.guardFormulas}
          checked={guardFormulas}
          onChange={(_, { checked }) => setGuardFormulas(checked === true)}
        />
        <div className="qr-export-formats">
          {formats.map((format) => (
            <Button
              key={format.key}
              size="small"
              disabledFocusable={share !== undefined}
              onClick={() => void save(format)}
            >
              {format.label}
            </Button>
          ))}
        </div>
        {share !== undefined && (
          <div className="qr-export-progress">
            <ProgressBar value={share} aria-label={text.exporting(Math.round(share * 100))} />
            <Button size="small" onClick={() => abort.current?.abort()}>
              {text.cancel}
            </Button>
          </div>
        )}
        <span role="status">{note}</span>
      </PopoverSurface>
    </Popover>
  );
}

function count(rows: number): string {
  return rows.toLocaleString('en');
}

/** What is exported: all rows as they came, or those that are looked at, in their order. */
function exportedRows(grid: Grid, onlyLookedAt: boolean, onlyShown: boolean): ExportedRows {
  const { result, view, shown } = grid;
  const order = onlyLookedAt ? orderOf(grid) : undefined;
  const indices = onlyShown ? shown.map(({ index }) => index) : undefined;
  const rowOf = (at: number): readonly unknown[] =>
    result.rows[order === undefined ? at : (order[at] ?? 0)] ?? [];
  return {
    columns: onlyShown ? shown.map(({ column }) => column) : result.columns,
    count: onlyLookedAt ? view.count : result.rows.length,
    rowAt: (at) => {
      const row = rowOf(at);
      return indices === undefined ? row : indices.map((index) => row[index]);
    },
  };
}

function orderOf({ view }: Grid): Int32Array | undefined {
  if (view.groups === undefined) return view.order;
  const order = new Int32Array(view.count);
  let at = 0;
  for (const { rows } of view.groups) {
    order.set(rows, at);
    at += rows.length;
  }
  return order;
}

async function write(
  format: Format,
  rows: ExportedRows,
  options: { readonly guardFormulas: boolean },
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ pieces: BlobPart[]; cutCells: number } | undefined> {
  if (format.key === 'xlsx') {
    // Its compression is only loaded by those who use it.
    const { xlsx } = await import('./xlsx.js');
    const book = await runSliced(xlsx(rows, options, progress), signal);
    return book && { pieces: [...book.bytes], cutCells: book.cutCells };
  }
  const pieces = await runSliced(writers[format.key](rows, options, progress), signal);
  return pieces && { pieces, cutCells: 0 };
}

function fileName(): string {
  const now = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  return `quarry-${now}Z`;
}
