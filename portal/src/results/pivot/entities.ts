import type { ResultColumn } from '../model.js';
import { isEmpty } from '../values/display.js';

/** What a column's values name. */
export type EntityKind = 'device' | 'file' | 'user' | 'ip' | 'url';

/** A value that names something one can hunt for elsewhere. */
export interface Entity {
  readonly kind: EntityKind;
  /** The field by which the standard tables know it, such as `SHA1`. */
  readonly field: string;
  readonly value: string;
}

/** Columns by name, without the prefix of whose they are; the first that matches says what it is. */
const kinds: readonly { readonly kind: EntityKind; readonly names: RegExp }[] = [
  { kind: 'device', names: /^(?:Remote|Target|Source)?(DeviceId|DeviceName)$/ },
  { kind: 'file', names: /(SHA1|SHA256|MD5)$/ },
  { kind: 'file', names: /^(?:InitiatingProcess|InitiatingProcessParent|Process)?(FileName)$/ },
  {
    kind: 'user',
    names: /^(?:InitiatingProcess|Request|Remote|Target)?(Account(?:Name|Upn|Sid|ObjectId))$/,
  },
  { kind: 'ip', names: /(?:^|[a-z])(IP|IPAddress|IpAddress)$/ },
  { kind: 'url', names: /(Url|Domain)$/ },
];

/** What a cell names; undefined where it is nothing one could hunt for. */
export function entityOf(column: ResultColumn, value: unknown): Entity | undefined {
  if (isEmpty(value) || column.type !== 'string') return undefined;
  for (const { kind, names } of kinds) {
    const match = names.exec(column.name);
    if (match !== null) return { kind, field: match[1] ?? column.name, value: String(value) };
  }
  return undefined;
}

/** The things that a record is about, each value once, in the order of the list above. */
export function assetsOf(
  columns: readonly ResultColumn[],
  row: readonly unknown[],
): readonly (Entity & { readonly column: string })[] {
  const found = columns.flatMap((column, index) => {
    const entity = entityOf(column, row[index]);
    return entity === undefined ? [] : [{ ...entity, column: column.name }];
  });
  const seen = new Set<string>();
  return kinds
    .flatMap(({ kind }) => found.filter((entity) => entity.kind === kind))
    .filter(({ kind, value }) => {
      const key = `${kind} ${value}`;
      return seen.has(key) ? false : seen.add(key);
    });
}
