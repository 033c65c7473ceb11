import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Command } from 'commander';
import pc from 'picocolors';
import { makeDataDirectory } from '../../configuration.js';
import type { RoleName } from '../../identity/roles.js';
import type { IngestSummary } from '../../ingest/summary.js';
import type { Quarry } from '../../main.js';
import { company } from '../../simulator/company.js';
import { simulate, smallCompany } from '../../simulator/simulate.js';
import { checkStatus } from '../answer.js';
import { poster } from '../connection.js';
import { IngestProgress } from '../progress.js';

interface DemoOptions {
  readonly data: string;
  readonly port: string;
}

/** What the directory was filled with; there from the first moment, so that a killed fill is gone on with. */
interface DemoState {
  readonly end: string;
  readonly filled: boolean;
  /** Of the demo's user; made anew for a directory that was filled without one. */
  readonly password?: string;
}

/** The last events are as old as those of a service that delivers with a delay. */
const deliveryMs = 3 * 60_000;
const tokenHours = 24;

const demoUser = { name: 'asha', displayName: 'Asha Rao' };

const demoRoles = [
  'AdvancedQuery.Read.All',
  'AdvancedHunting.Read.All',
  'ThreatHunting.Read.All',
  'Telemetry.Ingest',
] as const satisfies readonly RoleName[];

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Serve an invented company with three attacks in its telemetry; fills an empty directory first',
    )
    .option('--data <dir>', 'the data directory', './data')
    .option('--port <port>', 'the port to listen on', '8080')
    .action(async ({ data, port }: DemoOptions) => {
      const state = await demoState(data);
      const [{ closeOnSignal, issueToken, provideUser, startQuarry }, { loadConfiguration }] =
        await Promise.all([import('../../main.js'), import('../../configuration.js')]);
      const configuration = await loadConfiguration({
        flags: { data, port, host: '127.0.0.1', logLevel: 'warn' },
      });
      const token = await issueToken(configuration, {
        app: 'demo',
        roles: demoRoles,
        lifetimeSeconds: tokenHours * 3600,
      });
      const user = state && { ...demoUser, password: state.password ?? newPassword() };
      if (user && user.password !== state?.password) {
        await writeState(data, { ...state, password: user.password });
        await provideUser(configuration, user);
      }
      const quarry = await startQuarry(configuration, { expectsHunts: true });
      closeOnSignal(quarry, console.error);
      if (user && !state.filled) {
        await fill(quarry, token, new Date(state.end));
        await writeState(data, { ...state, password: user.password, filled: true });
      }
      console.log(welcome(quarry.url, token, user));
    });
}

/** null: a directory with something else in it, which is served as it is. */
async function demoState(data: string): Promise<DemoState | null> {
  makeDataDirectory(data);
  try {
    return JSON.parse(await readFile(stateFile(data), 'utf8')) as DemoState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if ((await readdir(data)).length > 0) return null;
  const state = { end: new Date(Date.now() - deliveryMs).toISOString(), filled: false };
  await writeState(data, state);
  return state;
}

async function writeState(data: string, state: DemoState): Promise<void> {
  const file = stateFile(data);
  await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.new`, file);
}

function newPassword(): string {
  return randomBytes(9).toString('base64url');
}

function stateFile(data: string): string {
  return join(data, 'demo.json');
}

/** Sends the telemetry in as anybody would: over HTTP, where a second delivery adds nothing. */
async function fill(quarry: Quarry, token: string, end: Date): Promise<void> {
  console.log(`Filling the data directory with a week of ${company.name} …`);
  const progress = new IngestProgress('simulated telemetry', undefined);
  let bytes = 0;
  function* chunks() {
    for (const chunk of simulate({ ...smallCompany, end, tenantId: 'default' })) {
      bytes += chunk.length;
      progress.update(bytes, undefined);
      yield chunk;
    }
  }
  try {
    const response = await poster(quarry.url, token)(
      '/api/ingest/streaming-api',
      Readable.from(chunks()),
    );
    const { accepted, duplicate } = (await json(await checkStatus(response))) as IngestSummary;
    // They are on disk now; the first hunt is to find them.
    await quarry.flush();
    progress.stop();
    console.log(`${(accepted + duplicate).toLocaleString('en')} events are in.`);
  } finally {
    progress.stop();
  }
}

function welcome(
  url: string,
  token: string,
  user: { readonly name: string; readonly password: string } | null,
): string {
  const query =
    'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" ' +
    '| project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2';
  return [
    '',
    `${pc.bold('Quarry serves')} ${pc.cyan(url)}`,
    '',
    ...(user
      ? [`Open ${pc.cyan(`${url}/hunt`)} in a browser and sign in:`, '', `  user      ${user.name}`]
      : [
          `Open ${pc.cyan(`${url}/hunt`)} in a browser and sign in (quarry user add makes a user).`,
        ]),
    ...(user ? [`  password  ${user.password}`] : []),
    '',
    `A bearer token, good for ${tokenHours} hours:`,
    '',
    token,
    '',
    'A first hunt, as Microsoft documents the request:',
    '',
    `curl -s ${url}/api/advancedhunting/run -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '${JSON.stringify({ Query: query })}'`,
    '',
    'Ctrl+C stops it; README.md goes on from here.',
    '',
  ].join('\n');
}
