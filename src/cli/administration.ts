import { json } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { checkStatus } from './answer.js';
import { atPlace, type Connection, connect, type Place } from './connection.js';
import { printable, tableText } from './formats.js';

export interface ServerOptions extends Place {
  readonly format?: 'table' | 'json';
}

export interface AdminOptions extends ServerOptions {
  readonly tenant: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** One request to the administration, under `/api/quarry`. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Json>;

export const collect = (value: string, before: string[] = []) => [...before, value];

/** What the command asks of the administration; each command is one request. */
export async function withAdmin<T>(
  options: Place,
  work: (ask: Ask, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(options, ['Quarry.Admin', 'Quarry.Operator']);
  const ask: Ask = async (method, path, body) => {
    const response = await checkStatus(await connection.send(method, `/api/quarry${path}`, body));
    if (response.statusCode === 204) {
      response.resume();
      return {};
    }
    return (await json(response)) as Json;
  };
  try {
    return await work(ask, connection);
  } finally {
    await connection.close();
  }
}

/** A command that is about the server as a whole, or names its tenant itself. */
export function serverCommand(name: string, description: string): Command {
  return atPlace(new Command(name))
    .description(description)
    .addOption(
      new Option('--format <format>', 'table on a terminal, else json').choices(['table', 'json']),
    );
}

/** A command that is about one tenant. */
export function command(name: string, description: string): Command {
  return serverCommand(name, description).option('--tenant <id>', 'the tenant', 'default');
}

export function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const each of commands) parent.addCommand(each);
  return parent;
}

export function show(value: unknown, { format }: Pick<ServerOptions, 'format'>): void {
  const rows = Array.isArray(value) ? (value as Json[]) : [value as Json];
  if ((format ?? (process.stdout.isTTY ? 'table' : 'json')) === 'json') {
    console.log(JSON.stringify(value, null, 2));
    return;
  }
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => printable(cellText(row[name]))));
  process.stdout.write(tableText(names, cells, process.stdout.columns ?? 160));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const inTenant = ({ tenant }: AdminOptions, rest: string) =>
  `/tenants/${encodeURIComponent(tenant)}${rest}`;

/** A list of something of a tenant. */
export function listCommand(description: string, path: string, member: string): Command {
  return command('list', description).action((options: AdminOptions) =>
    withAdmin(options, async (ask) =>
      show((await ask('GET', inTenant(options, path)))[member], options),
    ),
  );
}

/** Something that is done to one thing and answers nothing. */
export function actCommand(
  name: string,
  description: string,
  argument: string,
  method: string,
  path: (id: string) => string,
  body?: unknown,
): Command {
  return command(name, description)
    .argument(argument)
    .action((id: string, options: AdminOptions) =>
      withAdmin(options, async (ask) => {
        await ask(method, inTenant(options, path(encodeURIComponent(id))), body);
      }),
    );
}
