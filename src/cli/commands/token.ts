import { Command } from 'commander';
import { isRole, roles, scopeNames } from '../../identity/roles.js';
import { dataOption, requireData, requireStored } from '../connection.js';
import { UsageError } from '../failure.js';

interface TokenOptions {
  readonly data?: string;
  readonly app: string;
  readonly role?: string[];
  readonly scope?: string[];
  readonly hours: string;
}

const collect = (value: string, before: string[] = []) => [...before, value];

export function tokenCommand(): Command {
  const known = Object.entries(roles).map(([name, { allows }]) => `  ${name.padEnd(30)}${allows}`);
  return new Command('token')
    .description('Print a bearer token for an application, made where the data directory is')
    .addOption(dataOption())
    .requiredOption('--app <name>', 'the application; registered where it does not exist')
    .option('--role <role>', 'an application role; can be repeated', collect)
    .option('--scope <scope>', 'a delegated scope, for a token of a user; can be repeated', collect)
    .option('--hours <hours>', 'how long the token is good', '1')
    .addHelpText('after', `\nRoles:\n${known.join('\n')}`)
    .action(async (options: TokenOptions) => {
      const { app, role = [], scope = [] } = options;
      const data = requireData(options);
      const unknown = [
        ...role.filter((name) => !isRole(name)),
        ...scope.filter((name) => !scopeNames.has(name)),
      ];
      if (unknown.length > 0)
        throw new UsageError(`there is no role or scope ${unknown.join(', ')}`);
      if (role.length + scope.length === 0)
        throw new UsageError('say what the token allows: --role ROLE or --scope SCOPE');
      const hours = Number(options.hours);
      if (!(hours > 0 && hours <= 24 * 365))
        throw new UsageError('--hours is a number of hours, a year at most');
      // Keys of a directory whose name is mistyped would sign what no server takes.
      await requireStored(options);
      const [{ issueToken }, { loadConfiguration }] = await Promise.all([
        import('../../main.js'),
        import('../../configuration.js'),
      ]);
      const configuration = await loadConfiguration({ flags: { data }, environment: process.env });
      const token = await issueToken(configuration, {
        app,
        roles: role,
        scopes: scope,
        lifetimeSeconds: Math.round(hours * 3600),
      });
      console.log(token);
    });
}
