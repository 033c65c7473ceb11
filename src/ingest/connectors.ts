import type { Connector, RawRecord } from './connector.js';
import { auditd } from './connectors/auditd.js';
import { defenderRows } from './connectors/defender-rows.js';
import { linuxSysmon } from './connectors/linux-sysmon.js';
import { streamingApi } from './connectors/streaming-api.js';
import { windowsEvent } from './connectors/windows-event.js';
import { zeekJson, zeekTsv } from './connectors/zeek.js';

/** Every kind of source that can be ingested. */
export const connectors: readonly Connector[] = [
  streamingApi,
  defenderRows,
  linuxSysmon,
  windowsEvent,
  auditd,
  zeekJson,
  zeekTsv,
];

export function findConnector(name: string): Connector | undefined {
  return connectors.find((connector) => connector.name === name);
}

/** The connector whose records these are; undefined where none claims them. */
export function detectConnector(sample: readonly RawRecord[]): Connector | undefined {
  let surest: Connector | undefined;
  let surestScore = 0;
  for (const connector of connectors) {
    const score = connector.detect(sample);
    if (score > surestScore) {
      surest = connector;
      surestScore = score;
    }
  }
  return surest;
}
