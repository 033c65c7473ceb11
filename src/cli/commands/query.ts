import type { IncomingMessage } from 'node:http';
import { json, text as textOf } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { HuntError } from '../../errors.js';
import { parseTimespan } from '../../hunting/timespan.js';
import { type AnswerStats, checkStatus, readAnswer } from '../answer.js';
import { atPlace, type Connection, connect, type Place, requireStored } from '../connection.js';
import { UsageError } from '../failure.js';
import { rowWriters, write } from '../formats.js';

/** The server writes one row a line. */
const newline = 0x0a;

/** Where hunts of the command line go, and whose limits they have. */
const path = { url: '/api/advancedhunting/run', generation: 'advancedhunting' } as const;

interface PathUsage {
  readonly generation: string;
  readonly limits: { readonly rows: number };
}

interface QueryOptions extends Place {
  readonly format?: 'json' | keyof typeof rowWriters;
  readonly timespan?: string;
}

export function queryCommand(): Command {
  return atPlace(new Command('query'))
    .description('Run a hunt and print its rows')
    .argument('<kql>', 'the query; - reads it from standard input')
    .addOption(
      new Option(
        '--format <format>',
        'table on a terminal, else json: the answer as the API gives it',
      ).choices(['table', 'json', 'csv', 'ndjson']),
    )
    .option(
      '--timespan <time>',
      'how far back, as 7d, 4h or P7D; from a moment on; or from/to: 2026-01-05T08:00:00Z/2026-01-05T09:00:00Z',
    )
    .action(async (argument: string, options: QueryOptions) => {
      const Timespan = options.timespan === undefined ? undefined : timespanOf(options.timespan);
      const text = argument === '-' ? await textOf(process.stdin) : argument;
      const format = options.format ?? (process.stdout.isTTY ? 'table' : 'json');
      await requireStored(options);
      const connection = await connect(options, ['AdvancedHunting.Read.All'], {
        expectsHunts: true,
      });
      try {
        const response = await checkStatus(
          await connection.post(path.url, JSON.stringify({ Query: text, Timespan }), {
            'content-type': 'application/json',
          }),
          text,
        );
        const rows = await print(response, format);
        await tellCut(connection, rows);
      } finally {
        await connection.close();
      }
    });
}

const kqlUnits: Readonly<Record<string, string>> = { d: 'D', h: 'H', m: 'M', s: 'S' };

/**
 * As the API takes it: durations are written in KQL's way, too, as in `ago()`.
 * @throws UsageError before anything is asked
 */
function timespanOf(written: string): string {
  const [, count = '', unit = ''] = /^(\d+)([dhms])$/.exec(written.trim()) ?? [];
  const time = unit === 'd' ? '' : 'T';
  const timespan = unit === '' ? written : `P${time}${count}${kqlUnits[unit]}`;
  try {
    parseTimespan(timespan, new Date());
    return timespan;
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    throw new UsageError(`--timespan: ${error.message} (7d, P7D, PT4H, 2026-01-05/2026-01-06)`);
  }
}

/** Writes the answer; returns the number of its rows. */
async function print(
  response: IncomingMessage,
  format: 'json' | keyof typeof rowWriters,
): Promise<number> {
  if (format === 'json') return printAsItIs(response);
  const answer = await readAnswer(response);
  await rowWriters[format](answer, process.stdout);
  if (format === 'table') console.error(pc.dim(summaryOf(answer.stats)));
  return rowsOf(answer.stats);
}

async function printAsItIs(response: AsyncIterable<Uint8Array>): Promise<number> {
  let lines = 1;
  for await (const chunk of response) {
    for (const byte of chunk) if (byte === newline) lines += 1;
    await write(process.stdout, chunk);
  }
  await write(process.stdout, '\n');
  return lines;
}

/** Says where an answer was cut: as the API gives it, it looks like a whole one. */
async function tellCut(connection: Connection, rows: number): Promise<void> {
  const response = await connection.send('GET', '/api/quarry/usage');
  if (response.statusCode !== 200) {
    response.resume();
    return;
  }
  const { usage } = (await json(response)) as { usage: readonly PathUsage[] };
  const limits = usage.find(({ generation }) => generation === path.generation)?.limits;
  if (limits === undefined || rows < limits.rows) return;
  console.error(
    `${pc.yellow('cut:')} ${limits.rows.toLocaleString('en')} rows are the most that is answered; ` +
      'there may be more of them. Summarize, or ask for parts.',
  );
}

function rowsOf({ dataset_statistics }: AnswerStats): number {
  return dataset_statistics[0]?.table_row_count ?? 0;
}

function summaryOf(stats: AnswerStats): string {
  const { ExecutionTime, resource_usage } = stats;
  const rows = rowsOf(stats);
  const megabytes = Math.round(resource_usage.memory.peak_per_node / 1e6);
  return `${rows} ${rows === 1 ? 'row' : 'rows'} in ${ExecutionTime.toFixed(3)} s, ${megabytes} MB`;
}
