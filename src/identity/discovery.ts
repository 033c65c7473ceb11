import { z } from 'zod';

/** Milliseconds for an issuer to answer. */
export const fetchTimeoutMs = 5000;
const maxDocumentBytes = 256 * 1024;

const shape = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
});

/** What an OIDC issuer says about itself, of which Quarry reads this. */
export type DiscoveryDocument = z.infer<typeof shape>;

/** Fetches an issuer's discovery document; it has to be of the issuer that was asked for. */
export async function discover(issuer: string): Promise<DiscoveryDocument> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, {
    signal: AbortSignal.timeout(fetchTimeoutMs),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > maxDocumentBytes) throw new Error(`${url} is too long`);
  const document = shape.parse(JSON.parse(text));
  if (document.issuer !== issuer) throw new Error(`${url} is of ${document.issuer}`);
  return document;
}
