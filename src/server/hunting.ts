import type { Configuration } from '../configuration.js';
import { GeoDatabase } from '../engine/geo-database.js';
import type { AuditLog } from '../hunting/audit.js';
import { CompileThreads } from '../hunting/compile-threads.js';
import { externalDataReader, type FetchExternal } from '../hunting/external-data.js';
import { HuntsUnderWay } from '../hunting/hunts-under-way.js';
import type { QuotaLedger } from '../hunting/quota.js';
import type { HuntingParts } from '../hunting/service.js';
import { megabyte, type Startup } from './startup.js';
import type { Storage } from './storage.js';

/** What hunts stand on. */
export interface Hunting extends HuntingParts {
  readonly compiler: CompileThreads;
}

/** Its threads start with the first text, or now where hunts are sure to come: the language takes a second to load. */
export function startCompiler({ configuration, closing, expectsHunts }: Startup): CompileThreads {
  const compiler = new CompileThreads(configuration);
  closing.add(() => compiler.close());
  if (expectsHunts) compiler.warmUp();
  return compiler;
}

export function startHunting(
  { configuration }: Startup,
  { engine, tenants }: Storage,
  {
    compiler,
    audit,
    quota,
  }: {
    readonly compiler: CompileThreads;
    readonly audit: AuditLog;
    readonly quota: QuotaLedger;
  },
): Hunting {
  const profiles = {
    ...configuration.profiles,
    memoryBytes: configuration.huntMemoryMegabytes * megabyte,
  };
  const geo = new GeoDatabase(engine, configuration.geoDatabase);
  const fetchExternal = externalDataOf(configuration);
  return {
    engine,
    compiler,
    tenants,
    underWay: new HuntsUnderWay({ running: engine.slots, waiting: configuration.waitingHunts }),
    quota,
    profiles,
    audit,
    fetchExternal,
    geo: () => geo.dictionary(),
  };
}

/** What `externaldata` reads with; undefined: it may read nothing. */
function externalDataOf({ externalData }: Configuration): FetchExternal | undefined {
  const { allow, maxMegabytes, timeoutSeconds } = externalData;
  if (allow.length === 0) return undefined;
  return externalDataReader({
    allow,
    maxBytes: maxMegabytes * megabyte,
    timeoutMs: timeoutSeconds * 1000,
  });
}
