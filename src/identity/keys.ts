import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import { HuntError } from '../errors.js';

export const signingAlgorithm = 'RS256';

/** How long a replaced key still verifies: longer than any token that it signed lives. */
const verifiesForMs = 25 * 3_600_000;

const keyFile = z.object({
  kid: z.string(),
  createdAt: z.number(),
  /** When a newer key replaced it. */
  retiredAt: z.number().nullable(),
  jwk: z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string() }),
});

export interface SigningKey {
  readonly kid: string;
  readonly createdAt: number;
  readonly retiredAt: number | null;
  /** The private key. */
  readonly jwk: JWK;
}

/** The embedded issuer's keys: one that signs, and those before it that still verify. */
export interface KeyRing {
  readonly signing: SigningKey;
  /** Newest first; the first is `signing`. */
  readonly all: readonly SigningKey[];
}

/** Reads the keys of a folder, and makes the folder and the first key where there are none. */
export async function openKeys(directory: string): Promise<KeyRing> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const keys = await readKeys(directory);
  if (keys.length === 0) {
    await createKey(directory);
    return openKeys(directory);
  }
  return ring(keys);
}

/** Makes a new signing key; the earlier ones go on verifying for a day, and are then removed. */
export async function rotateKeys(directory: string, now = Date.now()): Promise<KeyRing> {
  const before = await openKeys(directory);
  await createKey(directory);
  for (const key of before.all) {
    const retiredAt = key.retiredAt ?? now;
    if (now - retiredAt > verifiesForMs) await rm(fileOf(directory, key.kid), { force: true });
    else await writeKey(directory, { ...key, retiredAt });
  }
  return openKeys(directory);
}

/** The public half of a key, as a JWKS document lists it. */
export function publicJwk({ jwk, kid }: SigningKey): JWK {
  return { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '', kid, alg: signingAlgorithm, use: 'sig' };
}

function ring(keys: readonly SigningKey[]): KeyRing {
  const all = [...keys].sort(
    (a, b) =>
      Number(a.retiredAt !== null) - Number(b.retiredAt !== null) || b.createdAt - a.createdAt,
  );
  const [signing] = all;
  if (!signing) throw new Error('no signing key');
  return { signing, all };
}

/** @throws HuntError `configuration.invalid` naming a file that is no key */
async function readKey(file: string): Promise<z.infer<typeof keyFile>> {
  const text = await readFile(file, 'utf8');
  try {
    return keyFile.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${file} is no signing key: put it back from a copy, or remove it, and a new one is made`;
    throw new HuntError('configuration.invalid', { message }, { cause });
  }
}

async function readKeys(directory: string): Promise<SigningKey[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.map(async (name) => {
      const key = await readKey(join(directory, name));
      return { ...key, jwk: key.jwk as JWK };
    }),
  );
}

async function createKey(directory: string): Promise<void> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, {
    modulusLength: 2048,
    extractable: true,
  });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  await writeKey(directory, { kid, createdAt: Date.now(), retiredAt: null, jwk });
}

/** Whole or not at all, and readable by the owner alone from its first byte on. */
async function writeKey(directory: string, key: SigningKey): Promise<void> {
  const file = fileOf(directory, key.kid);
  await writeFile(`${file}.new`, JSON.stringify(key), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function fileOf(directory: string, kid: string): string {
  return join(directory, `${kid}.json`);
}
