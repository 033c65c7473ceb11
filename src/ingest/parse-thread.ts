// The parsing thread: bytes in, rows out, so that the thread that answers hunts stays free.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { tenantDatabase } from '../catalog/names.js';
import type { Connector } from './connector.js';
import { connectors, findConnector } from './connectors.js';
import { Correlation } from './correlation/correlation.js';
import { CorrelationStore } from './correlation/store.js';
import { customConnectors } from './custom/table-connector.js';
import { type BodyForm, buffersOf, type CutBody, cutBody } from './cutting/cut.js';
import { CuttingQueue } from './cutting/queue.js';
import { type HandedBatch, handOver } from './handover.js';
import { EventTables } from './normalize.js';
import type {
  AskedInTurn,
  CutRequest,
  OpenStream,
  ParseReply,
  ParseRequest,
  ThreadSettings,
} from './parse-protocol.js';
import { StreamParser, UnrecognizedSourceError } from './parser.js';
import { giveWay } from './priority.js';
import { connectorNames } from './routing.js';

/** Rows are handed over in portions of this size. */
const portionBytes = 16 * 1024 * 1024;

const { folder, extensions, firstTicket } = workerData as ThreadSettings;
/** By tenant: where events can go, and the connectors of its own tables. */
const tables = new Map<string, { tables: EventTables; own: readonly Connector[] }>();
/** By tenant. */
const correlations = new Map<string, Correlation>();
const streams = new Map<number, StreamParser>();
/** Streams whose bytes are all there, and whose rows are not. */
const ended = new Set<number>();
let nextTicket = firstTicket;
/** The writing thread takes rows from its other end. */
let writer: MessagePort | undefined;

function correlationFile(tenant: string): string {
  return path.join(folder, `${tenantDatabase(tenant)}.db`);
}

function correlationOf(tenant: string): Correlation {
  let correlation = correlations.get(tenant);
  if (correlation === undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const store = new CorrelationStore(correlationFile(tenant));
    correlation = new Correlation(store, folder);
    correlations.set(tenant, correlation);
  }
  return correlation;
}

function tablesOf(tenant: string) {
  const known = tables.get(tenant);
  if (known === undefined) {
    throw new Error(`no catalog for ${tenant}`);
  }
  return known;
}

function open(stream: number, { tenant, source, ...options }: OpenStream): void {
  const known = tablesOf(tenant);
  const connector = source === undefined ? undefined : findConnector(source, known.own);
  const context = { correlation: correlationOf(tenant), extensions };
  streams.set(stream, new StreamParser({ ...known, connector, context, ...options }));
}

function parserOf(stream: number): StreamParser {
  const parser = streams.get(stream);
  if (parser === undefined) {
    throw new Error(`stream ${stream} is not open`);
  }
  return parser;
}

function handedOver(parser: StreamParser): HandedBatch {
  if (writer === undefined) {
    throw new Error('nothing takes rows');
  }
  return handOver(parser.take(), nextTicket++, writer);
}

/** The rows so far where they are asked for or come to a portion. */
function progress(parser: StreamParser, wanted: boolean): ParseReply {
  const more = parser.proceed(portionBytes);
  const { source } = parser;
  const isHandedOver = wanted || more || parser.sizeBytes >= portionBytes;
  const settled = isHandedOver && !more ? parser.settled : undefined;
  return {
    kind: 'done',
    ...(isHandedOver ? { batch: handedOver(parser) } : {}),
    ...(settled === undefined ? {} : { settled }),
    ...(source === undefined ? {} : { source }),
    ...(more ? { more } : {}),
  };
}

function ending(stream: number, parser: StreamParser): ParseReply {
  const reply = progress(parser, true);
  if (reply.kind !== 'done' || !reply.more) {
    ended.delete(stream);
    streams.delete(stream);
  }
  return reply;
}

const handlers: {
  readonly [K in AskedInTurn['kind']]: (
    request: Extract<AskedInTurn, { kind: K }>,
  ) => ParseReply | undefined;
} = {
  connect({ port }) {
    writer = port;
    return undefined;
  },
  catalog({ tenant, catalog }) {
    tables.set(tenant, { tables: new EventTables(catalog), own: customConnectors(catalog) });
    return undefined;
  },
  forget({ tenant, devices }) {
    correlationOf(tenant).forget(devices);
    return undefined;
  },
  forgetTenant({ tenant }) {
    correlations.get(tenant)?.close();
    correlations.delete(tenant);
    tables.delete(tenant);
    // With SQLite's own files beside it.
    for (const ending of ['', '-wal', '-shm']) {
      rmSync(correlationFile(tenant) + ending, { force: true });
    }
    return undefined;
  },
  open({ stream, options }) {
    open(stream, options);
    return undefined;
  },
  write({ stream, bytes }) {
    const parser = parserOf(stream);
    parser.write(bytes);
    return progress(parser, false);
  },
  items({ stream, bytes, ends, first }) {
    const parser = parserOf(stream);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (const [index, end] of ends.entries()) {
      parser.item(text.toString('utf8', start, end), first + index);
      start = end;
    }
    return progress(parser, false);
  },
  take({ stream, flowing }) {
    const parser = parserOf(stream);
    parser.release(flowing);
    return progress(parser, true);
  },
  end({ stream }) {
    const parser = parserOf(stream);
    ended.add(stream);
    parser.end();
    return ending(stream, parser);
  },
  proceed({ stream }) {
    const parser = parserOf(stream);
    return ended.has(stream) ? ending(stream, parser) : progress(parser, true);
  },
  drop({ stream }) {
    streams.get(stream)?.close();
    streams.delete(stream);
    ended.delete(stream);
    return undefined;
  },
};

const cutting = new CuttingQueue<CutBody<BodyForm>>();

function reply(message: ParseReply): void {
  parentPort?.postMessage(message, message.kind === 'cut' ? buffersOf(message.body) : []);
}

function cut({ id, tenant, form, body, options }: CutRequest): void {
  const failed = (error: unknown) => reply({ kind: 'uncut', id, error });
  try {
    const connectorOf = connectorNames([...connectors, ...tablesOf(tenant).own]);
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const steps = cutBody(form, bytes, options, (name) => connectorOf(name) ?? '');
    const done = (cut: CutBody<BodyForm>) => reply({ kind: 'cut', id, body: cut });
    cutting.add({ size: bytes.length, steps, done, failed });
  } catch (error) {
    failed(error);
  }
}

function handle<K extends AskedInTurn['kind']>(request: Extract<AskedInTurn, { kind: K }>) {
  try {
    return handlers[request.kind as K](request) ?? { kind: 'done' as const };
  } catch (error) {
    return error instanceof UnrecognizedSourceError
      ? { kind: 'unrecognized' as const }
      : { kind: 'failed' as const, error };
  }
}

giveWay();

parentPort?.on('message', (request: ParseRequest) => {
  if (request.kind === 'cut') cut(request);
  else reply(handle(request));
});
