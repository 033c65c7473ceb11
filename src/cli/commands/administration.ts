import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { parseRetention } from '../../configuration.js';
import {
  type AdminOptions,
  type Ask,
  actCommand,
  collect,
  command,
  group,
  inTenant,
  type Json,
  listCommand,
  type ServerOptions,
  serverCommand,
  show,
  withAdmin,
} from '../administration.js';
import { checkStatus } from '../answer.js';
import { requireStored } from '../connection.js';
import { readText } from '../declarations.js';
import { RefusedError, UsageError } from '../failure.js';

interface TenantOptions extends ServerOptions {
  readonly name?: string;
  readonly retention?: string;
}

function tenantChange({ name, retention }: TenantOptions): Json {
  return {
    ...(name !== undefined && { name }),
    ...(retention !== undefined && { retentionDays: parseRetention(retention) }),
  };
}

export function tenantCommand(): Command {
  const withChange = (each: Command) =>
    each
      .option('--name <name>', 'a name, for example a domain')
      .option('--retention <time>', 'how long events are kept: 30d, 400d, forever');
  return group('tenant', 'Make, change, export and delete tenants', [
    serverCommand('list', 'List the tenants').action((options: ServerOptions) =>
      withAdmin(options, async (ask) => show((await ask('GET', '/tenants'))['tenants'], options)),
    ),
    withChange(serverCommand('add', 'Make a tenant'))
      .argument('<id>', 'lower-case letters, digits and hyphens')
      .action((id: string, options: TenantOptions) =>
        withAdmin(options, async (ask) =>
          show(await ask('POST', '/tenants', { id, ...tenantChange(options) }), options),
        ),
      ),
    withChange(serverCommand('change', "Change a tenant's name or retention"))
      .argument('<id>')
      .action((id: string, options: TenantOptions) =>
        withAdmin(options, async (ask) =>
          show(
            await ask('PATCH', `/tenants/${encodeURIComponent(id)}`, tenantChange(options)),
            options,
          ),
        ),
      ),
    serverCommand('remove', 'Delete a tenant with all that it has')
      .argument('<id>')
      .requiredOption('--yes', 'really')
      .action((id: string, options: ServerOptions) =>
        withAdmin(options, async (ask) => {
          await ask('DELETE', `/tenants/${encodeURIComponent(id)}`);
        }),
      ),
    serverCommand('export', "Write a tenant's telemetry to standard output, one event a line")
      .argument('<id>')
      .action((id: string, options: ServerOptions) =>
        withAdmin(options, async (_ask, connection) => {
          const path = `/api/quarry/tenants/${encodeURIComponent(id)}/export`;
          const response = await checkStatus(await connection.send('GET', path));
          await pipeline(response, process.stdout, { end: false });
        }),
      ),
  ]);
}

interface RegisteredApp {
  readonly clientId: string;
  readonly name: string;
}

interface RegisteredCredential {
  readonly id: string;
  readonly kind: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

interface AppOptions extends AdminOptions {
  readonly role?: string[];
  readonly scope?: string[];
  readonly redirectUri?: string[];
  readonly public?: boolean;
}

function daysOf(option: string, text: string): number {
  const days = Number(text);
  if (!(days > 0)) throw new UsageError(`${option} is a number of days`);
  return days;
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

/** The credentials of one application or of all, those that expire first before the others. */
async function credentialsOf(
  ask: Ask,
  options: AdminOptions,
  clientId: string | undefined,
  expiringDays: number | undefined,
): Promise<Json[]> {
  const { apps } = (await ask('GET', inTenant(options, '/apps'))) as { apps: RegisteredApp[] };
  const asked = clientId === undefined ? apps : apps.filter((app) => app.clientId === clientId);
  if (asked.length === 0 && clientId !== undefined) {
    throw new RefusedError(`Application ${clientId} was not found.`);
  }
  const rows: (Json & { expiresAt: string | null })[] = [];
  for (const { name: app, clientId } of asked) {
    const path = inTenant(options, `/apps/${encodeURIComponent(clientId)}/credentials`);
    const { credentials } = (await ask('GET', path)) as { credentials: RegisteredCredential[] };
    for (const { id, kind, createdAt, expiresAt } of credentials) {
      rows.push({ app, clientId, kind, createdAt, expiresAt, id });
    }
  }
  const ends = ({ expiresAt }: { expiresAt: string | null }) =>
    expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  const until = expiringDays === undefined ? undefined : daysFromNow(expiringDays).getTime();
  return rows
    .filter((row) => until === undefined || ends(row) <= until)
    .sort((a, b) => (ends(a) === ends(b) ? 0 : ends(a) - ends(b)));
}

export function appCommand(): Command {
  return group('app', 'Register applications and give them secrets', [
    listCommand('List the applications', '/apps', 'apps'),
    command('add', 'Register an application, or change it')
      .argument('<name>')
      .option('--role <role>', 'an application role; can be repeated', collect)
      .option('--scope <scope>', 'a scope that it may ask users for; can be repeated', collect)
      .option('--redirect-uri <uri>', 'where sign-in leads back to; can be repeated', collect)
      .option('--public', 'it runs on its users’ machines and keeps no secret')
      .action((name: string, options: AppOptions) =>
        withAdmin(options, async (ask) =>
          show(
            await ask('POST', inTenant(options, '/apps'), {
              name,
              roles: options.role ?? [],
              scopes: options.scope ?? [],
              redirectUris: options.redirectUri ?? [],
              isPublic: options.public ?? false,
            }),
            options,
          ),
        ),
      ),
    actCommand('remove', 'Remove an application', '<client-id>', 'DELETE', (id) => `/apps/${id}`),
    command('secret', 'Give an application a secret; it is shown once')
      .argument('<client-id>')
      .option('--days <days>', 'how long it is good')
      .action((id: string, options: AdminOptions & { days?: string }) =>
        withAdmin(options, async (ask) => {
          const days = options.days === undefined ? undefined : daysOf('--days', options.days);
          const body = days === undefined ? {} : { expiresAt: daysFromNow(days).toISOString() };
          const path = inTenant(options, `/apps/${encodeURIComponent(id)}/secrets`);
          console.log(String((await ask('POST', path, body))['secret']));
        }),
      ),
    command('credentials', 'List secrets and certificates: when each was made, and when it expires')
      .argument('[client-id]', 'by default those of every application')
      .option('--expiring <days>', 'those alone that have expired or will within so many days')
      .action((id: string | undefined, options: AdminOptions & { expiring?: string }) =>
        withAdmin(options, async (ask) => {
          const { expiring } = options;
          const days = expiring === undefined ? undefined : daysOf('--expiring', expiring);
          show(await credentialsOf(ask, options, id, days), options);
        }),
      ),
    command('forget', 'Take a secret or a certificate away')
      .argument('<client-id>')
      .argument('<credential-id>', 'as `quarry app credentials` lists it')
      .action((id: string, credential: string, options: AdminOptions) =>
        withAdmin(options, async (ask) => {
          const [of, which] = [id, credential].map(encodeURIComponent);
          await ask('DELETE', inTenant(options, `/apps/${of}/credentials/${which}`));
        }),
      ),
    command('certificate', 'Let an application prove itself by a certificate (PEM)')
      .argument('<client-id>')
      .argument('<file>')
      .action((id: string, file: string, options: AdminOptions) =>
        withAdmin(options, async (ask) => {
          const certificate = await readText(file);
          const path = inTenant(options, `/apps/${encodeURIComponent(id)}/certificates`);
          show(await ask('POST', path, { certificate }), options);
        }),
      ),
  ]);
}

interface PasswordOptions extends AdminOptions {
  readonly displayName?: string;
  readonly passwordStdin?: boolean;
}

/** Never from an argument: those are seen by every user of the machine. */
async function withPasswordOf(
  { passwordStdin }: PasswordOptions,
  give: (password: string) => Promise<unknown>,
): Promise<void> {
  if (passwordStdin) {
    await give((await text(process.stdin)).replace(/\r?\n$/, ''));
    return;
  }
  const password = randomBytes(15).toString('base64url');
  await give(password);
  console.error(`password: ${password}`);
}

export function userCommand(): Command {
  const withPassword = (each: Command) =>
    each.option('--password-stdin', 'read the password from standard input instead of making one');
  return group('user', 'Make and change users who sign in here', [
    listCommand('List the users', '/users', 'users'),
    withPassword(command('add', 'Make a user'))
      .argument('<name>', 'what the user signs in with')
      .option('--display-name <name>')
      .action((name: string, options: PasswordOptions) =>
        withAdmin(options, async (ask) => {
          const { displayName } = options;
          await withPasswordOf(options, async (password) => {
            const body = { name, password, ...(displayName !== undefined && { displayName }) };
            show(await ask('POST', inTenant(options, '/users'), body), options);
          });
        }),
      ),
    withPassword(command('password', 'Give a user a new password'))
      .argument('<name>')
      .action((name: string, options: PasswordOptions) =>
        withAdmin(options, async (ask) => {
          const path = inTenant(options, `/users/${encodeURIComponent(name)}`);
          await withPasswordOf(options, (password) => ask('PATCH', path, { password }));
        }),
      ),
    actCommand('disable', 'Let a user sign in no more', '<name>', 'PATCH', (id) => `/users/${id}`, {
      disabled: true,
    }),
    actCommand('enable', 'Let a user sign in again', '<name>', 'PATCH', (id) => `/users/${id}`, {
      disabled: false,
    }),
    actCommand('remove', 'Remove a user', '<name>', 'DELETE', (id) => `/users/${id}`),
  ]);
}

const conditionPattern = /^(name|domain|os|tag) (equals|startsWith|endsWith|contains) (.+)$/;

function conditionOf(condition: string): Json {
  const match = conditionPattern.exec(condition);
  if (!match) {
    throw new UsageError(
      `--where is 'name|domain|os|tag equals|startsWith|endsWith|contains VALUE', not ${condition}`,
    );
  }
  return { property: match[1], operator: match[2], value: match[3] };
}

export function deviceGroupCommand(): Command {
  return group('device-group', 'Groups of devices that users can be limited to', [
    listCommand('List the device groups', '/device-groups', 'deviceGroups'),
    command('save', 'Make a device group, or change it')
      .argument('<name>')
      .option(
        '--where <condition>',
        "what has to be true of a device, e.g. 'domain equals sales.example'; can be repeated, and all have to be. Without any: the devices that their source has put in the group",
        collect,
      )
      .action((name: string, options: AdminOptions & { where?: string[] }) =>
        withAdmin(options, async (ask) => {
          const conditions = (options.where ?? []).map(conditionOf);
          const path = inTenant(options, `/device-groups/${encodeURIComponent(name)}`);
          await ask('PUT', path, { conditions });
        }),
      ),
    actCommand(
      'remove',
      'Remove a device group',
      '<name>',
      'DELETE',
      (id) => `/device-groups/${id}`,
    ),
  ]);
}

interface RoleOptions extends AdminOptions {
  readonly deviceGroup?: string[];
  readonly allDevices?: boolean;
  readonly allow?: string[];
}

function subjectOf(kind: string): string {
  if (kind === 'user' || kind === 'group') return kind;
  throw new UsageError(`the subject is a user or a group, not a ${kind}`);
}

export function roleCommand(): Command {
  return group('role', 'Who may view data, and of which devices', [
    listCommand('List the roles that are given', '/role-assignments', 'roleAssignments'),
    command('give', 'Let a user or a group view data')
      .argument('<kind>', 'user or group')
      .argument('<subject>', "a user's name or id, or a group's id, as tokens have it")
      .option('--device-group <name>', 'a device group; can be repeated', collect)
      .option('--all-devices', 'every device')
      .option(
        '--allow <role>',
        'besides: Quarry.Admin, Audit.Read, Telemetry.Ingest, Quarry.Operator; can be repeated',
        collect,
      )
      .action((kind: string, subject: string, options: RoleOptions) =>
        withAdmin(options, async (ask) => {
          const { deviceGroup, allDevices } = options;
          if ((deviceGroup === undefined) === (allDevices !== true)) {
            throw new UsageError('say which devices: --device-group NAME, or --all-devices');
          }
          await ask('PUT', inTenant(options, '/role-assignments'), {
            subjectKind: subjectOf(kind),
            subject,
            viewsData: true,
            deviceGroups: deviceGroup ?? null,
            allows: options.allow ?? [],
          });
        }),
      ),
    command('take', 'Take the role away')
      .argument('<kind>', 'user or group')
      .argument('<subject>')
      .action((kind: string, subject: string, options: AdminOptions) =>
        withAdmin(options, async (ask) => {
          const rest = `/role-assignments/${subjectOf(kind)}/${encodeURIComponent(subject)}`;
          await ask('DELETE', inTenant(options, rest));
        }),
      ),
  ]);
}

export function backupCommand(): Command {
  return serverCommand(
    'backup',
    'Copy all that a server has, while it runs; prints where the copy is',
  ).action(async (options: ServerOptions) => {
    await requireStored(options);
    await withAdmin(options, async (ask) => show(await ask('POST', '/backups'), options));
  });
}

export function usageCommand(): Command {
  return command('usage', 'What may be used of each path, and has been').action(
    (options: AdminOptions) =>
      withAdmin(options, async (ask) => {
        const { usage } = await ask('GET', '/usage');
        show(usage, options);
      }),
  );
}

export function keysCommand(): Command {
  const rotate = new Command('rotate')
    .description('Sign with a new key; the present one verifies for another day')
    .requiredOption('--data <dir>', 'the data directory', process.env['QUARRY_DATA'])
    .action(async ({ data }: { data: string }) => {
      const { rotateIssuerKeys } = await import('../../main.js');
      console.log(await rotateIssuerKeys(data));
    });
  return group('keys', 'The keys of the embedded issuer', [rotate]);
}
