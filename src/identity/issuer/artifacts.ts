import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { fromJson, toJson } from '../../store/json.js';
import type { Store } from '../../store/store.js';

const payloadShape = z.looseObject({});

/** Where the issuer library keeps codes, refresh tokens and sessions: the store, so that nodes share them. */
export function artifacts(store: Store, model: string): Adapter {
  const { db } = store;
  const key = (id: string) => `${model}:${id}`;
  const find = async (column: 'id' | 'user_code' | 'uid', value: string) => {
    const row = await db
      .selectFrom('issuer_artifacts')
      .selectAll()
      .where(column, '=', value)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
      .executeTakeFirst();
    if (!row) return undefined;
    const payload: AdapterPayload = fromJson(row.payload, payloadShape);
    return row.consumed_at === null
      ? payload
      : { ...payload, consumed: Math.floor(row.consumed_at / 1000) };
  };
  return {
    async upsert(id, payload, expiresIn) {
      const row = {
        payload: toJson(payload),
        grant_id: payload.grantId ?? null,
        user_code: payload.userCode ?? null,
        uid: payload.uid ?? null,
        expires_at: expiresIn ? Date.now() + expiresIn * 1000 : null,
      };
      await db
        .insertInto('issuer_artifacts')
        .values({ id: key(id), consumed_at: null, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
    },
    find: (id) => find('id', key(id)),
    findByUserCode: (userCode) => find('user_code', userCode),
    findByUid: (uid) => find('uid', uid),
    async consume(id) {
      await db
        .updateTable('issuer_artifacts')
        .set({ consumed_at: Date.now() })
        .where('id', '=', key(id))
        .execute();
    },
    async destroy(id) {
      await db.deleteFrom('issuer_artifacts').where('id', '=', key(id)).execute();
    },
    async revokeByGrantId(grantId) {
      // Of this model alone: a sign-in under way belongs to the grant of whoever it signs out.
      await db
        .deleteFrom('issuer_artifacts')
        .where('grant_id', '=', grantId)
        .where('id', 'like', key('%'))
        .execute();
    },
  };
}

/** Removes the sessions, codes and refresh tokens of a user. Quotes in what others wrote are escaped there. */
export async function endSignIns(store: Store, userId: string): Promise<void> {
  await store.db
    .deleteFrom('issuer_artifacts')
    .where('payload', 'like', `%"accountId":${toJson(userId)}%`)
    .execute();
}

/** Removes what has expired; nothing reads it any more. */
export async function sweepArtifacts(store: Store, now = Date.now()): Promise<void> {
  await store.db.deleteFrom('issuer_artifacts').where('expires_at', '<', now).execute();
}
