import { activity } from './cloudtrail/activity.js';
import { cloudTrailRecord, idOf, isDigest, timeOf } from './cloudtrail/record.js';
import type { DocumentRule, DocumentSource } from './rule.js';

const rules: readonly DocumentRule[] = [activity];

/** AWS CloudTrail (docs.aws.amazon.com/awscloudtrail, record contents). */
export const cloudTrail: DocumentSource = {
  name: 'CloudTrail',
  isOneOfRecord: false,
  rules: rules.flatMap((rule) => [rule, ...(rule.parts?.rules ?? [])]),
  // RawEventData have them; what AWS adds to its records is in AdditionalFields besides.
  told: [
    ...['eventVersion', 'userIdentity', 'eventTime', 'eventSource', 'eventName', 'awsRegion'],
    ...['sourceIPAddress', 'userAgent', 'errorCode', 'errorMessage', 'requestParameters'],
    ...['responseElements', 'additionalEventData', 'requestID', 'eventID', 'eventType'],
    ...['apiVersion', 'managementEvent', 'readOnly', 'resources', 'recipientAccountId'],
    ...['serviceEventDetails', 'sharedEventID', 'vpcEndpointId', 'vpcEndpointAccountId'],
    ...['eventCategory', 'addendum', 'sessionCredentialFromConsole', 'edgeDeviceDetails'],
    ...['tlsDetails', 'eventContext', 'inScopeOf'],
  ],
  read({ value }) {
    const document = cloudTrailRecord(value);
    if (document === undefined) {
      return isDigest(value) ? [] : undefined;
    }
    return [{ document, computer: undefined, time: timeOf(document), id: idOf(document), rules }];
  },
};
