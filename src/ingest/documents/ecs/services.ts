import { type Expression, transform } from '../../windows/expression.js';
import { words } from '../../words.js';
import { all, any, firstOf, inPartAt, isThere, lists, matches, not } from '../expression.js';

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

/** Services as Defender for Cloud Apps names them. */
const products: Readonly<Record<string, string>> = words({
  atlassian: 'Atlassian',
  auth0: 'Auth0',
  box: 'Box',
  gcp: 'Google Cloud Platform',
  github: 'GitHub',
  gitlab: 'GitLab',
  google_workspace: 'Google Workspace',
  okta: 'Okta',
  onelogin: 'OneLogin',
  salesforce: 'Salesforce',
  servicenow: 'ServiceNow',
  slack: 'Slack',
  zoom: 'Zoom',
});

/** By the data set, the module, or who it says has written it: of Google it is a part of the service. */
export const product = firstOf(
  productAt('event.dataset'),
  productAt('event.module'),
  productAt('event.provider'),
);

function productAt(path: string): Expression {
  return transform(
    'product',
    (name) => products[name.split(/\.|_events/)[0] ?? ''],
  )(inPartAt(path));
}

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
