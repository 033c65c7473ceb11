import { type Connector, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { ocsfDocument } from '../documents/ocsf/document.js';
import { ocsf } from '../documents/ocsf.js';

/** Events in the Open Cybersecurity Schema Framework, as Amazon Security Lake and others give them out. */
export const ocsfEvents: Connector = {
  name: 'ocsf',
  summary: 'Open Cybersecurity Schema Framework: class_uid, activity_id, …',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(sample, ({ value }) => ocsfDocument(value) !== undefined);
  },
  open: (context) => new DocumentConversion(ocsf, context),
};
