import { columnReference } from '../results/values/literal.js';

const most = 100;

/** What a column holds, asked of the whole table: its commonest values, or when its events were. */
export function columnValuesQuery(
  table: string,
  { name, type }: { readonly name: string; readonly type: string },
): string {
  const column = columnReference(name);
  if (type === 'datetime') {
    return `${table}\n| summarize Rows = count() by bin(${column}, 1h)\n| render timechart\n`;
  }
  const value = type === 'dynamic' ? `${column} = tostring(${column})` : column;
  return `${table}\n| summarize Rows = count() by ${value}\n| top ${most} by Rows\n`;
}
