import { type Connector, type Outcome, type RawRecord, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { osqueryResults, type Result } from '../documents/osquery/results.js';
import { windowsEventsIn } from '../documents/osquery/windows-events.js';
import { osquery, osqueryDocuments } from '../documents/osquery.js';
import { compactJson } from '../json.js';
import { sideBySide } from '../side-by-side.js';
import { EventConversion } from '../windows/conversion.js';
import { unwrapEvent } from '../windows/shapes.js';

/**
 * Results of osquery: event tables, differences and snapshots, one by one or in batches. Its
 * windows_events are read as the events of Windows' logs that they are.
 */
export const osqueryResultsLog: Connector = {
  name: 'osquery',
  summary: 'osquery results: events, differences, snapshots, in batches too',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(sample, ({ value }) => osqueryResults(value) !== undefined);
  },
  open(context) {
    const documents = new DocumentConversion(osquery, context);
    const events = new EventConversion(({ value }) => unwrapEvent(value), context);
    return sideBySide([documents, events], (record) => {
      const results = osqueryResults(record.value);
      return results === undefined
        ? documents.convert(record)
        : convertResults(record, results, documents, events);
    });
  },
};

/** @param events of Windows' logs, which its windows_events are */
export function convertResults(
  record: RawRecord,
  results: readonly Result[],
  documents: DocumentConversion,
  events: EventConversion,
): readonly Outcome[] {
  const own = osqueryDocuments(results);
  if (own.length === results.length) {
    return documents.hold(record, own);
  }
  const carried = windowsEventsIn(results);
  const outcomes = carried.flatMap((value) =>
    events.convert({ ...record, text: compactJson(value), value }),
  );
  return carried.length > 0 && own.length === 0
    ? outcomes
    : [...outcomes, ...documents.hold(record, own)];
}
