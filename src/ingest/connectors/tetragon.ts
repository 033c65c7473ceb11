import { type Connector, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { tetragonDocument } from '../documents/tetragon/document.js';
import { tetragon } from '../documents/tetragon.js';

/** Cilium Tetragon's export: processes of Linux and Kubernetes, and what its policies trace. */
export const tetragonEvents: Connector = {
  name: 'tetragon',
  summary: 'Cilium Tetragon: its JSON export, process_exec, process_kprobe, …',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(sample, ({ value }) => tetragonDocument(value) !== undefined);
  },
  open: (context) => new DocumentConversion(tetragon, context),
};
