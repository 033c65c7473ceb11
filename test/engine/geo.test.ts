import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { GeoDatabase } from '../../src/engine/geo-database.js';
import { hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';
import { type Harness, startHarness } from '../kql/harness.js';

let kql: Harness;
let geo: GeoDatabase;
beforeAll(async () => {
  kql = await startHarness();
  geo = new GeoDatabase(kql.engine, undefined);
});
afterAll(() => kql.close());

const principal = {
  tenant: 'default',
  id: 't',
  name: 't',
  kind: 'application' as const,
  roles: [],
  scopes: [],
  deviceGroups: null,
};
const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 1000, resultBytes: 1e7 };

async function countries(isThere: boolean): Promise<unknown[]> {
  const services = {
    engine: kql.engine,
    compiler: compileHere,
    tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
    geo: isThere ? () => geo.dictionary() : undefined,
  };
  const query = `datatable(ip: string)["8.8.8.8", "2001:4860:4860::8888", "193.0.6.139", "10.0.0.1", "no address", ""]
    | extend place = geo_info_from_ip_address(ip) | project tostring(place.country)`;
  const { rows } = await hunt({ principal, text: query, limits }, services);
  return (JSON.parse(`[${await text(rows)}]`) as Record<string, unknown>[]).flatMap(Object.values);
}

describe('places of IP addresses', () => {
  test('countries, from the database that comes with Quarry', async () => {
    expect(await countries(true)).toEqual([
      'United States',
      'United States',
      'Netherlands',
      '',
      '',
      '',
    ]);
  }, 180_000);

  test('without a database: nothing, and no error', async () => {
    expect(await countries(false)).toEqual(['', '', '', '', '', '']);
  });

  test('the same file is not loaded again', async () => {
    expect(await new GeoDatabase(kql.engine, undefined).dictionary()).toBe('quarry_geo.places');
  });
});
