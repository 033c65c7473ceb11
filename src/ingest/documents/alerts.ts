import type { Columns } from '../windows/actor.js';
import { type Condition, type Expression, literal, transform } from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { valueAt } from './document.js';
import type { DocumentRule } from './rule.js';

/** Where documents have what an alert is about, and what that is. */
export type Places = readonly (readonly [path: readonly string[], kind: string])[];

/** What an alert is about, each as a document with one member that is called after its kind. */
export function* entitiesAt(places: Places, holder: JsonObject): Generator<JsonObject> {
  for (const [path, kind] of places) {
    const entity = asObject(valueAt(holder, path));
    if (entity) {
      yield { [kind]: entity };
    }
  }
}

const shared = ['AlertId', 'Title', 'Severity', 'ServiceSource', 'DetectionSource'];

/** What the evidence of an alert has of the alert. */
export function ofAlert(alert: Columns): Columns {
  const columns: Columns = { AttackTechniques: alert['AttackTechniques'] };
  for (const name of shared) {
    columns[name] = alert[name];
  }
  const category = alert['Category'];
  if (category !== undefined && category !== '') {
    columns['Categories'] = [category];
  }
  return columns;
}

/** A row of AlertEvidence. */
export function evidence(
  event: string,
  type: string,
  role: 'Impacted' | 'Related',
  condition: Condition,
  columns: Readonly<Record<string, Expression>>,
): DocumentRule {
  return {
    event,
    table: 'AlertEvidence',
    condition,
    columns: { EntityType: literal(type), EvidenceRole: literal(role), ...columns },
  };
}

const isSid = /^S-1-/i;
export const sid = transform('SID', (text) => (isSid.test(text) ? text : undefined));
export const notSid = transform('id', (text) => (isSid.test(text) ? undefined : text));
