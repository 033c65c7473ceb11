import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HuntError } from '../errors.js';
import type { FileOptions, FileSummary } from './file.js';

/** Bytes of one file; archives may hold more. */
export const maxUploadBytes = 1024 ** 3;

export interface Upload extends Pick<FileOptions, 'tenant' | 'source'> {
  /** As its sender calls it: what it is called in dead letters. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

interface FileIngest {
  readonly file: (path: string, options: FileOptions) => Promise<FileSummary>;
  readonly flush: () => Promise<void>;
}

/** Files that come over HTTP and are read like files: archives need to be, from any place in them. */
export class Uploads {
  readonly #folder: string;
  readonly #ingest: FileIngest;

  private constructor(folder: string, ingest: FileIngest) {
    this.#folder = folder;
    this.#ingest = ingest;
  }

  /** @param folder of its own; what a process that was killed has left in it goes */
  static async open(folder: string, ingest: FileIngest): Promise<Uploads> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Uploads(folder, ingest);
  }

  /**
   * Takes a file in; its events can be hunted when it resolves.
   * @throws HuntError `request.tooLarge`, and as reading a file does
   */
  async take({ name, chunks, ...options }: Upload): Promise<FileSummary> {
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder, { mode: 0o700 });
    try {
      const file = join(folder, safeName(name));
      await pipeline(Readable.from(bounded(chunks)), createWriteStream(file, { mode: 0o600 }));
      const summary = await this.#ingest.file(file, options);
      await this.#ingest.flush();
      return summary;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function* bounded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxUploadBytes) {
      throw new HuntError('request.tooLarge', { limitBytes: maxUploadBytes });
    }
    yield chunk;
  }
}

/** Letters, digits and a few marks: nothing that leads elsewhere. */
function safeName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const safe = base.replace(/[^\p{L}\p{N}._ ()-]/gu, '_').replace(/^\.+/, '_');
  // Bytes, not characters, are what file systems count.
  return (
    Buffer.from(safe.slice(-120))
      .subarray(-200)
      .toString('utf8')
      .replace(/^\uFFFD+/, '') || 'file'
  );
}
