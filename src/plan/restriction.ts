import { elements, kindOf, member, type SyntaxNode, textOf } from '../kql/syntax.js';
import { matcher } from '../kql/views.js';
import { type PlanContext, unsupported } from './context.js';

/**
 * The context after `restrict access to (…)`: tables, tabular views and patterns that the list does not
 * name are not there any more. What was declared before keeps what it sees.
 */
export function restricted(statement: SyntaxNode, context: PlanContext): PlanContext {
  const entities = elements<SyntaxNode>(statement, 'Expressions').map(entityOf);
  const own = namesOf(entities.filter(({ stored }) => !stored));
  const { catalog, variables } = context;
  const members = namesOf(entities.filter(({ stored }) => stored));
  // A table stands in the list under its own name too, unless the query calls something of its own so;
  // a lone star means the query's own views.
  const plain = namesOf(entities.filter(({ stored, name }) => !stored && name !== '*'));
  const isTaken = (name: string) => (variables.get(name)?.kind ?? 'scalar') !== 'scalar';
  const stored = (name: string) => members(name) || (plain(name) && !isTaken(name));
  return {
    ...context,
    variables: new Map([...variables].filter(([name, { kind }]) => kind === 'scalar' || own(name))),
    catalog: {
      ...catalog,
      tables: catalog.tables.filter(({ name }) => stored(name)),
      legacyTables: catalog.legacyTables.filter(({ name }) => stored(name)),
    },
  };
}

interface Entity {
  readonly name: string;
  /** Named as a member of the database. */
  readonly stored: boolean;
}

function entityOf(node: SyntaxNode): Entity {
  if (kindOf(node) === 'NameReference') return { name: textOf(node), stored: false };
  if (kindOf(node) !== 'PathExpression') {
    throw unsupported(node, 'this entity of restrict access', 'name tables, views or patterns');
  }
  const database = member<SyntaxNode>(node, 'Expression');
  if (!/^database\s*\(\s*\)$/.test(textOf(database))) {
    throw unsupported(database, textOf(database), 'other databases are not reachable');
  }
  return { name: textOf(member(node, 'Selector')), stored: true };
}

function namesOf(entities: readonly Entity[]): (name: string) => boolean {
  const patterns = entities.map(({ name }) => matcher(name.replace(/^\[(['"])(.*)\1\]$/, '$2')));
  return (name) => patterns.some((pattern) => pattern.test(name));
}
