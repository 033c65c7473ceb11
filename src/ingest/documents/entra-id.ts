import type { JsonObject } from '../windows/shape.js';
import { extended, textIn } from './document.js';
import { audit, directoryAudit } from './entra-id/audit.js';
import { graphCall } from './entra-id/graph-calls.js';
import { type EntraEvent, entraEvent, type Kind } from './entra-id/record.js';
import { added, interactiveLogon, servicePrincipalSignIn, signIn } from './entra-id/sign-ins.js';
import type { DocumentRule, DocumentSource, SourceDocument } from './rule.js';

/** The rows of an event, each by its rule. */
const rulesOf: Readonly<Record<Kind, readonly DocumentRule[]>> = {
  audit: [directoryAudit],
  graph: [graphCall],
  interactiveUser: [signIn, interactiveLogon],
  managedIdentity: [servicePrincipalSignIn],
  nonInteractiveUser: [signIn],
  other: [],
  servicePrincipal: [servicePrincipalSignIn],
};

/** Sign-ins and activities have a time of their own; Graph's calls are logged as they come. */
const [signInTime, activityTime, callTime] = [
  textIn('createdDateTime'),
  textIn('activityDateTime'),
  textIn('timeGenerated'),
];

function timeOf({ kind, event, logged }: EntraEvent): string | undefined {
  switch (kind) {
    case 'audit':
      return activityTime(event) ?? logged;
    case 'graph':
      return logged ?? callTime(event);
    default:
      return signInTime(event) ?? logged;
  }
}

function documentOf({ kind, event, tenant, result }: EntraEvent): JsonObject {
  return kind === 'audit'
    ? { [audit]: event }
    : extended(event, {
        [added.kind]: kind,
        [added.tenant]: tenant ?? null,
        [added.result]: result ?? null,
      });
}

function documentsOf(found: EntraEvent): readonly SourceDocument[] {
  const common = { computer: undefined, time: timeOf(found), id: undefined };
  const document = documentOf(found);
  return rulesOf[found.kind].map((rule, index) => ({
    ...common,
    document,
    rules: [rule],
    ...(index > 0 && { isBesides: true as const }),
  }));
}

/** Logs of Entra ID (learn.microsoft.com/entra/identity/monitoring-health, Graph's auditLogs). */
export const entraId: DocumentSource = {
  name: 'Entra ID',
  isOneOfRecord: false,
  rules: [signIn, interactiveLogon, servicePrincipalSignIn, directoryAudit, graphCall],
  told: [...Object.values(added), '@resource', '@workspace', 'createdDateTime'],
  read({ value }) {
    const found = entraEvent(value);
    return found && documentsOf(found);
  },
};
