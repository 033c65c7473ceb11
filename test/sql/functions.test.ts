import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregateFunctions } from '../../src/sql/functions/aggregate.js';
import { scalarFunctions } from '../../src/sql/functions/scalar.js';
import { type Harness, startHarness } from '../kql/harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const documented = [...Object.entries(scalarFunctions), ...Object.entries(aggregateFunctions)];

describe('an example in the documentation that the engine does not confirm', () => {
  for (const [name, entry] of documented) {
    const examples = entry.examples ?? [];
    if (examples.length === 0) continue;
    test(name, async () => {
      for (const [expression, value] of examples) {
        const query = expression.includes('|') ? expression : `print tostring(${expression})`;
        const [row] = await kql.values(query);
        expect([expression, textOf(row?.[0])]).toEqual([expression, value]);
      }
    });
  }
});

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}
