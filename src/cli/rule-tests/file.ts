import { dirname, extname, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { FunctionText } from '../../compile.js';
import { ExactNumber, type JsonValue } from '../../ingest/json.js';
import type { Json } from '../administration.js';
import { functionsInFile, inCallOrder, readText, tableIn } from '../declarations.js';
import { UsageError } from '../failure.js';

const instant = z.iso.datetime({ offset: true });
const row = z.record(z.string().min(1), z.custom<JsonValue>());

/** Without quotes, YAML has numbers and truth values, which the server takes as text. */
const parameter = z.preprocess(
  (value) =>
    value instanceof ExactNumber
      ? value.digits
      : typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : value,
  z.string(),
);

const testShape = z.strictObject({
  name: z.string().min(1),
  now: instant.optional(),
  events: z.array(row.and(z.object({ table: z.string().min(1) }))).default([]),
  files: z.array(z.string().min(1)).default([]),
  source: z.string().min(1).default('auto'),
  parameters: z.record(z.string(), parameter).optional(),
  rows: z.union([z.int().min(0), z.array(row)]),
});

const fileShape = z.strictObject({
  rule: z.string().min(1).optional(),
  query: z.string().min(1).optional(),
  now: instant.optional(),
  tables: z.array(z.string().min(1)).default([]),
  functions: z.array(z.string().min(1)).default([]),
  tests: z.array(testShape).min(1),
});

/** Telemetry, and what a rule makes of it. */
export type RuleTest = z.infer<typeof testShape> & {
  /** Where it stands in its file. */
  readonly line: number;
};

/** What of a tenant's own the rule names. */
export interface Declared {
  readonly tables: readonly Json[];
  /** Behind those that they call. */
  readonly functions: readonly FunctionText[];
}

/** A rule and its tests. */
export interface RuleTests {
  readonly path: string;
  /** Where the rule stands, where that is a file of its own. */
  readonly rulePath: string | undefined;
  readonly query: string;
  readonly declared: Declared;
  readonly tests: readonly RuleTest[];
}

/** @throws UsageError naming what is wrong with the file, or with that of its rule */
export async function readRuleTests(path: string): Promise<RuleTests> {
  const { document, lineOf } = await readDocument(path);
  const result = fileShape.safeParse(document, {
    error: ({ code, input }) =>
      code === 'invalid_type' && input === undefined ? 'is missing' : undefined,
  });
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.map(String).join('.');
    throw new UsageError(
      `${path}${at(lineOf(issue?.path ?? []))}: ${where ? `${where}: ` : ''}${issue?.message}`,
    );
  }
  const { rule, query, now, tables, functions, tests } = result.data;
  if ((rule === undefined) === (query === undefined)) {
    throw new UsageError(`${path}: say what is tested: rule (a file) or query (the text of one)`);
  }
  const place = resolve(dirname(path));
  const rulePath = rule === undefined ? undefined : resolve(place, rule);
  const text = rulePath === undefined ? (query ?? '') : await readRule(rulePath);
  for (const [index, { name, parameters }] of tests.entries()) {
    const unknown = await undeclared(text, parameters);
    const [first] = unknown;
    if (first === undefined) continue;
    const line = lineOf(['tests', index, 'parameters', first]);
    throw new UsageError(
      `${path}${at(line)}: ${name}: the query declares no parameter ${unknown.join(', ')}`,
    );
  }
  const files = functions.map((file) => functionsInFile(resolve(place, file)));
  return {
    path,
    rulePath,
    query: text,
    declared: {
      tables: await Promise.all(tables.map((file) => tableIn(resolve(place, file)))),
      functions: inCallOrder((await Promise.all(files)).flat()),
    },
    tests: tests.map((test, index) => ({
      ...test,
      line: lineOf(['tests', index]) ?? 1,
      now: test.now ?? now,
      files: test.files.map((file) => resolve(place, file)),
    })),
  };
}

function at(line: number | undefined): string {
  return line === undefined ? '' : `:${line}`;
}

/** Parameters that the query would not read; of a text that is no query, its test tells more. */
async function undeclared(query: string, parameters: RuleTest['parameters']): Promise<string[]> {
  const given = Object.keys(parameters ?? {});
  if (given.length === 0) return [];
  const { declaredParameters } = await import('../../compile.js');
  const declared = declaredParameters(query);
  return declared ? given.filter((name) => !declared.includes(name)) : [];
}

/** The query of a rule: the text of a file, or a member of one as Sentinel and Defender export rules. */
async function readRule(path: string): Promise<string> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path).toLowerCase())) return readText(path);
  const [query, ...more] = queriesIn((await readDocument(path)).document);
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

interface ReadDocument {
  readonly document: unknown;
  /** The line of the member at a path, or of the nearest that is there; undefined: of the whole. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

async function readDocument(path: string): Promise<ReadDocument> {
  const text = await readText(path);
  const lineCounter = new LineCounter();
  try {
    const parsed = parseDocument(text, { intAsBigInt: true, merge: true, lineCounter });
    const [error] = parsed.errors;
    if (error) throw error;
    const offsetOf = (members: readonly PropertyKey[]): number | undefined => {
      const above = parsed.getIn(members.slice(0, -1), true);
      const key = isMap(above)
        ? above.items.find((item) => isScalar(item.key) && item.key.value === members.at(-1))?.key
        : parsed.getIn(members, true);
      if (isNode(key) && key.range) return key.range[0];
      return members.length > 1 ? offsetOf(members.slice(0, -1)) : undefined;
    };
    return {
      document: withExactNumbers(parsed.toJS({ maxAliasCount: 100 })),
      lineOf: (members) => {
        const offset = members.length > 0 ? offsetOf(members) : undefined;
        return offset === undefined ? undefined : lineCounter.linePos(offset).line;
      },
    };
  } catch (error) {
    // Of aliases that stand for nothing, or for too much, the parser tells with another kind of error.
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw new UsageError(`${path}: ${error.message}`);
    }
    // An alias may stand for what it is in.
    if (error instanceof RangeError) throw new UsageError(`${path} is nested too deeply`);
    throw error;
  }
}

function withExactNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new ExactNumber(String(value));
  }
  // YAML's .nan and .inf, which JSON has as null and answers have as text.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(withExactNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withExactNumbers(member)]),
  );
}
