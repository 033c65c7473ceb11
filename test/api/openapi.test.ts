import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Metrics } from '../../src/api/metrics.js';
import { operations } from '../../src/api/openapi/operations.js';
import { answer, type Fixture, openFixture, read } from './fixture.js';

let fixture: Fixture;
let document: {
  openapi: string;
  paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; security: unknown[] }>
  >;
  components: { schemas: Record<string, unknown> };
};

beforeAll(async () => {
  fixture = await openFixture({
    hunt: async () => answer(['{"FileName":"a"}']),
    metrics: new Metrics(),
    ingest: {} as never,
    admin: {} as never,
    workbench: {} as never,
    portal: {} as never,
  });
  document = (await read(await fetch(`${fixture.url}/openapi.json`))).json as never;
});
afterAll(() => fixture.close());

test('every route is in the reference, and nothing else', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = Object.keys(operations).map((key) =>
    key.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '({parameters})'),
  );
  expect(described.sort()).toEqual(expected.sort());
  // Fastify's own list of what it serves.
  const served = fixture.app.printRoutes({ commonPrefix: false, includeHooks: false });
  expect(served.length).toBeGreaterThan(1000);
});

test('what needs no token says so, and what needs one says which roles', () => {
  expect(document.paths['/health']?.['get']?.security).toEqual([]);
  const run = document.paths['/api/advancedhunting/run']?.['post'] as
    | { description: string }
    | undefined;
  expect(run).toMatchObject({ security: [{ bearer: [] }] });
  expect(run?.description).toContain('AdvancedHunting.Read.All');
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(document.components.schemas).toHaveProperty(String(name));
});

describe('answers are what the reference says', () => {
  test('a hunt, an error, a token', async () => {
    const authorization = `Bearer ${await fixture.token()}`;
    const hunt = await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', { authorization });
    expectShape(hunt.json, document.components.schemas['Answer']);
    const error = await fixture.post('/api/advancedhunting/run', '{}', { authorization });
    expectShape(error.json, document.components.schemas['Error']);
    const refused = await fixture.post('/default/oauth2/token', 'grant_type=x', {});
    expectShape(refused.json, document.components.schemas['TokenError']);
    const graph = await fixture.post('/v1.0/security/runHuntingQuery', '{}', {});
    expectShape(graph.json, document.components.schemas['GraphError']);
  });
});

test('the page to read has every operation and runs no script', async () => {
  const response = await fetch(`${fixture.url}/reference`);
  const page = await response.text();
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script| on\w+="/i);
  for (const { summary } of Object.values(operations)) {
    expect(page).toContain(summary.replaceAll("'", '&#39;'));
  }
});

interface Shape {
  readonly type?: string;
  readonly properties?: Record<string, Shape>;
  readonly required?: string[];
  readonly items?: Shape;
}

/** As much of JSON Schema as the reference uses. */
function expectShape(value: unknown, schema: unknown): void {
  const { type, properties = {}, required = [], items } = schema as Shape;
  if (type === 'object') {
    expect(value).toBeTypeOf('object');
    for (const name of required) expect(value).toHaveProperty([name]);
    for (const [name, member] of Object.entries(value as object)) {
      if (properties[name]) expectShape(member, properties[name]);
    }
  } else if (type === 'array') {
    expect(value).toBeInstanceOf(Array);
    for (const item of value as unknown[]) expectShape(item, items);
  } else if (type === 'integer') expect(Number.isInteger(value)).toBe(true);
  else if (type === 'number' || type === 'string') expect(value).toBeTypeOf(type);
}
