import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/client.js';

/** A function that an administrator keeps for everyone's hunts. */
export interface StoredFunction {
  readonly name: string;
  /** As KQL writes them, without the parentheses. */
  readonly parameters: string;
  readonly summary: string;
  readonly body: string;
}

function pathOf(tenant: string, name?: string): string {
  const path = `/api/quarry/tenants/${encodeURIComponent(tenant)}/functions`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

/** Those that can be changed, as they were written. */
export const storedFunctions = (tenant: string) =>
  queryOptions({
    queryKey: ['functions', tenant],
    queryFn: async () =>
      (await ask<{ functions: readonly StoredFunction[] }>('GET', pathOf(tenant))).functions,
  });

export function saveFunction(tenant: string, { name, ...content }: StoredFunction): Promise<void> {
  return ask('PUT', pathOf(tenant, name), { body: content });
}

export function removeFunction(tenant: string, name: string): Promise<void> {
  return ask('DELETE', pathOf(tenant, name));
}
