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
  detect: (sample) =>
    startsRowCsv(
      sample.map(({ text }) => text),
      isExportedRow,
    )
      ? 1
      : 0,
  open: (context) => new RowCsv(defenderRows.open(context)),
};
