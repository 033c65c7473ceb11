import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { startQuarry } from '../../src/main.js';
import { Closing } from '../../src/server/startup.js';

describe('what has been started is closed', () => {
  test('the last first, each once, whatever fails', async () => {
    const closing = new Closing();
    const closed: string[] = [];
    const part = (name: string, end: () => Promise<void> | void) =>
      closing.add(() => {
        closed.push(name);
        return end();
      });
    part('lock', () => undefined);
    part('engine', () => Promise.reject(new Error('second')));
    part('ingest', () => {
      throw new Error('first');
    });
    part('listener', async () => undefined);
    await expect(closing.close()).rejects.toThrow('first');
    expect(closed).toEqual(['listener', 'ingest', 'engine', 'lock']);
    await closing.close();
    expect(closed).toHaveLength(4);
  });
});

describe('a start that fails in the middle leaves the directory to the next', () => {
  let directory: string;
  const taken = createServer();
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quarry-startup-'));
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    taken.close();
    await rm(directory, { recursive: true });
  });
  const portTaken = () => (taken.address() as { port: number }).port;

  test.each([
    [
      'a source of a tenant that is not there',
      () => ({ sources: [{ kind: 'folder', path: '/', tenant: 'nobody' }] }),
      { code: 'configuration.invalid', message: expect.stringContaining('no tenant nobody') },
    ],
    ['a port that is taken', () => ({ port: portTaken() }), { code: 'EADDRINUSE' }],
    [
      'a second port that is taken',
      () => ({ elasticsearch: { port: portTaken() } }),
      { code: 'EADDRINUSE' },
    ],
  ])('%s', async (_what, settings, failure) => {
    const usable = { data: directory, port: 0, logLevel: 'silent' };
    const broken = checkConfiguration({ ...usable, ...settings() });
    await expect(startQuarry(broken)).rejects.toMatchObject(failure);
    const quarry = await startQuarry(checkConfiguration(usable));
    expect((await fetch(`${quarry.url}/health`)).status).toBe(200);
    await quarry.close();
  });
});
