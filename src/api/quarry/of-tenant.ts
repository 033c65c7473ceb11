import { z } from 'zod';
import type { Administration } from '../../hunting/administration.js';
import type { AuditLog } from '../../hunting/audit.js';
import { isAddressable } from '../../identity/names.js';
import type { Store } from '../../store/store.js';

/** Who may see and change what belongs to a tenant. */
export const administrators = {
  access: { api: 'quarry', roles: ['Quarry.Admin', 'Quarry.Operator'] },
} as const;

/** What the routes about it work on. */
export interface TenantParts {
  readonly store: Store;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly administration: Pick<Administration, 'find'>;
}

/** The path of what belongs to a tenant. */
export function ofTenant(rest: string): string {
  return `/api/quarry/tenants/:tenant${rest}`;
}

/** A name that is part of a path. */
export const nameShape = z.string().trim().min(1).max(256).refine(isAddressable, 'it is no name');
