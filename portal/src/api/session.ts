import { type PortalSettings, portalSettings } from './settings.js';

/** What the token endpoint gave. It is held here, in memory, and nowhere else. */
interface Tokens {
  readonly access: string;
  readonly id: string | undefined;
  readonly refresh: string | undefined;
  /** Milliseconds, on this machine's clock. */
  readonly expiresAt: number;
}

/** A sign-in under way, between leaving for the issuer and coming back: a secret of it, and no token. */
interface Attempt {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
}

const attemptKey = 'quarry.sign-in';
/** Browsers have the cryptography of a sign-in there alone. */
const insecure =
  'Browsers sign in over HTTPS, or on the machine that serves: give the server a certificate, or open it as http://127.0.0.1 there.';
/** A token that has less left is renewed first. */
const renewMs = 60_000;

let tokens: Tokens | undefined;
let renewing: Promise<Tokens | undefined> | undefined;
const listeners = new Set<() => void>();
let isOver = false;

/** Calls back when the session ends by itself; returns how to stop. */
export function onSessionOver(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isSessionOver(): boolean {
  return isOver;
}

/** A sign-in that the issuer has refused, in its words. */
export class SignInError extends Error {}

/**
 * Leaves for the issuer. Whoever has a session there comes back without seeing a page.
 * @param prompt `login` to ask for the password in any case, `none` never to ask
 */
export async function signIn(returnTo: string, prompt?: 'login' | 'none'): Promise<never> {
  if (!isSecureContext) throw new SignInError(insecure);
  const { endpoints, clientId, scope, redirectPath } = await portalSettings();
  if (!endpoints.authorization) throw new SignInError('The issuer has no page to sign in at.');
  const attempt: Attempt = { state: random(), verifier: random(), returnTo };
  sessionStorage.setItem(attemptKey, JSON.stringify(attempt));
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: location.origin + redirectPath,
    scope,
    state: attempt.state,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: 'S256',
    ...(prompt && { prompt }),
  });
  location.assign(`${endpoints.authorization}?${query}`);
  return new Promise<never>(() => undefined);
}

/**
 * Goes on where the issuer has sent the browser back: the code becomes tokens, and the address becomes
 * the one that was asked for.
 * @returns the address, or undefined where the issuer knows nobody and would have to ask
 */
export async function finishSignIn(): Promise<string | undefined> {
  const settings = await portalSettings();
  const answer = new URLSearchParams(location.search);
  const attempt = takeAttempt();
  const error = answer.get('error');
  if (error && attempt && ['login_required', 'interaction_required'].includes(error)) {
    return undefined;
  }
  if (error) throw new SignInError(answer.get('error_description') ?? error);
  const code = answer.get('code');
  if (!attempt || !code || answer.get('state') !== attempt.state) {
    throw new SignInError('This sign-in was begun in another window, or is an old one.');
  }
  tokens = await askForTokens(settings, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: location.origin + settings.redirectPath,
    code_verifier: attempt.verifier,
  });
  return attempt.returnTo;
}

/** Where the last sign-in wanted to go, for trying again. */
export function attemptedAddress(): string {
  return readAttempt()?.returnTo ?? '/hunt';
}

export function isSignedIn(): boolean {
  return tokens !== undefined;
}

/** A token that is good for a while yet; undefined where the session is over. */
export async function accessToken(): Promise<string | undefined> {
  if (!tokens) return undefined;
  if (tokens.expiresAt - Date.now() > renewMs) return tokens.access;
  renewing ??= renew().finally(() => {
    renewing = undefined;
  });
  const renewed = await renewing;
  return renewed?.access;
}

/** The server takes the token no longer. */
export function endSession(): void {
  tokens = undefined;
  isOver = true;
  for (const listener of listeners) listener();
}

/** Ends the session here and at the issuer. */
export async function signOut(): Promise<void> {
  const { endpoints, clientId, signedOutPath } = await portalSettings();
  const id = tokens?.id;
  tokens = undefined;
  if (!endpoints.endSession) {
    location.assign(signedOutPath);
    return;
  }
  const query = new URLSearchParams({
    client_id: clientId,
    post_logout_redirect_uri: location.origin + signedOutPath,
    ...(id && { id_token_hint: id }),
  });
  location.assign(`${endpoints.endSession}?${query}`);
}

async function renew(): Promise<Tokens | undefined> {
  const refresh = tokens?.refresh;
  if (!refresh) {
    endSession();
    return undefined;
  }
  try {
    const settings = await portalSettings();
    tokens = await askForTokens(settings, { grant_type: 'refresh_token', refresh_token: refresh });
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    endSession();
  }
  return tokens;
}

async function askForTokens(
  { endpoints, clientId, scope }: PortalSettings,
  fields: Record<string, string>,
): Promise<Tokens> {
  if (!endpoints.token) throw new SignInError('The issuer gives no tokens.');
  const asked = Date.now();
  const response = await fetch(endpoints.token, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, scope, ...fields }),
  });
  // An issuer that is down for a while says nothing about the session.
  if (response.status === 429 || response.status >= 500) {
    throw new Error(`The issuer answers ${response.status}.`);
  }
  const body = (await response.json()) as Partial<Record<string, string | number>>;
  const { access_token: access, id_token: id, refresh_token: refresh, expires_in: seconds } = body;
  if (!response.ok || typeof access !== 'string') {
    const said = body['error_description'] ?? body['error'];
    throw new SignInError(said ? String(said) : `The issuer answers ${response.status}.`);
  }
  return {
    access,
    id: typeof id === 'string' ? id : tokens?.id,
    refresh: typeof refresh === 'string' ? refresh : undefined,
    expiresAt: asked + Number(seconds ?? 3600) * 1000,
  };
}

function takeAttempt(): Attempt | undefined {
  const attempt = readAttempt();
  sessionStorage.removeItem(attemptKey);
  return attempt;
}

function readAttempt(): Attempt | undefined {
  const text = sessionStorage.getItem(attemptKey);
  return text ? (JSON.parse(text) as Attempt) : undefined;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  const bytes = new TextEncoder().encode(verifier);
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
