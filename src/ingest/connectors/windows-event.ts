import { type Connector, type RawRecord, shareOf } from '../connector.js';
import { EventConversion } from '../windows/conversion.js';
import type { WindowsEvent } from '../windows/event.js';
import { EventLines, isEventLine } from '../windows/lines.js';
import { unwrapEvent, unwrapPlainText, unwrapXml } from '../windows/shapes.js';

/**
 * Windows Event Log as shippers and exports write it, in JSON or in XML; which of them did shows in
 * each record.
 */
export const windowsEvent: Connector = {
  name: 'windows-event',
  summary:
    'Windows Event Log and Sysmon: Winlogbeat, NXLog, Fluent Bit, OpenTelemetry, Splunk, Wazuh, EvtxECmd, .evtx, XML, …',
  format: 'mixed',
  envelopes: ['hits.hits', 'logEvents', 'results', 'tables'],
  // Scripts and messages have them.
  blankLines: true,
  detect(sample) {
    const [first] = sample;
    if (first?.value === undefined && first !== undefined && startsEvents(sample)) {
      return 1;
    }
    return shareOf(sample, isEvent);
  },
  open: (context) =>
    new EventLines(
      new EventConversion(eventOf, context),
      (record) => eventOf(record) !== undefined,
    ),
};

/** Whether the lines begin as events that have several each. */
function startsEvents(sample: readonly RawRecord[]): boolean {
  const [first] = sample;
  const text = sample.map((record) => record.text).join('\n');
  return (
    first !== undefined &&
    isEventLine(first.text) &&
    (/<Event\s[^<>]*win\/2004\/08\/events\/event/.test(text) || unwrapPlainText(text) !== undefined)
  );
}

/** Whether a record is an event, or would be one if it were not nested too deep. */
function isEvent(record: RawRecord): boolean {
  try {
    return eventOf(record) !== undefined;
  } catch {
    return true;
  }
}

function eventOf({ value, text }: RawRecord): WindowsEvent | undefined {
  if (value !== undefined) {
    return unwrapEvent(value);
  }
  return /^\s*<(?:\?xml|Event[\s>])/.test(text) ? unwrapXml(text) : unwrapPlainText(text);
}
