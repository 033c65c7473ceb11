import type { DefenderEvent } from '../connector.js';
import type { LogonStep } from '../correlation/logon-steps.js';
import { type JsonValue, setMember } from '../json.js';
import type { Fields } from './audit-event.js';
import { plainOf, textOf } from './audit-record.js';

export interface AuditRow extends Pick<DefenderEvent, 'table' | 'columns'> {
  readonly logonStep?: LogonStep;
}

/** Told by columns, or by the process that acted. */
const inColumns: ReadonlySet<string> = new Set([
  ...[
    'exe',
    'pid',
    'ppid',
    'ses',
    'success',
    'acct',
    'addr',
    'hostname',
    'res',
    'saddr',
    'cwd',
    'op',
  ],
  ...['node', 'cmdline', 'msg', 'argc'],
]);

/** Values that the kernel writes as text, and so in hex where they have to be. */
const textNames: ReadonlySet<string> = new Set(['comm', 'key', 'proctitle', 'name', 'cmd', 'data']);

/** What has no column, and what is given besides. */
export function additional(
  fields: Fields,
  besides: Readonly<Record<string, string | undefined>> = {},
): Record<string, JsonValue> {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of fields) {
    if (!inColumns.has(name)) {
      setText(kept, name, textNames.has(name) ? textOf(value) : plainOf(value));
    }
  }
  for (const name in besides) {
    setText(kept, name, besides[name]);
  }
  return kept;
}

function setText(kept: Record<string, JsonValue>, name: string, value: string | undefined): void {
  if (value !== undefined) {
    setMember(kept, name, value);
  }
}
