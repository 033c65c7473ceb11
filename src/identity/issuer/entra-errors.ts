import { randomUUID } from 'node:crypto';
import { resourceOf } from './scopes.js';

interface EntraError {
  /** OAuth's name of the error, as Entra gives it. */
  readonly error: string;
  readonly status: number;
  /** Entra's own number, after `AADSTS`. */
  readonly number: number;
  /** What it says. */
  readonly text: (about: string) => string;
}

const noTenant = (tenant: string) =>
  `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`;

/** What Entra answers at its token endpoint; programs look at `error` and at the number. */
export const entraErrors = {
  tenant: {
    error: 'invalid_request',
    status: 400,
    number: 90002,
    text: noTenant,
  },
  unknownTenant: {
    error: 'invalid_tenant',
    status: 400,
    number: 90002,
    text: noTenant,
  },
  app: {
    error: 'unauthorized_client',
    status: 400,
    number: 700016,
    text: (clientId) => `Application with identifier '${clientId}' was not found in the directory.`,
  },
  secret: {
    error: 'invalid_client',
    status: 401,
    number: 7000215,
    text: () => 'Invalid client secret provided.',
  },
  expiredSecret: {
    error: 'invalid_client',
    status: 401,
    number: 7000222,
    text: () => 'The provided client secret keys are expired.',
  },
  credential: {
    error: 'invalid_client',
    status: 401,
    number: 7000218,
    text: () =>
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  assertion: {
    error: 'invalid_client',
    status: 401,
    number: 700027,
    text: () => 'Client assertion failed signature validation.',
  },
  parameter: {
    error: 'invalid_request',
    status: 400,
    number: 900144,
    text: (parameter) =>
      parameter === ''
        ? 'The request body must contain the parameters that the grant type needs.'
        : `The request body must contain the following parameter: '${parameter}'.`,
  },
  method: {
    error: 'invalid_request',
    status: 405,
    number: 900561,
    text: (method) => `The endpoint only accepts POST requests. Received a ${method} request.`,
  },
  grantType: {
    error: 'unsupported_grant_type',
    status: 400,
    number: 70003,
    text: () => 'The app requested an unsupported grant type.',
  },
  grant: {
    error: 'invalid_grant',
    status: 400,
    number: 70000,
    text: () => 'The provided grant is invalid, expired or has been used.',
  },
  password: {
    error: 'invalid_grant',
    status: 400,
    number: 50126,
    text: () => 'Error validating credentials due to invalid username or password.',
  },
  scope: {
    error: 'invalid_scope',
    status: 400,
    number: 70011,
    text: (scope) =>
      `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid. ` +
      'An application by itself asks for one API, as API/.default.',
  },
  resource: {
    error: 'invalid_resource',
    status: 400,
    number: 500011,
    text: (resource) => `The resource principal named ${resource} was not found in the tenant.`,
  },
  slowDown: {
    error: 'temporarily_unavailable',
    status: 429,
    number: 50196,
    text: () => 'Too many failed requests. Wait before the next one.',
  },
  bug: {
    error: 'temporarily_unavailable',
    status: 503,
    number: 90033,
    text: () => 'A transient error has occurred. Please try again.',
  },
} as const satisfies Record<string, EntraError>;

export type EntraErrorName = keyof typeof entraErrors;

/** What the issuer library is told of a secret that has expired: it knows no error for that. */
export const expiredSecret = 'expired_client_secret';

/** The issuer library's errors, as Entra's. */
const byOAuthError: Readonly<Record<string, EntraErrorName>> = {
  invalid_client: 'secret',
  [expiredSecret]: 'expiredSecret',
  invalid_request: 'parameter',
  unsupported_grant_type: 'grantType',
  invalid_grant: 'grant',
  invalid_scope: 'scope',
  invalid_target: 'resource',
};

/** Errors that a polling client waits on: passed on as they are, as Entra does. */
const passedOn = new Set(['authorization_pending', 'slow_down', 'expired_token', 'access_denied']);

/**
 * Entra's name for what the issuer library answered; undefined: programs know it as it is.
 * @param grantType that was asked for
 */
export function entraErrorOf(
  error: string,
  grantType: string | undefined,
): EntraErrorName | undefined {
  if (error === 'invalid_grant' && grantType === 'password') return 'password';
  return passedOn.has(error) ? undefined : (byOAuthError[error] ?? 'bug');
}

/** What of a request an error is about, for those errors that quote a field of it. */
export function subjectOf(
  name: EntraErrorName,
  field: (name: string) => string | undefined,
): string {
  if (name === 'app') return field('client_id') ?? '';
  if (name === 'scope') return field('scope') ?? '';
  if (name === 'resource') return field('resource') ?? resourceOf(field('scope') ?? '') ?? '';
  return '';
}

const longestAbout = 200;

/**
 * The body that Entra answers with.
 * @param about what of the request it is about, in the request's own words
 */
export function entraErrorBody(name: EntraErrorName, about: string, correlationId?: string) {
  const { error, number, text }: EntraError = entraErrors[name];
  const said = text(about.slice(0, longestAbout));
  const trace = randomUUID();
  const correlation = correlationId ?? randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error,
    error_description: `AADSTS${number}: ${said} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
  };
}
