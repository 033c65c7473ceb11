import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const roads = `
let roads = datatable(a: string, b: string, km: int, land: string) [
  'Ulm', 'Aalen', 70, 'x', 'Aalen', 'Bonn', 300, 'x', 'Ulm', 'Kiel', 800, 'x',
  'Kiel', 'Bonn', 500, 'x', 'Bonn', 'Ulm', 400, 'y', 'Oslo', 'Bergen', 460, 'z'
];
let towns = datatable(town: string, people: int, land: string) [
  'Ulm', 1, 'x', 'Aalen', 2, 'x', 'Bonn', 3, 'x', 'Kiel', 4, 'x', 'Thule', 5, 'x', 'Bonn', 6, 'y'
];
`;

describe('paths and their values', () => {
  test.each([
    [
      'all shortest paths',
      "graph-shortest-paths output=all (s)-[e*1..4]->(t) where s.town == 'Ulm' and t.town == 'Bonn' project over=map(inner_nodes(e), town)",
      [{ over: ['Aalen'] }, { over: ['Kiel'] }],
    ],
    [
      'a property of each edge',
      "graph-match (s)-[e*2..2]->(t) where s.town == 'Ulm' and t.people == 3 project km=e.km",
      [{ km: [70, 300] }, { km: [800, 500] }],
    ],
    [
      'texts of paths',
      "graph-match (s)-[e*2..2]->(t) where s.town == 'Ulm' and any(e, km > 600) project way=strcat_array(map(e, b), '>')",
      [{ way: 'Kiel>Bonn' }],
    ],
    [
      'a path as the list of its edges',
      "graph-match (s)-[e*1..2]->(t) where s.town == 'Oslo' or s.town == 'Aalen' and t.people == 1 project hops=array_length(e), e | order by hops asc",
      [
        { hops: 1, e: [{ a: 'Oslo', b: 'Bergen', km: 460, land: 'z' }] },
        {
          hops: 2,
          e: [
            { a: 'Aalen', b: 'Bonn', km: 300, land: 'x' },
            { a: 'Bonn', b: 'Ulm', km: 400, land: 'y' },
          ],
        },
      ],
    ],
    [
      'edges of a node',
      "graph-match (s)-[e]->(t) where t.town == 'Bonn' project s.town, into=node_degree_in(t), out=node_degree_out(t)",
      [
        { s_town: 'Aalen', into: 2, out: 1 },
        { s_town: 'Kiel', into: 2, out: 1 },
      ],
    ],
    [
      'nodes and edges as they are',
      "graph-match (s)-[e]->(t) where s.town == 'Aalen' project s, e, to=t",
      [
        {
          s: { town: 'Aalen', people: 2, land: 'x' },
          e: { a: 'Aalen', b: 'Bonn', km: 300, land: 'x' },
          to: { town: 'Bonn', people: 3, land: 'x' },
        },
      ],
    ],
    [
      'labels',
      "graph-match (s)-[e]->(t) where s.town == 'Oslo' project labels(s)",
      [{ Column1: [] }],
    ],
    [
      'labels of paths',
      "graph-match (s)-[e*2..2]->(t) where s.town == 'Ulm' and any(e, km > 600) project of=map(e, labels()), through=map(inner_nodes(e), labels())",
      [{ of: [[], []], through: [[]] }],
    ],
  ])('%s', async (_name, operator, expected) => {
    const rows = await kql.rows(
      `${roads} roads | make-graph a --> b with towns on town | ${operator}`,
    );
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining<unknown>(expected));
  });

  test('bounds and names from outside the operator', async () => {
    const rows = await kql.rows(
      `${roads} let ways = (least: long, most: long) { roads | make-graph a --> b with_node_id=id
       | graph-match cycles=none (s)-[e*least..most]->(t) where s.id == 'Ulm' project n=array_length(map(e, km)), target=t.id, over=map(inner_nodes(e), toupper(id)) };
       ways(2, 3)`,
    );
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(
      expect.arrayContaining([
        { n: 2, target: 'Bonn', over: ['AALEN'] },
        { n: 2, target: 'Bonn', over: ['KIEL'] },
      ]),
    );
  });
});

test('an edge from a node to itself is a cycle', async () => {
  const graph =
    'datatable(a: long, b: long) [0, 0, 0, 1] | make-graph a --> b with_node_id=id | graph-match';
  const paths = (cycles: string) =>
    kql.values(`${graph} cycles=${cycles} (s)-[e*1..2]->(t) project array_length(map(e, a)), t.id`);
  expect(await paths('none')).toEqual([[1, 1]]);
  expect(await paths('unique_edges')).toHaveLength(3);
});

test.each([
  ['(r)-[e]->(s)-[f*1..2]->(t)', [[0], [1]], 4],
  ['(r)-[e*1..2]->(s)-[f*1..2]->(t)', [[0], [1]], 8],
  ['(r)-[e*2..2]->(s)-[f]->(t)', [], 2],
  ['(r)-[e*0..1]->(s)-[f*1..1]->(t)', [[0], [0], [1], [1]], 4],
])('no edge twice in a match: %s', async (pattern, from, all) => {
  const graph =
    'datatable(a: long, b: long) [0, 1, 1, 0] | make-graph a --> b with_node_id=id | graph-match';
  expect(await kql.values(`${graph} ${pattern} project r.id | sort by r_id asc`)).toEqual(from);
  expect(await kql.values(`${graph} cycles=all ${pattern} project r.id`)).toHaveLength(all);
});

// 0 and 1 lead to each other, 0 leads to 2, and 2 by two edges to 3.
test.each([
  [
    '(r)-->(s)-->(t)',
    'r.id, t.id',
    [
      [0, 3],
      [0, 3],
      [1, 2],
    ],
  ],
  [
    '(r)-->(s)-[e*1..2]->(t)',
    'r.id, t.id',
    [
      [0, 3],
      [0, 3],
      [1, 2],
      [1, 3],
      [1, 3],
    ],
  ],
  [
    '(r)-->(s), (s)-->(t)',
    'r.id, t.id',
    [
      [0, 3],
      [0, 3],
      [1, 2],
    ],
  ],
  ['(r)-->(s)-->(r)', 'r.id', []],
  ['(r)-->(s)<--(t)', 'r.id, t.id', []],
  [
    '(r)<--(s)-->(t)',
    'r.id, t.id',
    [
      [1, 2],
      [2, 1],
    ],
  ],
  ['(r)-[e*0..1]->(s)-[f*0..1]->(r)', 'r.id', [[0], [1], [2], [3]]],
  ['(r)-->(s), (t)-->(u)', 'count = 1', Array(25).fill([1])],
])('a match without cycles meets no node twice: %s', async (pattern, values, expected) => {
  const found = await kql.values(
    `datatable(a: long, b: long) [0, 1, 1, 0, 0, 2, 2, 3, 2, 3] | make-graph a --> b with_node_id=id
     | graph-match cycles=none ${pattern} project ${values}`,
  );
  expect(found.sort()).toEqual(expected);
});

test.each([
  ['weak', '', [['Aalen', 'Bonn', 'Kiel', 'Ulm'], ['Bergen', 'Oslo'], ['Thule']]],
  ['strong', 'kind=strong', [['Aalen', 'Bonn', 'Kiel', 'Ulm'], ['Bergen'], ['Oslo'], ['Thule']]],
])('%s components', async (_kind, parameter, expected) => {
  const rows = await kql.rows(
    `${roads} roads | make-graph a --> b with (towns | where land == 'x') on town | graph-mark-components ${parameter} with_component_id=part
     | graph-to-table nodes | summarize all=array_sort_asc(make_list(town)) by part | order by tostring(all) asc`,
  );
  expect(rows.map((row) => row['all'])).toEqual(expected);
  expect(new Set(rows.map((row) => row['part']))).toEqual(new Set(rows.map((_, index) => index)));
});

test('each value of a column has a graph of its own', async () => {
  const rows = await kql.rows(
    `${roads} roads | make-graph a --> b with towns on town partitioned-by land
     (graph-match (s)-[e*1..3]->(t) where s.town != t.town project s.town, t.town, t.people | summarize n=count(), most=max(t_people)) | order by n asc`,
  );
  expect(rows).toEqual([
    { n: 1, most: null },
    { n: 1, most: null },
    { n: 6, most: 4 },
  ]);
});

describe('a graph of some nodes or edges', () => {
  const graph = `${roads} let towns_x = towns | where land == 'x'; roads | make-graph a --> b with towns_x on town`;
  test.each([
    [
      'nodes that meet a condition',
      'graph-where-nodes people >= 3 | graph-to-table nodes',
      [['Bonn'], ['Kiel'], ['Thule']],
    ],
    [
      'edges go with a node',
      "graph-where-nodes town != 'Bonn' | graph-to-table edges",
      [['Oslo'], ['Ulm'], ['Ulm']],
    ],
    [
      'a condition without an answer',
      'graph-where-nodes people < 3 | graph-to-table nodes',
      [['Aalen'], ['Ulm']],
    ],
    [
      'nodes by their edges, which are counted before',
      'graph-where-nodes node_degree_in() == 2 or node_degree_out() + 0 == 2 | graph-to-table nodes',
      [['Bonn'], ['Ulm']],
    ],
    [
      'nodes without edges',
      'graph-where-nodes node_degree_in() == 0 and node_degree_out() == 0 | graph-to-table nodes',
      [['Thule']],
    ],
    [
      'edges that meet a condition',
      'graph-where-edges km * 2 > 900 | graph-to-table edges',
      [['Kiel'], ['Oslo'], ['Ulm']],
    ],
    [
      'nodes that no edge connects go',
      'graph-where-edges km > 450 | graph-to-table nodes',
      [['Bergen'], ['Bonn'], ['Kiel'], ['Oslo'], ['Ulm']],
    ],
    ['no edges', 'graph-where-edges 1 > 1 | graph-to-table nodes', []],
    [
      'no labels',
      'graph-where-nodes array_length(labels()) == 0 | graph-where-edges array_length(labels()) > 0 | graph-to-table nodes',
      [],
    ],
    [
      'one behind the other',
      "graph-where-edges land == 'x' | graph-where-nodes people != 4 | graph-match (s)-[e]->(t) project s.town",
      [['Aalen'], ['Ulm']],
    ],
    [
      'paths of what is left',
      "graph-where-nodes town !in ('Aalen') | graph-match (s)-[e*2..3]->(t) where s.town == 'Ulm' and t.town == 'Bonn' project strcat_array(map(e, a), '>')",
      [['Ulm>Kiel']],
    ],
    [
      'names from outside',
      'graph-where-nodes people in (most) or town has name | graph-to-table nodes',
      [['Kiel'], ['Ulm']],
    ],
    [
      'components of what is left',
      "graph-where-edges km < 450 | graph-mark-components | graph-to-table nodes | summarize make_set(ComponentId), town = strcat_array(array_sort_asc(make_list(town)), ' ') | project town",
      [['Aalen Bonn Ulm']],
    ],
  ])('%s', async (_name, operators, expected) => {
    const found = await kql.rows(`let most = 4; let name = 'ulm'; ${graph} | ${operators}`);
    const first = (row: Record<string, unknown>) => [row['town'] ?? Object.values(row)[0]];
    expect(found.map(first).sort()).toEqual(expected);
  });

  test('of each of several graphs', async () => {
    const rows = await kql.rows(
      `${roads} roads | make-graph a --> b with towns on town partitioned-by land
       (graph-where-edges km > 300 | graph-where-nodes isnull(people) or people != 3 | graph-match (s)-[e]->(t) project s.town, t.town) | sort by s_town asc`,
    );
    expect(rows).toEqual([
      { s_town: 'Bonn', t_town: 'Ulm' },
      { s_town: 'Oslo', t_town: 'Bergen' },
      { s_town: 'Ulm', t_town: 'Kiel' },
    ]);
  });

  test.each([
    ['graph-where-nodes km > 1 | graph-to-table nodes', "scalar expression named 'km'"],
    ['graph-where-edges people > 1 | graph-to-table nodes', "scalar expression named 'people'"],
    ['graph-where-edges km | graph-to-table nodes', 'must have the type bool'],
    ['graph-where-edges node_degree_in() > 1 | graph-to-table nodes', "'node_degree_in'"],
    ['graph-where-nodes node_degree_in(town) > 1 | graph-to-table nodes', 'without an argument'],
    ['graph-where-nodes labels(town) has "x" | graph-to-table nodes', 'without an argument'],
    ['graph-where-nodes any(town, people > 1) | graph-to-table nodes', "'any'"],
    ['graph-to-table nodes | graph-where-nodes people > 1', 'its input is no graph'],
  ])('refused: %s', async (operators, message) => {
    const error = await kql.error(`${graph} | ${operators}`);
    expect([error.status, error.message]).toEqual([400, expect.stringContaining(message)]);
    expect(error.span).toBeDefined();
  });
});
