import { asObject, type JsonObject } from '../../../windows/shape.js';
import { words } from '../../../words.js';
import { cloudTrail as source } from '../../cloudtrail.js';
import { firstTextIn, listOf, textIn } from '../../document.js';
import { at } from '../../expression.js';
import { inCamelCase, known, type Origin, objectAt, wholeRecord } from '../origin.js';

/** Names that are not AWS's with underscores. */
const names = words({
  additional_eventdata: 'additionalEventData',
  request_id: 'requestID',
  shared_event_id: 'sharedEventID',
});
const ofResources = words({ arn: 'ARN' });

const envelope = {
  eventTime: textIn('@timestamp'),
  eventID: textIn('event.id'),
  eventName: textIn('event.action'),
  eventSource: textIn('event.provider'),
  awsRegion: textIn('cloud.region'),
  sourceIPAddress: firstTextIn('source.address', 'source.ip'),
  userAgent: textIn('user_agent.original'),
};

const [accountOf, principalOf, userOf] = [
  textIn('cloud.account.id'),
  textIn('user.id'),
  textIn('user.name'),
];
const [membersOf, flattenedOf] = [objectAt('aws.cloudtrail'), objectAt('flattened')];
const [sessionOf, identityOf] = [objectAt('sessionContext'), objectAt('user_identity')];

function userIdentity(own: JsonObject, event: JsonObject): JsonObject {
  const identity = inCamelCase(own, names) as JsonObject;
  const session = sessionOf(identity);
  const { mfaAuthenticated, creationDate, sessionIssuer, ...others } = session ?? {};
  const issuer = asObject(sessionIssuer);
  const name = userOf(event);
  return known({
    principalId: principalOf(event),
    accountId: accountOf(event),
    // Of a role, the pipeline has the name of who gave it.
    userName: issuer === undefined ? name : undefined,
    ...identity,
    sessionContext: session && {
      ...others,
      attributes: known({ mfaAuthenticated, creationDate }),
      ...(issuer && { sessionIssuer: known({ userName: name, ...issuer }) }),
    },
  });
}

/** What Filebeat's module, and the package, make of records of CloudTrail. */
export const cloudTrailInEcs: Origin = {
  source,
  datasets: ['aws.cloudtrail'],
  own: ['aws.cloudtrail'],
  columns: { RawEventData: at(wholeRecord) },
  recordOf(event) {
    const members = membersOf(event);
    const own = members && identityOf(members);
    if (members === undefined || own === undefined) {
      return undefined;
    }
    const { flattened: _flattened, user_identity: _identity, resources, ...others } = members;
    const inText = inCamelCase(others, names) as JsonObject;
    const objects = inCamelCase(flattenedOf(members) ?? {}, names) as JsonObject;
    return known({
      ...Object.fromEntries(Object.entries(envelope).map(([name, read]) => [name, read(event)])),
      ...inText,
      ...objects,
      userIdentity: userIdentity(own, event),
      resources: resources && listOf(resources).map((each) => inCamelCase(each, ofResources)),
    });
  },
};
