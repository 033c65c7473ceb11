import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listFiles, matcherOf } from '../../src/ingest/sources/files.js';

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function newFolder(name: string): string {
  const place = path.join(folder, name);
  mkdirSync(place);
  return place;
}

test('a folder that can be reached in many ways is read once', async () => {
  const place = newFolder('loops');
  mkdirSync(path.join(place, 'a'));
  writeFileSync(path.join(place, 'a', 'x.log'), 'x');
  for (let number = 0; number < 8; number += 1) {
    symlinkSync(place, path.join(place, `loop-${number}`));
    symlinkSync(place, path.join(place, 'a', `loop-${number}`));
  }
  symlinkSync('/nowhere', path.join(place, 'dangling'));
  const found = await listFiles(place);
  expect(found.map((file) => file.path)).toEqual([path.join(place, 'a', 'x.log')]);
});

test('a file is the same under every name, by its inode, and as stat has it', async () => {
  const place = newFolder('links');
  const file = path.join(place, 'a.log');
  writeFileSync(file, 'x');
  linkSync(file, path.join(place, 'b.log'));
  const { ino, mtimeMs } = statSync(file);
  const expected = { id: `${ino}`, size: 1, changedMs: mtimeMs };
  expect(await listFiles(place)).toMatchObject([expected, expected]);
});

test.skipIf(!existsSync('/dev/shm'))('inodes of two devices are told apart', async () => {
  const elsewhere = mkdtempSync('/dev/shm/quarry-');
  const place = newFolder('devices');
  writeFileSync(path.join(elsewhere, 'x.log'), 'x');
  writeFileSync(path.join(place, 'y.log'), 'y');
  symlinkSync(elsewhere, path.join(place, 'elsewhere'));
  const { dev, ino } = statSync(path.join(elsewhere, 'x.log'));
  const ids = (await listFiles(place)).map(({ id }) => id);
  rmSync(elsewhere, { recursive: true });
  expect(ids.sort()).toEqual(
    [`${dev}-${ino}`, `${statSync(path.join(place, 'y.log')).ino}`].sort(),
  );
});

test('a name that is no UTF-8 is told of', async () => {
  const place = newFolder('names');
  const name = Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0xff]), Buffer.from('.log')]);
  writeFileSync(name, 'x');
  writeFileSync(path.join(place, 'new\nline.log'), 'x');
  const told: string[] = [];
  const found = await listFiles(place, '*', 1, (...passed) => told.push(passed.join(': ')));
  expect(found.map((file) => path.basename(file.path))).toEqual(['new\nline.log']);
  expect(told).toEqual([`${path.join(place, '\ufffd.log')}: The name is no UTF-8.`]);
});

test('what cannot be looked at is told of, and of what has gone the place itself', async () => {
  const place = newFolder('passed');
  mkdirSync(path.join(place, 'a', 'b', 'c'), { recursive: true });
  writeFileSync(path.join(place, 'a', 'x.log'), 'x');
  symlinkSync('loop', path.join(place, 'loop'));
  symlinkSync('/nowhere', path.join(place, 'dangling'));
  const told: string[] = [];
  const found = await listFiles(place, '*', 2, (...passed) => told.push(passed.join(': ')));
  expect(found).toHaveLength(1);
  expect(told).toEqual([
    `${path.join(place, 'a', 'b', 'c')}: It lies below 2 other folders.`,
    expect.stringMatching(/loop: ELOOP/),
  ]);
  expect(await listFiles(path.join(place, 'nothing'), '*', 2, (file) => told.push(file))).toEqual(
    [],
  );
  expect(told.slice(2)).toEqual([path.join(place, 'nothing')]);
});

test.each([
  ['*', '', true],
  ['*.json', 'a.json', true],
  ['*.json', 'a.json.gz', false],
  ['*.json*', 'a.json.gz', true],
  ['a?c', 'abc', true],
  ['a?c', 'a😀c', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['a\\[c]*', 'a\\[c]', true],
  ['*a*b', 'ab\nxaxb', true],
  ['*a*b', 'xaxbx', false],
  ['', 'x', false],
])('%j is a pattern that %j fits: %j', (pattern, name, fits) => {
  expect(matcherOf(pattern)(name)).toBe(fits);
});

test('no name takes a pattern long', () => {
  expect(matcherOf(`${'*-'.repeat(12)}.json`)('-'.repeat(255))).toBe(false);
});
