import { type Sql, sql } from './sql.js';

/**
 * A fragment that uses a value several times and has it written, and computed, once: SQL knows no local
 * names but a lambda's parameters. Nested calls would otherwise double their text at each level.
 */
export function bound<Value extends Sql>(value: Value, use: (name: Value | Sql) => Sql): Sql {
  if (isShort(value) && !('computed' in value && value.computed)) return use(value);
  const name = localName(value);
  return sql`arrayMap(${name} -> ${use(name)}, [${value}])[1]`;
}

/** `bound` for several values. */
export function allBound<Value extends Sql>(
  values: readonly Value[],
  use: (...names: (Value | Sql)[]) => Sql,
): Sql {
  const [first, ...rest] = values;
  if (!first) return use();
  return bound(first, (name) => allBound(rest, (...names) => use(name, ...names)));
}

/** A name or a literal, which has to stay a constant. */
function isShort(value: Sql): boolean {
  return /^(?:[\w.]+|`[^`]*`|'(?:[^'\\]|\\.)*')$/s.test(value.text);
}

/** A name that follows from the value: where two of them meet in one scope they mean the same. */
function localName(value: Sql): Sql {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < value.text.length; index++) {
    const code = value.text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  return { text: `_b${((high >>> 0) * 2 ** 20 + ((low >>> 0) % 2 ** 20)).toString(36)}` };
}
