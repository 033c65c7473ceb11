import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { HuntError } from '../../src/errors.js';
import { addSecret, registerApp } from '../../src/identity/apps.js';
import { ClientSecrets } from '../../src/identity/client-secrets.js';
import { matchesHash } from '../../src/identity/secrets.js';
import { openStore, type Store } from '../../src/store/store.js';
import { openStorePlace, type StorePlace } from '../store/stores.js';

vi.mock('../../src/identity/secrets.js', async (original) => {
  const real = await original<typeof import('../../src/identity/secrets.js')>();
  return { ...real, matchesHash: vi.fn(real.matchesHash) };
});

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace('sqlite');
  store = await openStore(await place.location('secrets'));
});
afterAll(async () => {
  await store.close();
  await place.close();
});

test('a secret that many requests give at once is compared once', async () => {
  const { clientId } = await registerApp(store, { tenant: 'default', name: 'shipper', roles: [] });
  const secret = await addSecret(store, clientId);
  const secrets = new ClientSecrets(store);
  const verify = (given: string) => secrets.verify(clientId, given, '192.0.2.1');
  const all = await Promise.allSettled([
    ...Array.from({ length: 50 }, () => verify(secret)),
    verify('wrong'),
  ]);
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
  expect(matchesHash).toHaveBeenCalledTimes(2);
  await verify(secret);
  expect(matchesHash).toHaveBeenCalledTimes(2);
});

test('however many are guessed at once, few are compared, and a secret that is known goes on', async () => {
  const { clientId } = await registerApp(store, { tenant: 'default', name: 'sender', roles: [] });
  const secret = await addSecret(store, clientId);
  const secrets = new ClientSecrets(store);
  await secrets.verify(clientId, secret, '192.0.2.1');
  vi.mocked(matchesHash).mockClear();
  const guesses = Array.from({ length: 200 }, (_, n) =>
    secrets.verify(`app-${n}`, 'guess', '192.0.2.2').catch((error: HuntError) => error.code),
  );
  await expect(secrets.verify(clientId, secret, '192.0.2.1')).resolves.toMatchObject({
    id: clientId,
  });
  const codes = await Promise.all(guesses);
  expect(codes.filter((code) => code === 'request.guessing')).toHaveLength(136);
  expect(matchesHash).toHaveBeenCalledTimes(64);
});

test('a secret that has expired is told apart from a wrong one, for a few of the latest', async () => {
  const { clientId } = await registerApp(store, { tenant: 'default', name: 'old', roles: [] });
  const secrets = new ClientSecrets(store);
  const olds: string[] = [];
  for (let hours = 9; hours > 0; hours -= 1) {
    olds.push(await addSecret(store, clientId, { expiresAt: Date.now() - hours * 3_600_000 }));
  }
  const refusal = (secret: string, address: string) =>
    secrets.verify(clientId, secret, address).catch((error: HuntError) => error.message);
  expect(await refusal(olds.at(-1) ?? '', '192.0.2.3')).toContain('The secret has expired.');
  vi.mocked(matchesHash).mockClear();
  expect(await refusal('guess', '192.0.2.4')).toContain('The id or the secret is wrong.');
  expect(vi.mocked(matchesHash).mock.calls.length).toBeLessThanOrEqual(5);
});
