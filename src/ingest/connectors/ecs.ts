import { type Connector, type RawRecord, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { defenderRow } from '../documents/ecs/defender-rows.js';
import { ecsDocument } from '../documents/ecs/document.js';
import { originsInEcs } from '../documents/ecs/origins.js';
import { documentsOf, ecs } from '../documents/ecs.js';
import { ocsfDocument } from '../documents/ocsf/document.js';
import { osqueryResults } from '../documents/osquery/results.js';
import { osquery } from '../documents/osquery.js';
import { sideBySide } from '../side-by-side.js';
import { EventConversion } from '../windows/conversion.js';
import { unwrapEvent } from '../windows/shapes.js';
import { convertResults } from './osquery.js';
import { streamingApi } from './streaming-api.js';

/**
 * Events in the Elastic Common Schema, of whatever Beat, agent or pipeline. Those that carry an event of
 * a Windows log, a result of osquery, a row of Defender, or what is left of another source's record, are read as
 * that.
 */
export const ecsEvents: Connector = {
  name: 'ecs',
  summary: 'Elastic Common Schema: auditbeat, packetbeat, filebeat modules, Elastic Defend, …',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(
      sample,
      ({ value }) =>
        ecsDocument(value) !== undefined &&
        osqueryResults(value) === undefined &&
        ocsfDocument(value) === undefined,
    );
  },
  open(context) {
    const documents = new DocumentConversion(ecs, context);
    const events = new EventConversion(windowsEventOf, context);
    const results = new DocumentConversion(osquery, context);
    const rows = streamingApi.open(context);
    const origins = originsInEcs.map((source) => new DocumentConversion(source, context));
    return sideBySide([documents, events, results, ...origins], (record) => {
      const carried = osqueryResults(record.value);
      if (carried !== undefined) {
        return convertResults(record, carried, results, events);
      }
      if (windowsEventOf(record) !== undefined) {
        return events.convert(record);
      }
      const event = ecsDocument(record.value);
      if (event === undefined) {
        return documents.convert(record);
      }
      const row = defenderRow(event);
      if (row !== undefined) {
        const { category, properties, besides } = row;
        return rows
          .convert({ ...record, value: { category, properties } })
          .map((outcome) => ('columns' in outcome ? { ...outcome, besides } : outcome));
      }
      const index = originsInEcs.findIndex(({ isOf }) => isOf(event));
      const own = originsInEcs[index]?.documentsOf(event, record.text);
      return own === undefined
        ? documents.hold(record, documentsOf(event))
        : (origins[index]?.hold(record, own) ?? []);
    });
  },
};

function windowsEventOf({ value }: RawRecord) {
  return value === undefined ? undefined : unwrapEvent(value);
}
