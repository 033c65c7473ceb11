import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import {
  type AdminOptions,
  actCommand,
  command,
  group,
  inTenant,
  listCommand,
  withAdmin,
} from '../administration.js';
import { readText } from '../declarations.js';

interface SaveOptions extends AdminOptions {
  readonly parameters?: string;
  readonly summary?: string;
}

const pathOf = (name: string) => `/functions/${encodeURIComponent(name)}`;

export function functionCommand(): Command {
  return group('function', 'Functions in KQL that hunts can call by name', [
    listCommand('List the functions', '/functions', 'functions'),
    command('save', 'Make a function, or replace it')
      .argument('<name>')
      .argument('<file>', 'its body, in KQL; - is standard input')
      .option('--parameters <list>', "as KQL writes them: 'T: (*), limit: long = 10'")
      .option('--summary <text>', 'what it is for')
      .action((name: string, file: string, options: SaveOptions) =>
        withAdmin(options, async (ask) => {
          const body = file === '-' ? await text(process.stdin) : await readText(file);
          const { parameters = '', summary = '' } = options;
          await ask('PUT', inTenant(options, pathOf(name)), { body, parameters, summary });
        }),
      ),
    actCommand('remove', 'Remove a function', '<name>', 'DELETE', (name) => `/functions/${name}`),
  ]);
}
