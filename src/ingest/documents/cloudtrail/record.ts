import { type JsonValue, setMember } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { words } from '../../words.js';
import { documentIn, documentOf, unfolded } from '../carried.js';
import { nested, textIn } from '../document.js';

/** Members of which every record has one; with an id and a time they are its alone. */
const origins = ['userIdentity', 'awsRegion', 'recipientAccountId'];

/** Not those of S3's notifications and of DynamoDB's streams, whose sources are `aws:s3` and the like. */
function isRecord(document: JsonObject): boolean {
  const [source, name] = [textFrom(document['eventSource']), textFrom(document['eventName'])];
  return (
    textFrom(document['eventID']) !== undefined &&
    textFrom(document['eventTime']) !== undefined &&
    origins.some((member) => member in document) &&
    ((name !== undefined && source !== undefined && !source.includes(':')) || isInsight(document))
  );
}

/** An unusual rate of calls, which is no activity of anyone. */
function isInsight(document: JsonObject): boolean {
  return asObject(document['insightDetails']) !== undefined;
}

const [session, issuer] = [
  'userIdentity.sessionContext.attributes',
  'userIdentity.sessionContext.sessionIssuer',
];

/** Columns of Sentinel's AWSCloudTrail by the members of the record; others are called so but for a capital letter. */
const columns: Readonly<Record<string, string>> = words({
  APIVersion: 'apiVersion',
  AWSRegion: 'awsRegion',
  AwsEventId: 'eventID',
  AwsRequestId: 'requestID',
  AwsRequestId_: 'requestID',
  Category: 'eventCategory',
  CipherSuite: 'tlsDetails.cipherSuite',
  ClientProvidedHostHeader: 'tlsDetails.clientProvidedHostHeader',
  EventTypeName: 'eventType',
  SessionCreationDate: `${session}.creationDate`,
  SessionMfaAuthenticated: `${session}.mfaAuthenticated`,
  SourceIpAddress: 'sourceIPAddress',
  TimeGenerated: 'eventTime',
  TlsVersion: 'tlsDetails.tlsVersion',
  UserIdentityPrincipalid: 'userIdentity.principalId',
});

/** What the workspace adds. */
const ofWorkspace: ReadonlySet<string> = new Set(['TenantId', 'SourceSystem', 'Type', '$table']);

function memberOf(column: string): string {
  const own = columns[column];
  if (own !== undefined) {
    return own;
  }
  const [, group, name = column] = /^(UserIdentity|SessionIssuer)(\w+)$/.exec(column) ?? [];
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return group === undefined
    ? member
    : `${group === 'UserIdentity' ? 'userIdentity' : issuer}.${member}`;
}

/** A row of AWSCloudTrail as the record that it was made of. */
function ofLogAnalytics(row: JsonObject): JsonObject | undefined {
  const { AwsEventId, EventName, EventSource, TimeGenerated } = row;
  if (
    ![AwsEventId, EventName, EventSource, TimeGenerated].every((one) => typeof one === 'string')
  ) {
    return undefined;
  }
  const record: Record<string, JsonValue> = {};
  for (const name in row) {
    const value = row[name];
    if (value !== undefined && value !== null && value !== '' && !ofWorkspace.has(name)) {
      setMember(record, memberOf(name), unfolded(value));
    }
  }
  return nested(record);
}

/** The record, out of what services and shippers put around it; undefined where there is none. */
export function cloudTrailRecord(value: JsonValue | undefined): JsonObject | undefined {
  const row = asObject(value);
  return (row && ofLogAnalytics(row)) ?? documentIn(value, isRecord);
}

/** The hashes of a trail's files, which are beside them. */
export function isDigest(value: JsonValue | undefined): boolean {
  const document = documentOf(value);
  return document !== undefined && 'digestStartTime' in document && 'logFiles' in document;
}

export const idOf = textIn('eventID');

export const timeOf = textIn('eventTime');
