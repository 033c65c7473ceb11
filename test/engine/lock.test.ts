import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockDataDirectory } from '../../src/engine/lock.js';
import { startHolder, temporaryDirectory } from './fixture.js';

function lockFile(directory: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(directory, 'lock'), 'utf8'));
}

describe('a data directory has one process', () => {
  test('the second one is told who holds it and how to reach it', async () => {
    const directory = temporaryDirectory();
    const { child } = await startHolder(directory, 'lock', 'http://127.0.0.1:8080');
    expect(() => lockDataDirectory(directory)).toThrow(
      `The data directory ${directory} is in use by another process (${child.pid}), ` +
        'which can be reached at http://127.0.0.1:8080.',
    );
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    lockDataDirectory(directory).release();
  });

  test('the same process counts as a second one', () => {
    const directory = temporaryDirectory();
    const lock = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow(`(${process.pid}).`);
    lock.release();
    lockDataDirectory(directory).release();
  });

  test('of many at once on a stale lock, one gets it', async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, 'lock'), '{"pid":999999999}');
    const holders = await Promise.all(
      Array.from({ length: 6 }, () => startHolder(directory, 'lock')),
    );
    const winners = holders.filter(({ said }) => said['pid'] !== undefined);
    expect(winners).toHaveLength(1);
    expect(lockFile(directory)['pid']).toBe(winners[0]?.child.pid);
    for (const { said } of holders.filter((holder) => !winners.includes(holder))) {
      expect(said['refused']).toContain('in use by another process');
    }
  });
});

test.each([
  ['of a process that is gone', '{"pid":999999999,"started":null}'],
  ['of this pid before a restart', `{"pid":${process.pid},"started":"earlier/1"}`],
  ['of another process that has got the pid since', '{"pid":1,"started":"earlier/1"}'],
  ['empty', ''],
  ['not JSON', '{"pid":'],
  ['not a lock', '["x"]'],
])('a lock is taken over when it is %s', (_name, text) => {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'lock'), text);
  const lock = lockDataDirectory(directory);
  lock.setAddress('http://127.0.0.1:1');
  expect(lockFile(directory)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:1' });
  lock.release();
  expect(() => lockFile(directory)).toThrow();
});

test('releasing leaves a lock alone that someone else has taken since', () => {
  const directory = temporaryDirectory();
  const lock = lockDataDirectory(directory);
  writeFileSync(path.join(directory, 'lock'), '{"pid":1,"started":null}');
  lock.release();
  expect(lockFile(directory)).toEqual({ pid: 1, started: null });
});
