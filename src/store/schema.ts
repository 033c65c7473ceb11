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
  /** What it allows besides: names of roles. */
  allows: ColumnType<JsonText, JsonText | undefined, JsonText>;
  created_at: Created;
}

/** A hunt that somebody keeps. */
export interface SavedQueryRow {
  id: string;
  tenant_id: string;
  owner_id: string;
  owner_name: string;
  name: string;
  /** Folders above it, separated by slashes; empty: none. */
  folder: string;
  text: string;
  /** 1: everyone of the tenant reads it. */
  shared: number;
  created_at: Created;
  updated_at: Millis;
}

/** A function that a tenant keeps for its hunts. */
export interface FunctionRow {
  tenant_id: string;
  name: string;
  summary: string;
  /** As KQL writes them, without parentheses. */
  parameters: string;
  /** KQL, without braces. */
  body: string;
  updated_at: Millis;
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
  /** Which server brings it; null: any. */
  server: string | null;
}

/** A server that brings audit records to its engine. */
export interface AuditServerRow {
  id: string;
  /** When it was last heard of, by the database's clock. */
  seen_at: Millis;
}

/** How much of a quota has been used in one window. */
export interface QuotaCounterRow {
  counter: string;
  window_start: Millis;
  /** Calls, or seconds. */
  used: number;
}

/** A table that an operator has declared. */
export interface CustomTableRow {
  tenant_id: string;
  name: string;
  /** As `catalog/custom-table.ts` takes it. */
  declaration: JsonText;
  created_at: Created;
}

/** How long one table is kept, where that is not what its tenant keeps. */
export interface TableRetentionRow {
  tenant_id: string;
  table_name: string;
  /** Null: kept for ever. */
  retention_days: number | null;
}

/** A device whose data are being deleted, or have been. */
export interface PurgeRow {
  id: string;
  tenant_id: string;
  /** As it was asked for: a name or an id. */
  device: string;
  /** Ids and names that it was known by. */
  names: JsonText;
  /** Rows by table, as they were counted before. */
  counts: JsonText;
  created_at: Created;
  /** Whose telemetry it is about; null: of the one that has the store alone, or it began before that was known. */
  server: string | null;
  /** Null: not done yet. */
  finished_at: Millis | null;
}

/** One figure of one source of telemetry: a sum, or the latest of times. */
export interface IngestCounterRow {
  tenant_id: string;
  /** The way in. */
  source: string;
  connector: string;
  counter: string;
  value: number;
}

/** How far a file, a blob, … of a source has been read. */
export interface IngestPositionRow {
  /** Whose telemetry it is; null: not known yet, of a version that did not keep it. */
  tenant_id: string | null;
  /** Digests of the two names, which are longer than PostgreSQL has them in an index. */
  source_key: string;
  item_key: string;
  source: string;
  item: string;
  position: JsonText;
  updated_at: Millis;
}

/** A request that was taken in under a key of its own. */
export interface IngestRequestRow {
  tenant_id: string;
  key: string;
  /** SHA-256 of its body. */
  digest: string;
  answer: JsonText;
  at: Millis;
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
  saved_queries: SavedQueryRow;
  functions: FunctionRow;
  quota_counters: QuotaCounterRow;
  audit_records: AuditRow;
  audit_servers: AuditServerRow;
  custom_tables: CustomTableRow;
  table_retention: TableRetentionRow;
  purges: PurgeRow;
  ingest_counters: IngestCounterRow;
  ingest_positions: IngestPositionRow;
  ingest_requests: IngestRequestRow;
}
