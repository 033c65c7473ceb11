import type { Connector, RawRecord } from '../connector.js';
import { ExportedCsv, startsExportedCsv } from '../exported-csv.js';
import { auditd } from './auditd.js';
import { ecsEvents } from './ecs.js';
import { entraId } from './entra-id.js';
import { linuxSysmon } from './linux-sysmon.js';
import { ocsfEvents } from './ocsf.js';
import { office365 } from './office365.js';
import { osqueryResultsLog } from './osquery.js';
import { zeekJson } from './zeek.js';

/** Sources whose records are objects, or texts that a member of one may hold. */
const sources = [
  linuxSysmon,
  auditd,
  zeekJson,
  ocsfEvents,
  osqueryResultsLog,
  office365,
  entraId,
  ecsEvents,
];

function sourceOf(record: RawRecord): Connector | undefined {
  return sources.find((source) => source.detect([record]) === 1);
}

/** Events of these sources as searches export them: a column for each field, or one that holds the event's text. */
export const exportedCsv: Connector = {
  name: 'exported-csv',
  summary:
    'ECS, OCSF, osquery, Zeek, auditd, Sysmon for Linux, logs of Microsoft 365 and Entra ID as Kibana, Splunk, Purview and others export them: CSV with a header',
  format: 'text',
  // Events have them.
  blankLines: true,
  hasHeader: true,
  detect: (sample) =>
    startsExportedCsv(
      sample.map(({ text }) => text),
      sourceOf,
    )
      ? 1
      : 0,
  open: (context) => new ExportedCsv(sourceOf, context),
};
