import type { Connector } from '../connector.js';
import { EventConversion } from '../windows/conversion.js';
import { EventCsv, startsEventCsv } from '../windows/csv.js';
import { unwrapEvent } from '../windows/shapes.js';

/** Windows Event Log as tools export it to CSV; which of them did shows in the header. */
export const windowsCsv: Connector = {
  name: 'windows-csv',
  summary:
    'Windows Event Log and Sysmon as CSV: EvtxECmd, `Get-WinEvent | Export-Csv`, Log Analytics, Splunk, …',
  format: 'text',
  // Scripts and messages have them.
  blankLines: true,
  hasHeader: true,
  detect: (sample) => (startsEventCsv(sample.map(({ text }) => text)) ? 1 : 0),
  open: (context) =>
    new EventCsv(
      new EventConversion(({ value }) => unwrapEvent(value), context),
      context.correlation.folder,
    ),
};
