import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the portal is built, seen from here: the same from `src/api/portal` and from `dist/api/portal`. */
const folder = fileURLToPath(new URL('../../../dist/portal', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

const suffixes = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof suffixes;

/** The document of every page; undefined: the portal is not built. */
export function readPage(): Promise<Buffer | undefined> {
  return read('index.html');
}

/** A file of the built portal, compressed as the client takes it. */
export async function readAsset(
  name: string,
  encodings: readonly Encoding[],
): Promise<{ bytes: Buffer; type: string; encoding?: Encoding } | undefined> {
  const type = types[extname(name)];
  // One name in one folder, and never a way out of it.
  if (!type || !/^[\w-]+(\.[\w-]+)+$/.test(name)) return undefined;
  for (const encoding of encodings) {
    const bytes = await read(`assets/${name}${suffixes[encoding]}`);
    if (bytes) return { bytes, type, encoding };
  }
  const bytes = await read(`assets/${name}`);
  return bytes && { bytes, type };
}

/** The encodings that are ready and that a client takes, the shortest first. */
export function negotiate(accepted: string | undefined): Encoding[] {
  const names = (accepted ?? '').split(',').map((part) => part.trim().toLowerCase());
  return (['br', 'gzip'] as const).filter((name) =>
    names.some((part) => part.split(';', 1)[0]?.trim() === name && !/;\s*q=0(\.0*)?$/.test(part)),
  );
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(folder, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
