import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Transform } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Command } from 'commander';
import { HuntError } from '../../errors.js';
import { connectors } from '../../ingest/connectors.js';
import type { FileSummary } from '../../ingest/file.js';
import { inReadingOrder } from '../../ingest/reading-order.js';
import type { IngestRun } from '../../ingest/run.js';
import { listFiles } from '../../ingest/sources/files.js';
import type { RunningSource } from '../../ingest/sources/source.js';
import { checkStatus } from '../answer.js';
import { atPlace, connect, type Place, startOn } from '../connection.js';
import { exitCodes, UsageError } from '../failure.js';
import { printable, write } from '../formats.js';
import { IngestProgress } from '../progress.js';

interface IngestOptions extends Place {
  readonly source?: string;
  readonly retention?: string;
  readonly follow?: true;
  readonly pattern?: string;
}

/** Where files are taken to. */
interface Taker {
  /** Takes one file, telling how far it is. */
  take(file: string, progress: IngestProgress): Promise<FileSummary>;
  readonly interrupted: AbortSignal;
  /** Absent: every file is read, and what is known of it changes nothing. */
  readonly run?: Pick<IngestRun, 'hasTaken' | 'taken' | 'end'>;
  close(): Promise<void>;
}

export function ingestCommand(): Command {
  const names = connectors.map(({ name, summary }) => `  ${name.padEnd(22)}${summary}`);
  return atPlace(new Command('ingest'))
    .description(
      'Take telemetry in: files as they are, archives, folders with all below them; - is standard input',
    )
    .argument('<file...>', 'files and folders')
    .option('--source <name>', 'what the files hold; found out from their first records otherwise')
    .option(
      '--retention <time>',
      'from now on keep events, and hunt, so far back: 30d, 400d, forever',
    )
    .option('--follow', 'go on with what is appended, and with new files, until interrupted')
    .option('--pattern <names>', 'of the files in folders, with * and ?: "*.json"')
    .addHelpText('after', `\nSources:\n${names.join('\n')}`)
    .action(async (places: string[], options: IngestOptions) => {
      if (options.follow) {
        await follow(places, options);
        return;
      }
      const files = await filesAt(places, options.pattern);
      const taker = options.url === undefined ? await intoData(options) : await intoServer(options);
      try {
        for (const file of await inReadingOrder(files)) {
          await ingestOnce(file, taker, options.source);
          if (taker.interrupted.aborted) return;
        }
        await taker.run?.end();
      } finally {
        await taker.close();
      }
    });
}

/** The files, and those in the folders: the oldest first, as what explains events comes before them. */
async function filesAt(places: readonly string[], pattern: string | undefined): Promise<string[]> {
  const files: string[] = [];
  for (const place of places) {
    // What is not there fails in its turn.
    const info = place === '-' ? undefined : await stat(place).catch(() => undefined);
    if (!info?.isDirectory()) files.push(place);
    else {
      const found = await listFiles(place, pattern, undefined, tellPassed);
      files.push(...found.map((file) => file.path));
    }
  }
  return files;
}

function tellPassed(file: string, why: string): void {
  console.error(`error: ${printable(file)}: ${printable(why)}`);
  process.exitCode = exitCodes.failed;
}

async function ingestOnce(file: string, taker: Taker, source: string | undefined): Promise<void> {
  const run = file === '-' ? undefined : taker.run;
  try {
    if (await run?.hasTaken(file)) {
      await write(process.stdout, `${printable(file)}: taken before the interruption\n`);
      return;
    }
    await ingestOne(file, taker);
  } catch (error) {
    if (source !== undefined && error instanceof HuntError && error.code === 'ingest.source') {
      const { known } = (error as HuntError<'ingest.source'>).parameters;
      throw new UsageError(`--source: there is no ${source}; known are: ${known}`);
    }
    if (!isOwn(error)) throw error;
    console.error(`error: ${printable(file)}: ${error.message}`);
    process.exitCode = exitCodes.failed;
  }
}

/** What is wrong with one file, and not with the next: a folder may hold more than telemetry. */
function isOwn(error: unknown): error is Error {
  if (error instanceof HuntError) {
    return error.code === 'ingest.source' || error.code === 'ingest.content';
  }
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR';
}

async function follow(places: readonly string[], options: IngestOptions): Promise<void> {
  if (options.url !== undefined) {
    throw new UsageError('--follow works on --data; a server follows what its sources: name');
  }
  const { quarry } = await startOn(options, [], options);
  const { source, pattern } = options;
  const running: RunningSource[] = [];
  const interrupted = new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  try {
    for (const place of places.map((each) => resolve(each))) {
      running.push(await quarry.follow({ name: `follow ${place}`, path: place, source, pattern }));
      console.error(`Following ${printable(place)}`);
    }
    const caughtUp = Promise.all(running.map((each) => each.caughtUp())).then(() => true);
    if (await Promise.race([caughtUp, interrupted])) console.error('Up to date; waiting for more');
    await interrupted;
  } finally {
    for (const each of running) await each.close();
    await quarry.close();
  }
}

async function ingestOne(file: string, { take, interrupted, run }: Taker): Promise<void> {
  const total = file === '-' ? undefined : (await stat(file)).size;
  const progress = new IngestProgress(file, total);
  const started = performance.now();
  let summary: FileSummary;
  try {
    summary = await take(file, progress);
  } finally {
    progress.stop();
  }
  if (file !== '-' && !interrupted.aborted) await run?.taken(file);
  await write(process.stdout, summaryText(file, summary, (performance.now() - started) / 1000));
  if (summary.incomplete !== undefined) {
    console.error(`error: ${file} ends before its end: ${summary.incomplete}`);
    process.exitCode = exitCodes.failed;
  }
}

async function intoData(options: IngestOptions): Promise<Taker> {
  const { quarry } = await startOn(options, ['Telemetry.Ingest'], options);
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
    interrupted: interrupted.signal,
    run: quarry.ingestRun(options.source),
    close: () => quarry.close(),
  };
}

/** What a server says of a source that it does not know. */
const unrecognized = /^The source of the events was not recognized\. Known are: (.*)\.$/;

async function intoServer(options: IngestOptions): Promise<Taker> {
  if (options.retention !== undefined)
    throw new UsageError('--retention is set where the data directory is');
  const path = `/api/ingest/${encodeURIComponent(options.source ?? 'auto')}`;
  const connection = await connect(options, ['Telemetry.Ingest']);
  return {
    interrupted: new AbortController().signal,
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
      const response = await connection.post(path, input.pipe(counted));
      try {
        return (await json(await checkStatus(response))) as FileSummary;
      } catch (error) {
        if (response.statusCode !== 400 || !(error instanceof Error)) throw error;
        const [, known] = unrecognized.exec(error.message) ?? [];
        if (known !== undefined) throw new HuntError('ingest.source', { known }, { cause: error });
        throw new HuntError('ingest.content', { message: error.message }, { cause: error });
      }
    },
    close: () => connection.close(),
  };
}

function eventsIn(summary: FileSummary): number {
  const { accepted, rejected, duplicate, expired, unmapped, merged } = summary;
  return accepted + rejected + duplicate + expired + unmapped + merged;
}

function summaryText(file: string, summary: FileSummary, seconds: number): string {
  const events = eventsIn(summary);
  const rate = number(Math.round(events / Math.max(seconds, 0.001)));
  const { accepted, rejected, duplicate, expired, unmapped, merged, deadLetters } = summary;
  const { unrecognized = [], unrecognizedCount = 0 } = summary;
  const source = summary.source === null ? '' : ` (${summary.source})`;
  return [
    `${file}${source}: ${number(events)} ${events === 1 ? 'event' : 'events'} in ${seconds.toFixed(1)} s, ${rate}/s\n`,
    counts({ accepted, rejected, duplicate }),
    merged > 0 ? counts({ 'told by the row of another event': merged }) : '',
    unmapped > 0 ? counts({ 'of kinds that no table is for': unmapped }) : '',
    expired > 0 ? counts({ 'older than the retention': expired }) : '',
    summary.future > 0 ? counts({ "ahead of this machine's clock": summary.future }) : '',
    unrecognizedCount > 0
      ? `not recognized as telemetry\n${list(unrecognized, unrecognizedCount)}`
      : '',
    accepted > 0 ? `accepted into\n${counts(byCount(summary.byTable))}` : '',
    deadLetters > 0 || rejected > 0
      ? `what was rejected or left out is in QuarryIngestErrors, because\n${counts(byCount(summary.byReason))}`
      : '',
  ].join('');
}

/** So many names are printed, and the number of the others. */
const mostNames = 20;

function list(names: readonly string[], count: number): string {
  const more = count > mostNames ? [`and ${number(count - mostNames)} more`] : [];
  return [...names.slice(0, mostNames), ...more]
    .map((name) => `                ${printable(name)}\n`)
    .join('');
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
