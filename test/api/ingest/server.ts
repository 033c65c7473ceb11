import { join } from 'node:path';
import { type ConfigurationInput, checkConfiguration } from '../../../src/configuration.js';
import { addSecret, registerApp } from '../../../src/identity/apps.js';
import { issueToken, type Quarry, startQuarry } from '../../../src/main.js';
import { openStore } from '../../../src/store/store.js';
import { cleanUp, temporaryDirectory } from '../../engine/fixture.js';
import { type Answer, read } from '../fixture.js';

/** A whole server, and an application that may send telemetry to it. */
export interface IngestServer {
  readonly quarry: Quarry;
  readonly url: string;
  readonly directory: string;
  readonly clientId: string;
  readonly secret: string;
  /** `id:secret`, in base64. */
  readonly basic: string;
  /** A bearer token of the sender. */
  readonly token: string;
  /** The same of one that may hunt alone. */
  readonly hunter: { readonly clientId: string; readonly secret: string };
  send(
    path: string,
    body: string | Uint8Array | null,
    headers?: Record<string, string>,
    method?: string,
  ): Promise<Answer>;
  /** Rows of a hunt over what has been acknowledged. */
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** What `/metrics` answers. */
  metrics(): Promise<string>;
}

/** Starts it; everything is gone when the test file is done. */
export async function startIngestServer(
  settings: Partial<ConfigurationInput> = {},
  directory = temporaryDirectory(),
): Promise<IngestServer> {
  const configuration = checkConfiguration({
    data: directory,
    port: 0,
    logLevel: 'silent',
    retention: 'forever',
    ...settings,
  });
  const quarry = await startQuarry(configuration);
  cleanUp(() => quarry.close());
  const store = await openStore(join(directory, 'quarry.db'));
  cleanUp(() => store.close());
  const secretOf = async (name: string, roles: string[]) => {
    const { clientId } = await registerApp(store, { tenant: 'default', name, roles });
    return { clientId, secret: await addSecret(store, clientId) };
  };
  const { clientId, secret } = await secretOf('shipper', ['Telemetry.Ingest']);
  const hunter = await secretOf('hunting', ['AdvancedHunting.Read.All']);
  const token = await issueToken(configuration, { app: 'sender', roles: ['Telemetry.Ingest'] });
  const reader = await issueToken(configuration, {
    app: 'reader',
    roles: ['AdvancedHunting.Read.All'],
  });
  const scraper = await issueToken(configuration, { app: 'scraper', roles: ['Metrics.Read'] });
  const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
  const { url } = quarry;
  return {
    quarry,
    url,
    directory,
    clientId,
    secret,
    basic,
    token,
    hunter,
    async send(path, body, headers = { authorization: `Bearer ${token}` }, method = 'POST') {
      return read(await fetch(url + path, { method, body, headers }));
    },
    async rows(query) {
      await quarry.flush();
      const response = await fetch(`${url}/api/advancedhunting/run`, {
        method: 'POST',
        headers: { authorization: `Bearer ${reader}` },
        body: JSON.stringify({ Query: query }),
      });
      return ((await response.json()) as { Results: Record<string, unknown>[] }).Results;
    },
    async metrics() {
      const headers = { authorization: `Bearer ${scraper}` };
      return (await fetch(`${url}/metrics`, { headers })).text();
    },
  };
}
