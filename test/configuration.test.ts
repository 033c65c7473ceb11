import { readFileSync } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsReference } from '../src/cli/settings-reference.js';
import {
  checkConfiguration,
  configurationShape,
  loadConfiguration,
  parseRetention,
  readCertificate,
  variableOf,
} from '../src/configuration.js';
import { startQuarry } from '../src/main.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-configuration-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function yaml(text: string): Promise<string> {
  const file = join(directory, 'quarry.yaml');
  await writeFile(file, text);
  return file;
}

test('flags go before the environment, and the environment before the file', async () => {
  const file = await yaml('data: /file\nhost: 10.0.0.1\nport: 1\nhuntMemoryMegabytes: 5\n');
  const configuration = await loadConfiguration({
    flags: { data: '/flag', host: undefined as never },
    environment: { QUARRY_DATA: '/env', QUARRY_HOST: '10.0.0.2', QUARRY_PORT: '', HOME: '/x' },
    file,
  });
  expect(configuration).toMatchObject({
    data: '/flag',
    host: '10.0.0.2',
    port: 1,
    huntMemoryMegabytes: 5,
    logLevel: 'info',
  });
});

test('the file may be named by the environment', async () => {
  const file = await yaml('data: /file\nretention: forever\n');
  const configuration = await loadConfiguration({ environment: { QUARRY_CONFIG: file } });
  expect(configuration).toMatchObject({ data: '/file', retention: null });
});

describe('a setting that is wrong is named', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no data directory', {}, /data: is missing/],
    [
      'a key without its certificate',
      { data: 'x', tls: { key: 'k' } },
      /tls.certificate: is missing/,
    ],
    [
      'a number of days without a unit',
      { data: 'x', retention: 30 },
      /as in 30d, or forever; not 30/,
    ],
    [
      'neither true nor false',
      { data: 'x', extensions: 'maybe' },
      /extensions: must be true or false/,
    ],
    ['a port that is no port', { data: 'x', port: '70000' }, /port/],
    [
      'a word for a port',
      { data: 'x', port: 'http' },
      /port: must be a whole number from 0 to 65535; not http/,
    ],
    ['a port that is none of both', { data: 'x', port: true }, /port: must be a whole number/],
    ['an address without a scheme', { data: 'x', publicUrl: 'hunt.example.com' }, /publicUrl/],
    ['a store that is no address', { data: 'x', store: 'mysql://x' }, /store/],
    ['a retention in weeks', { data: 'x', retention: '4w' }, /4w/],
    ['a setting that does not exist', { data: 'x', colour: 'red' }, /colour/],
    [
      'a size with a unit',
      { data: 'x', engineMemoryMegabytes: '8GB' },
      /engineMemoryMegabytes: must be a whole number of megabytes, without a unit, from 512 to 16777216; not 8GB/,
    ],
    ['half a hunt', { data: 'x', concurrentHunts: 1.5 }, /from 1 to 256; not 1.5/],
    [
      'a thread for everyone',
      { data: 'x', compileThreads: '2' },
      /compileThreads: .* from 3 to 64; not 2/,
    ],
    ['a thread without memory', { data: 'x', compileMemoryMegabytes: 255 }, /from 256 to 16384/],
    ['a text without time', { data: 'x', compileSeconds: '20s' }, /without a unit, from 1 to 3600/],
    ['no memory', { data: 'x', huntMemoryMegabytes: -1 }, /huntMemoryMegabytes: .* not -1/],
    ['a request of the size of texts', { data: 'x', telemetryRequestMegabytes: 257 }, /1 to 256/],
    ['little memory', { data: 'x', telemetryMemoryMegabytes: '8' }, /from 16 to 65536; not 8/],
    ['a record larger than rows', { data: 'x', recordMegabytes: 65 }, /from 1 to 64; not 65/],
    ['no spool', { data: 'x', spoolMegabytes: null }, /spoolMegabytes: must be a whole number/],
    ['a profile that does not exist', { data: 'x', profiles: { default: 'x' } }, /no profile x/],
    [
      'a profile like one that does not exist',
      { data: 'x', profiles: { define: { a: { like: 'b' } } } },
      /a is like b/,
    ],
    [
      'a generation that does not exist',
      { data: 'x', profiles: { generations: { gen9: 'generous' } } },
      /profiles/,
    ],
  ])('%s', async (_what, flags, message) => {
    await expect(loadConfiguration({ flags })).rejects.toThrow(message);
  });

  test.each([
    ['a file that is not there', 'missing', /cannot be read/],
    ['a list', '- a\n', /does not hold settings/],
    ['no YAML', 'a: [', /quarry\.yaml/],
  ])('%s', async (_what, text, message) => {
    const file = text === 'missing' ? join(directory, 'none.yaml') : await yaml(text);
    await expect(loadConfiguration({ file })).rejects.toThrow(message);
  });
});

test('settings have variables, and lists are separated by commas', async () => {
  const environment = {
    QUARRY_DATA: '/env',
    QUARRY_CORS_ORIGINS: 'https://a.example, https://b.example',
    QUARRY_AUDIT_RETENTION: '30d',
    QUARRY_ENGINE_MEMORY_MEGABYTES: '1024',
    QUARRY_SPOOL_MEGABYTES: '8',
    QUARRY_SOURCES: 'folder',
  };
  expect(await loadConfiguration({ environment })).toMatchObject({
    corsOrigins: ['https://a.example', 'https://b.example'],
    auditRetention: 30,
    engineMemoryMegabytes: 1024,
    spoolMegabytes: 8,
    sources: [],
  });
});

test('the sizes are what they were before they were settings', () => {
  const { engineMemoryMegabytes, concurrentHunts, ...set } = checkConfiguration({ data: 'x' });
  expect([engineMemoryMegabytes, concurrentHunts]).toEqual([undefined, undefined]);
  expect(set).toMatchObject({
    huntMemoryMegabytes: 4096,
    compileThreads: 4,
    compileMemoryMegabytes: 1024,
    compileSeconds: 20,
    telemetryRequestMegabytes: 64,
    telemetryMemoryMegabytes: 256,
    recordMegabytes: 4,
    spoolMegabytes: 256,
  });
});

describe('the page on settings', () => {
  const page = readFileSync(new URL('../docs/reference/settings.md', import.meta.url), 'utf8');

  test('is what `npm run docs` makes', () => {
    expect(page).toBe(settingsReference());
  });

  test('names the variable of each setting that has no members', () => {
    for (const setting of Object.keys(configurationShape.shape)) {
      const hasMembers = page.includes(`\n## ${setting}\n`);
      expect([setting, variableOf(setting) === undefined]).toEqual([setting, hasMembers]);
    }
  });

  test('says of every setting what it is', () => {
    const settings = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(settings.length).toBeGreaterThan(Object.keys(configurationShape.shape).length);
    expect(settings.filter((line) => /\| +\|$/.test(line))).toEqual([]);
  });
});

test('own profiles start from a preset', async () => {
  const { profiles } = await loadConfiguration({
    flags: {
      data: 'x',
      profiles: {
        tenants: { contoso: 'small' },
        define: { small: { like: 'defender-xdr', rows: 10, resultMegabytes: 1 } },
      },
    },
  });
  expect(profiles.profiles['small']).toMatchObject({
    rows: 10,
    resultBytes: 2 ** 20,
    wallSeconds: 180,
    lookbackDays: 30,
  });
  expect(profiles).toMatchObject({ default: 'generous', tenants: { contoso: 'small' } });
});

test('sources have names of their own, made where they are not given', async () => {
  const sources = [
    { kind: 'folder', path: '/var/log/sysmon' },
    { kind: 'azure-storage', connectionString: 'AccountName=a', tenant: 'contoso' },
  ] as const;
  const configuration = await loadConfiguration({
    flags: { data: 'x', sources: [...sources], elasticsearch: {} },
  });
  expect(configuration.sources).toMatchObject([
    { name: 'folder /var/log/sysmon', tenant: 'default', pollSeconds: 1 },
    { name: 'azure-storage', tenant: 'contoso', pollSeconds: 60 },
  ]);
  expect(configuration.elasticsearch).toEqual({ host: '127.0.0.1', port: 9200 });
  for (const wrong of [
    [sources[0], sources[0]],
    [{ kind: 'folder' }],
    [{ kind: 'floppy', path: 'a' }],
    [{ ...sources[0], pollSeconds: 0 }],
  ]) {
    const flags = { data: 'x', sources: wrong as never };
    await expect(loadConfiguration({ flags })).rejects.toThrow(/sources/);
  }
});

test.each([
  ['30d', 30],
  ['400d', 400],
  ['forever', null],
])('retention %s', (text, days) => {
  expect(parseRetention(text)).toBe(days);
});

test.each(['0d', '30', 'd', '40000d', ''])('retention %j is refused', (text) => {
  expect(() => parseRetention(text)).toThrow(/retention/);
});

describe('files that settings name are looked at before anything starts', () => {
  test('a certificate', async () => {
    const [certificate, key] = [join(directory, 'none.pem'), join(directory, 'quarry.yaml')];
    await writeFile(key, 'no PEM');
    await expect(readCertificate({ certificate, key })).rejects.toThrow(/tls\.certificate: .*none/);
    await expect(readCertificate({ certificate: key, key })).rejects.toThrow(
      /tls: .* are no certificate and its key/,
    );
  });

  test.each([
    ['geoDatabase', { geoDatabase: '/none.mmdb' }],
    ['tls.certificate', { tls: { certificate: '/none.pem', key: '/none.key' } }],
  ])('%s', async (name, settings) => {
    const data = join(directory, 'data');
    const started = startQuarry(checkConfiguration({ data, ...settings }));
    await expect(started).rejects.toMatchObject({
      code: 'configuration.invalid',
      message: expect.stringContaining(`${name}: /none`),
    });
    await expect(access(data)).rejects.toThrow();
  });

  test('a host that is another machine', async () => {
    const settings = checkConfiguration({
      data: join(directory, 'elsewhere'),
      host: '192.0.2.1',
      logLevel: 'silent',
    });
    await expect(startQuarry(settings)).rejects.toThrow(/host: 192\.0\.2\.1 is no address/);
  });
});
