import { expect, test } from 'vitest';
import { NamedItems } from '../../../src/ingest/cutting/named-items.js';

test('however many names there are, there are few groups, and none loses its connector', () => {
  const named = new NamedItems((name) => (name.startsWith('auditd') ? 'auditd' : ''));
  for (let number = 0; number < 10_000; number += 1) {
    named.add(number % 2 === 0 ? `x-${number}` : `auditd-${number}`, `${number}`, number);
  }
  named.add('x-0', 'again', 10_000);
  const groups = [...named.groups()];
  expect(groups).toHaveLength(102);
  const sizes = groups.map(({ name, items, numbers }) => [name, items.count, numbers.length]);
  expect(sizes[0]).toEqual(['x-0', 2, 2]);
  expect(sizes.slice(100)).toEqual([
    ['', 4950, 4950],
    ['auditd', 4950, 4950],
  ]);
  expect(groups[0]?.numbers).toEqual([0, 10_000]);
});
