import { rmSync } from 'node:fs';
import { mkdtemp, stat } from 'node:fs/promises';
import { globalAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { HuntError } from '../errors.js';
import { isAddressable } from '../identity/names.js';
import type { RoleName } from '../identity/roles.js';
import type { Quarry } from '../main.js';
import { BusyError, UnreachableError, UsageError } from './failure.js';

/** Where a command works: on a data directory, or through a server. */
export interface Place {
  readonly data?: string;
  readonly url?: string;
  readonly token?: string;
}

/** A server to ask, its own or one made for the moment. */
export interface Connection {
  post(
    path: string,
    body: string | Readable,
    headers?: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage>;
  /** Any other request; the body is sent as JSON. */
  send(method: string, path: string, body?: unknown): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export const dataOption = () => new Option('--data <dir>', 'the data directory').env('QUARRY_DATA');

/** The options of a command that works in either place. */
export function atPlace(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(new Option('--url <url>', 'a running server, instead of --data').env('QUARRY_URL'))
    .addOption(new Option('--token <token>', 'a bearer token for --url').env('QUARRY_TOKEN'))
    .hook('preAction', settlePlace);
}

/** What the command line says counts before what the environment does, and an empty variable is none. */
function settlePlace(command: Command): void {
  const isGiven = (name: keyof Place) => command.getOptionValueSource(name) === 'cli';
  if (isGiven('data') && isGiven('url')) {
    throw new UsageError('--data and --url are two places: say one of them');
  }
  for (const name of ['data', 'url', 'token'] as const) {
    const isElsewhere = name === 'url' && isGiven('data');
    if (!isGiven(name) && (isElsewhere || command.getOptionValue(name) === '')) {
      command.setOptionValue(name, undefined);
    }
  }
}

/**
 * For commands that find nothing where nothing was stored: a directory whose name is mistyped is told of,
 * and not made.
 */
export async function requireStored({ data, url }: Place): Promise<void> {
  if (data === undefined || url !== undefined) return;
  if (!(await isDirectory(data))) {
    throw new UsageError(`there is no data directory ${data}; serve and ingest make one`);
  }
}

/** @throws UsageError where something else has the name */
async function isDirectory(path: string): Promise<boolean> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (info && !info.isDirectory()) throw new UsageError(`--data: ${path} is no directory`);
  return info !== undefined;
}

/**
 * Connects to the server at `--url`, or starts one on `--data` that only this process uses, so that
 * both are asked in the same way and answer the same.
 * @throws BusyError when another process holds the directory
 */
export async function connect(
  place: Place,
  roles: readonly RoleName[],
  options: StartOptions = {},
): Promise<Connection> {
  if (place.url !== undefined) {
    if (!/^https?:\/\//.test(place.url)) throw new UsageError(`${place.url} is not an http(s) URL`);
    if (place.token === undefined) throw new UsageError('--url needs --token, or QUARRY_TOKEN');
    return connectionTo(place.url, place.token, async () => {});
  }
  const { quarry, token } = await startOn(place, roles, options);
  return connectionTo(quarry.url, await token(roles), () => quarry.close());
}

interface StartOptions {
  /** What the default tenant keeps from now on. */
  readonly retention?: string | undefined;
  /** Whether the first thing that is asked is a hunt. */
  readonly expectsHunts?: boolean;
}

/**
 * A server on the data directory that only this process uses, on a port that nobody else knows.
 * @param roles what the command would need of a server that has the directory; none: that cannot help it
 * @throws BusyError when another process holds the directory
 */
export async function startOn(
  place: Place,
  roles: readonly RoleName[],
  { retention, expectsHunts = false }: StartOptions = {},
): Promise<{ quarry: Quarry; token: (roles: readonly RoleName[]) => Promise<string> }> {
  const data = requireData(place);
  await isDirectory(data);
  // The language and the engine take half a second to load: only where they are needed.
  const [{ issueToken, startQuarry }, { loadConfiguration }] = await Promise.all([
    import('../main.js'),
    import('../configuration.js'),
  ]);
  // Plain HTTP on the loopback, whatever certificate the server for everyone has, and nothing that it
  // would do by itself.
  const {
    tls: _tls,
    elasticsearch: _elasticsearch,
    ...configuration
  } = await loadConfiguration({
    // The token that this process gives itself has to count, whoever else is trusted.
    flags: {
      data,
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      retention,
      embeddedIssuer: true,
      sources: [],
    },
    environment: process.env,
  });
  return {
    quarry: await startQuarry(configuration, { expectsHunts }).catch((error: unknown) => {
      const isBusy = error instanceof HuntError && error.code === 'engine.busy';
      throw isBusy ? new BusyError(error as HuntError<'engine.busy'>, roles) : error;
    }),
    token: (roles) => issueToken(configuration, { app: 'quarry command line', roles }),
  };
}

/** An empty server of this process alone, and what may be asked of it. */
export interface EmptyServer {
  readonly url: string;
  token(tenant: string, roles: readonly RoleName[]): Promise<string>;
  /** Resolves when all that was sent can be hunted in. */
  flush(): Promise<void>;
  /** Deletes a tenant's telemetry: it is as it was when it was made. */
  empty(tenant: string): Promise<void>;
  /** Ends it; nothing is left. */
  close(): Promise<void>;
}

/** Nothing that the environment or a file says counts: it is the same server wherever it is started. */
export async function startEmpty(): Promise<EmptyServer> {
  const [{ issueToken, startQuarry }, { checkConfiguration }] = await Promise.all([
    import('../main.js'),
    import('../configuration.js'),
  ]);
  const data = await mkdtemp(join(tmpdir(), 'quarry-empty-'));
  const remove = () => rmSync(data, { recursive: true, force: true });
  // Whoever ends the process in the middle (`| head`) leaves no folder either.
  process.once('exit', remove);
  try {
    const configuration = checkConfiguration({
      data,
      port: 0,
      logLevel: 'silent',
      retention: 'forever',
    });
    const quarry = await startQuarry(configuration, { expectsHunts: true });
    return {
      url: quarry.url,
      token: (tenant, roles) =>
        issueToken(configuration, { app: 'quarry command line', tenant, roles }),
      flush: () => quarry.flush(),
      empty: (tenant) => quarry.empty(tenant),
      close: async () => {
        // A hunt that nobody waits for any more is not waited for here either.
        globalAgent.destroy();
        await quarry.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

export function requireData({ data }: Place): string {
  if (data === undefined || data === '')
    throw new UsageError('say where: --data DIR, or --url URL and --token TOKEN');
  return data;
}

function connectionTo(base: string, token: string, close: () => Promise<void>): Connection {
  const request = requester(base, token);
  return {
    post: poster(base, token),
    send: (method, path, body) =>
      request(method, path, body === undefined ? '' : JSON.stringify(body)),
    close,
  };
}

/** Posts to a server. */
export function poster(base: string, token: string): Connection['post'] {
  const request = requester(base, token);
  return (path, body, headers) => request('POST', path, body, headers);
}

/** Whether the path stays as it is: without one of its names it would be the address of all that the name is in. */
function keepsNames(path: string): boolean {
  const [names = ''] = path.split('?', 1);
  return names
    .slice(1)
    .split('/')
    .every((name) => name !== '' && isAddressable(name));
}

/** Sends to a server. */
export function requester(base: string, token: string) {
  const send = base.startsWith('https:') ? httpsRequest : httpRequest;
  return (
    method: string,
    path: string,
    body: string | Readable,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      if (!keepsNames(path)) throw new UsageError('a name is not empty, and not . or ..');
      const request = send(`${base.replace(/\/+$/, '')}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
      request.once('response', (response) => {
        // A server that has answered reads no more of a body that it refuses: what is left of it is not waited for.
        response.once('close', () => {
          if (!request.writableEnded) request.destroy();
        });
        resolve(response);
      });
      request.once('error', (error) => reject(new UnreachableError(base, error)));
      if (typeof body === 'string') request.end(body);
      // Where the server answers before it has read all, its answer counts and not the broken pipe.
      else pipeline(body, request).catch(() => {});
    });
}
