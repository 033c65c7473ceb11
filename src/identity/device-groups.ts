import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { HuntError } from '../errors.js';
import { fromJson, toJson } from '../store/json.js';
import type { Store } from '../store/store.js';
import type { DeviceCondition } from './principal.js';

/** A set of devices that users can be limited to. */
export interface DeviceGroup {
  readonly name: string;
  /** All of them have to hold; none: the devices that their source has put in the group of that name. */
  readonly conditions: readonly DeviceCondition[];
}

const maxConditions = 20;

export const deviceCondition = z.strictObject({
  property: z.enum(['name', 'domain', 'os', 'tag']),
  operator: z.enum(['equals', 'startsWith', 'endsWith', 'contains']),
  value: z.string().min(1).max(256),
});

const groupName = z.string().trim().min(1).max(256);
const conditions = z.array(deviceCondition).max(maxConditions);

/** Makes a group, or changes what it consists of. */
export async function saveDeviceGroup(
  store: Store,
  tenant: string,
  group: DeviceGroup,
): Promise<void> {
  const checked = z.object({ name: groupName, conditions }).safeParse(group);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new HuntError('request.parameter', {
      message: `Invalid device group: ${issue?.path.join('.')}: ${issue?.message}.`,
    });
  }
  const changing = { conditions: toJson(checked.data.conditions) };
  await store.db
    .insertInto('device_groups')
    .values({
      id: randomUUID(),
      tenant_id: tenant,
      name: checked.data.name,
      ...changing,
      created_at: Date.now(),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(changing))
    .execute();
}

export async function listDeviceGroups(store: Store, tenant: string): Promise<DeviceGroup[]> {
  const rows = await store.db
    .selectFrom('device_groups')
    .select(['name', 'conditions'])
    .where('tenant_id', '=', tenant)
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ name: row.name, conditions: fromJson(row.conditions, conditions) }));
}

/** Whether there was such a group. Who was limited to it sees nothing by it any more. */
export async function removeDeviceGroup(
  store: Store,
  tenant: string,
  name: string,
): Promise<boolean> {
  const { numDeletedRows } = await store.db
    .deleteFrom('device_groups')
    .where('tenant_id', '=', tenant)
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
