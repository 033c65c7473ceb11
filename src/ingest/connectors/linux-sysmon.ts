import { type Connector, type RawRecord, shareOf } from '../connector.js';
import { syslogOf } from '../linux/syslog.js';
import { EventConversion } from '../windows/conversion.js';
import type { EventData, WindowsEvent } from '../windows/event.js';
import { unwrapXml } from '../windows/shapes.js';
import { envelopeTime, statedTime } from '../windows/time.js';
import { unescapeXml } from '../windows/values.js';

/** Sysmon for Linux writes the XML of the Windows event log into syslog. */
export const linuxSysmon: Connector = {
  name: 'linux-sysmon',
  summary: 'Sysmon for Linux: its events in syslog, as lines or in JSON',
  format: 'mixed',
  envelopes: ['hits.hits', 'logEvents', 'results', 'tables'],
  detect(sample) {
    return shareOf(sample, (record) => eventOf(record)?.provider === 'linux-sysmon');
  },
  open: (context) => new EventConversion(eventOf, context),
};

const start = /<Event[\s>]/;
const end = '</Event>';

/** The XML in a text, to its end where that was cut: syslog has a largest size. */
function elementIn(text: string): string | undefined {
  const from = text.search(start);
  const to = text.indexOf(end, from);
  return from < 0 ? undefined : text.slice(from, to < 0 ? undefined : to + end.length);
}

function eventOf(record: RawRecord): WindowsEvent | undefined {
  const message = syslogOf(record)?.message;
  if (message === undefined) {
    return undefined;
  }
  // Some forwarders escape it once more.
  const xml =
    elementIn(message) ??
    (message.includes('&lt;Event') ? elementIn(unescapeXml(message)) : undefined);
  const event = xml === undefined ? undefined : unwrapXml(xml);
  if (event?.provider === 'linux-sysmon') {
    repairClock(event);
    unescapeValues(event.data);
  }
  return event;
}

/** Values that are escaped as such, and once more with the event. */
function unescapeValues(data: EventData): void {
  for (const [slot, value] of data.values.entries()) {
    if (value.includes('&')) {
      data.replace(slot, unescapeXml(value));
    }
  }
}

const mostDriftMs = 5 * 60 * 1000;

/** Sysmon counts from the start of the machine, without the time that this was asleep: up to days. */
function repairClock(event: WindowsEvent): void {
  const [written, counted] = [envelopeTime(event), statedTime(event)];
  if (
    written !== undefined &&
    counted !== undefined &&
    Math.abs(written.milliseconds - counted.milliseconds) > mostDriftMs
  ) {
    event.data.set('UtcTime', written.text);
  }
}
