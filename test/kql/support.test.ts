import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { builtInNames } from '../../src/kql/builtins.js';
import { language } from '../../src/kql/language.js';
import { operatorPlanners, sourcePlanners } from '../../src/plan/operators.js';
import { kqlReference } from '../../src/reference.js';
import { supportMatrix } from '../../src/support.js';
import { compileNow } from '../compile-here.js';

const matrix = supportMatrix();

test('the page on KQL is what `npm run docs` makes', () => {
  const page = new URL('../../docs/reference/kql.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(kqlReference(matrix));
});

describe("a name of Microsoft's list that is neither supported nor refused with a reason", () => {
  test.each(['scalar', 'aggregate', 'plugin'] as const)('%s', (kind) => {
    const known = new Set(matrix[kind].map(({ name }) => name));
    expect(builtInNames[kind].filter((name) => !known.has(name))).toEqual([]);
  });

  test('tabular operators', () => {
    const known = new Set([
      ...Object.keys(operatorPlanners),
      ...Object.keys(sourcePlanners),
      ...matrix.operator.map(({ node }) => node),
    ]);
    const operators = Object.entries(language.Syntax.SyntaxKind).flatMap(([name, value]) =>
      typeof value === 'number' && name.endsWith('Operator') ? [name] : [],
    );
    expect(operators.filter((name) => !known.has(name))).toEqual([]);
  });

  test('a reason says something', () => {
    const all = [...matrix.scalar, ...matrix.aggregate, ...matrix.plugin, ...matrix.operator];
    expect(all.filter(({ refused }) => refused !== undefined && refused.length < 10)).toEqual([]);
  });

  test.each([
    ['print current_node_id()', 'it exists only inside Azure Data Explorer'],
    ['print current_principal_details()', 'is not known to Quarry'],
    ['print current_cluster_endpoint()', 'a server does not know by which of its addresses'],
    ['print hash_many(1, "a")', 'Microsoft does not say how hashes are combined'],
  ])('the reason is what a query is told: %s', (query, reason) => {
    const scope = { database: 'tenant_t', now: new Date(0), from: null, to: null };
    const compiled = () => compileNow(query, builtinCatalog, { ...scope, deviceGroups: null });
    expect(compiled).toThrow(reason);
  });
});
