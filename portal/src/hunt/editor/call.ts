import { tokenPattern } from '../tokens.js';

/** The call that a place in a query is in the arguments of. */
export interface Call {
  /** Where the function's name ends, which is where the language is asked about it. */
  readonly nameEnd: number;
  /** The argument that the place is in, from 0. */
  readonly argument: number;
}

const pieces = tokenPattern('[()[\\]{},|;]');

/** The innermost call that is open at the end of a text; undefined: none is. */
export function openCall(text: string): Call | undefined {
  const open: { readonly nameEnd: number | undefined; commas: number }[] = [];
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (piece === '(') {
      const name = /[A-Za-z_]\w*\s*$/.exec(text.slice(Math.max(0, index - 200), index))?.[0];
      const nameEnd =
        name === undefined ? undefined : index - (name.length - name.trimEnd().length);
      open.push({ nameEnd, commas: 0 });
    } else if (piece === '[' || piece === '{') open.push({ nameEnd: undefined, commas: 0 });
    else if (')]}'.includes(piece)) open.pop();
    else if (piece === ';' && open.length > 0) open.length = 0;
    else if (piece === ',') {
      const last = open.at(-1);
      if (last) last.commas += 1;
    }
  }
  const call = open.at(-1);
  return call?.nameEnd === undefined ? undefined : { nameEnd: call.nameEnd, argument: call.commas };
}

/** A function as the language writes it: `substring(string, start, [length]): string`. */
export interface Signature {
  readonly label: string;
  /** Where each parameter stands in the label. */
  readonly parameters: readonly (readonly [start: number, end: number])[];
  /** The last parameter may be given again. */
  readonly isVariadic: boolean;
}

export function signatureOf(text: string): Signature | undefined {
  const label = text.split('\n').find((line) => /^[A-Za-z_]\w*\(.*\)/.test(line));
  if (label === undefined) return undefined;
  const begin = label.indexOf('(') + 1;
  const inside = label.slice(begin, label.indexOf(')', begin));
  let at = begin;
  const parameters = inside.split(', ').flatMap((name): [number, number][] => {
    const start = at;
    at += name.length + 2;
    return name === '' || name === '...' ? [] : [[start, start + name.length]];
  });
  return { label, parameters, isVariadic: inside.endsWith('...') };
}
