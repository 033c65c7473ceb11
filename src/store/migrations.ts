import type { Kysely, Migration } from 'kysely';
import { nameKey } from './name-key.js';
import type { IngestPositionRow, StoreSchema } from './schema.js';

/**
 * The one list of migrations, for SQLite and PostgreSQL alike: ids are `text`, times `bigint`
 * (milliseconds), JSON is `text`, flags are `integer`. A published migration is never edited.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-tenants-and-apps': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('tenants')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('retention_days', 'integer')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      // The tenant of an installation that has not been divided, with Defender's own retention.
      await (db as Kysely<StoreSchema>)
        .insertInto('tenants')
        .values({ id: 'default', name: 'default', retention_days: 30, created_at: Date.now() })
        .execute();
      await db.schema
        .createTable('apps')
        .addColumn('client_id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('roles', 'text', (column) => column.notNull())
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('redirect_uris', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('apps_name_unique', ['tenant_id', 'name'])
        .execute();
      await db.schema
        .createTable('app_credentials')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('client_id', 'text', (column) =>
          column.notNull().references('apps.client_id').onDelete('cascade'),
        )
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .execute();
      await db.schema
        .createIndex('app_credentials_by_app')
        .on('app_credentials')
        .column('client_id')
        .execute();
      await db.schema
        .createTable('settings')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('issuer_artifacts')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('grant_id', 'text')
        .addColumn('user_code', 'text')
        .addColumn('uid', 'text')
        .addColumn('consumed_at', 'bigint')
        .addColumn('expires_at', 'bigint')
        .execute();
      for (const column of ['grant_id', 'user_code', 'uid', 'expires_at']) {
        await db.schema
          .createIndex(`issuer_artifacts_by_${column}`)
          .on('issuer_artifacts')
          .column(column)
          .execute();
      }
    },
  },
  '0002-quota-counters': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('quota_counters')
        .addColumn('counter', 'text', (column) => column.notNull())
        .addColumn('window_start', 'bigint', (column) => column.notNull())
        .addColumn('used', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('quota_counters_key', ['counter', 'window_start'])
        .execute();
    },
  },
  '0003-users-and-device-groups': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('display_name', 'text', (column) => column.notNull())
        .addColumn('password_hash', 'text')
        .addColumn('disabled', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('users_name_unique', ['tenant_id', 'name'])
        .execute();
      await db.schema
        .createTable('device_groups')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('conditions', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('device_groups_name_unique', ['tenant_id', 'name'])
        .execute();
      await db.schema
        .createTable('role_assignments')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('subject_kind', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('views_data', 'integer', (column) => column.notNull())
        .addColumn('device_groups', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('role_assignments_subject_unique', [
          'tenant_id',
          'subject_kind',
          'subject',
        ])
        .execute();
      await db.schema
        .alterTable('apps')
        .addColumn('is_public', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0004-audit-records': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('audit_records')
        .addColumn('id', 'text', (column) => column.primaryKey())
        // No foreign key: what was done stays on record when its tenant goes.
        .addColumn('tenant_id', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('batch', 'text')
        .execute();
      await db.schema
        .createIndex('audit_records_by_batch')
        .on('audit_records')
        .columns(['batch', 'at'])
        .execute();
    },
  },
  '0005-functions': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('functions')
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('summary', 'text', (column) => column.notNull())
        .addColumn('parameters', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('functions_by_name', ['tenant_id', 'name'])
        .execute();
    },
  },
  '0005-saved-queries-and-user-rights': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('saved_queries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('owner_name', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('folder', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('shared', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('saved_queries_by_owner')
        .on('saved_queries')
        .columns(['tenant_id', 'owner_id'])
        .execute();
      await db.schema
        .alterTable('role_assignments')
        .addColumn('allows', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    },
  },
  '0006-custom-tables-retention-purges-counters': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('custom_tables')
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('declaration', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('custom_tables_key', ['tenant_id', 'name'])
        .execute();
      await db.schema
        .createTable('table_retention')
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('retention_days', 'integer')
        .addPrimaryKeyConstraint('table_retention_key', ['tenant_id', 'table_name'])
        .execute();
      await db.schema
        .createTable('purges')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('names', 'text', (column) => column.notNull())
        .addColumn('counts', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('finished_at', 'bigint')
        .execute();
      await db.schema
        .createTable('ingest_counters')
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('connector', 'text', (column) => column.notNull())
        .addColumn('counter', 'text', (column) => column.notNull())
        .addColumn('value', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('ingest_counters_key', [
          'tenant_id',
          'source',
          'connector',
          'counter',
        ])
        .execute();
    },
  },
  '0007-ingest-positions-and-requests': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('ingest_positions')
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('item', 'text', (column) => column.notNull())
        .addColumn('position', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('ingest_positions_key', ['source', 'item'])
        .execute();
      await db.schema
        .createTable('ingest_requests')
        .addColumn('tenant_id', 'text', (column) =>
          column.notNull().references('tenants.id').onDelete('cascade'),
        )
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('answer', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('ingest_requests_key', ['tenant_id', 'key'])
        .execute();
      await db.schema
        .createIndex('ingest_requests_by_time')
        .on('ingest_requests')
        .column('at')
        .execute();
    },
  },
  '0008-audit-servers': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('audit_servers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('seen_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.alterTable('audit_records').addColumn('server', 'text').execute();
      // A batch that is on its way falls to whichever server hears last of the one that has never been heard.
      await (db as Kysely<StoreSchema>)
        .updateTable('audit_records')
        .set({ server: 'unknown' })
        .where('batch', 'is not', null)
        .execute();
      await (db as Kysely<StoreSchema>)
        .insertInto('audit_servers')
        .values({ id: 'unknown', seen_at: 0 })
        .execute();
    },
  },
  '0009-positions-of-long-names': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('ingest_positions').renameTo('ingest_positions_before').execute();
      await db.schema
        .createTable('ingest_positions')
        .addColumn('source_key', 'text', (column) => column.notNull())
        .addColumn('item_key', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('item', 'text', (column) => column.notNull())
        .addColumn('position', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('ingest_positions_by_key', ['source_key', 'item_key'])
        .execute();
      const before = (db as Kysely<{ ingest_positions_before: PositionBefore }>)
        .selectFrom('ingest_positions_before')
        .selectAll()
        .orderBy('source')
        .orderBy('item');
      for (let first = 0; ; first += rowsAtOnce) {
        const rows = await before.limit(rowsAtOnce).offset(first).execute();
        if (rows.length === 0) break;
        await (db as Kysely<StoreSchema>)
          .insertInto('ingest_positions')
          .values(
            rows.map((row) => ({
              source_key: nameKey(row.source),
              item_key: nameKey(row.item),
              ...row,
            })),
          )
          .execute();
      }
      await db.schema.dropTable('ingest_positions_before').execute();
    },
  },
  '0010-purges-of-servers': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('purges').addColumn('server', 'text').execute();
    },
  },
  '0011-positions-of-tenants': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('ingest_positions')
        .addColumn('tenant_id', 'text', (column) =>
          column.references('tenants.id').onDelete('cascade'),
        )
        .execute();
    },
  },
};

type PositionBefore = Omit<IngestPositionRow, 'source_key' | 'item_key' | 'tenant_id'>;

/** Values of a statement are numbered, up to 32,766 in SQLite. */
const rowsAtOnce = 1000;
