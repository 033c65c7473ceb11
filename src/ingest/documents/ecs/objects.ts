import type { Expression } from '../../windows/expression.js';
import { at, firstOf } from '../expression.js';
import * as to from '../transforms.js';

const hashes = (path: string): Readonly<Record<string, Expression>> => ({
  SHA1: to.hash(at(`${path}.hash.sha1`)),
  SHA256: to.hash(at(`${path}.hash.sha256`)),
  MD5: to.hash(at(`${path}.hash.md5`)),
});

export const file = (path: string): Readonly<Record<string, Expression>> => ({
  FileName: firstOf(at(`${path}.name`), to.baseName(at(`${path}.path`))),
  FolderPath: at(`${path}.path`),
  ...hashes(path),
});
