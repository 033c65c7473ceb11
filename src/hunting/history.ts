import { tenantDatabase } from '../catalog/names.js';
import type { Engine } from '../engine/engine.js';
import type { Principal } from '../identity/principal.js';
import { identifier, integer, literal, sql } from '../sql/sql.js';
import type { AuditLog } from './audit.js';

/** A hunt that its reader has run. */
export interface PastHunt {
  readonly id: string;
  readonly text: string;
  /** The text is longer than is shown here. */
  readonly shortened: boolean;
  readonly generation: string;
  /** ISO 8601. */
  readonly started: string;
  /** When it ended; `before` of the next page. */
  readonly recorded: string;
  readonly seconds: number | null;
  readonly rows: number | null;
  readonly cpuSeconds: number | null;
  /** `Succeeded`, or the code of the failure. */
  readonly outcome: string;
}

/** Characters of a text in a list of many. */
const shownCharacters = 32_768;

interface Row {
  readonly id: string;
  readonly text: string;
  readonly shortened: number;
  readonly generation: string;
  readonly at: string;
  readonly seconds: number | null;
  readonly rows: string | null;
  readonly cpuSeconds: number | null;
  readonly outcome: string;
}

/** A principal's own hunts, the latest first, from the record of who did what. */
export async function huntHistory(
  { id, tenant }: Pick<Principal, 'id' | 'tenant'>,
  asked: { readonly before: Date | null; readonly limit: number },
  { engine, audit }: { readonly engine: Engine; readonly audit: Pick<AuditLog, 'ship'> },
): Promise<PastHunt[]> {
  await audit.ship();
  const before = asked.before
    ? sql`AND Timestamp < fromUnixTimestamp64Milli(${integer(asked.before.getTime())}, 'UTC')`
    : sql``;
  const rows = await engine.select<Row>(
    sql`SELECT RecordId AS id, leftUTF8(QueryText, ${integer(shownCharacters)}) AS text,
      lengthUTF8(QueryText) > ${integer(shownCharacters)} AS shortened, Generation AS generation,
      toUnixTimestamp64Milli(Timestamp) AS at, DurationSeconds AS seconds,
      RowCount AS rows, CpuSeconds AS cpuSeconds, Outcome AS outcome
      FROM ${identifier(tenantDatabase(tenant))}.${identifier('QuarryAuditLogs')}
      WHERE Kind = 'Hunt' AND Action = 'Hunt' AND ActorId = ${literal(id)} ${before}
      ORDER BY Timestamp DESC LIMIT ${integer(asked.limit)}`.text,
  );
  return rows.map(({ at, rows: count, shortened, ...rest }) => ({
    ...rest,
    shortened: Boolean(shortened),
    rows: count === null ? null : Number(count),
    // The record is made when a hunt has ended.
    started: new Date(Number(at) - 1000 * (rest.seconds ?? 0)).toISOString(),
    recorded: new Date(Number(at)).toISOString(),
  }));
}
