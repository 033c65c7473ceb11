import { type Connector, shareOf } from '../connector.js';
import { cloudTrailRecord } from '../documents/cloudtrail/record.js';
import { cloudTrail } from '../documents/cloudtrail.js';
import { DocumentConversion } from '../documents/conversion.js';

/** AWS CloudTrail in its own form, wherever it was delivered to. */
export const awsCloudTrail: Connector = {
  name: 'cloudtrail',
  summary: 'AWS CloudTrail: files of a trail, EventBridge, CloudWatch Logs, lookup-events',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results', 'Events', 'tables'],
  detect(sample) {
    return shareOf(sample, ({ value }) => cloudTrailRecord(value) !== undefined);
  },
  open: (context) => new DocumentConversion(cloudTrail, context),
};
