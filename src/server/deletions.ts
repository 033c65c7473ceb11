import type { AuditLog } from '../hunting/audit.js';
import { Purges } from '../hunting/purge.js';
import type { QuotaLedger } from '../hunting/quota.js';
import { dropAllExpired } from '../hunting/retention.js';
import { sweepArtifacts } from '../identity/issuer/artifacts.js';
import type { Startup } from './startup.js';
import type { Storage } from './storage.js';
import type { Telemetry } from './telemetry.js';

const hourMs = 3_600_000;

/** Devices' data are deleted where that is asked for; what was broken off is taken up again. */
export function startPurges(
  { log, closing }: Startup,
  { engine, tenants }: Storage,
  { ingest, place }: Telemetry,
  audit: AuditLog,
): Purges {
  const purges = new Purges({
    ...place,
    engine,
    tenants,
    audit,
    flush: () => ingest.flush(),
    forgetDevices: (tenant, names) => ingest.forgetDevices(tenant, names),
    setAside: () => ingest.setAside(),
    log: (line) => log.info(line, 'purge'),
  });
  closing.add(() => purges.close());
  void purges.resume();
  return purges;
}

/** What has expired is deleted now, and every hour with all else that nobody needs any more. */
export function startExpiry(
  { log, closing }: Startup,
  { store, tenants }: Storage,
  { requests }: Telemetry,
  quota: QuotaLedger,
): void {
  void dropAllExpired({ store, tenants }).catch((error: unknown) =>
    log.warn({ err: error }, 'expiry'),
  );
  const sweeper = setInterval(() => {
    const expired = dropAllExpired({ store, tenants });
    Promise.all([quota.sweep(), requests.sweep(), sweepArtifacts(store), expired]).catch(
      (error: unknown) => log.warn({ err: error }, 'sweep'),
    );
  }, hourMs).unref();
  closing.add(() => clearInterval(sweeper));
}
