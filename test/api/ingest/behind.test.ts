import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Admission, behind } from '../../../src/ingest/admission.js';
import { cutBody } from '../../../src/ingest/cutting/cut.js';
import { withoutPause } from '../../../src/ingest/cutting/without-pause.js';
import type { ItemOptions } from '../../../src/ingest/items.js';
import { emptySummary } from '../../../src/ingest/summary.js';
import { type Answer, type Fixture, openFixture } from '../fixture.js';

let fixture: Fixture;
let authorization: string;
let isFull: boolean;
/** Indexes whose events there is no room for. */
let crowded: string[];

beforeAll(async () => {
  const refuse = async () => {
    throw behind();
  };
  fixture = await openFixture({
    ingest: {
      admit: () => new Admission(1_000_000, () => isFull).enter(),
      naming: async () => () => '',
      push: refuse,
      cut: async (_tenant, form, body, options) =>
        withoutPause(cutBody(form, Buffer.from(body), options, () => '')),
      items: async (_portions, { named = '' }: ItemOptions) => {
        if (crowded.includes(named)) throw behind();
        return { summary: emptySummary(), refusals: [] };
      },
    },
  });
  authorization = `Bearer ${await fixture.token({ roles: ['Telemetry.Ingest'] })}`;
});
afterAll(() => fixture.close());
beforeEach(() => {
  isFull = true;
  crowded = [];
});

const send = (path: string, body: string): Promise<Answer> =>
  fixture.post(path, body, { authorization });
const bulk = (indexes: readonly string[]) =>
  send(
    '/elasticsearch/_bulk',
    indexes.map((index) => `{"create":{"_index":"${index}"}}\n{}\n`).join(''),
  );

describe('where the engine is behind', () => {
  test.each([
    ['/api/ingest/auto', '{}', 429],
    ['/elasticsearch/_bulk', '{"create":{"_index":"a"}}\n{}\n', 429],
    ['/elasticsearch/a/_doc', '{}', 429],
    ['/v1/logs', '{}', 429],
    ['/services/collector', '{"event":1}', 503],
    ['/services/collector/raw', 'line', 503],
  ])('%s tells senders to come again', async (path, body, status) => {
    const answer = await send(path, body);
    expect(answer.status).toBe(status);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('each protocol says so in its own words', async () => {
    expect((await bulk(['a'])).json).toMatchObject({
      error: { type: 'es_rejected_execution_exception' },
      status: 429,
    });
    expect((await send('/services/collector', '{"event":1}')).json).toEqual({
      text: 'Server is busy',
      code: 9,
    });
    expect((await send('/v1/logs', '{}')).json).toMatchObject({ code: 8 });
    const health = await fetch(`${fixture.url}/services/collector/health`);
    expect(await health.json()).toMatchObject({ code: 18 });
  });

  test('after a part of a bulk request: the whole is to come again', async () => {
    isFull = false;
    crowded = ['b'];
    expect((await bulk(['a', 'b', 'a', 'b'])).status).toBe(429);
    crowded = [];
    expect((await bulk(['a', 'b', 'a', 'b'])).json).toMatchObject({ errors: false });
  });
});

describe('requests in memory', () => {
  test('are bounded together; the oldest goes on', () => {
    const admission = new Admission(100, () => false);
    const [first, second] = [admission.enter(), admission.enter()];
    first.grow(60);
    second.grow(40);
    expect(() => second.grow(1)).toThrow('behind');
    first.grow(50);
    expect(() => admission.enter()).toThrow('behind');
    first.end();
    second.grow(60);
    second.end();
    admission.enter().end();
  });
});
