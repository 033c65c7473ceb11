import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { HuntError } from '../../src/errors.js';
import { ingestFile } from '../../src/ingest/file.js';
import type { Intake } from '../../src/ingest/intake.js';
import { tarOf } from './archives.js';

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
