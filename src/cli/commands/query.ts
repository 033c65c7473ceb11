import { text as textOf } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { checkStatus, readAnswer } from '../answer.js';
import { atPlace, connect, type Place } from '../connection.js';
import { rowWriters, write } from '../formats.js';

interface QueryOptions extends Place {
  readonly format?: 'json' | keyof typeof rowWriters;
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
    .action(async (argument: string, options: QueryOptions) => {
      const text = argument === '-' ? await textOf(process.stdin) : argument;
      const format = options.format ?? (process.stdout.isTTY ? 'table' : 'json');
      const connection = await connect(options, ['AdvancedHunting.Read.All']);
      try {
        const response = await checkStatus(
          await connection.post('/api/advancedhunting/run', JSON.stringify({ Query: text }), {
            'content-type': 'application/json',
          }),
          text,
        );
        if (format === 'json') {
          for await (const chunk of response) await write(process.stdout, chunk);
          await write(process.stdout, '\n');
          return;
        }
        const answer = await readAnswer(response);
        await rowWriters[format](answer, process.stdout);
        if (format === 'table') console.error(pc.dim(summaryOf(answer.stats)));
      } finally {
        await connection.close();
      }
    });
}

function summaryOf({
  ExecutionTime,
  resource_usage,
  dataset_statistics,
}: Awaited<ReturnType<typeof readAnswer>>['stats']): string {
  const rows = dataset_statistics[0]?.table_row_count ?? 0;
  const megabytes = Math.round(resource_usage.memory.peak_per_node / 1e6);
  return `${rows} ${rows === 1 ? 'row' : 'rows'} in ${ExecutionTime.toFixed(3)} s, ${megabytes} MB`;
}
