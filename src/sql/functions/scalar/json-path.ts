import type { CallSite } from '../../functions.js';
import { refused } from '../refused.js';

/** `$.a.b`, `$['a']["b"]`: a key that names a place deeper in a bag. */
export function isPath(key: string): boolean {
  return /^\$[.[]/.test(key);
}

/** The keys of a path through bags; indexes into arrays are not part of these functions. */
export function pathKeys(call: CallSite, path: string): string[] {
  const keys: string[] = [];
  const step = /\.([^.[\]'"]+)|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const at = step.lastIndex;
    const found = step.exec(path);
    if (!found) {
      throw refused(call, `the path ${path}`, `it is not understood at '${path.slice(at)}'`);
    }
    keys.push((found[1] ?? found[2] ?? found[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return keys;
}
