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
  quota_counters: QuotaCounterRow;
}
