import type { Command } from 'commander';
import { parseRetention } from '../../configuration.js';
import {
  type AdminOptions,
  actCommand,
  collect,
  command,
  group,
  inTenant,
  type Json,
  show,
  withAdmin,
} from '../administration.js';
import { requireStored } from '../connection.js';
import { tableIn } from '../declarations.js';
import { UsageError } from '../failure.js';

/** Tables that the tenant's operator declares. */
export function tableCommand(): Command {
  return group('table', 'Tables of your own, for sources of your own', [
    command('list', 'List the tables').action((options: AdminOptions) =>
      withAdmin(options, async (ask) => {
        const { tables } = await ask('GET', inTenant(options, '/tables'));
        show((tables as Json[]).map(tableLine), options);
      }),
    ),
    command('add', 'Declare a table, or change it: YAML or JSON')
      .argument('<file>')
      .action((file: string, options: AdminOptions) =>
        withAdmin(options, async (ask) => {
          const declared = await tableIn(file);
          const path = `/tables/${encodeURIComponent(String(declared['name']))}`;
          show(tableLine(await ask('PUT', inTenant(options, path), declared)), options);
        }),
      ),
    actCommand(
      'remove',
      'Remove a table with its rows',
      '<name>',
      'DELETE',
      (name) => `/tables/${name}`,
    ).requiredOption('--yes', 'really'),
  ]);
}

function tableLine({ name, description, columns, csv, detect }: Json): Json {
  return {
    source: `custom:${String(name)}`,
    description,
    columns: (columns as Json[]).map((column) => `${column['name']}: ${column['type']}`),
    csv: csv !== undefined,
    detected: detect !== undefined,
  };
}

interface RetentionOptions extends AdminOptions {
  readonly table?: string[];
}

/** How long events are kept. */
export function retentionCommand(): Command {
  return command('retention', 'Show how long events are kept, or change it')
    .argument('[time]', '30d, 400d, unlimited; with --table also default: what the tenant keeps')
    .option('--table <name>', 'a table to keep for a time of its own; can be repeated', collect)
    .action((time: string | undefined, options: RetentionOptions) =>
      withAdmin(options, async (ask) => {
        const path = inTenant(options, '/retention');
        const before = await ask('GET', path);
        if (time === undefined) {
          show(retentionLines(before, options.table), options);
          return;
        }
        const after = await ask('PUT', path, retentionChange(before, time, options.table));
        show(retentionLines(after, options.table), options);
      }),
    );
}

function retentionChange(before: Json, time: string, tables: readonly string[] | undefined): Json {
  if (tables === undefined) return { retentionDays: parseRetention(time) };
  const wanted = new Set(tables.map((table) => table.toLowerCase()));
  const others = Object.entries(before['tables'] as Json).filter(
    ([table]) => !wanted.has(table.toLowerCase()),
  );
  const changed = time === 'default' ? [] : tables.map((table) => [table, parseRetention(time)]);
  return { tables: Object.fromEntries([...others, ...changed]) };
}

function retentionLines({ retentionDays, effective }: Json, tables?: readonly string[]): Json[] {
  const wanted = tables && new Set(tables.map((table) => table.toLowerCase()));
  const lines = (effective as Json[])
    .filter(({ table, isOwn }) => wanted?.has(String(table).toLowerCase()) ?? isOwn)
    .map(({ table, retentionDays: days }) => ({ table: String(table), kept: keptText(days) }))
    .sort((left, right) => (left.table < right.table ? -1 : 1));
  return wanted ? lines : [{ table: '*', kept: keptText(retentionDays) }, ...lines];
}

function keptText(days: unknown): string {
  return days === null ? 'unlimited' : `${String(days)}d`;
}

interface PurgeOptions extends AdminOptions {
  readonly device: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Deletes one device's data. */
export function purgeCommand(): Command {
  return command('purge', "Delete all of one device's data, from every table")
    .requiredOption('--device <name|id>', 'the device')
    .option('--dry-run', 'delete nothing, and show how many rows there are')
    .option('--yes', 'really')
    .action(async (options: PurgeOptions) => {
      await requireStored(options);
      await withAdmin(options, async (ask) => {
        const { device, dryRun = false, yes = false } = options;
        if (!dryRun && !yes) {
          throw new UsageError('say --yes to delete, or --dry-run to see what would be');
        }
        show(await ask('POST', inTenant(options, '/purge'), { device, dryRun }), options);
      });
    });
}

/** How telemetry comes in, and what is stored of it. */
export function statusCommand(): Command {
  return command('status', 'Show what has come in, from where, and what is stored').action(
    async (options: AdminOptions) => {
      await requireStored(options);
      await withAdmin(options, async (ask) => {
        const status = await ask('GET', inTenant(options, '/ingest/status'));
        const { format = process.stdout.isTTY ? 'table' : 'json' } = options;
        if (format === 'json') {
          show(status, { format });
          return;
        }
        const { sources, tables, backlog, deadLetters } = status;
        show((sources as Json[]).map(sourceLine), { format });
        show(tables, { format });
        const { bytes, events } = backlog as Json;
        console.log(`on the way: ${String(events)} events, ${String(bytes)} bytes`);
        console.log(`dead letters (QuarryIngestErrors): ${String(deadLetters)}`);
      });
    },
  );
}

/** What fits a terminal; JSON has everything. */
function sourceLine(status: Json): Json {
  const { source, connector, accepted, duplicates, late, future, rejected } = status;
  const { lagSeconds, ratePerMinute } = status;
  const reasons = Object.entries(rejected as Json).map(([reason, count]) => `${reason}: ${count}`);
  return {
    source,
    connector,
    accepted,
    duplicates,
    late,
    future,
    'lag s': lagSeconds,
    'per min': ratePerMinute,
    rejected: reasons,
  };
}
