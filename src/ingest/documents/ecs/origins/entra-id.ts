import type { JsonValue } from '../../../json.js';
import type { JsonObject } from '../../../windows/shape.js';
import { words } from '../../../words.js';
import { firstTextIn, textIn, valueAt } from '../../document.js';
import { entraId as source } from '../../entra-id.js';
import { inCamelCase, known, type Origin, objectAt } from '../origin.js';

/** Names that are not Graph's with underscores. */
const names = words({
  activity_datetime: 'activityDateTime',
  created_at: 'createdDateTime',
  created_datetime: 'createdDateTime',
  processing_time_ms: 'processingTimeInMilliseconds',
  risk_event_types_v2: 'riskEventTypes_v2',
  risk_level_during_signin: 'riskLevelDuringSignIn',
});

const envelope = {
  time: textIn('@timestamp'),
  resourceId: firstTextIn('azure.resource.id', 'azure.resource_id'),
  tenantId: textIn('azure.tenant_id'),
  correlationId: textIn('azure.correlation_id'),
};

const outcomeOf = textIn('event.outcome');
const idOf = textIn('id');

/** A record of diagnostic settings. */
function recordOf(
  event: JsonObject,
  log: string,
  category: string,
  more: (properties: JsonObject) => JsonObject,
): JsonObject | undefined {
  const members = objectAt(`azure.${log}`)(event);
  const own = members && objectAt('properties')(members);
  if (own === undefined || idOf(own) === undefined) {
    return undefined;
  }
  const properties = inCamelCase(own, names) as JsonObject;
  return {
    category,
    ...known({
      ...(inCamelCase({ ...members, properties: null }, names) as JsonObject),
      ...Object.fromEntries(Object.entries(envelope).map(([name, read]) => [name, read(event)])),
    }),
    properties: { ...properties, ...more(properties) },
  };
}

const place = {
  city: textIn('geo.city_name'),
  // The pipeline has the state under that name.
  state: firstTextIn('geo.region_name', 'geo.country_name'),
  countryOrRegion: textIn('geo.country_iso_code'),
};
const [latitude, longitude] = [
  ['geo', 'location', 'lat'],
  ['geo', 'location', 'lon'],
];
const [reasonOf, agentOf, addressOf] = [
  firstTextIn('azure.signinlogs.result_description', 'message'),
  textIn('user_agent.original'),
  textIn('source.ip'),
];
const statusOf = objectAt('status');

function locationOf(event: JsonObject): JsonValue {
  return known({
    ...Object.fromEntries(Object.entries(place).map(([name, read]) => [name, read(event)])),
    geoCoordinates: known({
      latitude: valueAt(event, latitude),
      longitude: valueAt(event, longitude),
    }),
  });
}

function signInOf(event: JsonObject): JsonObject | undefined {
  return recordOf(event, 'signinlogs', 'SignInLogs', (properties) => {
    const status = statusOf(properties);
    return {
      ...known({
        userAgent: agentOf(event),
        ipAddress: addressOf(event),
        location: locationOf(event),
        ...properties,
      }),
      ...(status && { status: known({ failureReason: reasonOf(event), ...status }) }),
    };
  });
}

function auditOf(event: JsonObject): JsonObject | undefined {
  return recordOf(event, 'auditlogs', 'AuditLogs', (properties) =>
    known({ result: outcomeOf(event), ...properties }),
  );
}

/** What the package for Azure makes of the logs of diagnostic settings. */
export const entraIdInEcs: Origin = {
  source,
  datasets: ['azure.signinlogs', 'azure.auditlogs', 'azure.graphactivitylogs'],
  own: [
    ...['azure.signinlogs', 'azure.auditlogs', 'azure.graphactivitylogs', 'geo'],
    ...['azure.tenant_id', 'azure.correlation_id', 'azure.resource', 'azure.resource_id'],
  ],
  recordOf: (event) => signInOf(event) ?? auditOf(event),
};
