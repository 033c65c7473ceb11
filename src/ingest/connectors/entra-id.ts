import { type Connector, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { entraEvent } from '../documents/entra-id/record.js';
import { entraId as source } from '../documents/entra-id.js';
import { windowsEvent } from './windows-event.js';

/** Sign-in, audit and Graph activity logs of Entra ID, as diagnostic settings, Graph and Log Analytics give them out. */
export const entraId: Connector = {
  name: 'entra-id',
  summary:
    'Entra ID logs: sign-ins, audit, Graph activity; of diagnostic settings, Graph, Log Analytics',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results', 'value', 'tables'],
  detect(sample) {
    // Who writes the text of an event of Windows does not say what the event is.
    return shareOf(
      sample,
      (record) => entraEvent(record.value) !== undefined && windowsEvent.detect([record]) === 0,
    );
  },
  open: (context) => new DocumentConversion(source, context),
};
