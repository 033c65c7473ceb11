import type { Connector } from '../connector.js';
import { cloudTrailRecord } from '../documents/cloudtrail/record.js';
import { cloudTrail } from '../documents/cloudtrail.js';
import { DocumentConversion } from '../documents/conversion.js';

/** AWS CloudTrail in its own form, wherever it was delivered to. */
export const awsCloudTrail: Connector = {
  name: 'cloudtrail',
  summary: 'AWS CloudTrail: files of a trail, EventBridge, CloudWatch Logs, lookup-events',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results', 'Events'],
  detect(sample) {
    const own = sample.filter(({ value }) => cloudTrailRecord(value) !== undefined);
    return own.length / Math.max(sample.length, 1);
  },
  open: (context) => new DocumentConversion(cloudTrail, context),
};
