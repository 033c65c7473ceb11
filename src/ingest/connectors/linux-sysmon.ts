import type { Connector, RawRecord } from '../connector.js';
import { parseDatetime } from '../datetime.js';
import { syslogOf } from '../linux/syslog.js';
import { EventConversion } from '../windows/conversion.js';
import type { WindowsEvent } from '../windows/event.js';
import { unwrapXml } from '../windows/shapes.js';
import { unescapeXml } from '../windows/values.js';

/** Sysmon for Linux writes the XML of the Windows event log into syslog. */
export const linuxSysmon: Connector = {
  name: 'linux-sysmon',
  summary: 'Sysmon for Linux: its events in syslog, as lines or in JSON',
  format: 'mixed',
  detect(sample) {
    const own = sample.filter((record) => eventOf(record)?.provider === 'linux-sysmon');
    return own.length / Math.max(sample.length, 1);
  },
  open: (context) => new EventConversion(eventOf, context),
};

/** To the end of the message where that was cut: syslog has a largest size. */
const element = /<Event[\s>][\s\S]*?(?:<\/Event>|$)/;

function eventOf(record: RawRecord): WindowsEvent | undefined {
  const message = syslogOf(record)?.message;
  if (message === undefined) {
    return undefined;
  }
  const plain = element.exec(message)?.[0];
  // Some forwarders escape it once more.
  const xml =
    plain ?? (message.includes('&lt;Event') ? element.exec(unescapeXml(message))?.[0] : undefined);
  const event = xml === undefined ? undefined : unwrapXml(xml);
  if (event?.provider === 'linux-sysmon') {
    repairClock(event);
  }
  return event;
}

const mostDriftMs = 5 * 60 * 1000;

/** Sysmon counts from the start of the machine, without the time that this was asleep: up to days. */
function repairClock({ time, data }: WindowsEvent): void {
  const own = data.get('utctime');
  const [written, counted] = [time, own].map((text) => parseDatetime(text?.trim() ?? ''));
  if (
    written !== undefined &&
    counted !== undefined &&
    Math.abs(written.milliseconds - counted.milliseconds) > mostDriftMs
  ) {
    data.set('UtcTime', written.text);
  }
}
