import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { builtinCatalog, findTable } from '../../catalog/catalog.js';
import { parseCustomTable, tenantCatalog } from '../../catalog/custom-table.js';
import type { Catalog } from '../../catalog/types.js';
import type { TextSpan } from '../../errors.js';
import type { FileSummary } from '../../ingest/file.js';
import { compactJson, parseJson } from '../../ingest/json.js';
import { checkStatus } from '../answer.js';
import { type EmptyServer, poster, requester } from '../connection.js';
import { named } from '../declarations.js';
import { excerpt, RefusedError } from '../failure.js';
import { type AnswerRows, differences } from './compare.js';
import type { Declared, RuleTest, RuleTests } from './file.js';

/** What became of one test. */
export interface TestResult {
  readonly file: string;
  /** Of the test in its file. */
  readonly line: number;
  readonly name: string;
  /** What is wrong, a line each; none: it has passed. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

type Frame =
  | { readonly kind: 'columns'; readonly columns: AnswerRows['columns'] }
  | { readonly kind: 'rows'; readonly rows: AnswerRows['rows'] }
  | { readonly kind: 'error'; readonly error: { readonly message: string } }
  | { readonly kind: 'progress' | 'end' };

const roles = ['Telemetry.Ingest', 'AdvancedHunting.Read.All'] as const;

/** A tenant for tests of the same declarations, one after the other. */
interface TestTenant {
  readonly id: string;
  readonly post: Post;
  readonly catalog: Catalog;
}

/**
 * Runs tests, each in a tenant that is empty: no event of one is seen by another. Most of what a tenant takes to make
 * are its tables, so they are emptied, and not made anew.
 */
export class RuleRunner {
  readonly #server: EmptyServer;
  readonly #operator: Promise<string>;
  /** By what they declare. */
  readonly #tenants = new Map<string, Promise<TestTenant>>();

  constructor(server: EmptyServer) {
    this.#server = server;
    this.#operator = server.token('default', ['Quarry.Operator']);
  }

  async run(rule: RuleTests, test: RuleTest): Promise<TestResult> {
    const started = performance.now();
    const problems = await this.#problems(rule, test).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      const { message, text: query, span } = error;
      return [message, ...(query !== undefined && span ? excerpt(query, span).split('\n') : [])];
    });
    const seconds = (performance.now() - started) / 1000;
    return { file: rule.path, line: test.line, name: test.name, problems, seconds };
  }

  async #problems({ query, declared }: RuleTests, test: RuleTest): Promise<string[]> {
    const { post, catalog } = await this.#emptyTenant(declared);
    for (const file of test.files) {
      const problem = await this.#takeFile(post, file, test.source);
      if (problem !== undefined) return [`${file}: ${problem}`];
    }
    if (test.events.length > 0) {
      const unknown = test.events.flatMap((event) => unknownNames(event, catalog));
      if (unknown.length > 0) return unknown;
      const body = test.events.map(lineOf).join('\n');
      const summary = await taken(await post('/api/ingest/defender-streaming', body));
      const isWhole = summary.accepted === test.events.length && summary.deadLetters === 0;
      if (!isWhole) {
        const reasons = await this.#reasons(post);
        return [`not every event was taken as it is: ${countsOf(summary)}`, ...reasons];
      }
    }
    await this.#server.flush();
    const { now, parameters } = test;
    const asked = { query, ...(now && { now }), ...(parameters && { parameters }) };
    return differences(await hunt(post, asked), test.rows);
  }

  /** Returns what is wrong with a recording. */
  async #takeFile(post: Post, file: string, source: string): Promise<string | undefined> {
    const handle = await open(file).catch(() => undefined);
    if (handle === undefined) return 'cannot be read';
    try {
      if (!(await handle.stat()).isFile()) return 'is no file';
      const path = `/api/ingest/${encodeURIComponent(source)}`;
      const summary = await taken(await post(path, handle.createReadStream({ autoClose: false })));
      return summary.accepted > 0 ? undefined : `no event was taken: ${countsOf(summary)}`;
    } catch (error) {
      if (error instanceof RefusedError) return error.message;
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** Why events, or values of theirs, were not stored. */
  async #reasons(post: Post): Promise<string[]> {
    await this.#server.flush();
    const query = 'QuarryIngestErrors | project Table, Column, Reason | take 5';
    const { rows } = await hunt(post, { query });
    return rows.map(
      ([table, column, reason]) => `${[table, column].filter(Boolean).join('.')}: ${reason}`,
    );
  }

  async #emptyTenant(declared: Declared): Promise<TestTenant> {
    const key = JSON.stringify(declared);
    const known = this.#tenants.get(key);
    if (known) {
      const tenant = await known;
      await this.#server.empty(tenant.id);
      return tenant;
    }
    const made = this.#makeTenant(declared, this.#tenants.size);
    this.#tenants.set(key, made);
    return made;
  }

  async #makeTenant({ tables, functions }: Declared, number: number): Promise<TestTenant> {
    const { url } = this.#server;
    const ask = requester(url, await this.#operator);
    const put = async (method: string, path: string, body: unknown) =>
      (await checkStatus(await ask(method, path, JSON.stringify(body)))).resume();
    // The first serves those of no declarations, which nearly all are.
    const isPlain = tables.length + functions.length === 0;
    const id = isPlain ? 'default' : `test-${number}`;
    if (!isPlain) await put('POST', '/api/quarry/tenants', { id, retentionDays: null });
    const own = `/api/quarry/tenants/${id}`;
    for (const table of tables) {
      const name = String(table['name']);
      await named(`the table ${name}`, () =>
        put('PUT', `${own}/tables/${encodeURIComponent(name)}`, table),
      );
    }
    for (const { name, ...content } of functions) {
      await named(`the function ${name}`, () =>
        put('PUT', `${own}/functions/${encodeURIComponent(name)}`, content),
      );
    }
    return {
      id,
      post: poster(url, await this.#server.token(id, roles)),
      catalog: tenantCatalog(builtinCatalog, tables.map(parseCustomTable), new Map()),
    };
  }
}

type Post = ReturnType<typeof poster>;

/** Columns that ingest would pass over: here they are slips of the pen. */
function unknownNames(
  { table, ...properties }: RuleTest['events'][number],
  catalog: Catalog,
): string[] {
  const found = findTable(catalog, table);
  if (!found) return [`there is no table ${table}`];
  const known = new Set(found.columns.map(({ name }) => name));
  const unknown = Object.keys(properties).filter((name) => !known.has(name));
  return unknown.map((name) => `${found.name} has no column ${name}`);
}

/** As the Streaming API has it. */
function lineOf({ table, ...properties }: RuleTest['events'][number]): string {
  return compactJson({ category: `AdvancedHunting-${table}`, properties });
}

async function taken(response: IncomingMessage): Promise<FileSummary> {
  return (await json(await checkStatus(response))) as FileSummary;
}

function countsOf({ byReason, unmapped, expired, duplicate }: FileSummary): string {
  const told = Object.entries({ ...byReason, unmapped, expired, duplicate })
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} (${count})`);
  return told.join(', ') || 'there is none in it';
}

async function hunt(post: Post, asked: { readonly query: string }): Promise<AnswerRows> {
  const response = await post('/api/quarry/hunt', JSON.stringify(asked), {
    'content-type': 'application/json',
  });
  return answerOf(response, asked.query);
}

async function answerOf(response: IncomingMessage, query: string): Promise<AnswerRows> {
  if (response.statusCode !== 200) throw await refusalOf(response, query);
  const lines = (await text(response)).split('\n').filter((line) => line !== '');
  const frames = lines.map((line) => parseJson(line) as Frame);
  for (const frame of frames) {
    if (frame.kind === 'error') throw new RefusedError(frame.error.message);
  }
  return {
    columns: frames.find((frame) => frame.kind === 'columns')?.columns ?? [],
    rows: frames.flatMap((frame) => (frame.kind === 'rows' ? frame.rows : [])),
  };
}

async function refusalOf(response: Readable, query: string): Promise<RefusedError> {
  const { error } = (await json(response)) as {
    error: { readonly message: string; readonly position?: TextSpan };
  };
  return new RefusedError(error.message, { text: query, span: error.position });
}
