import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Configuration,
  type ConfigurationInput,
  checkConfiguration,
} from '../../src/configuration.js';
import type { MintRequest } from '../../src/identity/mint.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { type Answer, read } from './fixture.js';

/** A whole server on an empty data directory, and what tests ask of it. */
export interface Server {
  readonly url: string;
  readonly quarry: Quarry;
  readonly configuration: Configuration;
  mint(request: Partial<MintRequest>): Promise<string>;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  call(method: string, path: string, token: string, body?: unknown): Promise<Answer>;
  /** The frames of a portal hunt, or its refusal. */
  hunt(token: string, query: string | object): Promise<HuntFrames>;
  /** Takes rows of tables into a tenant. */
  send(rows: Readonly<Record<string, readonly object[]>>, tenant?: string): Promise<void>;
  close(): Promise<void>;
}

export interface HuntFrames {
  readonly status: number;
  readonly frames: Frame[];
  readonly rows: unknown[][];
  readonly error?: { code: string; message: string; position?: object };
}

export interface Frame {
  readonly kind: string;
  readonly [member: string]: unknown;
}

export async function openServer(settings: Partial<ConfigurationInput> = {}): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'quarry-portal-api-'));
  const configuration = checkConfiguration({
    data: directory,
    port: 0,
    logLevel: 'silent',
    ...settings,
  });
  const quarry = await startQuarry(configuration);
  const { url } = quarry;
  const mint = (request: Partial<MintRequest>) =>
    issueToken(configuration, { app: 'test', roles: [], ...request });
  return {
    url,
    quarry,
    configuration,
    mint,
    async fetch(path, init) {
      return read(await fetch(`${url}${path}`, init));
    },
    async call(method, path, token, body) {
      const headers = { authorization: `Bearer ${token}` };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      return read(await fetch(`${url}${path}`, { method, headers, ...sent }));
    },
    async hunt(token, query) {
      const answer = await read(
        await fetch(`${url}/api/quarry/hunt`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify(typeof query === 'string' ? { query } : query),
        }),
      );
      if (answer.status !== 200) {
        return { status: answer.status, frames: [], rows: [], error: answer.json.error };
      }
      const lines = answer.text.split('\n').filter(Boolean);
      const frames = lines.map((line) => JSON.parse(line) as Frame);
      const rows = frames.flatMap(({ kind, rows: some }) =>
        kind === 'rows' ? (some as unknown[][]) : [],
      );
      return { status: 200, frames, rows };
    },
    async send(rows, tenant = 'default') {
      const token = await mint({ tenant, app: 'sender', roles: ['Telemetry.Ingest'] });
      const lines = Object.entries(rows).flatMap(([table, events]) =>
        events.map((properties) =>
          JSON.stringify({ category: `AdvancedHunting-${table}`, properties }),
        ),
      );
      const answer = await read(
        await fetch(`${url}/api/ingest/streaming-api`, {
          method: 'POST',
          body: lines.join('\n'),
          headers: { authorization: `Bearer ${token}` },
        }),
      );
      if (answer.status !== 200) throw new Error(answer.text);
      await quarry.flush();
    },
    async close() {
      await quarry.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** An event of a device in a group, some minutes ago. */
export function processEvent(device: string, group: string, minutesAgo = 5): object {
  return {
    Timestamp: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    DeviceId: device,
    DeviceName: `${device}.contoso.example`,
    FileName: `${device}.exe`,
    ProcessCommandLine: `run "${device}"\n`,
    MachineGroup: group,
    ReportId: 7,
  };
}
