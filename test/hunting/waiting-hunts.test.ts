// Hunts that wait for their turn: how many, for how long, and who is next.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HuntsUnderWay } from '../../src/hunting/hunts-under-way.js';
import type { Answer } from '../api/fixture.js';
import { openServer, type Server } from '../api/quarry-fixture.js';

const roles = [
  'AdvancedQuery.Read.All',
  'AdvancedHunting.Read.All',
  'ThreatHunting.Read.All',
] as const;
/** The engine is at it until it is cut off. */
const long = 'range x from 1 to 1000000000000 step 1 | summarize sum(x % 7)';

let server: Server;
const tokens = new Map<string, string>();
beforeAll(async () => {
  server = await openServer({
    concurrentHunts: 1,
    waitingHunts: 4,
    profiles: {
      generations: { advancedqueries: 'brief' },
      define: { brief: { wallSeconds: 3 } },
    },
  });
  const operator = await server.mint({ roles: ['Quarry.Operator'] });
  for (const id of ['one', 'two', 'three']) {
    if (id !== 'one') await server.call('POST', '/api/quarry/tenants', operator, { id });
    for (const app of ['a', 'b', 'c']) {
      const tenant = id === 'one' ? 'default' : id;
      tokens.set(`${id}/${app}`, await server.mint({ tenant, app, roles: [...roles] }));
    }
  }
});
afterEach(async () => {
  while ((await ask('three/c', 'print 1')).status !== 200);
});
afterAll(() => server.close());

const apis = {
  legacy: ['/api/advancedhunting/run', 'Query'],
  brief: ['/api/advancedqueries/run', 'Query'],
  schema: ['/api/advancedqueries/schema', 'Query'],
  graph: ['/v1.0/security/runHuntingQuery', 'Query'],
  kusto: ['/v2/rest/query', 'csl'],
  portal: ['/api/quarry/hunt', 'query'],
  explanation: ['/api/quarry/explain', 'query'],
} as const;

function ask(
  who: string,
  text: string,
  { api = 'legacy' as keyof typeof apis, signal = null as AbortSignal | null } = {},
): Promise<Answer> {
  const [path, member] = apis[api];
  const headers = {
    authorization: `Bearer ${tokens.get(who)}`,
    'content-type': 'application/json',
  };
  return server.fetch(path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ [member]: text, ...(member === 'csl' && { db: '' }) }),
    signal,
  });
}

/** Hunts that are under way until they are left. */
class Crowd {
  readonly #leaving = new AbortController();
  #size = 0;

  /** Resolves when all of them run or wait for the engine. */
  async add(...names: string[]): Promise<void> {
    for (const who of names) {
      this.#size += 1;
      // What was left before may still have a place.
      while ((await begin(who, `${long} // ${this.#size}`, this.#leaving.signal)).status === 429);
    }
  }

  leave(): void {
    this.#leaving.abort();
  }
}

/** An answer of the portal's begins when its hunt has come to the engine. */
function begin(who: string, query: string, signal: AbortSignal | null = null): Promise<Response> {
  return fetch(`${server.url}/api/quarry/hunt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.get(who)}` },
    body: JSON.stringify({ query }),
    signal,
  });
}

async function inCrowd<T>(names: string, work: () => Promise<T>): Promise<T> {
  const crowd = new Crowd();
  await crowd.add(...names.split(' '));
  try {
    return await work();
  } finally {
    crowd.leave();
  }
}

const full = 'one/a one/a one/b two/a two/b';

describe('where as many wait as may, the next is told to come again', () => {
  const message =
    'Too many queries wait for their turn. You can send requests again in 10 seconds.';
  it.each<[keyof typeof apis, object]>([
    ['legacy', { code: 'TooManyRequests', message, target: expect.any(String) }],
    ['brief', { code: 'TooManyRequests', message, target: expect.any(String) }],
    ['schema', { code: 'TooManyRequests', message, target: expect.any(String) }],
    [
      'graph',
      {
        code: 'TooManyRequests',
        message: 'Please retry again later.',
        innerError: expect.objectContaining({
          code: '429',
          status: '429',
          message: `Please retry after 10 seconds. ${message}`,
        }),
      },
    ],
    [
      'kusto',
      expect.objectContaining({
        code: 'TooManyRequests',
        '@type': 'Kusto.Data.Exceptions.KustoRequestThrottledException',
        '@message': message,
        '@permanent': false,
      }),
    ],
    ['portal', expect.objectContaining({ code: 'quota.waiting', message, retryAfterSeconds: 10 })],
    ['explanation', expect.objectContaining({ code: 'quota.waiting', retryAfterSeconds: 10 })],
  ])('%s', async (api, error) => {
    const { status, headers, json } = await inCrowd(full, () => ask('three/a', 'print 1', { api }));
    expect([status, headers.get('retry-after')]).toEqual([429, '10']);
    expect(json.error).toEqual(error);
  });
});

it('how many there are is told to Prometheus', async () => {
  const authorization = `Bearer ${await server.mint({ roles: ['Metrics.Read'] })}`;
  const { text } = await inCrowd('one/a two/a two/b', () =>
    server.fetch('/metrics', { headers: { authorization } }),
  );
  expect(text).toContain('\nquarry_hunts_in_progress 3\n');
  expect(text).toContain('\nquarry_hunts_waiting 2\n');
});

it.each([
  ['a caller that has its share', 'one/a one/a', 'one/a', 429],
  ['another of its tenant', 'one/a one/a', 'one/b', 200],
  ['a tenant that has its share', 'one/a one/a one/b', 'one/c', 429],
  ['another tenant', 'one/a one/a one/b', 'two/a', 200],
  ['anyone where the places are taken', full, 'two/c', 429],
])('%s: %s are under way, %s comes: %s', async (_what, underWay, who, expected) => {
  const leaving = new AbortController();
  const { status } = await inCrowd(underWay, () => begin(who, 'print 1', leaving.signal));
  leaving.abort();
  expect(status).toBe(expected);
});

describe.each([0, 1, 4])('where %i may wait and three run', (waiting) => {
  const caller = (tenant: string) => ({ tenant, id: 'app' });
  const crowd = () => {
    let now = 0;
    const underWay = new HuntsUnderWay({ running: 3, waiting, now: () => now });
    const leaving: (() => void)[] = [];
    const enter = (tenant: string): boolean => {
      try {
        leaving.push(underWay.enter(caller(tenant)));
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'quota.waiting' });
        return false;
      }
    };
    while (enter('one'));
    while (waiting > 1 && enter('two'));
    return {
      enter,
      leave: () => leaving.shift()?.(),
      wait: (seconds: number) => (now += seconds * 1000),
    };
  };

  it('the next place is for a tenant that has been refused and has none', () => {
    const { enter, leave, wait } = crowd();
    expect([enter('late'), enter('later')]).toEqual([false, false]);
    leave();
    expect([enter('one'), enter('later'), enter('late')]).toEqual([false, false, true]);
    wait(10);
    leave();
    expect([enter('one'), enter('later'), enter('one')]).toEqual([false, true, false]);
    leave();
    expect(enter('one')).toBe(true);
  });

  it('it is kept a little longer than the tenant was told to wait', () => {
    const { enter, leave, wait } = crowd();
    expect(enter('late')).toBe(false);
    leave();
    wait(14);
    expect(enter('one')).toBe(false);
    wait(2);
    expect(enter('one')).toBe(true);
  });

  it('not all places are kept, however many have been refused', () => {
    const { enter, leave } = crowd();
    for (let late = 1; late <= 20; late++) expect(enter(`late ${late}`)).toBe(false);
    for (let left = 0; left < 20; left++) leave();
    expect([enter('one'), enter('late 20')]).toEqual([true, waiting > 0]);
    expect(enter('late 1')).toBe(true);
  });
});

it('what waits ends with the time of its hunt, in the words of one that runs', async () => {
  const waits = await inCrowd('one/a', () => ask('two/a', 'print 1', { api: 'brief' }));
  const runs = await ask('two/a', long, { api: 'brief' });
  for (const { status, json } of [waits, runs]) {
    expect(status).toBe(400);
    expect(json.error).toMatchObject({
      code: 'BadRequest',
      message: 'Query exceeded the timeout period.',
    });
  }
});

it('the places of those who have left are free at once', async () => {
  const running = new Crowd();
  await running.add('one/a');
  const crowd = new Crowd();
  await crowd.add('one/a', 'one/b', 'two/a', 'two/b');
  expect((await begin('three/a', 'print 1')).status).toBe(429);
  crowd.leave();
  const next = new Crowd();
  await next.add('one/a', 'one/b', 'two/a', 'two/b');
  next.leave();
  running.leave();
});

it('a tenant that sends one hunt does not wait for all of another', async () => {
  const running = new Crowd();
  await running.add('one/a');
  const crowd = new Crowd();
  await crowd.add('one/a', 'one/b');
  const later = await begin('two/a', 'print a = 2');
  running.leave();
  expect(await later.text()).toContain('{"kind":"rows","rows":[[2]]}');
  crowd.leave();
});
