import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test, vi } from 'vitest';
import { HuntError } from '../../src/errors.js';
import { ingestFile } from '../../src/ingest/file.js';
import type { Intake } from '../../src/ingest/intake.js';
import { tarOf, zipOf } from './archives.js';

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Knows no records. */
const intake = {
  // biome-ignore lint/correctness/useYield: it fails first.
  async *handOver() {
    throw new HuntError('ingest.source', { known: 'none' });
  },
  read: (work: () => Promise<void>) => work(),
} as unknown as Intake;

test('a packed tar archive is read with the members of Sysmon first', async () => {
  const packed = gzipSync(
    await tarOf({
      'a.json': 'Security',
      'b.json': 'Microsoft-Windows-Sysmon',
      'c.json': 'Security',
    }),
  );
  const file = path.join(folder, 'a.tgz');
  writeFileSync(file, packed);
  const read: number[] = [];
  const { unrecognized } = await ingestFile(async () => intake, file, {
    tenant: 'default',
    onProgress: ({ bytesRead }) => read.push(bytesRead),
  });
  expect(unrecognized).toEqual(['a.tgz/b.json', 'a.tgz/a.json', 'a.tgz/c.json']);
  expect(read.at(-1)).toBe(packed.length);
});

test.skipIf(!existsSync('/proc/self/fd'))('a file is closed, however far it was read', async () => {
  const lines = 'a line of text\n'.repeat(200_000);
  const packed = gzipSync(lines, { level: 0 });
  const files = {
    'a.zip': zipOf({ 'a.json': lines, 'b.json': lines }),
    'stray.gz': Buffer.concat([gzipSync('a line'), Buffer.alloc(3 * 1024 * 1024)]),
    'damaged.gz': Buffer.concat([packed.subarray(0, 20), Buffer.alloc(packed.length)]),
    'plain.txt': lines,
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    const unread = ingestFile(async () => intake, file, { tenant: 'default' });
    await unread.catch(() => undefined);
  }
  await vi.waitFor(() => expect(openFiles().filter((file) => file.startsWith(folder))).toEqual([]));
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return [];
    }
  });
}
