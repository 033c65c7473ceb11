import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtinCatalog, catalogOf } from '../../src/catalog/catalog.js';
import type { Catalog } from '../../src/catalog/types.js';
import type { Probe, SqlQuery } from '../../src/compile.js';
import { HuntError } from '../../src/errors.js';
import { CompileThreads } from '../../src/hunting/compile-threads.js';
import type { Asking } from '../../src/hunting/compiler.js';
import { compileHere } from '../compile-here.js';
import { tenantScope } from '../kql/harness.js';

const threads = vi.hoisted((): Worker[] => []);
vi.mock('../../src/thread.js', async (original) => {
  const module = await original<typeof import('../../src/thread.js')>();
  const startThread: typeof module.startThread = (...thread) => {
    const worker = module.startThread(...thread);
    threads.push(worker);
    return worker;
  };
  return { ...module, startThread };
});

/** A text's time is that of a processor, of which a busy machine gives little. */
const timeout = 600_000;

let compiler: CompileThreads;
const open = () => {
  compiler = new CompileThreads({ compileSeconds: 5 });
  threads.length = 0;
};
const close = () => compiler.close();

/** Takes the binder minutes. */
const endless = `${Array.from({ length: 30_000 }, (_, index) => `let a${index} = 1;`).join(' ')} print 1`;

const nobody = { tenant: '', id: '' };
const ours = { tenant: 'one', id: 'ours' };
const theirs = { tenant: 'one', id: 'theirs' };

const asked = (text: string, asking: Partial<Asking> = {}, catalog: Catalog = builtinCatalog) =>
  compiler.compile({ caller: ours, ...asking }, text, catalog, tenantScope);

async function refusal(work: Promise<unknown>): Promise<HuntError> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof HuntError)) throw error;
  return error;
}

describe('what a thread answers is what would have been answered here', () => {
  beforeAll(open);
  afterAll(close);

  const external = 'externaldata(a: string) ["https://example.com/a.csv"] with (format="csv")';

  it.each([
    ['a hunt', 'DeviceProcessEvents | where Timestamp > ago(1d) | take 3 | render table'],
    ['a question first', 'print b = dynamic({"a": 1}) | evaluate bag_unpack(b)'],
    ['files first', external],
    ['a function of the catalog', 'DeviceFileEvents | invoke FileProfile(SHA1)'],
  ])('%s', async (_name, text) => {
    const query = [{ caller: nobody }, text, builtinCatalog, tenantScope] as const;
    const options = { encoding: 'graph' as const, parameters: {} };
    expect(await compiler.compile(...query, options)).toEqual(
      await compileHere.compile(...query, options),
    );
    expect(await compiler.explain(...query)).toEqual(await compileHere.explain(...query));
  });

  it('answers to a question', async () => {
    const text = 'print b = dynamic({"a": 1}) | evaluate bag_unpack(b)';
    const { key } = (await asked(text)) as Probe;
    const probes = new Map([[key, [{ name: 'a', type: 'long' }]]]);
    const query = [{ caller: nobody }, text, builtinCatalog, tenantScope, { probes }] as const;
    const answer = (await compiler.compile(...query)) as SqlQuery;
    expect(answer).toEqual(await compileHere.compile(...query));
    expect(answer.kind).toBe('query');
  });

  it.each([
    ['print 1 | where x', 'kql.semantic'],
    ['print 1 |', 'kql.syntax'],
    ['print 1 | evaluate python(typeof(*), "x")', 'kql.unsupported'],
  ])('%s: refused with its place', async (text, code) => {
    const [there, here] = await Promise.all([
      refusal(asked(text)),
      refusal(compileHere.compile({ caller: nobody }, text, builtinCatalog, tenantScope)),
    ]);
    expect(there).toMatchObject({ code, message: here.message, parameters: here.parameters });
    expect(there.span).toEqual(here.span);
    expect(there.span).toBeDefined();
  });

  it('whether a function can be kept', async () => {
    const check = (body: string) => {
      const declared = { name: 'mine', summary: '', parameters: '', body };
      return compiler.checkFunction({ caller: nobody }, declared, builtinCatalog);
    };
    expect(await check('print 1')).toBe(undefined);
    expect(await refusal(check('print 1 | wher'))).toMatchObject({ code: 'catalog.invalid' });
  });
});

it('what comes while the language loads waits for it: another thread would load it, too', async () => {
  open();
  compiler.warmUp();
  const { kind } = await asked('print 1');
  expect([kind, threads.length]).toEqual(['query', 1]);
  await close();
});

describe('a text that takes for ever', () => {
  beforeEach(open);
  afterEach(close);

  it('is refused when its time is up, and the next has another thread', { timeout }, async () => {
    await asked('print 1');
    expect(await refusal(asked(endless))).toMatchObject({
      code: 'kql.unsupported',
      message:
        'A query that takes more than 5 s to analyse is not supported: its text has to be shorter or simpler.',
    });
    expect((await asked('print 2')).kind).toBe('query');
    expect(threads).toHaveLength(2);
  });

  it('holds up none of the others, and none of its caller', async () => {
    const leaving = new AbortController();
    let isAnswered = false;
    const hostile = refusal(asked(endless, { signal: leaving.signal })).finally(() => {
      isAnswered = true;
    });
    for (const caller of [theirs, ours]) await asked('DeviceInfo | count', { caller });
    expect(isAnswered).toBe(false);
    leaving.abort();
    await hostile;
  });

  it('also where more texts come all the time', async () => {
    const leaving = new AbortController();
    const hostile = refusal(asked(endless, { signal: leaving.signal }));
    const others: Promise<unknown>[] = [];
    const next = () => asked(`print ${others.length}`, { caller: theirs });
    const coming = setInterval(() => others.push(next()), 50);
    const first = await Promise.race([hostile, asked('print 1', { caller: theirs })]);
    clearInterval(coming);
    expect(first).toMatchObject({ kind: 'query' });
    leaving.abort();
    await Promise.all([hostile, ...others]);
  });

  it.each([
    ['a caller', () => ours, theirs],
    ['a tenant', (index: number) => ({ ...ours, id: `ours ${index}` }), { ...ours, tenant: 'two' }],
  ])('however many of them %s sends', async (_whose, hostileCaller, other) => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const hostile = Array.from({ length: 5 }, (_, index) => {
      return refusal(asked(`${endless}, ${index}`, { signal, caller: hostileCaller(index) }));
    });
    const first = await Promise.race([...hostile, asked('print 1', { caller: other })]);
    expect(first).toMatchObject({ kind: 'query' });
    leaving.abort();
    await Promise.all(hostile);
    expect(threads.length).toBeLessThanOrEqual(4);
  });

  it('ends when its caller leaves, and what waits behind it has its turn', async () => {
    const leaving = new AbortController();
    const hostile = refusal(asked(endless, { signal: leaving.signal }));
    const waiting = refusal(asked(endless, { signal: leaving.signal }));
    await asked('print 1', { caller: theirs });
    leaving.abort();
    expect((await hostile).code).toBe('hunt.cancelled');
    expect((await waiting).code).toBe('hunt.cancelled');
    expect((await asked('print 2')).kind).toBe('query');
    expect((await refusal(asked('print 1', { signal: leaving.signal }))).code).toBe(
      'hunt.cancelled',
    );
  });

  it('ends with the time of its hunt', async () => {
    await asked('print 1');
    const { code } = await refusal(asked(endless, { until: performance.now() + 500 }));
    expect(code).toBe('hunt.timeout');
  });

  it('does not keep the server from closing', async () => {
    await asked('print 1');
    const [running, waiting] = [refusal(asked(endless)), refusal(asked(endless))];
    await compiler.close();
    expect((await running).code).toBe('hunt.cancelled');
    expect((await waiting).code).toBe('hunt.cancelled');
    expect((await refusal(asked('print 1'))).code).toBe('hunt.cancelled');
  });

  it('or all memory is refused, and the next has another thread', { timeout }, async () => {
    const hostile = `union ${Array(400).fill('(search "a")').join(', ')}`;
    const { message } = await refusal(asked(hostile));
    expect(message).toMatch(/^A query that takes more than .+ to analyse is not supported/);
    expect((await asked('print 2')).kind).toBe('query');
  });

  it('has a thread that dies: it is the only one that fails', async () => {
    await asked('print 1');
    const hostile = asked(endless);
    hostile.catch(() => undefined);
    await threads[0]?.terminate();
    await expect(hostile).rejects.toThrow('ended');
    expect((await asked('print 2')).kind).toBe('query');
  });
});

describe('a thread without memory for what it keeps', () => {
  beforeEach(() => {
    open();
    compiler = new CompileThreads({ compileMemoryMegabytes: 256 });
  });
  afterEach(close);

  it('gives way to another one, and no text is refused for it', { timeout }, async () => {
    const { tables, legacyTables, functions } = builtinCatalog;
    for (let index = 0; threads.length < 2; index++) {
      const own = { name: `f${index}`, summary: '', parameters: '', body: 'DeviceInfo' };
      const catalog = catalogOf(tables, legacyTables, [...functions, own]);
      expect((await asked(`f${index} | count`, {}, catalog)).kind).toBe('query');
    }
    expect((await asked('print 1')).kind).toBe('query');
  });
});

describe('threads', () => {
  beforeAll(open);
  afterAll(close);

  it('knows more catalogs than a thread keeps, each by its version', async () => {
    const named = (index: number) =>
      catalogOf(
        builtinCatalog.tables.slice(0, 1),
        [],
        [{ name: `f${index}`, summary: '', parameters: '', body: 'print 1' }],
      );
    const catalogs = Array.from({ length: 120 }, (_, index) => named(index));
    for (const [index, catalog] of [...catalogs, ...catalogs].entries()) {
      const query = await asked(`f${index % 120}()`, {}, catalog);
      expect(query.kind).toBe('query');
    }
  });

  it('a list of 100,000 values is compiled', async () => {
    const hash = (index: number) => index.toString(16).padStart(8, '0');
    const list = Array.from({ length: 100_000 }, (_, index) => `"${hash(index)}"`).join();
    const text = `DeviceFileEvents | where SHA1 in (dynamic([${list}]))`;
    const query = (await asked(text)) as SqlQuery;
    expect(query.sql).toContain(hash(99_999));
  });
});
