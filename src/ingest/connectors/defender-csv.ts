import type { Connector } from '../connector.js';
import { RowCsv, startsRowCsv } from '../defender/csv.js';
import { defenderRows, isExportedRow } from './defender-rows.js';

/** Rows as the portals of Defender and Sentinel export them; unions of several tables, too. */
export const defenderCsv: Connector = {
  name: 'defender-csv',
  summary: 'Rows of Defender or Sentinel as their portals export them: CSV with a header',
  format: 'text',
  // Command lines and messages have them.
  blankLines: true,
  hasHeader: true,
  detect: (sample) => (startsDefenderCsv(sample.map(({ text }) => text)) ? 1 : 0),
  open: (context) => new RowCsv(defenderRows.open(context)),
};

/** Whether lines begin as an export of rows. */
export function startsDefenderCsv(lines: readonly string[]): boolean {
  return startsRowCsv(lines, isExportedRow);
}
