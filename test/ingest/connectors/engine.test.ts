import { describe, expect, it } from 'vitest';
import { startTestIngest } from '../fixture.js';
import { mutatedDocument, random } from '../mutations.js';
import { numbers, tenant } from '../requests.js';
import { headers, samples } from './samples.js';

describe('rows of every connector are taken by the engine', async () => {
  const { ingest, count } = await startTestIngest();

  it.each(Object.keys(samples))('%s', async (name) => {
    const next = random(name.length * 104_729);
    const own = samples[name] ?? [];
    const changed = numbers(0, 200).map((number) => {
      const sample = own[number % own.length] ?? '';
      return typeof sample === 'string' ? sample : JSON.stringify(mutatedDocument(sample, next));
    });
    const valid = own.map((record) =>
      typeof record === 'string' ? record : JSON.stringify(record),
    );
    const text = [...(headers[name] ?? []), ...valid, ...changed].join('\n');
    const summary = await ingest.push(Buffer.from(text), { tenant, source: name });
    await ingest.flush();
    expect(summary.accepted).toBeGreaterThan(0);
    expect(await count('QuarryIngestErrors', "ReasonCode = 'engine.refused'")).toBe(0);
    // A second delivery adds nothing that a first has not.
    const again = await ingest.push(Buffer.from(text), { tenant, source: name });
    expect([name, again.accepted]).toEqual([name, 0]);
  });
});
