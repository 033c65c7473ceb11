import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallDisk, temporaryDirectory } from '../engine/fixture.js';
import { startTestIngest } from './fixture.js';
import { eventsPerRequest, requestOf, tenant } from './requests.js';

/** A data directory whose spool is a small file system; undefined where this user may not mount one. */
function smallSpool(): string | undefined {
  const directory = temporaryDirectory();
  const spool = path.join(directory, 'spool');
  mkdirSync(spool);
  return smallDisk(2, spool) && directory;
}

function fill(directory: string): string {
  const { bavail, bsize } = statfsSync(directory);
  const file = path.join(directory, 'ballast');
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return file;
}

const directory = smallSpool();

describe.skipIf(directory === undefined)('a full disk while ingesting', () => {
  it('refuses requests, keeps what was acknowledged, and takes more after space was freed', async () => {
    const spool = path.join(directory ?? '', 'spool');
    const { ingest, count } = await startTestIngest({ dataDirectory: directory ?? '' });
    await ingest.push(requestOf(0), { tenant });
    // From then on nobody else writes there.
    await ingest.flush();
    const ballast = fill(spool);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(ingest.push(requestOf(1), { tenant })).rejects.toMatchObject({
        code: 'ingest.unavailable',
        message: 'The disk is full.',
      });
    }
    rmSync(ballast);
    expect(await ingest.push(requestOf(1), { tenant })).toMatchObject({ accepted: 80 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents')).toBe(2 * eventsPerRequest);
  });
});
