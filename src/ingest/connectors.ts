import type { Connector, RawRecord } from './connector.js';
import { auditd } from './connectors/auditd.js';
import { awsCloudTrail } from './connectors/cloudtrail.js';
import { defenderCsv } from './connectors/defender-csv.js';
import { defenderRows } from './connectors/defender-rows.js';
import { ecsEvents } from './connectors/ecs.js';
import { entraId } from './connectors/entra-id.js';
import { exportedCsv } from './connectors/exported-csv.js';
import { falcoAlerts } from './connectors/falco.js';
import { linuxSysmon } from './connectors/linux-sysmon.js';
import { ocsfEvents } from './connectors/ocsf.js';
import { office365 } from './connectors/office365.js';
import { osqueryResultsLog } from './connectors/osquery.js';
import { otlpJson } from './connectors/otlp-json.js';
import { streamingApi } from './connectors/streaming-api.js';
import { suricataEve } from './connectors/suricata.js';
import { tetragonEvents } from './connectors/tetragon.js';
import { windowsCsv } from './connectors/windows-csv.js';
import { windowsEvent } from './connectors/windows-event.js';
import { zeekJson, zeekTsv } from './connectors/zeek.js';

/** Every kind of source that can be ingested. */
export const connectors: readonly Connector[] = [
  streamingApi,
  // Before rows of tables, since Sentinel's of these logs have columns of Defender's.
  entraId,
  defenderRows,
  linuxSysmon,
  windowsEvent,
  windowsCsv,
  defenderCsv,
  auditd,
  zeekJson,
  zeekTsv,
  awsCloudTrail,
  tetragonEvents,
  falcoAlerts,
  suricataEve,
  ecsEvents,
  ocsfEvents,
  osqueryResultsLog,
  office365,
  exportedCsv,
  otlpJson,
];

/** @param own those of the tenant's own tables */
export function findConnector(name: string, own: readonly Connector[] = []): Connector | undefined {
  const wanted = name.toLowerCase();
  return [...connectors, ...own].find((connector) => connector.name.toLowerCase() === wanted);
}

/**
 * The connector whose records these are; undefined where none claims them.
 * @param sampleFor the records as a connector would get them
 * @param own those of the tenant's own tables
 */
export function detectConnector(
  sampleFor: (connector: Connector) => readonly RawRecord[],
  own: readonly Connector[] = [],
): Connector | undefined {
  let surest: Connector | undefined;
  let surestScore = 0;
  // What an operator says of its own records goes before what is true of many sources.
  for (const connector of [...own, ...connectors]) {
    const score = connector.detect(sampleFor(connector));
    if (score > surestScore) {
      surest = connector;
      surestScore = score;
    }
    // Records that come one by one are asked about one by one.
    if (score === 1) {
      break;
    }
  }
  return surest;
}
