import type { JsonValue } from '../../json.js';
import { computed, type Expression, joined, textFrom } from '../../windows/expression.js';
import { asObject } from '../../windows/shape.js';
import { at, firstOf, perhaps } from '../expression.js';
import * as to from '../transforms.js';

/** Numbers and names of algorithms, of one of which a fingerprint is. */
const algorithms = { MD5: '1', SHA1: '2', SHA256: '3' } as const;

/** A hash of a list of fingerprints. */
export function hashAt(path: string, name: keyof typeof algorithms): Expression {
  const lists$ = [at(`${path}.hashes`), at(`${path}.fingerprints`)];
  return computed(
    `${path}.hashes[${name}]`,
    (scope) => {
      for (const { read } of lists$) {
        const found = fingerprint(read(scope), name);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    },
    lists$.flatMap(({ fields }) => fields),
  );
}

function fingerprint(
  list: JsonValue | undefined,
  name: keyof typeof algorithms,
): string | undefined {
  for (const item of Array.isArray(list) ? (list as readonly JsonValue[]) : []) {
    const { algorithm, algorithm_id, value } = (asObject(item) ?? {}) as Record<string, JsonValue>;
    const isNamed =
      textFrom(algorithm)
        ?.replace(/[-_\s]/g, '')
        .toUpperCase() === name;
    if (isNamed || textFrom(algorithm_id) === algorithms[name]) {
      return textFrom(value)?.toLowerCase();
    }
  }
  return undefined;
}

const hashesOf = (path: string): Readonly<Record<string, Expression>> => ({
  SHA1: to.hash(hashAt(path, 'SHA1')),
  SHA256: to.hash(hashAt(path, 'SHA256')),
  MD5: to.hash(hashAt(path, 'MD5')),
});

export const file = (path: string): Readonly<Record<string, Expression>> => ({
  FileName: firstOf(at(`${path}.name`), to.baseName(at(`${path}.path`))),
  FolderPath: at(`${path}.path`),
  FileSize: to.integer(at(`${path}.size`)),
  ...hashesOf(path),
});

export const userOf = (path: string) =>
  firstOf(joined('\\', at(`${path}.domain`), at(`${path}.name`)), at(`${path}.name`));

/** A user's id, where it is none of the names that Windows has for it: `NULL SID`, `CONTOSO\bob`. */
export function sidOf(path: string): Expression {
  const { read, text } = at(`${path}.uid`);
  return computed(
    text,
    (scope) => {
      const id = textFrom(read(scope));
      return id === undefined || /\\|^NULL SID$/i.test(id) ? undefined : id;
    },
    [`${perhaps}${path}.uid`],
  );
}

export const account = (path: string): Readonly<Record<string, Expression>> => ({
  AccountName: to.accountName(at(`${path}.name`)),
  AccountDomain: firstOf(to.lower(at(`${path}.domain`)), to.accountDomain(at(`${path}.name`))),
  AccountSid: sidOf(path),
});

export function registryText(path: string): Expression {
  const value = at(`${path}.data`);
  return computed(
    value.text,
    (scope) => {
      const data = value.read(scope);
      const inner = asObject(data);
      return inner ? (inner['value'] ?? inner['string'] ?? data) : data;
    },
    value.fields,
  );
}
