#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import {
  appCommand,
  backupCommand,
  deviceGroupCommand,
  keysCommand,
  roleCommand,
  tenantCommand,
  usageCommand,
  userCommand,
} from './commands/administration.js';
import { demoCommand } from './commands/demo.js';
import { explainCommand } from './commands/explain.js';
import { functionCommand } from './commands/functions.js';
import { ingestCommand } from './commands/ingest.js';
import { queryCommand } from './commands/query.js';
import { serveCommand } from './commands/serve.js';
import { simulateCommand } from './commands/simulate.js';
import { tablesCommand } from './commands/tables.js';
import {
  purgeCommand,
  retentionCommand,
  statusCommand,
  tableCommand,
} from './commands/telemetry.js';
import { testCommand } from './commands/test.js';
import { tokenCommand } from './commands/token.js';
import { reportFailure } from './failure.js';

// What requests carry is outside the heap and counts against the room that it has after each full collection,
// by default so little that one follows another while telemetry comes in, and hunts wait for them.
setFlagsFromString('--heap-growing-percent=100');

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const program = new Command('quarry')
  .description('Advanced hunting on your own telemetry: KQL in, rows out.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(quarry --help, or quarry COMMAND --help, tells more)');

for (const command of [
  serveCommand(),
  ingestCommand(),
  queryCommand(),
  explainCommand(),
  testCommand(),
  tokenCommand(),
  tablesCommand(),
  tenantCommand(),
  appCommand(),
  userCommand(),
  deviceGroupCommand(),
  roleCommand(),
  functionCommand(),
  tableCommand(),
  retentionCommand(),
  purgeCommand(),
  statusCommand(),
  usageCommand(),
  backupCommand(),
  keysCommand(),
  simulateCommand(),
  demoCommand(),
]) {
  program.addCommand(withSettings(command));
}

/** The program's settings, for a command and the commands below it. */
function withSettings(command: Command, parent: Command = program): Command {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) withSettings(below, command);
  return command;
}

// Whoever reads our output may stop before its end (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : reportFailure(error));
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
