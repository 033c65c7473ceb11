import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/store/store.js';
import { changeTenant, findTenant, listTenants } from '../../src/store/tenants.js';
import { openStorePlace, type StorePlace } from './stores.js';

/** What stands between a server and its database, and can be made to fail. */
interface Relay {
  readonly port: number;
  /** Connections are ended, and new ones refused. */
  cut(): Promise<void>;
  /** Nothing passes, and nobody is told. */
  hold(): void;
  mend(): Promise<void>;
}

let place: StorePlace;
let relay: Relay;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace('postgres');
  const address = new URL(await place.location('relayed'));
  relay = await openRelay(Number(address.port));
  address.port = String(relay.port);
  address.searchParams.set('query_timeout', '1000');
  store = await openStore(address.href);
});
afterAll(async () => {
  await store.close();
  await relay.cut();
  await place.close();
});

const unavailable = { code: 'store.unavailable', status: 503 };

test('a database that is gone for a while is worth another try', async () => {
  await relay.cut();
  await expect(listTenants(store)).rejects.toMatchObject(unavailable);
  const changed = store.db.transaction().execute((db) => db.selectFrom('tenants').execute());
  await expect(changed).rejects.toMatchObject(unavailable);
  await relay.mend();
  expect(await listTenants(store)).toHaveLength(1);
});

test('a database that goes in the middle of a transaction has taken nothing of it', async () => {
  const changed = store.db.transaction().execute(async (db) => {
    await db.updateTable('tenants').set({ retention_days: 7 }).execute();
    await relay.cut();
    await db.selectFrom('tenants').selectAll().execute();
  });
  await expect(changed).rejects.toMatchObject(unavailable);
  await relay.mend();
  expect(await findTenant(store, 'default')).toMatchObject({ retentionDays: 30 });
});

test('a database that says nothing more is not waited for, and its connections are not used again', async () => {
  await Promise.all(Array.from({ length: 10 }, () => listTenants(store)));
  relay.hold();
  const asked = Array.from({ length: 12 }, () => listTenants(store));
  const inTransaction = store.db
    .transaction()
    .execute((db) => db.selectFrom('tenants').selectAll().execute());
  for (const each of [...asked, inTransaction]) {
    await expect(each).rejects.toMatchObject(unavailable);
  }
  await relay.mend();
  await changeTenant(store, 'default', { retentionDays: 8 });
  expect(await findTenant(store, 'default')).toMatchObject({ retentionDays: 8 });
});

test('a statement that is refused is no lost connection', async () => {
  const again = store.db
    .insertInto('tenants')
    .values({ id: 'default', name: 'x', retention_days: 1, created_at: 1 })
    .execute();
  await expect(again).rejects.toMatchObject({ code: '23505' });
});

test('a database that has no room for more is known by what failed, and asked again until it has', async () => {
  const write = () => changeSetting(store);
  const settings = () => store.db.selectFrom('settings').select('key').execute();
  await store.assertWritable();
  await write();
  const before = await settings();
  const full = { code: '53100' };
  await sql`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`.execute(
    store.db,
  );
  await sql`create trigger no_room before insert on settings execute function refuse()`.execute(
    store.db,
  );
  // Nothing has failed yet.
  await store.assertWritable();
  await expect(write()).rejects.toMatchObject(full);
  await expect(store.assertWritable()).rejects.toMatchObject(full);
  await expect(store.assertWritable()).rejects.toMatchObject(full);
  await sql`drop trigger no_room on settings`.execute(store.db);
  await store.assertWritable();
  expect(await settings()).toEqual(before);
});

/** Writes a setting that is there then. */
async function changeSetting({ db }: Store): Promise<void> {
  await db
    .insertInto('settings')
    .values({ key: 'test', value: '1' })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: '2' }))
    .execute();
}

async function openRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isHolding = false;
  let server = createServer();
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server = createServer((inner) => {
        const outer = connect(target, '127.0.0.1');
        for (const [from, to] of [
          [inner, outer],
          [outer, inner],
        ] as const) {
          sockets.add(from);
          from.on('data', (bytes) => isHolding || to.write(bytes));
          from.on('error', () => undefined);
          from.on('close', () => to.destroy());
        }
      }).listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
    hold() {
      isHolding = true;
    },
    async mend() {
      isHolding = false;
      if (!server.listening) await listen(port);
    },
  };
}
