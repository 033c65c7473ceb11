import { transform } from '../../windows/expression.js';
import { all, any, inPartAt, isThere, lists, matches, not } from '../expression.js';

/** Modules that collect what services in the cloud tell: a host in it is the collector's, or no host at all. */
export const services: ReadonlySet<string> = new Set([
  ...['azure', 'okta', 'o365', 'aws', 'gcp', 'google_workspace', 'github', 'gitlab', 'slack'],
  ...['atlassian', 'salesforce', 'zoom', 'box', 'auth0', 'onelogin', 'ping_one', 'duo'],
  // Elastic's packages have longer names than Filebeat's modules.
  ...['box_events', 'atlassian_bitbucket', 'atlassian_confluence', 'atlassian_jira', 'cisco_duo'],
  ...['1password', 'bitwarden', 'jumpcloud', 'lastpass', 'servicenow'],
]);

/** What a service tells, by its module or the first part of the data set. */
export const isOfService = any(
  isThere('okta.actor'),
  isThere('aws.cloudtrail'),
  lists('event.module', ...services),
  matches(
    'event.dataset',
    new RegExp(`^(?:${[...services].join('|')})\\.`),
    `begins with ${[...services].join('., ')}.`,
  ),
);

/** A record of AWS CloudTrail. */
export const isOfCloudTrail = any(
  isThere('aws.cloudtrail'),
  lists('event.dataset', 'aws.cloudtrail'),
);

/** The service whose data set it is: some pipelines say no more. */
export const serviceName = transform(
  'service',
  (dataset) => dataset.split(/\.|_events/)[0],
)(inPartAt('event.dataset'));

export const isOfMicrosoft365 = any(
  lists('event.module', 'o365'),
  matches('event.dataset', /^o365\./, 'begins with o365.'),
);

/** Where a host is named, the cloud is what it runs in. */
export const isOfCloud = any(
  isOfService,
  all(
    isThere('cloud.provider'),
    ...['host.hostname', 'host.name', 'host.id'].map((path) => not(isThere(path))),
  ),
);
