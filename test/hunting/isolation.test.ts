import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog, catalogOf } from '../../src/catalog/catalog.js';
import { type ChdbEngine, startChdbEngine } from '../../src/engine/chdb.js';
import { HuntError } from '../../src/errors.js';
import { hunt } from '../../src/hunting/hunt.js';
import { TenantContexts } from '../../src/hunting/tenants.js';
import type { DeviceCondition, Principal } from '../../src/identity/principal.js';
import { startIngest } from '../../src/ingest/ingest.js';
import { openStore, type Store } from '../../src/store/store.js';
import { compileHere } from '../compile-here.js';

let directory: string;
let store: Store;
let engine: ChdbEngine;
let tenants: TenantContexts;

const tables = [
  ...['DeviceInfo', 'DeviceProcessEvents', 'DeviceNetworkEvents', 'DeviceFileEvents'],
  'DeviceLogonEvents',
];

/** Few tables, so that hundreds of hunts over all of them at once do not take minutes. */
const catalog = catalogOf(
  builtinCatalog.tables.filter(({ name }) => [...tables, 'QuarryIngestErrors'].includes(name)),
  builtinCatalog.legacyTables.filter(({ table: of }) => of !== undefined && tables.includes(of)),
  [],
);

/** Every text of a row says whose it is: no value of a row can leak without saying so. */
const tagOf = (tenant: string, device: string) => `tag~${tenant}~${device}~`;
const tagPattern = /tag~([a-z]+)~([a-z0-9]+)~/g;

const tenantIds = ['default', 'other'];
const devices = [
  { id: 'd1', name: 'ws-1.sales.example', os: 'Windows11', group: 'Sales', tags: '["crown"]' },
  { id: 'd2', name: 'ws-2.sales.example', os: 'Windows11', group: 'Sales', tags: '[]' },
  { id: 'd3', name: 'srv-1.ops.example', os: 'WindowsServer2022', group: 'Ops', tags: '["Crown"]' },
  { id: 'd4', name: 'srv-2.ops.example', os: 'Linux', group: '', tags: '' },
];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-isolation-'));
  store = await openStore(join(directory, 'quarry.db'));
  await store.db
    .insertInto('tenants')
    .values({ id: 'other', name: 'other', retention_days: 30, created_at: 0 })
    .execute();
  engine = await startChdbEngine({ dataDirectory: directory });
  tenants = new TenantContexts(store, engine, catalog);
  const ingest = await startIngest({
    folder: join(directory, 'spool'),
    engine,
    tenant: (id) => tenants.of(id),
  });
  for (const tenant of tenantIds) {
    const lines = tables.flatMap((table) =>
      devices.map((device) => eventOf(tenant, table, device)),
    );
    const summary = await ingest.push(Buffer.from(lines.join('\n')), { tenant });
    expect(summary).toMatchObject({ accepted: lines.length, rejected: 0, deadLetters: 0 });
    await ingest.push(
      Buffer.from(`{"category":"x","properties":{"a":"${tagOf(tenant, 'dead')}"}}`),
      {
        tenant,
        source: 'defender-streaming',
      },
    );
  }
  await ingest.flush();
  await ingest.close();
});
afterAll(async () => {
  await engine.close();
  await store.close();
  await rm(directory, { recursive: true });
});

function eventOf(tenant: string, table: string, device: (typeof devices)[number]): string {
  const tag = tagOf(tenant, device.id);
  const own =
    table === 'DeviceInfo'
      ? {
          OSPlatform: device.os,
          DeviceManualTags: device.tags,
          LoggedOnUsers: `[{"UserName":"${tag}"}]`,
          DeviceCategory: tag,
        }
      : {
          ActionType: tag,
          AdditionalFields: `{"tag":"${tag}"}`,
          InitiatingProcessCommandLine: tag,
        };
  return JSON.stringify({
    category: `AdvancedHunting-${table}`,
    tenantId: tenant,
    properties: {
      Timestamp: new Date(Date.now() - 3_600_000).toISOString(),
      DeviceId: device.id,
      DeviceName: device.name,
      MachineGroup: device.group,
      ReportId: 1,
      ...own,
    },
  });
}

const condition = (
  property: DeviceCondition['property'],
  operator: DeviceCondition['operator'],
  value: string,
): DeviceCondition => ({ property, operator, value });

/** Ways of being limited, and the devices that each of them leaves. */
const limits: [string, Pick<Principal, 'deviceGroups' | 'deviceRules'>, string[]][] = [
  ['every device', { deviceGroups: null }, ['d1', 'd2', 'd3', 'd4']],
  ['no group', { deviceGroups: [] }, []],
  ['a group', { deviceGroups: ['Sales'] }, ['d1', 'd2']],
  ['two groups', { deviceGroups: ['Sales', 'Ops'] }, ['d1', 'd2', 'd3']],
  ['a group that does not exist', { deviceGroups: ["x' OR 1=1 --"] }, []],
  [
    'a rule by name',
    { deviceGroups: [], deviceRules: [[condition('name', 'startsWith', 'SRV-')]] },
    ['d3', 'd4'],
  ],
  [
    'a rule by domain',
    { deviceGroups: [], deviceRules: [[condition('domain', 'equals', 'ops.example')]] },
    ['d3', 'd4'],
  ],
  [
    'a rule by system',
    { deviceGroups: [], deviceRules: [[condition('os', 'contains', 'server')]] },
    ['d3'],
  ],
  [
    'a rule by tag',
    { deviceGroups: [], deviceRules: [[condition('tag', 'equals', 'CROWN')]] },
    ['d1', 'd3'],
  ],
  [
    'a rule of two conditions',
    {
      deviceGroups: [],
      deviceRules: [
        [condition('tag', 'equals', 'crown'), condition('name', 'endsWith', '.sales.example')],
      ],
    },
    ['d1'],
  ],
  [
    'a group and a rule',
    { deviceGroups: ['Ops'], deviceRules: [[condition('name', 'equals', 'ws-2.sales.example')]] },
    ['d2', 'd3'],
  ],
  [
    'a rule that is no SQL',
    { deviceGroups: [], deviceRules: [[condition('name', 'contains', "') OR (1=1")]] },
    [],
  ],
];

function principal(
  tenant: string,
  limit: Pick<Principal, 'deviceGroups' | 'deviceRules'>,
): Principal {
  return {
    tenant,
    id: 'u1',
    name: 'u1',
    kind: 'user',
    roles: [],
    scopes: [],
    viewsData: true,
    ...limit,
  };
}

/** What a hunt answers, as text; refusals are answers too. */
async function answerOf(who: Principal, text: string): Promise<{ text: string; refused: boolean }> {
  const context = await tenants.of(who.tenant);
  try {
    const { rows } = await hunt(
      {
        principal: who,
        text,
        limits: { wallSeconds: 30, memoryBytes: 2 ** 30, rows: 10_000, resultBytes: 2 ** 26 },
      },
      { engine, compiler: compileHere, tenant: () => context },
    );
    const chunks: Buffer[] = [];
    for await (const chunk of rows) chunks.push(chunk as Buffer);
    return { text: Buffer.concat(chunks).toString(), refused: false };
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    return { text: error.message, refused: true };
  }
}

function seenIn(text: string): Set<string> {
  return new Set([...text.matchAll(tagPattern)].map(([, tenant, device]) => `${tenant}/${device}`));
}

describe('a limited caller sees the devices of the limit, in every table', () => {
  test.each(limits)('%s', async (_what, limit, visible) => {
    for (const table of tables) {
      const { text } = await answerOf(principal('other', limit), table);
      expect([...seenIn(text)].sort()).toEqual(visible.map((id) => `other/${id}`));
    }
  });
});

const table = fc.constantFrom(
  ...tables,
  ...['ProcessCreationEvents', 'NetworkCommunicationEvents', 'MachineInfo', 'LogonEvents'],
);
const column = fc.constantFrom('DeviceId', 'DeviceName', 'ActionType', 'AdditionalFields');
const foreign = fc.constantFrom(
  'database("tenant_other").DeviceInfo',
  'database("tenant_default").DeviceProcessEvents',
  'database("other").DeviceInfo',
  'database("default").DeviceInfo',
  'cluster("x").database("tenant_other").DeviceInfo',
  'externaldata(a:string)["file:///etc/passwd"]',
  'external_table("DeviceInfo")',
  '`tenant_other.DeviceInfo`',
  "['tenant_other`.`DeviceInfo']",
  'tenant_other.DeviceInfo',
  'system.tables',
  'QuarryIngestErrors',
  'QuarryAuditLogs',
  'materialized_view("DeviceInfo")',
  'stored_query_result("x")',
);

/** Queries of every shape that reaches a table; not each of them is valid. */
const query = fc.letrec<{ source: string; query: string }>((tie) => ({
  source: fc.oneof(
    { maxDepth: 3 },
    table,
    foreign,
    fc.tuple(tie('source'), tie('source')).map(([a, b]) => `(union ${a}, ${b})`),
    fc.tuple(tie('source')).map(([a]) => `(union withsource=_s *, ${a})`),
    fc.constant('(union isfuzzy=true Device*, NoSuchTable)'),
    fc.tuple(tie('query')).map(([a]) => `(${a})`),
  ),
  query: fc.oneof(
    { maxDepth: 3 },
    tie('source'),
    fc
      .tuple(
        tie('source'),
        fc.constantFrom(
          'inner',
          'innerunique',
          'leftouter',
          'rightouter',
          'fullouter',
          'leftanti',
          'rightsemi',
        ),
        tie('source'),
      )
      .map(([a, kind, b]) => `${a} | join kind=${kind} (${b}) on DeviceId`),
    fc.tuple(tie('source'), tie('source')).map(([a, b]) => `${a} | lookup (${b}) on DeviceId`),
    fc
      .tuple(tie('source'), column)
      .map(([a, c]) => `${a} | summarize make_set(${c}), take_any(*) by DeviceName`),
    fc.tuple(tie('source')).map(([a]) => `${a} | summarize arg_max(Timestamp, *) by DeviceId`),
    fc.tuple(tie('source')).map(([a]) => `${a} | where DeviceId in ((${a} | project DeviceId))`),
    fc
      .tuple(tie('source'), column)
      .map(
        ([a, c]) => `${a} | where true or 1 == 1 | extend x = strcat(${c}, "-") | order by x asc`,
      ),
    fc
      .tuple(tie('source'), column)
      .map(([a, c]) => `let t = materialize(${a}); t | union t | distinct ${c}`),
    fc
      .tuple(tie('source'), column)
      .map(
        ([a, c]) => `let f = (x:string) { ${a} | where DeviceId != x }; f("none") | project ${c}`,
      ),
    fc
      .tuple(tie('source'), column)
      .map(([a, c]) => `print x = toscalar(${a} | summarize make_list(${c}))`),
    fc.tuple(column).map(([c]) => `search "tag" | project ${c}, $table`),
    fc.constant('search in (DeviceInfo, DeviceProcessEvents) "tag"'),
    fc.constant('find where DeviceId != ""'),
    fc.constant('find in (Device*) where DeviceName has "example" project DeviceId, pack(*)'),
    fc.tuple(tie('source')).map(([a]) => `${a} | extend p = pack_all() | project tostring(p)`),
    fc
      .tuple(tie('source'))
      .map(([a]) => `${a} | as hint.materialized=true T | union (T | take 100)`),
    fc.tuple(tie('source')).map(([a]) => `${a} | invoke ((T:(*)) { T | take 10 })()`),
    fc.tuple(tie('source')).map(([a]) => `${a} | partition by DeviceId (take 2)`),
    fc.tuple(tie('source')).map(([a]) => `${a} | fork (take 2) (count)`),
    fc
      .tuple(tie('source'))
      .map(
        ([a]) =>
          `${a} | sort by DeviceId | serialize n = row_number(), previous = prev(ActionType)`,
      ),
    fc
      .tuple(tie('source'))
      .map(([a]) => `${a} | evaluate bag_unpack(parse_json(AdditionalFields))`),
    fc.tuple(tie('source')).map(([a]) => `${a} | evaluate pivot(DeviceName)`),
    fc.tuple(tie('source')).map(([a]) => `${a} | top-nested 3 of DeviceName by count()`),
    fc.tuple(tie('source')).map(([a]) => `${a} | getschema`),
    fc
      .tuple(tie('source'))
      .map(([a]) => `${a} | make-series count() on Timestamp step 1h by DeviceName, ActionType`),
    fc.tuple(tie('source')).map(([a]) => `${a} | mv-expand p = pack_all() | project p`),
    fc.tuple(tie('source')).map(([a]) => `set notruncation; ${a} | take 5`),
  ),
})).query;

describe('no row outside the scope appears, whatever is asked', () => {
  test('200 callers with 300 queries', async () => {
    const callers = fc.sample(fc.tuple(fc.constantFrom(...tenantIds), fc.constantFrom(...limits)), {
      numRuns: 200,
      seed: 1,
    });
    const queries = fc.sample(query, { numRuns: 300, seed: 2 });
    let answered = 0;
    let rows = 0;
    for (const [index, text] of queries.entries()) {
      const [tenant, [, limit, visible]] = callers[
        index % callers.length
      ] as (typeof callers)[number];
      const allowed = new Set([...visible, 'dead'].map((id) => `${tenant}/${id}`));
      const answer = await answerOf(principal(tenant, limit), text);
      const leaked = [...seenIn(answer.text)].filter((seen) => !allowed.has(seen));
      expect(leaked, text).toEqual([]);
      expect(answer.text, text).not.toMatch(/root:|tenant_(other|default)\.|\bSELECT\b/);
      answered += answer.refused ? 0 : 1;
      rows += seenIn(answer.text).size;
    }
    // Refusing everything would pass as well.
    expect(answered).toBeGreaterThan(60);
    expect(rows).toBeGreaterThan(60);
  }, 600_000);
});
