import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ExactNumber, type JsonValue } from '../../ingest/json.js';
import { UsageError } from '../failure.js';

const instant = z.iso.datetime({ offset: true });
const row = z.record(z.string().min(1), z.custom<JsonValue>());

const testShape = z.strictObject({
  name: z.string().min(1),
  now: instant.optional(),
  events: z.array(row.and(z.object({ table: z.string().min(1) }))).default([]),
  files: z.array(z.string().min(1)).default([]),
  source: z.string().min(1).default('auto'),
  parameters: z.record(z.string(), z.string()).optional(),
  rows: z.union([z.int().min(0), z.array(row)]),
});

const fileShape = z.strictObject({
  rule: z.string().min(1).optional(),
  query: z.string().min(1).optional(),
  now: instant.optional(),
  tests: z.array(testShape).min(1),
});

/** Telemetry, and what a rule makes of it. */
export type RuleTest = z.infer<typeof testShape>;

/** A rule and its tests. */
export interface RuleTests {
  readonly path: string;
  /** Where the rule stands, where that is a file of its own. */
  readonly rulePath: string | undefined;
  readonly query: string;
  readonly tests: readonly RuleTest[];
}

/** @throws UsageError naming what is wrong with the file, or with that of its rule */
export async function readRuleTests(path: string): Promise<RuleTests> {
  const document = await readDocument(path);
  const result = fileShape.safeParse(document, {
    error: ({ code, input }) =>
      code === 'invalid_type' && input === undefined ? 'is missing' : undefined,
  });
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.map(String).join('.');
    throw new UsageError(`${path}: ${where ? `${where}: ` : ''}${issue?.message}`);
  }
  const { rule, query, now, tests } = result.data;
  if ((rule === undefined) === (query === undefined)) {
    throw new UsageError(`${path}: say what is tested: rule (a file) or query (the text of one)`);
  }
  const place = resolve(dirname(path));
  const rulePath = rule === undefined ? undefined : resolve(place, rule);
  return {
    path,
    rulePath,
    query: rulePath === undefined ? (query ?? '') : await readRule(rulePath),
    tests: tests.map((test) => ({
      ...test,
      now: test.now ?? now,
      files: test.files.map((file) => resolve(place, file)),
    })),
  };
}

/** The query of a rule: the text of a file, or a member of one as Sentinel and Defender export rules. */
async function readRule(path: string): Promise<string> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path).toLowerCase())) return readText(path);
  const [query, ...more] = queriesIn(await readDocument(path));
  if (query === undefined) {
    throw new UsageError(`${path} holds no rule: query, or queryCondition.queryText, is missing`);
  }
  if (more.length > 0) {
    throw new UsageError(
      `${path} holds ${more.length + 1} rules: a file of tests is for one of them`,
    );
  }
  return query;
}

const ruleShape = z.object({
  query: z.string().optional(),
  queryText: z.string().optional(),
  queryCondition: z.object({ queryText: z.string() }).optional(),
  properties: z.unknown().optional(),
  resources: z.array(z.unknown()).optional(),
  value: z.array(z.unknown()).optional(),
});

/** Resource Manager has a rule in `properties`, its templates in `resources`; APIs list in `value`. */
function queriesIn(document: unknown): string[] {
  const { data } = ruleShape.safeParse(document);
  if (!data) return [];
  const own = data.query ?? data.queryCondition?.queryText ?? data.queryText;
  if (own !== undefined) return [own];
  const inner = [data.properties, ...(data.resources ?? []), ...(data.value ?? [])];
  return inner.flatMap(queriesIn);
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return withExactNumbers(parseYaml(text, { maxAliasCount: 100, intAsBigInt: true }));
  } catch (error) {
    // Of aliases that stand for nothing, or for too much, the parser tells with another kind of error.
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw new UsageError(`${path}: ${error.message}`);
    }
    throw error;
  }
}

function withExactNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new ExactNumber(String(value));
  }
  if (Array.isArray(value)) return value.map(withExactNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withExactNumbers(member)]),
  );
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
