import { accessToken, endSession } from './session.js';
import type { Position, Problem } from './types.js';

/** What the server refused, in its words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly position: Position | undefined;
  /** Seconds to wait, where a quota is used up. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number) {
    super(problem.message);
    this.status = status;
    this.code = problem.code;
    this.position = problem.position;
    this.retryAfter = retryAfter;
  }
}

const unreachable: Problem = {
  code: 'portal.unreachable',
  message: 'The server cannot be reached. Is it running?',
};
const signedOut: Problem = {
  code: 'portal.signedOut',
  message: 'Your session has ended. Sign in again to go on.',
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Asks the server as the user who has signed in. Throws `ApiError` for everything that is no answer. */
export async function send(
  method: Method,
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  const token = await accessToken().catch(() => {
    // The session may be good as ever: it could not be asked for.
    throw new ApiError(0, unreachable);
  });
  if (!token) throw new ApiError(401, signedOut);
  const isRaw = options.body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(options.body !== undefined && !isRaw && { 'content-type': 'application/json' }),
      },
      ...(options.body !== undefined && {
        body: isRaw ? (options.body as Blob) : JSON.stringify(options.body),
      }),
      ...(options.signal && { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, unreachable);
  }
  if (response.ok) return response;
  if (response.status === 401 && (await isRefused(token))) endSession();
  throw await failureOf(response);
}

/** Whether a token opens nothing any more. One of another issuer may open the portal's paths and not all others. */
async function isRefused(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch('/api/quarry/session', { headers }).catch(() => undefined);
  return response?.status === 401;
}

/** The same, for an answer in JSON; undefined where there is none (204). */
export async function ask<T>(
  method: Method,
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function failureOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const retryAfter = Number(response.headers.get('retry-after')) || undefined;
  let problem: Problem = { code: `http.${status}`, message: `The server answers ${status}.` };
  try {
    const body = (await response.json()) as { error?: Problem };
    if (body.error?.message) problem = body.error;
  } catch {
    // Whatever stood between us and the server has answered in its own way.
  }
  return new ApiError(status, problem, retryAfter);
}
