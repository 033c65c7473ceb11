import { builtinCatalog } from '../catalog/catalog.js';
import { momentOfDate } from './datetime.js';
import { deadLetter } from './dead-letters.js';
import type { RefusedRow } from './drain.js';
import type { TenantRows } from './journal.js';
import { EventTables, hashOf } from './normalize.js';
import { deadLetterTable } from './parser.js';
import { RowBuffer } from './rows.js';

const errors = new EventTables(builtinCatalog).own(deadLetterTable);

/** The dead letter of a row that the engine refused; its raw event is the row, the record is gone. */
export function refusedRow({ database, table, line }: RefusedRow): TenantRows {
  const rawSizeBytes = Buffer.byteLength(line);
  const columns = deadLetter(
    { reason: 'engine.refused' },
    { source: '', position: '', table, raw: line, rawSizeBytes },
    momentOfDate(new Date()).text,
  );
  const row = errors.normalize({ table: deadLetterTable, columns }, { text: '', value: undefined });
  if ('reason' in row) {
    throw new Error(`a dead letter was refused: ${row.reason}`);
  }
  const { timeColumn } = errors;
  const rows = new RowBuffer({ table: deadLetterTable, timeColumn, sameness: 'recent' });
  rows.add(row.members, row.time, hashOf(`engine.refused\n${table}\n${line}`));
  return { ...rows.take(), database };
}
