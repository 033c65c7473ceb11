import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import type { Catalog } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { startThread } from '../thread.js';
import { connectors } from './connectors.js';
import type { BodyForm, CutBody, CutOptions } from './cutting/cut.js';
import type {
  AskedInTurn,
  CutRequest,
  OpenStream,
  ParseReply,
  ParseRequest,
  ThreadSettings,
} from './parse-protocol.js';

type Answer<Kind> = Extract<ParseReply, { kind: Kind }>;
export type Done = Answer<'done'>;

const heapMegabytes = 1024;
/** No thread has so many batches. */
const ticketsPerThread = 2 ** 32;

/** Where rows are sent to. */
export interface RowsTaker {
  /** Changes when somebody else takes the rows. */
  readonly life: number;
  /** The end of a new way to the taker. */
  connect(): MessagePort;
}

/** Parses on a thread of its own; starts it when it is first needed, and again when it has died. */
export class ParseWorker {
  readonly #settings: Omit<ThreadSettings, 'firstTicket'>;
  readonly #taker: RowsTaker;
  #thread: ParseThread | undefined;
  #threads = 0;
  #nextStream = 1;

  constructor(settings: Omit<ThreadSettings, 'firstTicket'>, taker: RowsTaker) {
    this.#settings = settings;
    this.#taker = taker;
  }

  /** Begins a stream. */
  async open(catalog: Catalog, options: OpenStream): Promise<ParseStream> {
    const stream = this.#nextStream++;
    return this.#knowing(catalog, options.tenant, async (thread) => {
      await thread.ask({ kind: 'open', stream, options });
      return new ParseStream(thread, stream);
    });
  }

  /** Cuts a request's body into its events; the body's memory is the thread's from then on. */
  async cut<Form extends BodyForm>(
    catalog: Catalog,
    tenant: string,
    form: Form,
    body: Uint8Array<ArrayBuffer>,
    options: CutOptions<Form>,
  ): Promise<CutBody<Form>> {
    const cut = await this.#knowing(catalog, tenant, (thread) =>
      thread.cut({ tenant, form, body, options }),
    );
    // Cut by the form that was asked for.
    return cut as CutBody<Form>;
  }

  /** Forgets what is known of the tenant's devices of these names. */
  async forgetDevices(tenant: string, devices: readonly string[]): Promise<void> {
    await this.#running().ask({ kind: 'forget', tenant, devices });
  }

  /** Forgets all that is known of the tenant's devices. */
  async forgetTenant(tenant: string): Promise<void> {
    const thread = this.#running();
    thread.catalogs.delete(tenant);
    await thread.ask({ kind: 'forgetTenant', tenant });
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** Asks the thread for something right behind the tenant's catalog, which may be forgotten at any time. */
  async #knowing<Reply>(
    catalog: Catalog,
    tenant: string,
    ask: (thread: ParseThread) => Promise<Reply>,
  ): Promise<Reply> {
    const thread = this.#running();
    if (thread.catalogs.get(tenant) === catalog.version) return ask(thread);
    thread.catalogs.set(tenant, catalog.version);
    const told = thread.ask({ kind: 'catalog', tenant, catalog });
    const [, reply] = await Promise.all([told, ask(thread)]);
    return reply;
  }

  #running(): ParseThread {
    if (this.#thread === undefined || this.#thread.ended) {
      const firstTicket = ++this.#threads * ticketsPerThread;
      this.#thread = new ParseThread({ ...this.#settings, firstTicket }, this.#taker);
    }
    return this.#thread;
  }
}

/** One stream on the parsing thread. One call at a time. */
export class ParseStream {
  readonly #thread: ParseThread;
  readonly #stream: number;

  constructor(thread: ParseThread, stream: number) {
    this.#thread = thread;
    this.#stream = stream;
  }

  /** The bytes are moved to the thread: the caller's array is empty afterwards. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<Done> {
    return this.#thread.ask({ kind: 'write', stream: this.#stream, bytes }, [bytes.buffer]);
  }

  /** Records that have been cut out already, which end in the bytes where `ends` says; both are moved. */
  items(
    bytes: Uint8Array<ArrayBuffer>,
    ends: Uint32Array<ArrayBuffer>,
    first: number,
  ): Promise<Done> {
    const stream = this.#stream;
    return this.#thread.ask({ kind: 'items', stream, bytes, ends, first }, [
      bytes.buffer,
      ends.buffer,
    ]);
  }

  /** What has come together so far. `flowing`: more comes at once. */
  take(flowing: boolean): Promise<Done> {
    return this.#thread.ask({ kind: 'take', stream: this.#stream, flowing });
  }

  /** The rest. */
  end(): Promise<Done> {
    return this.#thread.ask({ kind: 'end', stream: this.#stream });
  }

  /** The next portion, where the answer before said `more`. */
  proceed(): Promise<Done> {
    return this.#thread.ask({ kind: 'proceed', stream: this.#stream });
  }

  /** For a stream that is not read to its end. */
  async drop(): Promise<void> {
    if (!this.#thread.ended) {
      await this.#thread.ask({ kind: 'drop', stream: this.#stream });
    }
  }
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

class ParseThread {
  /** Versions of the catalogs that it knows, by tenant. */
  readonly catalogs = new Map<string, string>();
  ended = false;
  readonly #worker: Worker;
  readonly #taker: RowsTaker;
  #connectedTo: number | undefined;
  readonly #waiting: Waiting<Done>[] = [];
  readonly #cutting = new Map<number, Waiting<CutBody<BodyForm>>>();
  #cuts = 0;

  constructor(settings: ThreadSettings, taker: RowsTaker) {
    this.#taker = taker;
    this.#worker = startThread('parse-thread', import.meta.url, {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      workerData: settings,
    });
    this.#worker.on('message', (reply: ParseReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
    this.#worker.unref();
  }

  ask(request: AskedInTurn, moved: readonly ArrayBuffer[] = []): Promise<Done> {
    if (!this.ended && this.#connectedTo !== this.#taker.life) {
      this.#connectedTo = this.#taker.life;
      const port = this.#taker.connect();
      this.#post({ kind: 'connect', port }, [port]).catch(() => undefined);
    }
    return this.#post(request, moved);
  }

  #post(request: AskedInTurn, moved: readonly Transferable[]): Promise<Done> {
    return this.#send(request, moved, (waiting) => this.#waiting.push(waiting));
  }

  /** The body's memory is the thread's from then on. */
  cut(request: Omit<CutRequest, 'kind' | 'id'>): Promise<CutBody<BodyForm>> {
    const id = ++this.#cuts;
    const { buffer } = request.body;
    return this.#send(
      { kind: 'cut', id, ...request },
      buffer instanceof ArrayBuffer ? [buffer] : [],
      (waiting) => this.#cutting.set(id, waiting),
    );
  }

  #send<Reply>(
    request: ParseRequest,
    moved: readonly Transferable[],
    keep: (waiting: Waiting<Reply>) => void,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(stopped(undefined));
        return;
      }
      this.#worker.postMessage(request, moved);
      keep({ resolve, reject });
      this.#worker.ref();
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: ParseReply): void {
    if (reply.kind === 'cut' || reply.kind === 'uncut') {
      this.#settleCut(reply);
    } else {
      this.#settleNext(reply);
    }
    if (this.#waiting.length + this.#cutting.size === 0) {
      this.#worker.unref();
    }
  }

  #settleCut(reply: Answer<'cut' | 'uncut'>): void {
    const waiting = this.#cutting.get(reply.id);
    this.#cutting.delete(reply.id);
    if (reply.kind === 'cut') {
      waiting?.resolve(reply.body);
    } else {
      waiting?.reject(reply.error);
    }
  }

  /** Other requests are answered in their order. */
  #settleNext(reply: Exclude<ParseReply, Answer<'cut' | 'uncut'>>): void {
    const waiting = this.#waiting.shift();
    switch (reply.kind) {
      case 'done':
        waiting?.resolve(reply);
        break;
      case 'unrecognized':
        waiting?.reject(
          new HuntError('ingest.source', { known: connectors.map(({ name }) => name).join(', ') }),
        );
        break;
      case 'failed':
        waiting?.reject(reply.error);
        break;
    }
  }

  #end(cause: unknown): void {
    this.ended = true;
    const waiting = [...this.#waiting.splice(0), ...this.#cutting.values()];
    this.#cutting.clear();
    for (const { reject } of waiting) {
      reject(stopped(cause));
    }
  }
}

function stopped(cause: unknown): HuntError {
  const message = 'The parsing of events was interrupted. Please send them again.';
  return new HuntError('ingest.unavailable', { message }, { cause });
}
