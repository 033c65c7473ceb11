import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Command } from 'commander';
import { connectors } from '../../ingest/connectors.js';
import type { FileSummary } from '../../ingest/file.js';
import { checkStatus } from '../answer.js';
import { atPlace, connect, type Place, startOn } from '../connection.js';
import { exitCodes, UsageError } from '../failure.js';
import { printable, write } from '../formats.js';
import { IngestProgress } from '../progress.js';

interface IngestOptions extends Place {
  readonly source?: string;
  readonly retention?: string;
}

/** Takes one file, telling how far it is. */
type TakeFile = (file: string, progress: IngestProgress) => Promise<FileSummary>;

const streaming = 'defender-streaming';

export function ingestCommand(): Command {
  const names = connectors.map(({ name, summary }) => `  ${name.padEnd(22)}${summary}`);
  return atPlace(new Command('ingest'))
    .description('Take telemetry in: files as they are, gzip too; - is standard input')
    .argument('<file...>', 'files')
    .option('--source <name>', 'what the files hold; found out from their first records otherwise')
    .option(
      '--retention <time>',
      'from now on keep events, and hunt, so far back: 30d, 400d, forever',
    )
    .addHelpText('after', `\nSources:\n${names.join('\n')}`)
    .action(async (files: string[], options: IngestOptions) => {
      const { take, close } =
        options.url === undefined ? await intoData(options) : await intoServer(options);
      try {
        for (const file of files) await ingestOne(file, take);
      } finally {
        await close();
      }
    });
}

async function ingestOne(file: string, take: TakeFile): Promise<void> {
  const total = file === '-' ? undefined : (await stat(file)).size;
  const progress = new IngestProgress(file, total);
  const started = performance.now();
  let summary: FileSummary;
  try {
    summary = await take(file, progress);
  } finally {
    progress.stop();
  }
  await write(process.stdout, summaryText(file, summary, (performance.now() - started) / 1000));
  if (summary.incomplete !== undefined) {
    console.error(`error: ${file} ends before its end: ${summary.incomplete}`);
    process.exitCode = exitCodes.failed;
  }
}

async function intoData(
  options: IngestOptions,
): Promise<{ take: TakeFile; close: () => Promise<void> }> {
  const { quarry } = await startOn(options, options.retention);
  const interrupted = new AbortController();
  // What has been read by then is kept, and reading the file again adds only the rest.
  process.once('SIGINT', () => interrupted.abort());
  return {
    take: (file, progress) =>
      quarry.ingestFile(file, {
        source: options.source,
        signal: interrupted.signal,
        onProgress: ({ bytesRead, summary }) => progress.update(bytesRead, eventsIn(summary)),
      }),
    close: () => quarry.close(),
  };
}

async function intoServer(
  options: IngestOptions,
): Promise<{ take: TakeFile; close: () => Promise<void> }> {
  if (options.retention !== undefined)
    throw new UsageError('--retention is set where the data directory is');
  if (options.source !== undefined && options.source !== streaming) {
    throw new UsageError(`a server takes ${streaming} alone; ingest ${options.source} with --data`);
  }
  const connection = await connect(options, ['Telemetry.Ingest']);
  return {
    take: async (file, progress) => {
      let bytes = 0;
      const counted = new Transform({
        transform(chunk, _encoding, done) {
          bytes += chunk.length;
          progress.update(bytes, undefined);
          done(null, chunk);
        },
      });
      const input = file === '-' ? process.stdin : createReadStream(file);
      input.once('error', (error: Error) => counted.destroy(error));
      const response = await connection.post('/api/ingest/streaming-api', input.pipe(counted));
      return (await json(await checkStatus(response))) as FileSummary;
    },
    close: () => connection.close(),
  };
}

function eventsIn({ accepted, rejected, duplicate, expired }: FileSummary): number {
  return accepted + rejected + duplicate + expired;
}

function summaryText(file: string, summary: FileSummary, seconds: number): string {
  const events = eventsIn(summary);
  const rate = number(Math.round(events / Math.max(seconds, 0.001)));
  const { accepted, rejected, duplicate, expired, deadLetters } = summary;
  const source = summary.source === null ? '' : ` (${summary.source})`;
  return [
    `${file}${source}: ${number(events)} ${events === 1 ? 'event' : 'events'} in ${seconds.toFixed(1)} s, ${rate}/s\n`,
    counts({ accepted, rejected, duplicate }),
    expired > 0 ? counts({ 'older than the retention': expired }) : '',
    accepted > 0 ? `accepted into\n${counts(byCount(summary.byTable))}` : '',
    deadLetters > 0 || rejected > 0
      ? `what was rejected or left out is in QuarryIngestErrors, because\n${counts(byCount(summary.byReason))}`
      : '',
  ].join('');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function counts(entries: Readonly<Record<string, number>>): string {
  return Object.entries(entries)
    .map(([name, count]) => `  ${number(count).padStart(12)}  ${printable(name)}\n`)
    .join('');
}

function byCount(entries: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(entries).sort(([, left], [, right]) => right - left));
}
