import { type Connector, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { falcoAlert } from '../documents/falco/document.js';
import { falco } from '../documents/falco.js';

/** Falco's alerts, as it and falcosidekick write them with `json_output`. */
export const falcoAlerts: Connector = {
  name: 'falco',
  summary: 'Falco: its alerts as JSON, with output_fields',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(sample, ({ value }) => falcoAlert(value) !== undefined);
  },
  open: (context) => new DocumentConversion(falco, context),
};
