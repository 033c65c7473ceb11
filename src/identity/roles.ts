import type { ApiFamily } from './apis.js';

interface Role {
  /** The APIs that it belongs to: tokens for others do not carry it. */
  readonly apis: readonly ApiFamily[];
  /** The delegated scope that lets a user do the same; null: applications only. */
  readonly scope: string | null;
  readonly allows: string;
}

/** Every application role, by the name in a token's `roles`; the first seven are Microsoft's. */
export const roles = {
  'AdvancedQuery.Read.All': {
    apis: ['legacy'],
    scope: 'AdvancedQuery.Read',
    allows: 'hunt through /api/advancedqueries',
  },
  'AdvancedHunting.Read.All': {
    apis: ['legacy'],
    scope: 'AdvancedHunting.Read',
    allows: 'hunt through /api/advancedhunting',
  },
  'ThreatHunting.Read.All': {
    apis: ['graph', 'kusto'],
    scope: 'ThreatHunting.Read.All',
    allows: 'hunt through Graph and Kusto',
  },
  'CustomDetection.Read.All': {
    apis: ['graph'],
    scope: 'CustomDetection.Read.All',
    allows: 'read detection rules',
  },
  'CustomDetection.ReadWrite.All': {
    apis: ['graph'],
    scope: 'CustomDetection.ReadWrite.All',
    allows: 'read and change detection rules',
  },
  'SecurityAlert.Read.All': {
    apis: ['graph'],
    scope: 'SecurityAlert.Read.All',
    allows: 'read alerts',
  },
  'SecurityAlert.ReadWrite.All': {
    apis: ['graph'],
    scope: 'SecurityAlert.ReadWrite.All',
    allows: 'read and change alerts',
  },
  'Telemetry.Ingest': { apis: ['quarry'], scope: 'Telemetry.Ingest', allows: 'send telemetry' },
  'Audit.Read': {
    apis: ['quarry'],
    scope: 'Audit.Read',
    allows: 'hunt in QuarryAuditLogs',
  },
  'Metrics.Read': { apis: ['quarry'], scope: null, allows: 'read the metrics of the server' },
  'Quarry.Admin': {
    apis: ['quarry'],
    scope: 'Quarry.Admin',
    allows: 'administer its tenant: applications, users, device groups, retention',
  },
  'Quarry.Operator': {
    apis: ['quarry'],
    scope: 'Quarry.Operator',
    allows: 'administer every tenant: make, export and delete tenants',
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof roles;

/**
 * What a user needs a role of their own for: the scope says what a program may do for its users, and not
 * which of them may do it.
 */
export const personalRoles = [
  'Telemetry.Ingest',
  'Audit.Read',
  'Quarry.Admin',
  'Quarry.Operator',
] as const satisfies readonly RoleName[];

export type PersonalRole = (typeof personalRoles)[number];

export function isPersonal(role: RoleName): role is PersonalRole {
  return (personalRoles as readonly RoleName[]).includes(role);
}

export function isRole(name: string): name is RoleName {
  return Object.hasOwn(roles, name);
}

/** Every delegated scope, by the name in a token's `scp`. */
export const scopeNames: ReadonlySet<string> = new Set(
  Object.values(roles).flatMap((role) => role.scope ?? []),
);
