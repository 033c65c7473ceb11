import type { Connector } from '../connector.js';
import { Occurrences } from '../occurrences.js';
import { eveEvent, inZeeksWords, suricataLogs } from '../suricata/eve.js';
import { sensorEvents, type ZeekContext } from '../zeek/rules.js';

/** Suricata's EVE log. Its rows are those that Zeek's logs of the same traffic have. */
export const suricataEve: Connector = {
  name: 'suricata',
  summary: 'Suricata: its EVE log, flow, alert, dns, http, tls, ssh, …',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    const own = sample.filter(({ value }) => eveEvent(value) !== undefined);
    return own.length / Math.max(sample.length, 1);
  },
  open(context) {
    const ofStream: ZeekContext = { ...context, occurrences: new Occurrences() };
    return {
      convert({ value, text }) {
        const event = eveEvent(value);
        if (event === undefined) {
          return [{ rejected: 'record.shape', detail: 'no event of Suricata' }];
        }
        const { log, fields } = inZeeksWords(event);
        return sensorEvents(suricataLogs, log, fields, text, ofStream);
      },
    };
  },
};
