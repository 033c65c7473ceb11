import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer, type Server } from '../api/quarry-fixture.js';

let server: Server;
let token: string;
let other: string;

beforeAll(async () => {
  server = await openServer({ compileSeconds: 5 });
  const roles = ['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
  token = await server.mint({ app: 'ours', roles: [...roles, 'Quarry.Admin'] });
  other = await server.mint({ app: 'theirs', roles });
});
afterAll(() => server.close());

const post = (path: string, body: object, bearer = token, signal?: AbortSignal) =>
  server.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

const lets = (count: number) =>
  Array.from({ length: count }, (_, index) => `let a${index} = 1;`).join(' ');
/** Takes the binder minutes. */
const endless = `${lets(40_000)} print 1`;

describe('while a text is looked at that takes for ever, others are answered', () => {
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['Defender', (signal) => post('/api/advancedqueries/run', { Query: endless }, token, signal)],
    ['M365', (signal) => post('/api/advancedhunting/run', { Query: endless }, token, signal)],
    [
      'Graph',
      (signal) => post('/v1.0/security/runHuntingQuery', { Query: endless }, token, signal),
    ],
    ['Kusto', (signal) => post('/v2/rest/query', { db: '', csl: endless }, token, signal)],
    ['the portal', (signal) => post('/api/quarry/hunt', { query: endless }, token, signal)],
    ['an explanation', (signal) => post('/api/quarry/explain', { query: endless }, token, signal)],
  ])('%s', async (_name, ask) => {
    const leaving = new AbortController();
    const hostile = ask(leaving.signal).then(
      (answer) => answer,
      (reason: unknown) => reason,
    );
    const small = async () => {
      const [health, hunt] = await Promise.all([
        server.fetch('/health'),
        post('/api/advancedhunting/run', { Query: 'DeviceInfo | count' }, other),
      ]);
      return [health.status, hunt.status, hunt.json['Results']];
    };
    const answered = [200, 200, [{ Count: 0 }]];
    expect(await Promise.race([hostile, small()])).toEqual(answered);
    expect(await Promise.race([hostile, small()])).toEqual(answered);
    leaving.abort();
    expect(await hostile).toMatchObject({ name: 'AbortError' });
  });
});

it('explanations that nobody waits for any more hold up none of their caller', async () => {
  const leaving = new AbortController();
  const hostile = Array.from({ length: 20 }, (_, index) => {
    const query = { query: `${endless}, ${index}` };
    return post('/api/quarry/explain', query, token, leaving.signal).catch((reason) => reason);
  });
  await post('/api/advancedhunting/run', { Query: 'print a = 1' }, other);
  leaving.abort();
  await Promise.all(hostile);
  const { json } = await post('/api/advancedhunting/run', { Query: 'print a = 1' });
  expect(json['Results']).toEqual([{ a: 1 }]);
});

it('a text that takes too long is refused in the words of its API, and the next is answered', {
  // Its time is that of a processor, of which a busy machine gives little.
  timeout: 600_000,
}, async () => {
  const { status, json } = await post('/api/advancedhunting/run', { Query: endless });
  expect(status).toBe(400);
  expect(json.error.message).toMatch(/^A query that takes more than 5 s to analyse is not supp/);
  const { json: next } = await post('/api/advancedhunting/run', { Query: 'print a = 1' });
  expect(next['Results']).toEqual([{ a: 1 }]);
});

it('a list of 40,000 values is looked for', async () => {
  const values = Array.from({ length: 40_000 }, (_, index) => `"${index}"`).join();
  const Query = `range i from 39990 to 40010 step 1 | where tostring(i) in (${values}) | count`;
  const { json } = await post('/api/advancedhunting/run', { Query });
  expect(json['Results']).toEqual([{ Count: 10 }]);
});

it('a text that takes for ever does not keep the server from closing', async () => {
  const closing = await openServer({ compileSeconds: 5 });
  const roles = ['AdvancedHunting.Read.All'];
  const bearer = await closing.mint({ roles });
  const path = '/api/advancedhunting/run';
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const ask = (Query: string) =>
    closing.fetch(path, { method: 'POST', headers, body: JSON.stringify({ Query }) });
  await ask('print 1');
  const hostile = ask(endless);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await closing.close();
  expect((await hostile).status).toBe(400);
});
