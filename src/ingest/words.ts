/** A table of words from outside: it has no others, such as the `constructor` that every object has. */
export function words<Value>(
  cases: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null) as Record<string, Value>, cases);
}
