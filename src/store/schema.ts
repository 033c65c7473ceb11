import type { ColumnType } from 'kysely';

/** JSON kept as text: read and written through `json.ts` alone. */
export type JsonText = string;
/** Milliseconds since 1970 (UTC). */
export type Millis = number;
type Created = ColumnType<Millis, Millis, never>;

export interface TenantRow {
  id: string;
  name: string;
  /** Null: kept for ever. */
  retention_days: number | null;
  created_at: Created;
}

export interface AppRow {
  client_id: string;
  tenant_id: string;
  name: string;
  roles: JsonText;
  scopes: JsonText;
  redirect_uris: JsonText;
  /** 1: a program on its users' machines or pages, which cannot keep a secret. */
  is_public: number;
  created_at: Created;
}

export interface AppCredentialRow {
  id: string;
  client_id: string;
  kind: 'secret' | 'certificate';
  /** The hash of a secret, or a certificate's public key as JWK text. */
  value: string;
  created_at: Created;
  expires_at: Millis | null;
}

export interface SettingRow {
  key: string;
  value: JsonText;
}

/** What the embedded issuer remembers between two requests: codes, refresh tokens, sessions. */
export interface IssuerArtifactRow {
  /** `Model:id`, as the issuer library names it. */
  id: string;
  payload: JsonText;
  grant_id: string | null;
  user_code: string | null;
  uid: string | null;
  consumed_at: Millis | null;
  expires_at: Millis | null;
}

export interface UserRow {
  id: string;
  tenant_id: string;
  /** What the user signs in with: a principal name (`asha@contoso.example`), kept in lower case. */
  name: string;
  display_name: string;
  /** Null: signs in elsewhere. */
  password_hash: string | null;
  disabled: number;
  created_at: Created;
}

export interface DeviceGroupRow {
  id: string;
  tenant_id: string;
  name: string;
  /** Conditions, all of which a device has to meet; empty: devices that their source put in the group. */
  conditions: JsonText;
  created_at: Created;
}

/** What a user, or the members of a group, may do. */
export interface RoleAssignmentRow {
  id: string;
  tenant_id: string;
  subject_kind: 'user' | 'group';
  /** A user's id or name, or a group's id, as tokens have it. */
  subject: string;
  views_data: number;
  /** Names of device groups; null: every device. */
  device_groups: JsonText | null;
  created_at: Created;
}

/** Something that was done, until it is in the engine's table of it. */
export interface AuditRow {
  id: string;
  tenant_id: string;
  at: Created;
  /** The row as the engine's table has it. */
  record: JsonText;
  /** Under which name it is being brought to the engine; null: not yet. */
  batch: string | null;
}

/** How much of a quota has been used in one window. */
export interface QuotaCounterRow {
  counter: string;
  window_start: Millis;
  /** Calls, or seconds. */
  used: number;
}

/** The metadata store's tables, as the last migration leaves them. */
export interface StoreSchema {
  tenants: TenantRow;
  apps: AppRow;
  app_credentials: AppCredentialRow;
  settings: SettingRow;
  issuer_artifacts: IssuerArtifactRow;
  users: UserRow;
  device_groups: DeviceGroupRow;
  role_assignments: RoleAssignmentRow;
  quota_counters: QuotaCounterRow;
  audit_records: AuditRow;
}
