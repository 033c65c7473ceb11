import type { ResultColumn, ResultSet } from '../results/model.js';
import { isEmpty, plainText } from '../results/values/display.js';

/** A process with those that it started. */
export interface ProcessNode {
  readonly key: string;
  readonly device: string;
  readonly id: string;
  readonly name: string;
  readonly commandLine: string;
  readonly account: string;
  /** ISO text of when it started; empty when only its children tell of it. */
  readonly started: string;
  /** Its row in the result; undefined when only its children tell of it. */
  readonly row: number | undefined;
  readonly children: readonly ProcessNode[];
}

const mostProcesses = 5000;

/** Whether rows name processes and their parents. */
export function hasProcesses(columns: readonly ResultColumn[]): boolean {
  const names = new Set(columns.map(({ name }) => name));
  return names.has('ProcessId') && names.has('InitiatingProcessId') && names.has('FileName');
}

interface Found {
  readonly node: Omit<ProcessNode, 'children'>;
  readonly parent: string | undefined;
}

/**
 * Processes under those that started them. An id is used again and again, so a process is its device, its
 * id and, where the rows have it, the time of its creation.
 */
export function processTree({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>): ProcessNode[] {
  const at = new Map(columns.map(({ name }, index) => [name, index]));
  const found = new Map<string, Found>();
  for (const [row, values] of rows.entries()) {
    if (found.size >= mostProcesses) break;
    const read = (name: string): string => {
      const value = values[at.get(name) ?? -1];
      return isEmpty(value) ? '' : plainText(value);
    };
    const device = read('DeviceId') || read('DeviceName');
    const child = read('ProcessId');
    const actor = read('InitiatingProcessId');
    if (child === '' || actor === '') continue;
    const key = keyOf(device, child, read('ProcessCreationTime'));
    const parent = keyOf(device, actor, read('InitiatingProcessCreationTime'));
    const grandparent = read('InitiatingProcessParentId');
    const above = grandparent === '' ? undefined : keyOf(device, grandparent, '');
    add(found, above, parent, {
      device,
      id: actor,
      name: read('InitiatingProcessFileName'),
      commandLine: read('InitiatingProcessCommandLine'),
      account: read('InitiatingProcessAccountName'),
      started: read('InitiatingProcessCreationTime'),
      row: undefined,
    });
    add(found, parent === key ? undefined : parent, key, {
      device,
      id: child,
      name: read('FileName'),
      commandLine: read('ProcessCommandLine'),
      account: read('AccountName'),
      started: read('ProcessCreationTime') || read('Timestamp'),
      row,
    });
  }
  return linked(found);
}

function keyOf(device: string, id: string, created: string): string {
  return `${device}\n${id}\n${created}`;
}

// What a process's own start says is more than what its children say of it.
function add(
  found: Map<string, Found>,
  parent: string | undefined,
  key: string,
  node: Omit<ProcessNode, 'key' | 'children'>,
): void {
  const known = found.get(key);
  if (known !== undefined && (known.node.row !== undefined || node.row === undefined)) return;
  found.set(key, { node: { ...node, key }, parent: parent ?? known?.parent });
}

function linked(found: ReadonlyMap<string, Found>): ProcessNode[] {
  const children = new Map<string, Found[]>();
  const roots: Found[] = [];
  for (const entry of found.values()) {
    const { parent } = entry;
    if (parent === undefined || !found.has(parent) || isBelowItself(found, entry))
      roots.push(entry);
    else {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [entry]);
      else siblings.push(entry);
    }
  }
  const build = ({ node }: Found): ProcessNode => ({
    ...node,
    children: (children.get(node.key) ?? []).sort(byStart).map(build),
  });
  return roots.sort(byStart).map(build);
}

/** Ids that were used again can make a ring; a ring has no top to be drawn from. */
function isBelowItself(found: ReadonlyMap<string, Found>, entry: Found): boolean {
  const seen = new Set<string>();
  let key: string | undefined = entry.parent;
  while (key !== undefined && !seen.has(key)) {
    if (key === entry.node.key) return true;
    seen.add(key);
    key = found.get(key)?.parent;
  }
  return false;
}

function byStart(a: Found, b: Found): number {
  return a.node.started < b.node.started ? -1 : a.node.started > b.node.started ? 1 : 0;
}

export function countProcesses(nodes: readonly ProcessNode[]): number {
  return nodes.reduce((sum, { children }) => sum + 1 + countProcesses(children), 0);
}
