import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { removeApp } from '../../src/identity/apps.js';
import {
  assignRole,
  dataAccess,
  listAssignments,
  removeAssignment,
} from '../../src/identity/assignments.js';
import { authorizeData } from '../../src/identity/authorize.js';
import {
  listDeviceGroups,
  removeDeviceGroup,
  saveDeviceGroup,
} from '../../src/identity/device-groups.js';
import { IssuerKeys, trustEmbeddedIssuer } from '../../src/identity/embedded.js';
import { mintToken } from '../../src/identity/mint.js';
import type { DeviceCondition } from '../../src/identity/principal.js';
import {
  changeUser,
  createUser,
  findUser,
  listUsers,
  removeUser,
  signIn,
} from '../../src/identity/users.js';
import { createVerifier } from '../../src/identity/verify.js';
import { openStore, type Store } from '../../src/store/store.js';
import { openStorePlace, type StorePlace, storeKinds } from '../store/stores.js';

describe.each(storeKinds)('on %s', (kind) => {
  let place: StorePlace;
  let store: Store;
  const tenant = 'default';

  beforeAll(async () => {
    place = await openStorePlace(kind);
    store = await openStore(await place.location('users'));
    await store.db
      .insertInto('tenants')
      .values({ id: 'other', name: 'other', retention_days: 30, created_at: 0 })
      .execute();
  });
  afterAll(async () => {
    await store.close();
    await place.close();
  });
  beforeEach(async () => {
    for (const table of ['users', 'device_groups', 'role_assignments'] as const) {
      await store.db.deleteFrom(table).execute();
    }
  });

  describe('users of the embedded issuer', () => {
    const asha = { tenant, name: 'Asha@Contoso.example', password: 'correct horse battery' };

    test('sign in with their password, whatever the case of their name', async () => {
      const user = await createUser(store, asha);
      expect(await signIn(store, tenant, 'asha@contoso.EXAMPLE', asha.password)).toEqual(user);
      expect(await findUser(store, tenant, user.id)).toEqual(user);
      expect(await listUsers(store, tenant)).toEqual([user]);
    });

    test.each<[string, string, string, string]>([
      ['a wrong password', tenant, asha.name, 'correct horse'],
      ['no password', tenant, asha.name, ''],
      ['another tenant', 'other', asha.name, asha.password],
      ['a name that does not exist', tenant, 'nobody', asha.password],
    ])('not with %s', async (_what, where, name, password) => {
      await createUser(store, asha);
      expect(await signIn(store, where, name, password)).toBeUndefined();
    });

    test('not once they are disabled, and with the new password alone after a change', async () => {
      await createUser(store, asha);
      await changeUser(store, tenant, asha.name, { password: 'another long password' });
      expect(await signIn(store, tenant, asha.name, asha.password)).toBeUndefined();
      expect(await signIn(store, tenant, asha.name, 'another long password')).toBeDefined();
      await changeUser(store, tenant, asha.name, { disabled: true });
      expect(await signIn(store, tenant, asha.name, 'another long password')).toBeUndefined();
      expect(await removeUser(store, tenant, asha.name)).toBe(true);
      expect(await removeUser(store, tenant, asha.name)).toBe(false);
    });

    test('and what they were allowed is nothing from then on, until they may again', async () => {
      const { id } = await createUser(store, asha);
      await assignRole(store, tenant, {
        subjectKind: 'user',
        subject: asha.name,
        viewsData: true,
        deviceGroups: null,
        allows: ['Quarry.Admin'],
      });
      const access = (oid: string) =>
        dataAccess(store, tenant, { names: [oid, asha.name], groups: [] });
      const everything = { viewsData: true, deviceGroups: null, allowed: ['Quarry.Admin'] };
      expect(await access(id)).toMatchObject(everything);
      await changeUser(store, tenant, asha.name, { disabled: true });
      expect(await access(id)).toMatchObject({ viewsData: false, deviceGroups: [], allowed: [] });
      // One of another issuer, by the same name.
      expect(await access('their-own-id')).toMatchObject(everything);
      await changeUser(store, tenant, id, { disabled: false });
      expect(await access(id)).toMatchObject(everything);
      expect(await removeUser(store, tenant, id)).toBe(true);
    });

    test.each([
      ['a short password', { ...asha, password: 'short' }],
      ['an endless password', { ...asha, password: 'x'.repeat(2000) }],
      ['a name with spaces', { ...asha, name: 'asha example' }],
      ['a name of an address above', { ...asha, name: '..' }],
      ['no name', { ...asha, name: '' }],
      ['a name with a line break', { ...asha, name: 'a\nb' }],
    ])('%s is refused', async (_what, request) => {
      await expect(createUser(store, request)).rejects.toMatchObject({ code: 'request.parameter' });
    });

    test('a name is given once', async () => {
      await createUser(store, asha);
      await expect(createUser(store, asha)).rejects.toThrow(/already/);
      await createUser(store, { ...asha, tenant: 'other' });
    });
  });

  describe('device groups', () => {
    const condition: DeviceCondition = { property: 'name', operator: 'startsWith', value: 'ws-' };

    test('are saved, changed and removed', async () => {
      await saveDeviceGroup(store, tenant, { name: 'Workstations', conditions: [] });
      await saveDeviceGroup(store, tenant, { name: 'Workstations', conditions: [condition] });
      expect(await listDeviceGroups(store, tenant)).toEqual([
        { name: 'Workstations', conditions: [condition] },
      ]);
      expect(await listDeviceGroups(store, 'other')).toEqual([]);
      expect(await removeDeviceGroup(store, 'other', 'Workstations')).toBe(false);
      expect(await removeDeviceGroup(store, tenant, 'Workstations')).toBe(true);
    });

    test.each([
      ['no name', { name: ' ', conditions: [] }],
      ['an unknown property', { name: 'x', conditions: [{ ...condition, property: 'color' }] }],
      ['an empty value', { name: 'x', conditions: [{ ...condition, value: '' }] }],
      ['too many conditions', { name: 'x', conditions: Array(21).fill(condition) }],
    ])('%s is refused', async (_what, group) => {
      await expect(saveDeviceGroup(store, tenant, group as never)).rejects.toMatchObject({
        code: 'request.parameter',
      });
    });
  });

  describe('what a user may see', () => {
    const servers: DeviceCondition[] = [{ property: 'os', operator: 'contains', value: 'server' }];
    const access = (names: string[], groups: string[] = [], where = tenant) =>
      dataAccess(store, where, { names, groups });

    beforeEach(async () => {
      await saveDeviceGroup(store, tenant, { name: 'Sales', conditions: [] });
      await saveDeviceGroup(store, tenant, { name: 'Servers', conditions: servers });
      const user = {
        subjectKind: 'user',
        subject: 'asha@contoso.example',
        viewsData: true,
      } as const;
      await assignRole(store, tenant, { ...user, deviceGroups: ['Sales'] });
      const group = { subjectKind: 'group', subject: 'G-1', viewsData: true } as const;
      await assignRole(store, tenant, { ...group, deviceGroups: ['Servers', 'Gone'] });
      await assignRole(store, tenant, { ...group, subject: 'g-all', deviceGroups: null });
      await assignRole(store, tenant, {
        ...group,
        subject: 'g-blind',
        viewsData: false,
        deviceGroups: null,
      });
    });

    test('is nothing without a role', async () => {
      const nothing = {
        viewsData: false,
        deviceGroups: [],
        deviceRules: [],
        deviceGroupNames: [],
        allowed: [],
      };
      expect(await access(['nobody'])).toEqual(nothing);
      expect(await access([], ['g-blind'])).toEqual(nothing);
      expect(await access(['g-all'])).toEqual(nothing);
      expect(await access([], ['asha@contoso.example'])).toEqual(nothing);
    });

    test('adds up over roles and groups', async () => {
      expect(await access(['ASHA@contoso.example'], ['g-1'])).toEqual({
        viewsData: true,
        deviceGroups: ['Sales'],
        deviceRules: [servers],
        deviceGroupNames: ['Sales', 'Servers'],
        allowed: [],
      });
      expect(await access(['asha@contoso.example'], ['g-all'])).toMatchObject({
        deviceGroups: null,
      });
    });

    test('what roles allow adds up too, and needs no data', async () => {
      const blind = { subjectKind: 'group', subject: 'g-blind', viewsData: false } as const;
      await assignRole(store, tenant, { ...blind, deviceGroups: null, allows: ['Quarry.Admin'] });
      await assignRole(store, tenant, {
        ...blind,
        subject: 'g-audit',
        deviceGroups: null,
        allows: ['Audit.Read', 'Quarry.Admin'],
      });
      expect(await access(['nobody'], ['g-blind', 'g-audit'])).toMatchObject({
        viewsData: false,
        allowed: expect.toSatisfy(
          (names: string[]) => names.toSorted().join() === 'Audit.Read,Quarry.Admin',
        ),
      });
      expect(await access(['asha@contoso.example'])).toMatchObject({ allowed: [] });
    });

    test('does not cross tenants: another tenant’s group ids mean nothing', async () => {
      expect(await access(['asha@contoso.example'], ['g-all'], 'other')).toMatchObject({
        viewsData: false,
      });
    });

    test('shrinks when a role goes', async () => {
      const subject = { subjectKind: 'group', subject: 'G-ALL' } as const;
      expect(await removeAssignment(store, tenant, subject)).toBe(true);
      expect(await access([], ['g-all'])).toMatchObject({ viewsData: false });
      expect(await listAssignments(store, tenant)).toHaveLength(3);
    });

    const ownIssuer = async () => {
      const keyDirectory = join(place.directory, 'keys');
      const keys = await IssuerKeys.open(keyDirectory);
      const verify = createVerifier({
        issuers: [trustEmbeddedIssuer(keys, store)],
        ownNames: new Set(),
        clockSkewSeconds: 60,
        dataAccess: (where, user) => dataAccess(store, where, user),
      });
      return { keyDirectory, verify };
    };

    test('a token of a user carries it, and data are refused without it', async () => {
      const { keyDirectory, verify } = await ownIssuer();
      const mint = async (name: string) => {
        await createUser(store, { tenant, name, password: null });
        const request = { app: 'portal', roles: [], scopes: ['AdvancedHunting.Read'], user: name };
        return verify(await mintToken(store, keyDirectory, request), 'legacy');
      };
      const limited = await mint('asha@contoso.example');
      expect(limited).toMatchObject({ kind: 'user', deviceGroups: ['Sales'], viewsData: true });
      authorizeData(limited);
      const blind = await mint('ben@contoso.example');
      expect(() => authorizeData(blind)).toThrow(/View Data/);
    });

    test('a token of a user or an application that has been removed is refused', async () => {
      const { keyDirectory, verify } = await ownIssuer();
      const roles = ['AdvancedHunting.Read.All'];
      const [user, app] = await Promise.all([
        mintToken(store, keyDirectory, {
          app: 'gone',
          roles: [],
          scopes: ['AdvancedHunting.Read'],
        }),
        mintToken(store, keyDirectory, { app: 'leaked', roles }),
      ]);
      const { id } = await verify(app, 'legacy');
      await verify(user, 'legacy');
      await removeUser(store, tenant, 'gone');
      await removeApp(store, id);
      for (const token of [user, app]) {
        await expect(verify(token, 'legacy')).rejects.toMatchObject({
          code: 'request.unauthorized',
          message: expect.stringMatching(/has been removed/),
        });
      }
      // Another one of the same name is another one, and so is one whose name is the id.
      const { oid } = decodeJwt(user);
      for (const name of ['gone', String(oid)]) {
        await createUser(store, { tenant, name, password: null });
        await expect(verify(user, 'legacy')).rejects.toMatchObject({
          code: 'request.unauthorized',
        });
      }
      // What an application may do for a user ends with the application.
      const delegated = await mintToken(store, keyDirectory, {
        app: 'tool',
        roles: [],
        scopes: ['AdvancedHunting.Read'],
        user: 'gone',
      });
      await verify(delegated, 'legacy');
      await removeApp(store, String(decodeJwt(delegated)['appid']));
      await expect(verify(delegated, 'legacy')).rejects.toMatchObject({
        code: 'request.unauthorized',
      });
    });

    test('a token minted with scopes and without a user sees everything', async () => {
      const { keyDirectory, verify } = await ownIssuer();
      const request = { app: 'my tool', roles: [], scopes: ['AdvancedHunting.Read'] };
      for (let use = 0; use < 2; use += 1) {
        const principal = await verify(await mintToken(store, keyDirectory, request), 'legacy');
        expect(principal).toMatchObject({ kind: 'user', deviceGroups: null, viewsData: true });
      }
    });
  });
});
