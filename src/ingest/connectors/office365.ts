import { type Connector, shareOf } from '../connector.js';
import { DocumentConversion } from '../documents/conversion.js';
import { auditRecord } from '../documents/office365/record.js';
import { office365 as source } from '../documents/office365.js';

/** Records of Microsoft 365's audit log: the Management Activity API's, and what searches give out. */
export const office365: Connector = {
  name: 'office365',
  summary:
    'Unified audit log of Microsoft 365: Management Activity API, Purview, Search-UnifiedAuditLog',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results', 'value', 'tables'],
  detect(sample) {
    return shareOf(sample, ({ value }) => auditRecord(value) !== undefined);
  },
  open: (context) => new DocumentConversion(source, context),
};
