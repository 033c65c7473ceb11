// The writing thread: rows in, the journal and the engine out. What it holds weighs on no other thread's
// memory, and what it does holds up no hunt.
import { parentPort, workerData } from 'node:worker_threads';
import type { Engine } from '../engine/engine.js';
import { errorOf, faultOf } from '../thread.js';
import { HandedOver } from './handover.js';
import type { TenantRows } from './journal.js';
import { giveWay } from './priority.js';
import { refusedRow } from './refused.js';
import { Writer } from './writer.js';
import {
  type EngineCall,
  interrupted,
  type WriterReply,
  type WriterRequest,
  type WriterSettings,
  type WriterStatus,
} from './writer-protocol.js';

interface Waiting {
  readonly resolve: (rows: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

const asked = new Map<number, Waiting>();
let nextCall = 1;
const handedOver = new HandedOver();

function post(reply: WriterReply): void {
  parentPort?.postMessage(reply);
}

function ask(call: EngineCall): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const id = nextCall++;
    asked.set(id, { resolve, reject });
    post({ kind: 'ask', id, call });
  });
}

/** The engine is the main thread's. */
const engine: Pick<Engine, 'select' | 'command' | 'insertSegment'> = {
  select: async <Row>(sql: string) => [...(await ask({ method: 'select', sql }))] as Row[],
  async command(sql) {
    await ask({ method: 'command', sql });
  },
  async insertSegment(segment) {
    await ask({ method: 'insertSegment', segment });
  },
};

function statusOf(writer: Writer): WriterStatus {
  const { backlogBytes, backlogRows, failure } = writer;
  return {
    backlogBytes,
    backlogRows,
    failure: failure === undefined ? undefined : faultOf(failure),
  };
}

async function answer(writer: Writer, request: WriterRequest): Promise<void> {
  switch (request.kind) {
    case 'answer':
      asked.get(request.id)?.resolve(request.rows);
      asked.delete(request.id);
      return;
    case 'refusal':
      asked.get(request.id)?.reject(errorOf(request.fault));
      asked.delete(request.id);
      return;
    case 'connect':
      handedOver.connect(request.port);
      return;
    case 'forget':
      writer.forget(request.database);
      return;
    case 'discard':
      for (const ticket of request.tickets) {
        handedOver.take(ticket);
      }
      return;
    default: {
      const { id } = request;
      try {
        const counts = await carryOut(writer, request);
        post({ kind: 'done', id, counts, status: statusOf(writer) });
      } catch (error) {
        post({ kind: 'failed', id, fault: faultOf(error), status: statusOf(writer) });
      }
    }
  }
}

/** @throws HuntError `ingest.unavailable` */
function rowsOf({ tickets, database }: Extract<WriterRequest, { kind: 'commit' }>): TenantRows[] {
  // All of them, before any is missed: nobody asks for the others again.
  const taken = tickets.map((ticket) => handedOver.take(ticket));
  return taken.flatMap((rows) => {
    if (rows === undefined) {
      // They were with a thread that has ended.
      throw interrupted();
    }
    return rows.map((part) => ({ ...part, database }));
  });
}

async function carryOut(
  writer: Writer,
  request: Extract<WriterRequest, { kind: 'commit' | 'flush' | 'close' }>,
) {
  switch (request.kind) {
    case 'commit':
      return writer.commit(rowsOf(request), request.patienceMs);
    case 'flush':
      await writer.flush();
      return [];
    case 'close':
      await writer.close();
      return [];
  }
}

giveWay();
try {
  const writer = await Writer.open({
    ...(workerData as WriterSettings),
    engine,
    log: (line) => post({ kind: 'log', line }),
    refusedRow,
    onDrained: () => post({ kind: 'status', status: statusOf(writer) }),
  });
  parentPort?.on('message', (request: WriterRequest) => void answer(writer, request));
  post({ kind: 'open', status: statusOf(writer) });
} catch (error) {
  post({ kind: 'unopened', fault: faultOf(error) });
}
