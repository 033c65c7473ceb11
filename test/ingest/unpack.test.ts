import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { contentsOf } from '../../src/ingest/contents.js';
import { ByteReader, inBlocks } from '../../src/ingest/unpack.js';

async function* chunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

/** What comes out, and the failure at its end. */
async function unpacked(bytes: Uint8Array, size = 1000): Promise<[text: string, failure: string]> {
  const output: Uint8Array[] = [];
  let failure = '';
  try {
    for await (const content of contentsOf({ name: 'test', chunks: chunks(bytes, size) })) {
      for await (const chunk of content.chunks) output.push(chunk);
    }
  } catch (error) {
    failure = (error as Error).message;
  }
  return [Buffer.concat(output).toString(), failure];
}

const text = Array.from({ length: 4_000 }, (_, index) => `line ${index * 7919}\n`).join('');
const packed = gzipSync(text);

/** A member with every optional field of the header. */
function withHeaderFields(): Buffer {
  const header = Buffer.from(packed.subarray(0, 10));
  header[3] = 2 | 4 | 8 | 16;
  const fields = [
    Buffer.from([3, 0, 1, 2, 3]),
    Buffer.from('name\0comment\0'),
    Buffer.from([0, 0]),
  ];
  return Buffer.concat([header, ...fields, packed.subarray(10)]);
}

describe('content', () => {
  for (const size of [1, 10, 4096, 1_000_000]) {
    it.each([
      ['plain text', Buffer.from(text)],
      ['nothing', Buffer.from('')],
      ['gzip', packed],
      ['several members', Buffer.concat([gzipSync(text.slice(0, 5)), gzipSync(text.slice(5))])],
      ['a stray byte behind the end', Buffer.concat([packed, Buffer.from('\n')])],
      ['stray bytes behind the end', Buffer.concat([packed, Buffer.from([0x1f, 0x8b, 9, 9])])],
      ['zero bytes behind the end', Buffer.concat([packed, Buffer.alloc(512)])],
      ['all header fields', withHeaderFields()],
    ])(`%s, ${size} bytes at a time`, async (what, bytes) => {
      const expected = what === 'nothing' ? '' : text;
      expect(await unpacked(bytes, size)).toEqual([expected, '']);
    });
  }

  it('gzip of very many members in one piece takes no more than its length in time', async () => {
    const packs = Array.from({ length: 4_000 }, (_, index) => gzipSync(`${index}\n`));
    let copied = 0;
    const concat = vi.spyOn(Buffer, 'concat').mockImplementation((pieces, size) => {
      const joined = new Uint8Array(size ?? pieces.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const piece of pieces) {
        joined.set(piece, at);
        at += piece.length;
      }
      copied += joined.length;
      return Buffer.from(joined.buffer);
    });
    const bytes = Buffer.concat(packs);
    copied = 0;
    const [output] = await unpacked(bytes, bytes.length);
    concat.mockRestore();
    expect(output.split('\n')).toHaveLength(4_001);
    expect(copied).toBeLessThan(20 * bytes.length);
  });

  it('gzip with a long name is looked through, and not asked byte by byte', async () => {
    const header = Buffer.from(packed.subarray(0, 10));
    header[3] = 8;
    const name = Buffer.alloc(4_000_000, 'n');
    const peeked = vi.spyOn(ByteReader.prototype, 'peek');
    const whole = Buffer.concat([header, name, Buffer.from([0]), packed.subarray(10)]);
    expect(await unpacked(whole, 65_536)).toEqual([text, '']);
    expect(await unpacked(Buffer.concat([header, name]), 65_536)).toEqual([
      '',
      'The gzip data is truncated.',
    ]);
    expect(peeked.mock.calls.length).toBeLessThan(100);
    peeked.mockRestore();
  });

  it.each([5, 15, 1000, packed.length - 20, packed.length - 8, packed.length - 1])(
    'gzip that breaks off after %i bytes gives what is whole, and says so',
    async (length) => {
      const [output, failure] = await unpacked(packed.subarray(0, length));
      expect(failure).toBe('The gzip data is truncated.');
      expect(text.startsWith(output)).toBe(true);
      expect(output.length).toBeGreaterThan(length < 1000 ? -1 : 1000);
    },
  );

  it('damaged gzip is told from whole', async () => {
    for (const at of [500, packed.length - 6, packed.length - 1]) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const [, failure] = await unpacked(damaged);
      expect(failure).toMatch(/^The gzip data is (damaged|truncated)\.$/);
    }
  });

  it.each([
    ['utf-16le', [0xff, 0xfe]],
    ['utf-16be', [0xfe, 0xff]],
    ['utf-16le', []],
    ['utf-16be', []],
  ] as const)('%s, with a mark of %j, becomes UTF-8, packed or not', async (encoding, mark) => {
    const content = '{"a":"ü😀"}\n';
    const units = Buffer.from(content, 'utf16le');
    const body = encoding === 'utf-16le' ? units : Buffer.from(units).swap16();
    const bytes = Buffer.concat([Buffer.from(mark), body]);
    for (const form of [bytes, gzipSync(bytes)]) {
      expect(await unpacked(form, 3)).toEqual([content, '']);
    }
  });

  it.each(['\0', 'a\0', 'é\0', '{}\0\0'])('%j is not taken for UTF-16', async (content) => {
    expect(await unpacked(Buffer.from(content))).toEqual([content, '']);
  });
});

describe('inBlocks', () => {
  async function chunksOf(sizes: readonly number[]): Promise<Buffer[]> {
    let byte = 0;
    async function* given() {
      for (const size of sizes) yield Buffer.from(Array.from({ length: size }, () => byte++ & 255));
    }
    const chunks: Buffer[] = [];
    for await (const chunk of inBlocks(given())) chunks.push(Buffer.from(chunk));
    return chunks;
  }

  it.each([
    ['one byte each', new Array<number>(100_000).fill(1), 7],
    ['long ones stay as they are', [5_000, 2_000], 2],
    ['in their order', [1, 5_000, 1, 1, 5_000, 1], 5],
    ['nothing', [0, 0], 0],
  ])('%s', async (_name, sizes, count) => {
    const chunks = await chunksOf(sizes);
    expect(chunks).toHaveLength(count);
    const size = sizes.reduce((sum, each) => sum + each, 0);
    const wanted = Buffer.from(Array.from({ length: size }, (_, index) => index & 255));
    expect(Buffer.concat(chunks).equals(wanted)).toBe(true);
  });
});
