import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { issuerRequest } from './clients.js';
import { entraErrorBody, entraErrorOf, entraErrors, subjectOf } from './entra-errors.js';
import { issuerRoutes } from './provider.js';

/** Gives the token endpoint's answers Entra's shape: numbers as text in v1, `AADSTS` numbers in errors. */
export function answerAsEntra(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== issuerRoutes.token && ctx.path !== issuerRoutes.device_authorization) return;
    const body = ctx.body as Record<string, unknown> | undefined;
    if (typeof body?.['error'] === 'string') {
      const { oidc } = ctx as KoaContextWithOIDC;
      const field = (name: string) => textOf(oidc.params?.[name]);
      const name = entraErrorOf(body['error'], field('grant_type'));
      if (!name) return;
      ctx.status = entraErrors[name].status;
      const subject = subjectOf(name, field);
      ctx.body = entraErrorBody(name, subject, correlationOf(ctx as KoaContextWithOIDC));
    } else if (typeof body?.['access_token'] === 'string') {
      ctx.body = tokenAnswer(body, ctx as KoaContextWithOIDC);
    } else if (typeof body?.['user_code'] === 'string') {
      ctx.body = deviceCodeAnswer(body);
    }
  });
}

/** Seconds between two questions of a program whether its user has confirmed the code. */
const pollingSeconds = 5;

function deviceCodeAnswer(body: Readonly<Record<string, unknown>>) {
  const { user_code: code, verification_uri: page, expires_in: lifetime } = body;
  const message = `To sign in, use a web browser to open the page ${page} and enter the code ${code} to authenticate.`;
  if (issuerRequest.getStore()?.version === '2.0') {
    return { ...body, interval: pollingSeconds, message };
  }
  return {
    user_code: code,
    device_code: body['device_code'],
    verification_url: page,
    expires_in: String(lifetime),
    interval: String(pollingSeconds),
    message,
  };
}

function tokenAnswer(body: Readonly<Record<string, unknown>>, ctx: KoaContextWithOIDC) {
  const lifetime = Number(body['expires_in']);
  // Entra repeats the scopes of users, and says nothing of an application's `/.default`.
  const { access_token, expires_in: _expires, token_type, scope, ...others } = body;
  const { version, asksHome, refreshFor } = issuerRequest.getStore() ?? {};
  const { idtyp, oid, tid, aud } = decodeJwt(String(access_token));
  const rest = {
    ...others,
    ...(!String(scope ?? '').endsWith('/.default') && { scope }),
    ...(asksHome && idtyp === 'user' && { client_info: clientInfo(String(oid), String(tid)) }),
  };
  if (version === '2.0') {
    return { token_type, ...rest, expires_in: lifetime, ext_expires_in: lifetime, access_token };
  }
  const now = Math.floor(Date.now() / 1000);
  return {
    token_type,
    ...rest,
    expires_in: String(lifetime),
    ext_expires_in: String(lifetime),
    expires_on: String(now + lifetime),
    not_before: String(now),
    resource: String(refreshFor ?? ctx.oidc.params?.['resource'] ?? aud ?? ''),
    access_token,
  };
}

/** Where a user is at home: some of Microsoft's libraries take no user's token without it. */
function clientInfo(user: string, tenant: string): string {
  return Buffer.from(JSON.stringify({ uid: user, utid: tenant })).toString('base64url');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function correlationOf(ctx: KoaContextWithOIDC): string | undefined {
  const id = ctx.get('client-request-id');
  return /^[\w-]{1,64}$/.test(id) ? id : undefined;
}
