import type { Configuration } from '../configuration.js';
import { sameAudience } from '../identity/apis.js';
import { dataAccess } from '../identity/assignments.js';
import { ClientSecrets } from '../identity/client-secrets.js';
import { IssuerKeys, trustEmbeddedIssuer } from '../identity/embedded.js';
import { trustExternalIssuer } from '../identity/external.js';
import { createVerifier, type Verifier } from '../identity/verify.js';
import type { Store } from '../store/store.js';
import type { DataPaths } from './data-directory.js';

/** Who is believed, and what for. */
export interface Identity {
  /** Of the embedded issuer. */
  readonly keys: IssuerKeys;
  readonly secrets: ClientSecrets;
  readonly verify: Verifier;
  /** The addresses under which this server is an audience of tokens; none until it listens. */
  readonly ownNames: Set<string>;
}

export async function openIdentity(
  configuration: Configuration,
  paths: DataPaths,
  store: Store,
): Promise<Identity> {
  const keys = await IssuerKeys.open(paths.keys);
  const ownNames = new Set<string>();
  return {
    keys,
    secrets: new ClientSecrets(store),
    verify: createVerifier({
      issuers: [
        ...(configuration.embeddedIssuer ? [trustEmbeddedIssuer(keys, store)] : []),
        ...configuration.issuers.map((issuer) => trustExternalIssuer(issuer, store)),
      ],
      ownNames,
      clockSkewSeconds: configuration.clockSkewSeconds,
      dataAccess: (tenant, user) => dataAccess(store, tenant, user),
    }),
    ownNames,
  };
}

/** What a server that listens there may be called. */
export function namesOf({ publicUrl, hostNames }: Configuration, url: string): string[] {
  const { port } = new URL(url);
  const hosts = ['localhost', '127.0.0.1', ...hostNames];
  const names = hosts.flatMap((host) => [`http://${host}`, `https://${host}`]);
  const withPort = names.filter((name) => !/:\d+$/.test(name)).map((name) => `${name}:${port}`);
  return [url, ...(publicUrl ? [publicUrl] : []), ...names, ...withPort].map(sameAudience);
}
