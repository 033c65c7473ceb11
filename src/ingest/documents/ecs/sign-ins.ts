import { computed, type Expression, literal, textFrom } from '../../windows/expression.js';
import { amazonWebServices } from '../cloudtrail/sign-in.js';
import { textIn } from '../document.js';
import {
  all,
  any,
  at,
  choose,
  firstOf,
  inPartAt,
  lists,
  matches,
  not,
  when,
} from '../expression.js';
import { application } from '../microsoft365.js';
import type { DocumentParts, DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { action, category, eventId, hasFailed, type } from './event.js';
import { isOfCloudTrail, isOfMicrosoft365, isOfService, product, serviceName } from './services.js';

/** Clouds call it authentication, too, that a program is given the rights of a role. */
const givesRoles = any(
  isOfCloudTrail,
  lists('event.module', 'aws', 'gcp'),
  matches('event.dataset', /^(?:aws|gcp)\./, 'begins with aws. or gcp.'),
);

const cloudSignIn = any(
  all(isOfService, not(givesRoles)),
  lists('event.provider', 'okta', 'AzureActiveDirectory', 'signin.amazonaws.com'),
);

/** To the console of AWS, which Defender has among the activities. */
const isOfConsole = all(isOfCloudTrail, action('ConsoleLogin'));

export const identityLogon: DocumentRule = {
  event: 'sign-in to a service',
  table: 'IdentityLogonEvents',
  actionType: choose([hasFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  condition: all(
    category('authentication'),
    not(type('end')),
    // What is done to an account is no sign-in of it.
    not(all(type('change', 'creation', 'deletion'), not(type('start')))),
    cloudSignIn,
    not(isOfConsole),
  ),
  columns: {
    ReportId: eventId(),
    Application: firstOf(
      at('azure.signinlogs.properties.app_display_name'),
      when(isOfMicrosoft365, application(inPartAt('event.provider')), literal('')),
      product,
      at('event.provider'),
      at('event.module'),
      serviceName,
    ),
    LogonType: firstOf(at('azure.signinlogs.properties.client_app_used'), at('event.action')),
    Protocol: firstOf(
      at('azure.signinlogs.properties.authentication_protocol'),
      at('network.protocol'),
    ),
    FailureReason: when(
      hasFailed,
      firstOf(
        at('error.message'),
        at('event.reason'),
        at('okta.outcome.reason'),
        at('azure.signinlogs.properties.status.failure_reason'),
        at('azure.signinlogs.result_description'),
      ),
      literal(''),
    ),
    AccountName: to.lower(at('user.name')),
    AccountDomain: firstOf(to.lower(at('user.domain')), to.mailDomain(at('user.name'))),
    AccountUpn: to.lower(
      firstOf(
        at('user.email'),
        ...['user.name', 'user.id', 'okta.actor.alternate_id'].map(withDomain),
        at('azure.signinlogs.properties.user_principal_name'),
        at('source.user.email'),
      ),
    ),
    AccountObjectId: firstOf(at('user.id'), at('client.user.id'), at('okta.actor.id')),
    AccountDisplayName: at('user.full_name'),
    OSPlatform: firstOf(
      at('user_agent.os.name'),
      at('azure.signinlogs.properties.device_detail.operating_system'),
    ),
    DeviceType: at('user_agent.device.name'),
    IPAddress: to.address(at('source.ip')),
    Port: to.integer(at('source.port')),
    Location: firstOf(
      at('source.geo.country_iso_code'),
      at('client.geo.country_iso_code'),
      at('client.geo.country_name'),
    ),
    Isp: at('source.as.organization.name'),
    TargetAccountDisplayName: at('user.target.full_name'),
  },
};

const actionOf = textIn('event.action');

/** The row of a sign-in beside that of the activity which it is. */
export const consoleSignIn: DocumentParts = {
  of: (document) => (actionOf(document) === 'ConsoleLogin' ? [document] : []),
  rules: [
    {
      ...identityLogon,
      event: 'sign-in to the console of AWS',
      condition: isOfConsole,
      columns: { ...identityLogon.columns, Application: amazonWebServices.Application },
    },
  ],
};

function withDomain(path: string): Expression {
  const { read } = at(path);
  return computed(`${path} with a domain`, (scope) => {
    const name = textFrom(read(scope));
    return name?.includes('@') ? name : undefined;
  });
}
