import type { FastifyInstance } from 'fastify';
import type { Administration } from '../../hunting/administration.js';
import type { GenerationUsage } from '../../hunting/usage.js';
import { holds } from '../../identity/authorize.js';
import type { Principal } from '../../identity/principal.js';
import { principalOf } from '../access.js';

/** What a principal may do, as the pages of the portal are divided. */
export function rightsOf(principal: Principal) {
  const seesData = principal.kind === 'application' || principal.viewsData === true;
  const operate = holds(principal, 'Quarry.Operator');
  return {
    hunt:
      seesData &&
      (holds(principal, 'AdvancedHunting.Read.All') || holds(principal, 'ThreatHunting.Read.All')),
    ingest: holds(principal, 'Telemetry.Ingest'),
    administer: operate || holds(principal, 'Quarry.Admin'),
    operate,
    audit: holds(principal, 'Audit.Read'),
  };
}

/** Who is asking, and what they may do, see and use. */
export function sessionRoute(
  app: FastifyInstance,
  parts: {
    readonly administration: Pick<Administration, 'find'>;
    readonly usage: (principal: Principal) => Promise<GenerationUsage[]>;
  },
): void {
  const config = { access: { api: 'quarry', roles: [] } } as const;
  app.get('/api/quarry/session', { config }, async (request) => {
    const principal = principalOf(request);
    const { id, name, kind, deviceGroups, deviceGroupNames = deviceGroups } = principal;
    const [tenant, usage] = await Promise.all([
      parts.administration.find(principal.tenant),
      parts.usage(principal),
    ]);
    const own = usage.find(({ generation }) => generation === 'portal');
    return {
      user: { id, name, kind },
      tenant,
      may: rightsOf(principal),
      deviceGroups: deviceGroupNames,
      limits: own?.limits,
      usage: { profile: own?.profile, sharedBy: own?.sharedBy, quotas: own?.quotas ?? [] },
    };
  });
}
