import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// 16 MB and some 30 ms a guess: OWASP's least recommended cost for scrypt is 2^17, but every request
// for a token by secret pays it, and secrets of our own making have 256 bits.
const cost = { N: 2 ** 14, r: 8, p: 1 };
const keyBytes = 32;

/** A new secret of 256 bits, as text. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored instead of a secret or password. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(secret, salt, cost);
  return [
    'scrypt',
    cost.N,
    cost.r,
    cost.p,
    salt.toString('base64url'),
    key.toString('base64url'),
  ].join('$');
}

/** Whether a secret is the one that was hashed; takes as long for a wrong one. */
export async function matchesHash(secret: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await derive(secret, Buffer.from(salt, 'base64url'), parameters);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Each has a thread to itself, of the four that files and packed requests are read with, too. */
const mostAtOnce = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(...parameters: Parameters<typeof deriveNow>): Promise<Buffer> {
  if (running < mostAtOnce) running++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await deriveNow(...parameters);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

function deriveNow(
  secret: string,
  salt: Buffer,
  { N, r, p }: { N: number; r: number; p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFKC'), salt, keyBytes, { N, r, p }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
