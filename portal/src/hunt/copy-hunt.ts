import type { ResultSet } from '../results/model.js';
import { plainText } from '../results/values/display.js';
import { tabSeparated } from '../results/values/tab-separated.js';
import type { RunState } from './run.js';
import { shareLink } from './share.js';
import { strings } from './strings.js';
import type { HuntTab } from './tabs.js';

/** Rows that are copied: what a ticket or a chat takes. */
const maxRows = 1000;

/** Copies what shows a hunt to somebody else: the query, a link to it, its rows. Says what has been done. */
export async function copyHunt(tab: HuntTab, run: RunState | undefined): Promise<string> {
  if (!run || run.result.columns.length === 0) return strings.nothingToCopy;
  const { query } = run.request;
  const link = await shareLink(location.origin, {
    title: tab.title,
    text: query,
    range: tab.range,
  });
  const { columns } = run.result;
  const rows = run.result.rows.slice(0, maxRows);
  const item = new ClipboardItem({
    'text/plain': asBlob(
      'text/plain',
      `${query.trim()}\n\n${link}\n\n${tabSeparated(columns, rows, true)}\n`,
    ),
    'text/html': asBlob('text/html', htmlOf(query.trim(), link, { columns, rows })),
  });
  try {
    await navigator.clipboard.write([item]);
    return strings.allCopied(rows.length.toLocaleString('en'));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function asBlob(type: string, text: string): Blob {
  return new Blob([text], { type });
}

/** What word processors and mail paste with its table. */
export function htmlOf(
  query: string,
  link: string,
  { columns, rows }: Pick<ResultSet, 'columns' | 'rows'>,
): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const head = line(
    columns.map(({ name }) => name),
    'th',
  );
  const body = rows.map((row) =>
    line(
      columns.map((_, index) => plainText(row[index])),
      'td',
    ),
  );
  return [
    `<pre>${escaped(query)}</pre>`,
    `<p><a href="${escaped(link)}">${escaped(link)}</a></p>`,
    `<table>${head}${body.join('')}</table>`,
  ].join('');
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
