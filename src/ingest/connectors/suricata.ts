import { type Connector, shareOf } from '../connector.js';
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
    return shareOf(sample, ({ value }) => eveEvent(value) !== undefined);
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
