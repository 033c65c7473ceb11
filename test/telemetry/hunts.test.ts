import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestIngest } from '../ingest/fixture.js';
import { answer, load, mistakes, recordingsIn } from './recordings.js';

const shared = process.env['QUARRY_SHARED'];
/** Another folder of recordings, of the same layout: `hunts.jsonl` and `otrf/manifest.json`. */
const folder = process.env['QUARRY_RECORDINGS'] ?? (shared && path.join(shared, 'telemetry'));
/** One dataset alone, by its name. */
const only = process.env['QUARRY_DATASET'];
const recordings = recordingsIn(folder);

if (recordings === undefined) {
  console.log('No recordings: set QUARRY_SHARED or QUARRY_RECORDINGS to hunt in them.');
}

const datasets = [...new Set(recordings?.hunts.map(({ dataset }) => dataset))].filter(
  (dataset) => only === undefined || dataset === only,
);

describe.skipIf(recordings === undefined)('hunts over recorded attacks', async () => {
  const started = recordings === undefined ? undefined : startTestIngest();
  for (const dataset of datasets) {
    describe(dataset, () => {
      const tenant = dataset;
      let loaded: Promise<unknown> | undefined;
      const ready = async () => {
        const test = await started;
        if (test === undefined) throw new Error('nothing started');
        loaded ??= load(test, tenant, recordings?.filesOf(dataset) ?? []);
        await loaded;
        return test.engine;
      };
      for (const hunt of recordings?.hunts.filter((each) => each.dataset === dataset) ?? []) {
        it(hunt.name, { timeout: 600_000 }, async () => {
          const rows = await answer(await ready(), tenant, hunt.kql);
          expect(mistakes(rows, hunt)).toEqual([]);
        });
      }
    });
  }
});
