import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { contentsOf } from '../../src/ingest/contents.js';

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-contents-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A zip archive, its members as they are. */
function zipOf(members: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const [file, data] = [Buffer.from(name), Buffer.from(content as string)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(file.length, 22);
    const local = [Buffer.from('PK\u0003\u0004'), common, file, data];
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, rest, file);
    parts.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  const count = Object.keys(members).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\u0005\u0006'), end]);
}

async function* whole(bytes: Uint8Array) {
  yield bytes;
}

/** Names and texts in the order in which they come. */
async function membersOf(bytes: Buffer, file?: string): Promise<(readonly [string, string])[]> {
  const members: (readonly [string, string])[] = [];
  const contents = contentsOf({ name: 'a.zip', chunks: whole(bytes) }, file ? { file } : {});
  for await (const { name, chunks } of contents) {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) {
      parts.push(chunk);
    }
    members.push([name.replace('a.zip/', ''), Buffer.concat(parts).toString()]);
  }
  return members;
}

const security = '{"SourceName":"Microsoft-Windows-Security-Auditing"}\n';
const sysmon = '{"SourceName":"Microsoft-Windows-Sysmon"}\n';

describe('the members of a zip archive', () => {
  it('come with those of Sysmon before others, each of them whole', async () => {
    const archive = zipOf({
      'a/security.json': security,
      'b.json.gz': gzipSync(sysmon),
      'c.txt': 'x',
      'd.json': sysmon,
      'Microsoft-Windows-Sysmon%4Operational.xml': '<Events/>',
    });
    const file = path.join(folder, 'a.zip');
    writeFileSync(file, archive);
    for (const members of [await membersOf(archive), await membersOf(archive, file)]) {
      expect(members).toEqual([
        ['b.json.gz', sysmon],
        ['d.json', sysmon],
        ['Microsoft-Windows-Sysmon%4Operational.xml', '<Events/>'],
        ['a/security.json', security],
        ['c.txt', 'x'],
      ]);
    }
  });

  it('are read as far as they can be, in their order', async () => {
    const archive = zipOf({ 'a.json': security, 'b.gz': Uint8Array.of(0x1f, 0x8b, 8, 0) });
    await expect(membersOf(archive)).rejects.toThrow('truncated');
    expect(await membersOf(zipOf({ 'one.json': security }))).toEqual([['one.json', security]]);
    expect(await membersOf(zipOf({}))).toEqual([]);
  });

  it('are read up to where the list of them is damaged', async () => {
    const archive = zipOf({ 'a.json': security, 'b.json': sysmon, 'c.json': sysmon });
    archive.write('XX', archive.lastIndexOf('PK\u0001\u0002'));
    const names: string[] = [];
    const read = async () => {
      for await (const { name } of contentsOf({ name: 'a.zip', chunks: whole(archive) })) {
        names.push(name);
      }
    };
    await expect(read()).rejects.toThrow('zip archive cannot be read');
    expect(names).toEqual(['a.zip/b.json', 'a.zip/a.json']);
  });

  it('are put in order by the thousand', async () => {
    const names = Array.from({ length: 1_050 }, (_, index) => `${index}.json`);
    const archive = zipOf(
      Object.fromEntries(names.map((name, index) => [name, index % 1_049 === 999 ? sysmon : 'x'])),
    );
    const order = (await membersOf(archive)).map(([name]) => name);
    expect([order.length, order[0], order.at(-1)]).toEqual([1_050, '999.json', '1049.json']);
  });
});
