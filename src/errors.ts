/** Where in the query text something is: `start` and `length` in UTF-16 units from 0. */
export interface TextSpan {
  readonly start: number;
  readonly length: number;
}

interface Failure<P> {
  readonly status: number;
  readonly message: (parameters: P) => string;
}

function failure<P = Record<never, never>>(
  status: number,
  message: (parameters: P) => string,
): Failure<P> {
  return { status, message };
}

interface QueryError {
  readonly message: string;
  /** How the query could be mended. */
  readonly advice?: string | undefined;
}

/**
 * Clients look for the action, and take what stands before it for the engine's text. Of a syntax error that ends in a
 * full stop of its own: Defender's answers have both ("Query operator expected.. Fix syntax errors in your query.").
 */
function corrected({ message, advice }: QueryError, action: string): string {
  return `${message}. ${action}${advice ? ` ${advice}` : ''}`;
}

/**
 * Every failure that a caller can act on: its code is the contract, its wording may improve.
 * Wording follows what Defender's own APIs answer where that is known.
 */
export const failures = {
  'kql.syntax': failure<QueryError>(400, (p) => corrected(p, 'Fix syntax errors in your query.')),
  'kql.semantic': failure<QueryError>(400, (p) =>
    corrected(p, 'Fix semantic errors in your query.'),
  ),
  'kql.unsupported': failure<{ what: string; because: string }>(
    400,
    (p) => `${p.what} is not supported: ${p.because}.`,
  ),
  'request.body': failure<{ message: string }>(400, (p) => p.message),
  'request.parameter': failure<{ message: string }>(400, (p) => p.message),
  'request.tooLarge': failure<{ limitBytes: number }>(
    413,
    (p) => `The request is larger than ${p.limitBytes} bytes.`,
  ),
  'request.tooManyActions': failure<{ most: number }>(
    413,
    (p) => `A request may have ${p.most} actions. Please send fewer in each.`,
  ),
  'request.encoding': failure(415, () => 'The Content-Encoding of the request is not supported.'),
  'request.method': failure<{ allowed: string }>(405, (p) => `The method must be ${p.allowed}.`),
  'request.mediaType': failure<{ expected: string }>(
    415,
    (p) => `The Content-Type of the request must be ${p.expected}.`,
  ),
  'request.urlTooLong': failure<{ limitCharacters: number }>(
    414,
    (p) => `The address is longer than ${p.limitCharacters} characters.`,
  ),
  'request.unauthorized': failure<{ reason: string }>(
    401,
    (p) => `Unauthorized request - reason of failure: ${p.reason}`,
  ),
  'request.guessing': failure<{ retryAfterSeconds: number }>(
    429,
    (p) => `Too many wrong secrets. Try again in ${p.retryAfterSeconds} s.`,
  ),
  'request.forbidden': failure<{ required: string; granted: string; kind: 'roles' | 'scopes' }>(
    403,
    (p) =>
      p.kind === 'roles'
        ? `Missing application roles. API required roles: ${p.required}, application roles: ${p.granted}.`
        : `Missing scopes. API required scopes: ${p.required}, scopes: ${p.granted}.`,
  ),
  'request.delegatedOnly': failure(
    403,
    () => 'This is for signed-in users: the token has to be one of a user.',
  ),
  'request.viewData': failure(
    403,
    () => "Missing user role. The user needs a role with the permission 'View Data'.",
  ),
  'request.userRole': failure<{ required: string }>(
    403,
    (p) => `Missing user role. The user needs a role that allows ${p.required}.`,
  ),
  'request.notOwner': failure<{ owner: string }>(
    403,
    (p) => `This belongs to ${p.owner}: its owner or an administrator can change it.`,
  ),
  'request.notFound': failure<{ what: string }>(404, (p) => `${p.what} was not found.`),
  'identity.unavailable': failure(
    503,
    () => 'The issuer of the access token cannot be reached. Please try again in a few seconds.',
  ),
  'store.unavailable': failure(
    503,
    () => 'The metadata store cannot be reached. Please try again in a few seconds.',
  ),
  'quota.calls': failure<{ limit: number; window: string; retryAfterSeconds: number }>(
    429,
    (p) =>
      `API calls quota exceeded! maximum allowed ${p.limit} per ${p.window}. ` +
      `You can send requests again in ${p.retryAfterSeconds} seconds.`,
  ),
  'quota.runningTime': failure<{ limit: string; window: string; retryAfterSeconds: number }>(
    429,
    (p) =>
      `API running time quota exceeded! maximum allowed ${p.limit} per ${p.window}. ` +
      `You can send requests again in ${p.retryAfterSeconds} seconds.`,
  ),
  'quota.cpu': failure<{ retryAfter: string; retryAfterSeconds: number }>(
    429,
    (p) =>
      'You have exceeded processing resources allocated to this tenant. ' +
      `You can run queries again in ${p.retryAfter}.`,
  ),
  'quota.waiting': failure<{ retryAfterSeconds: number }>(
    429,
    (p) =>
      'Too many queries wait for their turn. ' +
      `You can send requests again in ${p.retryAfterSeconds} seconds.`,
  ),
  'hunt.timeout': failure(400, () => 'Query exceeded the timeout period.'),
  'hunt.resources': failure(
    400,
    () =>
      'Query execution has exceeded the allowed limits. The query execution was preempted. ' +
      'This could possibly be due to high CPU and/or memory resource consumption. ' +
      'Optimize your query by following best practices and try again.',
  ),
  'hunt.resultSize': failure(
    400,
    () =>
      'Query execution has exceeded the allowed result size. ' +
      'Optimize your query by limiting the number of results and try again',
  ),
  'hunt.evaluation': failure<{ message: string }>(400, (p) => p.message),
  'hunt.cancelled': failure(499, () => 'The query was cancelled.'),
  'engine.unavailable': failure(
    503,
    () => 'The query engine is restarting. Please try again in a few seconds.',
  ),
  /** At the start of the server alone: nobody can ask for anything yet. */
  'engine.start': failure<{ path: string; reason: string }>(
    503,
    (p) => `The engine does not start on ${p.path}: ${p.reason}`,
  ),
  'engine.failed': failure(
    500,
    () => 'An unexpected error occurred during query execution. Please try again in a few minutes.',
  ),
  'engine.storage': failure(
    503,
    () => 'The server has run out of disk space. Please try again after space has been freed.',
  ),
  'engine.busy': failure<{ path: string; pid?: number | undefined; url?: string | undefined }>(
    503,
    (p) =>
      `The data directory ${p.path} is in use by another process` +
      (p.pid === undefined ? '' : ` (${p.pid})`) +
      (p.url === undefined ? '.' : `, which can be reached at ${p.url}.`),
  ),
  'ingest.unavailable': failure<{ message: string }>(503, (p) => p.message),
  'ingest.behind': failure<{ retryAfterSeconds: number }>(
    429,
    () => 'The engine is behind. Please send the events again later.',
  ),
  'ingest.key': failure(
    422,
    () => 'The Idempotency-Key was given to another request, with another body.',
  ),
  'ingest.source': failure<{ known: string }>(
    400,
    (p) => `The source of the events was not recognized. Known are: ${p.known}.`,
  ),
  'ingest.content': failure<{ message: string }>(400, (p) => p.message),
  'configuration.invalid': failure<{ message: string }>(
    400,
    (p) => `The configuration is not valid: ${p.message}.`,
  ),
  'catalog.invalid': failure<{ message: string }>(400, (p) => p.message),
} as const;

export type FailureCode = keyof typeof failures;

export type ParametersOf<C extends FailureCode> =
  (typeof failures)[C] extends Failure<infer P> ? P : never;

/** A failure that the caller can act on. Anything else that is thrown is our bug: a 500, logged, its text hidden. */
export class HuntError<C extends FailureCode = FailureCode> extends Error {
  readonly code: C;
  readonly status: number;
  readonly parameters: ParametersOf<C>;
  readonly span: TextSpan | undefined;

  constructor(
    code: C,
    parameters: ParametersOf<C>,
    options: { span?: TextSpan | undefined; cause?: unknown } = {},
  ) {
    const { status, message } = failures[code] as Failure<ParametersOf<C>>;
    super(message(parameters), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HuntError';
    this.code = code;
    this.status = status;
    this.parameters = parameters;
    this.span = options.span;
  }
}

/** Line and column, both from 1, of a position in a text. */
export function lineAndColumn(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** For the end of an exhaustive switch: a compile-time error names the case that is missing. */
export function unreachable(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
