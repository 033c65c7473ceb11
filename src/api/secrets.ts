/** How programs write an application's id and secret into their requests. */
export type SecretScheme = keyof typeof schemes;

interface ClientSecret {
  readonly clientId: string;
  readonly secret: string;
}

const schemes = {
  /** `Basic base64(id:secret)` (RFC 7617). */
  basic: (credentials: string) => pairOf(decoded(credentials)),
  /** Elasticsearch's `ApiKey base64(id:secret)`. */
  apikey: (credentials: string) => pairOf(decoded(credentials)),
  /** Splunk's `Splunk TOKEN`, where the token is `id:secret`. */
  splunk: (credentials: string) => pairOf(credentials),
} as const;

/** The id and secret of an Authorization header in one of the schemes; undefined: it has another. */
export function secretOf(
  authorization: string | undefined,
  allowed: readonly SecretScheme[],
): ClientSecret | undefined {
  const [, name = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(authorization?.trim() ?? '') ?? [];
  const scheme = allowed.find((each) => each === name.toLowerCase());
  return scheme && schemes[scheme](credentials);
}

function decoded(credentials: string): string {
  return Buffer.from(credentials, 'base64').toString('utf8');
}

function pairOf(text: string): ClientSecret {
  const at = text.indexOf(':');
  // Splunk's own programs send its token as a password, under any name.
  const [first, rest] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  const nested = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}:/i.test(rest);
  return nested ? pairOf(rest) : { clientId: first, secret: rest };
}
