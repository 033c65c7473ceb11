import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../engine/fixture.js';
import { killRun, randomFrom } from './kill-run.js';

test('a server that is killed again and again has every event once, as one that is not', async () => {
  const directory = temporaryDirectory();
  const events = 20_000;
  const random = randomFrom(7);
  const [undisturbed, killed] = await Promise.all([
    killRun({ directory: join(directory, 'a'), events, kills: 0, longestLifeMs: 0, random }),
    killRun({ directory: join(directory, 'b'), events, kills: 3, longestLifeMs: 2_000, random }),
  ]);
  expect(killed).toEqual(undisturbed);
  const { DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceLogonEvents } = killed;
  const rows = [DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceLogonEvents];
  expect(rows.reduce((sum, table) => sum + (table?.rows ?? 0), 0)).toBe(events - 4);
  expect(killed['QuarryIngestErrors']?.rows).toBe(4);
}, 240_000);
