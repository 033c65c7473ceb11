import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// Whatever else is tested, this is of what is shipped.
const program = join(import.meta.dirname, '../../dist/cli/main.js');

it('the built program takes events in and answers a hunt', { timeout: 180_000 }, async () => {
  if (!existsSync(program)) {
    throw new Error('The server is not built: npm run build');
  }
  const directory = await mkdtemp(join(tmpdir(), 'quarry-build-'));
  const quarry = async (...commandLine: string[]) =>
    (await promisify(execFile)(process.execPath, [program, ...commandLine])).stdout;
  const file = join(directory, 'events.ndjson');
  const time = new Date().toISOString();
  const start = {
    '@timestamp': time,
    winlog: {
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider_name: 'Microsoft-Windows-Sysmon',
      event_id: '1',
      computer_name: 'pc1',
      event_data: {
        UtcTime: time.replace('T', ' ').replace('Z', ''),
        ProcessId: '42',
        Image: 'C:\\Windows\\System32\\cmd.exe',
        CommandLine: 'cmd.exe /c whoami',
      },
    },
  };
  await writeFile(file, `${JSON.stringify(start)}\n`);
  const data = join(directory, 'data');
  expect(await quarry('ingest', '--data', data, file)).toContain('1  DeviceProcessEvents');
  const text = 'DeviceProcessEvents | project FileName, ProcessId';
  expect(JSON.parse(await quarry('query', '--data', data, text))).toMatchObject({
    Results: [{ FileName: 'cmd.exe', ProcessId: 42 }],
  });
  await rm(directory, { recursive: true });
});
