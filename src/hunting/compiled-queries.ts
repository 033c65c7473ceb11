import type { Compiled, compile, ExternalProbe, Probe, SqlQuery } from '../compile.js';
import { Recent } from '../recent.js';
import { atMoment } from '../sql/moments.js';

/** Characters of what is asked, and of SQL; what is longer takes the engine far longer to run, or room from others. */
const longestKept = 100_000;

type Query = Parameters<typeof compile>;

/** What has been compiled, for when it is asked again: dashboards and rules send the same texts at any moment. */
export class CompiledQueries {
  readonly #recent = new Recent<Compiled>(500);

  /** @param compiled compiles it: asked where it is not known */
  async get(
    query: Query,
    compiled: () => Compiled | Promise<Compiled>,
  ): Promise<SqlQuery | Probe | ExternalProbe> {
    const [, , { now }] = query;
    const key = keyOf(query);
    const known = key === undefined ? undefined : this.#recent.get(key);
    if (known) return compiledAt(known, now);
    const made = await compiled();
    if (key !== undefined && made.isLasting && sizeOf(made) <= longestKept) {
      this.#recent.set(key, made);
    }
    return compiledAt(made, now);
  }
}

/** Everything that the SQL depends on but the moment, the clock and who asks; undefined where it is not worth keeping. */
function keyOf([text, catalog, scope, options = {}]: Query): string | undefined {
  const { encoding, parameters, probes, table } = options;
  if (probes && probes.size > 0) return undefined;
  const { now: _now, clock: _clock, principal: _principal, ...seen } = scope;
  const key = JSON.stringify([catalog.version, encoding, parameters, table, seen, text]);
  return key.length <= longestKept ? key : undefined;
}

/** What has been compiled, for a hunt of that moment. */
export function compiledAt({ query }: Compiled, now: Date): SqlQuery | Probe | ExternalProbe {
  return query.kind === 'external' ? query : { ...query, sql: atMoment(query.sql, now) };
}

function sizeOf({ query }: Compiled): number {
  if (query.kind === 'external') return 0;
  return query.sql.texts.reduce((sum, { length }) => sum + length, 0);
}
