/** An answer to what shippers ask before they send. */
export interface HandshakeAnswer {
  readonly status: number;
  readonly body: object | string;
  /** JSON by default. */
  readonly type?: string;
}

// Shippers decide by it which API they use; those of the next major version talk to it, too.
const version = '8.19.0';
const name = 'quarry';
const uuid = 'quarry-quarry-quarry-0';
/** When this version's licence began, for clients that print it. */
const since = '2025-01-01T00:00:00.000Z';

interface Asked {
  /** What the path's pattern has caught. */
  readonly named: string;
  readonly host: string;
}

const ok = (body: object): HandshakeAnswer => ({ status: 200, body });
const acknowledged = () => ok({ acknowledged: true });

const root = () =>
  ok({
    name,
    cluster_name: name,
    cluster_uuid: uuid,
    version: {
      number: version,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: '0'.repeat(40),
      build_date: since,
      build_snapshot: false,
      lucene_version: '9.12.1',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    // Clients compare it.
    tagline: 'You Know, for Search',
  });

const licence = { status: 'active', uid: uuid, type: 'basic', mode: 'basic' };

const health = () =>
  ok({
    cluster_name: name,
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: 1,
    active_shards: 1,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  });

const nodes = ({ host }: Asked) =>
  ok({
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: name,
    nodes: {
      [uuid]: {
        name,
        version,
        host,
        ip: host,
        roles: ['data', 'ingest', 'master'],
        http: { bound_address: [host], publish_address: host },
      },
    },
  });

const feature = { available: true, enabled: true };

const features = () =>
  ok({
    build: { hash: '0'.repeat(40), date: since },
    license: licence,
    features: { ilm: feature, data_streams: feature, security: feature, monitoring: feature },
    tagline: 'You know, for X',
  });

// Quarry keeps no templates, policies or pipelines: its tables are what they are, and a shipper that
// asks for its own is told that it is there, so that it does not bring it.
const kept = {
  _index_template: ({ named }: Asked) =>
    ok({
      index_templates: [
        { name: named, index_template: { index_patterns: [`${named}*`], composed_of: [] } },
      ],
    }),
  _component_template: ({ named }: Asked) =>
    ok({ component_templates: [{ name: named, component_template: { template: {} } }] }),
  _template: ({ named }: Asked) => ok({ [named]: { order: 0, index_patterns: [`${named}*`] } }),
  '_ilm/policy': ({ named }: Asked) =>
    ok({ [named]: { version: 1, modified_date: since, policy: { phases: {} } } }),
  '_ingest/pipeline': ({ named }: Asked) => ok({ [named]: { processors: [] } }),
  _data_stream: ({ named }: Asked) =>
    ok({ data_streams: [{ name: named, indices: [], generation: 1, status: 'GREEN' }] }),
  _alias: ({ named }: Asked) => ok({ [named]: { aliases: { [named]: { is_write_index: true } } } }),
} as const;

type Answering = (asked: Asked) => HandshakeAnswer;

/** Method, path with what it names in parentheses, answer; the first that fits. */
const table: readonly (readonly [method: RegExp, path: RegExp, answer: Answering])[] = [
  [/^(?:GET|HEAD)$/, /^\/$/, root],
  [/^GET$/, /^\/_license$/, () => ok({ license: { ...licence, issue_date: since } })],
  [/^GET$/, /^\/_xpack(?:\/license)?$/, features],
  [/^GET$/, /^\/_cluster\/health(?:\/.*)?$/, health],
  [
    /^(?:GET|HEAD)$/,
    /^\/_cat\/health$/,
    () => ({ status: 200, body: 'green\n', type: 'text/plain' }),
  ],
  [/^GET$/, /^\/_nodes(?:\/.*)?$/, nodes],
  [/^GET$/, /^\/_ilm\/status$/, () => ok({ operation_mode: 'RUNNING' })],
  ...Object.entries(kept).flatMap(([path, answer]) => {
    const one = new RegExp(`^/${path}/([^/]+)$`);
    return [
      [/^(?:GET|HEAD)$/, one, answer],
      [/^(?:PUT|POST|DELETE)$/, one, acknowledged],
    ] as const;
  }),
  [/^(?:GET|HEAD)$/, /^\/[^/]+\/_alias\/([^/]+)$/, kept._alias],
  [/^POST$/, /^\/_aliases$/, acknowledged],
  [/^(?:PUT|POST)$/, /^\/[^/]+\/_(?:rollover|refresh|flush)(?:\/.*)?$/, acknowledged],
  [/^POST$/, /^\/_(?:refresh|flush)$/, acknowledged],
  [
    /^PUT$/,
    // A name that is computed has slashes of its own: `<logs-{now/d}-000001>`.
    /^\/(<[^<>]*>|[^_/][^/]*)$/,
    ({ named }) => ok({ acknowledged: true, shards_acknowledged: true, index: named }),
  ],
  [/^HEAD$/, /^\/([^_/][^/]*)$/, () => ok({})],
];

const longestPath = 1_000;

/** Answers a request of the handshake; others get what Elasticsearch answers to paths that it does not have. */
export function handshake(method: string, path: string, host: string): HandshakeAnswer {
  for (const [methods, pattern, answer] of path.length > longestPath ? [] : table) {
    const found = methods.test(method) && pattern.exec(path);
    if (found) {
      return answer({ named: found[1] ?? '', host });
    }
  }
  const reason = `no handler found for uri [${path.slice(0, longestPath)}] and method [${method}]`;
  return {
    status: 400,
    body: { error: { type: 'illegal_argument_exception', reason }, status: 400 },
  };
}
