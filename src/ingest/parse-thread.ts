// The parsing thread: bytes in, rows out, so that the thread that answers hunts stays free.
import { parentPort } from 'node:worker_threads';
import { findConnector } from './connectors.js';
import { EventTables } from './normalize.js';
import type { OpenStream, ParseReply, ParseRequest } from './parse-protocol.js';
import { type Batch, StreamParser, UnrecognizedSourceError } from './parser.js';
import type { TableRows } from './rows.js';

/** Rows are handed over in portions of this size. */
const portionBytes = 16 * 1024 * 1024;

const tables = new Map<string, EventTables>();
const streams = new Map<number, StreamParser>();

function open(stream: number, { tenant, source, ...options }: OpenStream): void {
  const known = tables.get(tenant);
  if (known === undefined) {
    throw new Error(`no catalog for ${tenant}`);
  }
  const connector = source === undefined ? undefined : findConnector(source);
  streams.set(stream, new StreamParser({ tables: known, connector, ...options }));
}

function parserOf(stream: number): StreamParser {
  const parser = streams.get(stream);
  if (parser === undefined) {
    throw new Error(`stream ${stream} is not open`);
  }
  return parser;
}

function progress(parser: StreamParser, batch?: Batch): ParseReply {
  const { source } = parser;
  return {
    kind: 'done',
    ...(batch === undefined ? {} : { batch }),
    ...(source === undefined ? {} : { source }),
  };
}

const handlers: {
  readonly [K in ParseRequest['kind']]: (
    request: Extract<ParseRequest, { kind: K }>,
  ) => ParseReply | undefined;
} = {
  catalog({ tenant, catalog }) {
    tables.set(tenant, new EventTables(catalog));
    return undefined;
  },
  open({ stream, options }) {
    open(stream, options);
    return undefined;
  },
  write({ stream, bytes }) {
    const parser = parserOf(stream);
    parser.write(bytes);
    return progress(parser, parser.sizeBytes < portionBytes ? undefined : parser.take());
  },
  take({ stream }) {
    const parser = parserOf(stream);
    return progress(parser, parser.take());
  },
  end({ stream }) {
    const parser = parserOf(stream);
    parser.end();
    streams.delete(stream);
    return progress(parser, parser.take());
  },
  drop({ stream }) {
    streams.delete(stream);
    return undefined;
  },
};

function handle<K extends ParseRequest['kind']>(request: Extract<ParseRequest, { kind: K }>) {
  try {
    return handlers[request.kind as K](request) ?? { kind: 'done' as const };
  } catch (error) {
    return error instanceof UnrecognizedSourceError
      ? { kind: 'unrecognized' as const }
      : { kind: 'failed' as const, error };
  }
}

function buffersOf({ lines, ends, ticks, identities }: TableRows): ArrayBuffer[] {
  return [lines, ends, ticks, identities].map((array) => array.buffer as ArrayBuffer);
}

parentPort?.on('message', (request: ParseRequest) => {
  const reply: ParseReply = handle(request);
  const batch = reply.kind === 'done' ? reply.batch : undefined;
  const moved = batch ? [...batch.events, ...(batch.deadLetters ? [batch.deadLetters] : [])] : [];
  parentPort?.postMessage(reply, moved.flatMap(buffersOf));
});
