import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestIngest } from './fixture.js';
import { tenant } from './requests.js';

const shared = process.env['QUARRY_SHARED'];

// Recordings of real attacks; they are no part of the repository.
describe.skipIf(shared === undefined)('the recorded sample', () => {
  const expected = {
    DeviceRegistryEvents: 594,
    DeviceNetworkEvents: 496,
    DeviceEvents: 400,
    DeviceProcessEvents: 364,
    DeviceFileEvents: 340,
    DeviceLogonEvents: 145,
  };

  it('is accepted whole, each event in its table, and adds nothing a second time', async () => {
    const { ingest, count } = await startTestIngest();
    const file = path.join(shared ?? '', 'telemetry', 'streaming-sample.ndjson.gz');
    expect(await ingest.file(file, { tenant })).toMatchObject({
      source: 'defender-streaming',
      accepted: 2339,
      rejected: 0,
      duplicate: 0,
      deadLetters: 0,
      byTable: expected,
    });
    await ingest.flush();
    expect(await ingest.file(file, { tenant })).toMatchObject({ accepted: 0, duplicate: 2339 });
    await ingest.flush();
    for (const [table, rows] of Object.entries(expected)) {
      expect([table, await count(table)]).toEqual([table, rows]);
    }
    expect(await count('QuarryIngestErrors')).toBe(0);
  });
});
