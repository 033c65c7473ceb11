import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { contentsOf } from '../../src/ingest/contents.js';
import { tarOf, zipOf } from './archives.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, statfs: vi.fn(real.statfs) };
});

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-contents-'));
afterAll(() => rmSync(folder, { recursive: true }));

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

  it('are read behind a broken one, which is told at the end', async () => {
    const broken = Uint8Array.of(0x1f, 0x8b, 8, 0);
    const zip = zipOf({ 'a.json': security, 'b.gz': broken, 'c.json': security });
    // One that is packed in a way that nobody knows.
    zip.writeUInt16LE(99, zip.lastIndexOf('PK\u0001\u0002') + 10);
    const tar = await tarOf({ 'a.json': security, 'b.gz': broken, 'c.json': sysmon });
    for (const [archive, names, where] of [
      [zip, ['a.zip/a.json'], 'a.zip/b.gz: '],
      [tar, ['a.zip/c.json', 'a.zip/a.json'], 'a.zip/b.gz: '],
      [
        zipOf({ 'x.zip': zip, 'y.json': security }),
        ['a.zip/x.zip/a.json', 'a.zip/y.json'],
        'a.zip/x.zip/b.gz: ',
      ],
    ] as const) {
      const found: string[] = [];
      const read = async () => {
        const contents = contentsOf(
          { name: 'a.zip', chunks: whole(archive) },
          { again: () => whole(archive) },
        );
        for await (const { name } of contents) found.push(name);
      };
      await expect(read()).rejects.toMatchObject({
        code: 'ingest.content',
        message: expect.stringContaining(where),
      });
      expect(found).toEqual(names);
    }
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

  it('are none where the archive is no more than its start', async () => {
    for (const size of [4, 10, 21]) {
      const start = Buffer.concat([Buffer.from('PK\u0005\u0006')], size);
      await expect(membersOf(start)).rejects.toThrow(
        /^The zip archive cannot be read: End of Central Directory/i,
      );
    }
  });

  it('may be called anything', async () => {
    const names = ['../../etc/passwd', '/absolute.json', 'C:\\x.json', 'a\nb', '', 'ü\u0000'];
    const members = await membersOf(zipOf(Object.fromEntries(names.map((name) => [name, 'x']))));
    expect(members.map(([, text]) => text)).toEqual(names.map(() => 'x'));
    expect(members.map(([name]) => name)).toContain('../../etc/passwd');
  });

  it('are in no file that could be left behind while they are read', async () => {
    const folderNow = process.env['TMPDIR'];
    const room = path.join(folder, 'nameless');
    mkdirSync(room);
    process.env['TMPDIR'] = room;
    const names: string[] = [];
    const archive = zipOf({ 'a.json': security, 'inner.zip': zipOf({ 'b.json': 'x' }) });
    for await (const { name, chunks } of contentsOf({ name: 'a.zip', chunks: pieces(archive) })) {
      expect(readdirSync(room)).toEqual([]);
      for await (const _chunk of chunks);
      names.push(name);
    }
    expect(names).toEqual(['a.zip/a.json', 'a.zip/inner.zip/b.json']);
    if (folderNow === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = folderNow;
  });

  it('are not copied where there is no room for them', async () => {
    const folderNow = process.env['TMPDIR'];
    const room = path.join(folder, 'room');
    mkdirSync(room);
    process.env['TMPDIR'] = room;
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 1_000_000, bsize: 1 } as never);
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 1_000_000, bsize: 1 } as never);
    async function* huge() {
      yield Buffer.from('PK\u0003\u0004');
      for (;;) yield Buffer.alloc(2 ** 20);
    }
    const read = async () => {
      for await (const _content of contentsOf({ name: 'a.zip', chunks: huge() }));
    };
    await expect(read()).rejects.toMatchObject({ code: 'ingest.content' });
    expect(readdirSync(room)).toEqual([]);
    if (folderNow === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = folderNow;
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

describe('the members of a tar archive', () => {
  const members = {
    'a/security.json': security,
    'big.json': security + 'x'.repeat(2_000_000),
    'b.json.gz': gzipSync(sysmon + 'y'.repeat(3_000_000)),
    'c.txt': '',
    'd.json': sysmon,
    'Microsoft-Windows-Sysmon%4Operational.xml': '<Events/>',
    'inner.zip': zipOf({ 'e.json': security, 'f.json': sysmon }),
  };
  const inOrder = [
    ...['b.json.gz', 'd.json', 'Microsoft-Windows-Sysmon%4Operational.xml'],
    ...['inner.zip/f.json', 'inner.zip/e.json', 'a/security.json', 'big.json', 'c.txt'],
  ];
  const contentOf = (name: string): string =>
    ({
      'b.json.gz': sysmon + 'y'.repeat(3_000_000),
      'inner.zip/f.json': sysmon,
      'inner.zip/e.json': security,
    })[name] ?? String(members[name as keyof typeof members]);

  const read = async (bytes: Buffer, isOnce = false) => {
    const found = new Map<string, string>();
    const again = () => pieces(bytes);
    for await (const { name, chunks } of contentsOf(
      { name: 'a', chunks: again() },
      isOnce ? {} : { again },
    )) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      found.set(name.slice(2), Buffer.concat(parts).toString());
    }
    return found;
  };

  it('come with those of Sysmon before others, each of them whole', async () => {
    const tar = await tarOf(members);
    for (const archive of [tar, gzipSync(tar), zipOf({ 'in.tar': tar })]) {
      const prefix = archive.subarray(0, 2).toString() === 'PK' ? 'in.tar/' : '';
      const found = await read(archive);
      expect([...found.keys()]).toEqual(inOrder.map((name) => prefix + name));
      for (const [name, text] of found) {
        expect(text === contentOf(name.slice(prefix.length)), name).toBe(true);
      }
    }
  });

  it('come as they stand where the archive can be read once', async () => {
    const found = await read(await tarOf(members), true);
    expect([...found.keys()]).toEqual([
      ...['a/security.json', 'big.json', 'b.json.gz', 'c.txt', 'd.json'],
      ...['Microsoft-Windows-Sysmon%4Operational.xml', 'inner.zip/f.json', 'inner.zip/e.json'],
    ]);
  });

  it('are read once where all of them are of Sysmon', async () => {
    const tar = await tarOf({ 'a.json': sysmon, 'b.json': sysmon });
    let times = 0;
    const again = () => {
      times += 1;
      return pieces(tar);
    };
    for await (const { chunks } of contentsOf({ name: 'a', chunks: pieces(tar) }, { again })) {
      for await (const _chunk of chunks);
    }
    expect(times).toBe(0);
  });

  it('are read up to where the archive is broken off', async () => {
    const tar = await tarOf({ 'a.json': security, 'b.json': sysmon, 'c.json': security });
    for (const [end, whole] of [
      [512 * 5 + 10, ['b.json', 'a.json']],
      [512 * 3 + 100, ['b.json', 'a.json']],
      [512 * 3 + 10, ['a.json']],
    ] as const) {
      const names: string[] = [];
      const broken = tar.subarray(0, end);
      const contents = contentsOf(
        { name: 'a', chunks: pieces(broken) },
        { again: () => pieces(broken) },
      );
      const take = async () => {
        for await (const { name, chunks } of contents) {
          names.push(name.slice(2));
          for await (const _chunk of chunks);
        }
      };
      await expect(take()).rejects.toMatchObject({ code: 'ingest.content' });
      expect(names).toEqual(whole);
    }
  });

  it('may be left in the middle', async () => {
    const names: string[] = [];
    const tar = await tarOf(members);
    const contents = contentsOf({ name: 'a', chunks: pieces(tar) }, { again: () => pieces(tar) });
    for await (const { name, chunks } of contents) {
      names.push(name.slice(2));
      await chunks[Symbol.asyncIterator]().next();
    }
    expect(names).toEqual(inOrder);
  });
});

async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
