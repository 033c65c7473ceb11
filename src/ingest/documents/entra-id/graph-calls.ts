import { joined } from '../../windows/expression.js';
import { at, choose, firstOf, inPartAt, isThere } from '../expression.js';
import { clientAddress } from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import { added } from './sign-ins.js';

export const graphCall: DocumentRule = {
  event: 'MicrosoftGraphActivityLogs',
  table: 'GraphAPIAuditEvents',
  identity: joined(
    '\n',
    ...['requestId', 'requestMethod', 'requestUri'].map((name) => inPartAt(name)),
  ),
  columns: {
    ReportId: at('requestId'),
    RequestId: at('requestId'),
    IdentityProvider: at('identityProvider'),
    ApiVersion: at('apiVersion'),
    ApplicationId: at('appId'),
    ClientRequestId: firstOf(at('clientRequestId'), at('operationId')),
    OperationId: at('operationId'),
    AccountObjectId: at('userId'),
    Location: at('location'),
    RequestDuration: at('durationMs'),
    RequestMethod: at('requestMethod'),
    ResponseStatusCode: at('responseStatusCode'),
    Scopes: at('scopes'),
    EntityType: firstOf(
      at('C_Idtyp'),
      choose([isThere('userId'), 'user'], [isThere('servicePrincipalId'), 'app']),
    ),
    RequestUri: at('requestUri'),
    UniqueTokenIdentifier: at('signInActivityId'),
    IpAddress: clientAddress(at('ipAddress')),
    ServicePrincipalId: at('servicePrincipalId'),
    ResponseSize: at('responseSizeBytes'),
    TenantId: at(added.tenant),
  },
};
