import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSecret,
  findApp,
  registerApp,
  removeApp,
  secretStanding,
} from '../../src/identity/apps.js';
import { artifacts, sweepArtifacts } from '../../src/identity/issuer/artifacts.js';
import { isDuplicate, openStore, type Store } from '../../src/store/store.js';
import { changeTenant, findTenant, listTenants } from '../../src/store/tenants.js';
import { smallDisk } from '../engine/fixture.js';
import { openStorePlace, type StorePlace, storeKinds } from './stores.js';

describe.each(storeKinds)('on %s', (kind) => {
  let place: StorePlace;
  let store: Store;
  let opened = 0;

  beforeAll(async () => {
    place = await openStorePlace(kind);
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    opened += 1;
    store = await openStore(await place.location(`store ${opened}`));
  });
  afterEach(() => store.close());

  describe('tenants', () => {
    test('a new store has the one of an undivided installation, with 30 days', async () => {
      expect(await listTenants(store)).toEqual([
        { id: 'default', name: 'default', retentionDays: 30 },
      ]);
    });

    test('retention survives a second opening', async () => {
      const file = await place.location('again');
      const first = await openStore(file);
      await changeTenant(first, 'default', { retentionDays: null });
      await first.close();
      const second = await openStore(file);
      expect(await findTenant(second, 'DEFAULT')).toMatchObject({ retentionDays: null });
      await second.close();
    });

    test('processes may open a new store at once', async () => {
      const file = await place.location('shared');
      const program =
        `import { openStore } from ${JSON.stringify(new URL('../../src/store/store.ts', import.meta.url).href)};` +
        `import { listTenants } from ${JSON.stringify(new URL('../../src/store/tenants.ts', import.meta.url).href)};` +
        `const store = await openStore(${JSON.stringify(file)});` +
        'console.log((await listTenants(store)).length); await store.close();';
      const run = promisify(execFile);
      const outputs = await Promise.all(
        [1, 2, 3].map(() =>
          run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]),
        ),
      );
      expect(outputs.map(({ stdout }) => stdout.trim())).toEqual(['1', '1', '1']);
    });

    test.runIf(kind === 'sqlite')('the file is readable by its owner alone', async () => {
      const file = await place.location('mode');
      const opened = await openStore(file);
      await opened.close();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });
  });

  describe('applications', () => {
    const request = { tenant: 'default', name: 'collector', roles: ['Telemetry.Ingest'] };

    test('registering twice changes the roles and keeps the id', async () => {
      const first = await registerApp(store, request);
      const second = await registerApp(store, { ...request, roles: ['Quarry.Admin'] });
      expect(second).toEqual({ ...first, roles: ['Quarry.Admin'] });
    });

    test('registering at the same time makes one', async () => {
      const apps = await Promise.all(Array.from({ length: 20 }, () => registerApp(store, request)));
      expect(new Set(apps.map((app) => app.clientId)).size).toBe(1);
    });

    test('an application of a tenant that does not exist is refused', async () => {
      await expect(registerApp(store, { ...request, tenant: 'nobody' })).rejects.toThrow();
    });

    test('secrets are kept as hashes, expire, and go with their application', async () => {
      const { clientId } = await registerApp(store, request);
      const secret = await addSecret(store, clientId);
      const expired = await addSecret(store, clientId, { expiresAt: Date.now() - 1 });
      expect(await secretStanding(store, clientId, secret)).toBe('good');
      expect(await secretStanding(store, clientId, expired)).toBe('expired');
      expect(await secretStanding(store, clientId, `${secret}x`)).toBe('wrong');
      const rows = await store.db.selectFrom('app_credentials').selectAll().execute();
      expect(JSON.stringify(rows)).not.toContain(secret);
      await removeApp(store, clientId);
      expect(await findApp(store, clientId)).toBeUndefined();
      expect(await secretStanding(store, clientId, secret)).toBe('wrong');
    });

    test('a name cannot leave its SQL', async () => {
      const name = `x'); drop table apps; --"`;
      const app = await registerApp(store, { ...request, name });
      expect(await findApp(store, app.clientId)).toMatchObject({ name });
    });
  });

  describe('artifacts of the issuer', () => {
    test('are found by id, user code and uid, once consumed say so, and end', async () => {
      const sessions = artifacts(store, 'DeviceCode');
      await sessions.upsert('a', { jti: 'a', userCode: 'BCDF', uid: 'u', grantId: 'g' }, 60);
      expect(await sessions.findByUserCode('BCDF')).toMatchObject({ jti: 'a' });
      expect(await sessions.findByUid('u')).toMatchObject({ jti: 'a' });
      expect(await artifacts(store, 'Session').find('a')).toBeUndefined();
      await sessions.consume('a');
      expect(await sessions.find('a')).toMatchObject({ consumed: expect.any(Number) });
      await sessions.revokeByGrantId('g');
      expect(await sessions.find('a')).toBeUndefined();
      await sessions.upsert('b', { jti: 'b' }, -1);
      expect(await sessions.find('b')).toBeUndefined();
      await sweepArtifacts(store);
      expect(await store.db.selectFrom('issuer_artifacts').selectAll().execute()).toEqual([]);
    });
  });

  test('a failure that is a duplicate is known as one', async () => {
    const tenant = { id: 'default', name: 'x', retention_days: null, created_at: 0 };
    const failed = await store.db
      .insertInto('tenants')
      .values(tenant)
      .execute()
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(isDuplicate(failed)).toBe(true);
    expect(isDuplicate(new Error('x'))).toBe(false);
  });
});

const disk = smallDisk(2);

test.skipIf(disk === undefined)(
  'a full disk is told as such, and later changes are made',
  async () => {
    const store = await openStore(join(disk ?? '', 'quarry.db'));
    const count = (length: number) =>
      store.db.transaction().execute(async (db) => {
        for (let turn = 0; turn < 20; turn++) {
          await db
            .insertInto('ingest_counters')
            .values({ ...counter, counter: `${turn}`.padEnd(length, 'x') })
            .execute();
        }
      });
    await expect(count(1_000_000)).rejects.toThrow(/full/);
    await count(10);
    await store.close();
  },
);

const counter = { tenant_id: 'default', source: 's', connector: 'c', value: 1 };

describe('a store that cannot be used is told apart', () => {
  test('a database that does not answer, without its password', async () => {
    const opened = openStore('postgres://quarry:s3cret@127.0.0.1:1/quarry');
    await expect(opened).rejects.toMatchObject({
      code: 'configuration.invalid',
      message: expect.stringMatching(/postgres:\/\/127\.0\.0\.1:1\/quarry.*ECONNREFUSED/),
    });
    await expect(opened).rejects.not.toThrow(/s3cret/);
  });

  test.each<[string, (file: string) => Promise<void>, RegExp]>([
    ['a file that is none', (file) => writeFile(file, 'x'.repeat(10_000)), /not a database/],
    ['one of a later version', laterStore, /another version of Quarry/],
  ])('%s', async (_what, make, message) => {
    const directory = await mkdtemp(join(tmpdir(), 'quarry-store-'));
    const file = join(directory, 'quarry.db');
    await make(file);
    await expect(openStore(file)).rejects.toMatchObject({
      code: 'configuration.invalid',
      message: expect.stringMatching(message),
    });
    await rm(directory, { recursive: true });
  });
});

async function laterStore(file: string): Promise<void> {
  const { db, close } = await openStore(file);
  await sql`insert into kysely_migration values ('9999-later', '2099-01-01')`.execute(db);
  await close();
}
