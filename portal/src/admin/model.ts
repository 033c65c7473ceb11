import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly disabled: boolean;
}

export interface Assignment {
  readonly subjectKind: 'user' | 'group';
  readonly subject: string;
  readonly viewsData: boolean;
  /** null: every device. */
  readonly deviceGroups: readonly string[] | null;
  readonly allows: readonly string[];
}

export interface Condition {
  readonly property: 'name' | 'domain' | 'os' | 'tag';
  readonly operator: 'equals' | 'startsWith' | 'endsWith' | 'contains';
  readonly value: string;
}

export interface DeviceGroup {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

export interface App {
  readonly clientId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly isPublic: boolean;
}

export interface Credential {
  readonly id: string;
  readonly kind: 'secret' | 'certificate';
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly retentionDays: number | null;
}

export interface Role {
  readonly name: string;
  readonly scope: string | null;
  readonly allows: string;
  readonly personal: boolean;
}

/** The path of something of the user's own tenant. */
export function useTenantPath(): (rest: string) => string {
  const { session } = useSession();
  return (rest) => `/api/quarry/tenants/${encodeURIComponent(session.tenant.id)}${rest}`;
}

export function useUsers() {
  const path = useTenantPath();
  return useQuery({
    queryKey: ['users'],
    queryFn: async () => (await ask<{ users: readonly User[] }>('GET', path('/users'))).users,
  });
}

export function useAssignments() {
  const path = useTenantPath();
  return useQuery({
    queryKey: ['assignments'],
    queryFn: async () =>
      (await ask<{ roleAssignments: readonly Assignment[] }>('GET', path('/role-assignments')))
        .roleAssignments,
  });
}

export function useGroups() {
  const path = useTenantPath();
  return useQuery({
    queryKey: ['device-groups'],
    queryFn: async () =>
      (await ask<{ deviceGroups: readonly DeviceGroup[] }>('GET', path('/device-groups')))
        .deviceGroups,
  });
}

export function useApps() {
  const path = useTenantPath();
  return useQuery({
    queryKey: ['apps'],
    queryFn: async () => (await ask<{ apps: readonly App[] }>('GET', path('/apps'))).apps,
  });
}

export function useRoles() {
  return useQuery({
    queryKey: ['roles'],
    queryFn: async () => (await ask<{ roles: readonly Role[] }>('GET', '/api/quarry/roles')).roles,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 20 letters and digits that are not mistaken for each other: 115 bits. */
export function newPassword(): string {
  const unbiased = 256 - (256 % letters.length);
  let password = '';
  while (password.length < 20) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < unbiased && password.length < 20) password += letters[byte % letters.length];
    }
  }
  return password;
}
