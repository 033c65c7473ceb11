import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../src/ingest/contents.js';

async function* chunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

/** What comes out, and the failure at its end. */
async function unpacked(bytes: Uint8Array, size = 7): Promise<[text: string, failure: string]> {
  const output: Uint8Array[] = [];
  try {
    for await (const content of contentsOf({ name: 'test', chunks: chunks(bytes, size) })) {
      for await (const chunk of content.chunks) {
        output.push(chunk);
      }
    }
    return [Buffer.concat(output).toString(), ''];
  } catch (error) {
    return [Buffer.concat(output).toString(), (error as Error).message];
  }
}

/** A frame of stored blocks, as the format allows. */
function stored(texts: readonly string[], header = Buffer.from([0x00, 0x58])): Buffer {
  const blocks = texts.flatMap((text, index) => {
    const bytes = Buffer.from(text);
    const word = Buffer.alloc(3);
    word.writeUIntLE((bytes.length << 3) | (index === texts.length - 1 ? 1 : 0), 0, 3);
    return [word, bytes];
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), header, ...blocks]);
}

/** `zstd --long -19` of the lines below, which have repetitions over more than one block. */
const packed = Buffer.from(
  'KLUv/QRoDAkAhpoyFaAnxWIDmn1CEqpKHIns7p08WPFUDDoAJgAqABs3nBWNbNhwVjSyUcNZ0cgGDWdFIxsznBWNbMhwVjSy8XBWNLLhcFY0sgWAhIMAg8IAQiEKAgcEBQHjOI6iKIqiKIqiuLu7u7urqqqqqhqGYRiGYRiGw1nRyMYwnBWNBIODg4ODg4PneZ7neZ7naZqmaZqmaZplWZZlWZZlSZIkSZIkSZLjOI7jGPM8z/M8z/Msy7Isy7Isy///////7u7u7u5xHMdxHMdxPDg4GID6qBBgvt8B8KU1EBDhHR+JmZhJmZKayImcqImpjMzIiqJWYqWrlCpJJVR6SkxJKZE8/2L1RW5fxupL3b7E1Ze8fYnVL7n9Et1U3udd5zrX3BEgUwwHADZfMwrANQdEhKQk+d+5NwAqAC8ABoNAIBAIBAKBQGCtVqvVarVarUaj0Wg0Go1Go81ms9lsNpvNZjKZTCaTyWQyWSwWi8VisVgsFo7jOI6iKIqiKIqiGIZhGIZhGMbu7u7urqqqqqrqnHPOOeecwWAwGAwGQ+7u7u5777333nuHw+FwOBwOh8NgMBgMBoPBYHBZlmVZlmVZkiRJkiRJkuQ4juMEdV3XdV3XdU3TNE3TNE3T8zzP8zzP8yzLsizLsizLcRzHcRzHcfz/////7x6A+pgQED8AEH79AVWrSVX1pDwGACbfLAqwp3Cb0rZ9jXlENgAmACAA7qqqqqqqCgoKCgoKCgoKCgYGBgYGBgYGBgYCAgICAgICAgICDofD4XA4HA6HQqFQKBQKhUJhd3d3d3d3d3d3d3d3d2ZmZmY6ODg4ODg4ODg4GGOMMcYY4+7u7h7d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3dBSmllFJKKaWUUkoppZRSSimllFJKKaWUUkoppZRSSind3d3d3d0BgPrs4PcOSTLJzTk4dUxyXgMkBQA23x8F4OkrkLEeABgAHQDbtm3bFhERERERERERERERERERERERERERERERETHbtm3btm3btm3btm3btm3b2rZt27Zt2xaZmZmZmZmZmZmZmZmZmZmZmZmZbdu2bdu2bdu2BZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZkBgPuoIMQH4PfPEvgRBPDb//9/AwG+/UFrQQAAAFMBCGi+AkwAAAh5AQD8/zkQAkwAAAhhAQD8/zkQAkwAAAggAQD8/zkQAlQAAAABAP3/Sf3nCAg9AAAAAQANzw6ADKqnig==',
  'base64',
);
const text = Array.from({ length: 40_000 }, (_, index) => `line ${index % 1000} of many\n`).join(
  '',
);

const skippable = Buffer.from([0x55, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('zstd', () => {
  it.each([1, 7, 1000, 1_000_000])('is unpacked from chunks of %i bytes', async (size) => {
    const [output, failure] = await unpacked(packed, size);
    expect(failure).toBe('');
    expect(output === text).toBe(true);
  });

  it('may have several frames, some that hold something else, and stray bytes at the end', async () => {
    const bytes = [skippable, stored(['a', 'b\n']), stored(['c']), skippable, Buffer.from('x')];
    expect(await unpacked(Buffer.concat([stored(['0']), ...bytes]))).toEqual(['0ab\nc', '']);
  });

  it('whose block is larger than the format allows is damaged: a bomb has no others', async () => {
    const bomb = (size: number) => {
      const word = Buffer.alloc(3);
      word.writeUIntLE((size << 3) | (1 << 1) | 1, 0, 3);
      const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]);
      return Buffer.concat([header, word, Buffer.from('x')]);
    };
    expect(await unpacked(bomb(128 * 1024))).toEqual(['x'.repeat(128 * 1024), '']);
    expect(await unpacked(bomb(128 * 1024 + 1))).toEqual(['', 'The zstd data is damaged.']);
  });

  it('that is cut off gives what is whole, and says so', async () => {
    const bytes = stored(['whole\n', 'not whole']);
    expect(await unpacked(bytes.subarray(0, -3))).toEqual([
      expect.stringContaining(''),
      'The zstd data is truncated.',
    ]);
    expect((await unpacked(packed.subarray(0, 100)))[1]).toBe('The zstd data is truncated.');
  });

  it('that is damaged says so', async () => {
    const bytes = Buffer.from(packed);
    bytes.fill(0xff, 40, 60);
    expect((await unpacked(bytes))[1]).toMatch(/^The zstd data is (damaged|truncated)\.$/);
    // A block of the type that there is not.
    const reserved = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 7, 0, 0]);
    expect((await unpacked(reserved))[1]).toMatch(/^The zstd data is /);
  });

  it.each([
    ['by its descriptor', Buffer.from([0x00, 0xf8])],
    ['by its size', Buffer.from([0xe0, 0, 0, 0, 0, 1, 0, 0, 0])],
    ['by its size of four bytes', Buffer.from([0xa0, 0xff, 0xff, 0xff, 0x7f])],
  ])('that asks for a window of gigabytes is refused: %s', async (_name, header) => {
    expect(await unpacked(stored(['a'], header))).toEqual([
      '',
      'The zstd data needs too large a window.',
    ]);
  });
});
