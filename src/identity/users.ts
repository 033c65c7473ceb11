import { randomUUID } from 'node:crypto';
import { HuntError } from '../errors.js';
import { isDuplicate, type Store } from '../store/store.js';
import { endSignIns } from './issuer/artifacts.js';
import { isAddressable } from './names.js';
import { hashSecret, matchesHash } from './secrets.js';

/** Someone who signs in with the embedded issuer. */
export interface User {
  readonly id: string;
  readonly tenant: string;
  /** What they sign in with, in lower case. */
  readonly name: string;
  readonly displayName: string;
  readonly disabled: boolean;
}

const namePattern = /^[^\s\p{C}]{1,256}$/u;
const minPasswordLength = 12;
const maxPasswordLength = 1024;

/**
 * @throws HuntError `request.parameter` for a name that is taken or no name, and a password that is
 * too short
 */
export async function createUser(
  store: Store,
  request: {
    tenant: string;
    name: string;
    displayName?: string;
    /** null: the user cannot sign in here. */
    password: string | null;
  },
): Promise<User> {
  const name = request.name.toLowerCase();
  if (!namePattern.test(name) || !isAddressable(name)) {
    throw new HuntError('request.parameter', {
      message: 'A user name has no spaces and at most 256 characters.',
    });
  }
  const row = {
    id: randomUUID(),
    tenant_id: request.tenant,
    name,
    display_name: (request.displayName ?? request.name).slice(0, 256),
    password_hash: request.password === null ? null : await passwordHash(request.password),
    disabled: 0,
  };
  try {
    await store.db
      .insertInto('users')
      .values({ ...row, created_at: Date.now() })
      .execute();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new HuntError(
      'request.parameter',
      { message: `There is a user ${name} already.` },
      { cause: error },
    );
  }
  return userOf(row);
}

export async function listUsers(store: Store, tenant: string): Promise<User[]> {
  const rows = await store.db
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('name')
    .execute();
  return rows.map(userOf);
}

export async function findUser(
  store: Store,
  tenant: string,
  idOrName: string,
): Promise<User | undefined> {
  const row = await rowOf(store, tenant, idOrName);
  return row && userOf(row);
}

/** Whether a user has that id; a name may look like one. */
export async function isUser(store: Store, tenant: string, id: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/** The user with that name and password. A name that does not exist takes as long as a wrong password. */
export async function signIn(
  store: Store,
  tenant: string,
  name: string,
  password: string,
): Promise<User | undefined> {
  const row = await rowOf(store, tenant, name);
  const matches = await matchesHash(
    password.slice(0, maxPasswordLength),
    row?.password_hash ?? (await decoyHash()),
  );
  return matches && row?.password_hash && row.disabled === 0 ? userOf(row) : undefined;
}

/**
 * Another password ends what was signed in to by the one before.
 * @throws HuntError `request.parameter` `request.notFound`
 */
export async function changeUser(
  store: Store,
  tenant: string,
  name: string,
  change: { password?: string; disabled?: boolean },
): Promise<void> {
  const user = await rowOf(store, tenant, name);
  if (!user) throw new HuntError('request.notFound', { what: `User ${name}` });
  const { password, disabled } = change;
  const isAnother =
    password !== undefined &&
    !(user.password_hash !== null && (await matchesHash(password, user.password_hash)));
  await store.db
    .updateTable('users')
    .set({
      disabled: disabled === undefined ? user.disabled : Number(disabled),
      ...(isAnother && { password_hash: await passwordHash(password) }),
    })
    .where('id', '=', user.id)
    .execute();
  if (isAnother) await endSignIns(store, user.id);
}

/** Whether there was such a user. */
export async function removeUser(store: Store, tenant: string, idOrName: string): Promise<boolean> {
  const user = await findUser(store, tenant, idOrName);
  if (!user) return false;
  const { numDeletedRows } = await store.db
    .deleteFrom('users')
    .where('id', '=', user.id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Whether one of these ids is of a user who may not sign in. Names are not: another issuer's users may have them. */
export async function isDisabled(
  store: Store,
  tenant: string,
  ids: readonly string[],
): Promise<boolean> {
  if (ids.length === 0) return false;
  const row = await store.db
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('id', 'in', [...ids])
    .where('disabled', '=', 1)
    .executeTakeFirst();
  return row !== undefined;
}

async function passwordHash(password: string): Promise<string> {
  if (password.length < minPasswordLength || password.length > maxPasswordLength) {
    throw new HuntError('request.parameter', {
      message: `A password has at least ${minPasswordLength} characters.`,
    });
  }
  return hashSecret(password);
}

let decoy: Promise<string> | undefined;
function decoyHash(): Promise<string> {
  decoy ??= hashSecret(randomUUID());
  return decoy;
}

function rowOf(store: Store, tenant: string, idOrName: string) {
  return store.db
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where((eb) => eb.or([eb('id', '=', idOrName), eb('name', '=', idOrName.toLowerCase())]))
    .executeTakeFirst();
}

function userOf(row: {
  id: string;
  tenant_id: string;
  name: string;
  display_name: string;
  disabled: number;
}): User {
  return {
    id: row.id,
    tenant: row.tenant_id,
    name: row.name,
    displayName: row.display_name,
    disabled: row.disabled === 1,
  };
}
