import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { inReadingOrder } from '../../src/ingest/reading-order.js';

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-order-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
}

const security = file(
  'a.json',
  '{"SourceName":"Microsoft-Windows-Security-Auditing","EventID":4688}\n',
);
const sysmon = file('b.json', '{"SourceName":"Microsoft-Windows-Sysmon","EventID":1}\n');
const packed = file('c.json.gz', gzipSync('{"provider_name":"microsoft-windows-sysmon"}\n'));
const log = file('d.evtx', Buffer.from('ElfFile\0Microsoft-Windows-Sysmon/Operational', 'utf16le'));
const broken = file('e.gz', Uint8Array.of(0x1f, 0x8b, 8, 0));
const missing = path.join(folder, 'missing');

test('files of Sysmon are read before those of other logs', async () => {
  expect(await inReadingOrder([security, broken, sysmon, missing, packed, log, '-'])).toEqual([
    ...[sysmon, packed, log],
    ...[security, broken, missing, '-'],
  ]);
});

test('a pipe is not looked into', async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await inReadingOrder([pipe, sysmon])).toEqual([sysmon, pipe]);
});
