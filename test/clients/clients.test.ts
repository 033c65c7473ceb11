import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { type App, addSecret, registerApp } from '../../src/identity/apps.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { dataPaths } from '../../src/server/data-directory.js';
import { openStore } from '../../src/store/store.js';

let directory: string;
let quarry: Quarry;
let environment: Record<string, string>;
let app: App;
let secret: string;

const query =
  'print FileName = "powershell.exe", ReportId = 639199803770463703, Score = 10.0, When = datetime(2026-03-26T09:39:50.7688641Z)';
const row = {
  FileName: 'powershell.exe',
  Score: 10,
  When: '2026-03-26T09:39:50.7688641Z',
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-clients-'));
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const files = { certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  await writeFile(files.certificate, certificate.cert);
  await writeFile(files.key, certificate.private, { mode: 0o600 });
  const data = join(directory, 'data');
  const configuration = checkConfiguration({
    data,
    host: '127.0.0.1',
    port: 0,
    tls: files,
    logLevel: 'silent',
  });
  quarry = await startQuarry(configuration);
  const roles = ['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
  const store = await openStore(dataPaths(data).store);
  app = await registerApp(store, { tenant: 'default', name: 'client', roles });
  secret = await addSecret(store, app.clientId);
  await store.close();
  environment = {
    PATH: process.env['PATH'] ?? '',
    NODE_EXTRA_CA_CERTS: files.certificate,
    SSL_CERT_FILE: files.certificate,
    CURL_CA_BUNDLE: files.certificate,
    BASE: quarry.url.replace('127.0.0.1', 'localhost'),
    TENANT: 'default',
    CLIENT_ID: app.clientId,
    CLIENT_SECRET: secret,
    TOKEN: await issueToken(configuration, { app: 'client', roles }),
    QUERY: query,
  };
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

async function run(command: string, args: string[], extra: Record<string, string> = {}) {
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...environment, ...extra },
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout);
}

const expected = {
  schema: [
    { name: 'FileName', type: 'String' },
    { name: 'ReportId', type: 'Int64' },
    { name: 'Score', type: 'Double' },
    { name: 'When', type: 'DateTime' },
  ],
  results: [expect.objectContaining(row)],
  error: {
    statusCode: 400,
    code: 'BadRequest',
    message: expect.stringMatching(/'NoSuchTable'.*Fix semantic errors in your query\.$/),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  },
};

describe('programs of Microsoft’s work unchanged', () => {
  test('the Graph client, signed in by azure-identity', async () => {
    expect(await run(process.execPath, ['graph-client.mjs'])).toEqual(expected);
  });

  test('the generated Graph SDK', async () => {
    const answer = await run(process.execPath, ['graph-sdk.mjs']);
    expect(answer).toMatchObject({ schema: expected.schema, results: expected.results });
    expect(answer.error).toMatchObject({ statusCode: 400, code: 'BadRequest' });
  });

  test.each([
    'https://api.securitycenter.microsoft.com/.default',
    'https://api.security.microsoft.com/.default',
    'https://graph.microsoft.com/.default',
  ])('MSAL, for %s', async (scope) => {
    const { accessToken, tokenType } = await run(process.execPath, ['msal.mjs'], { SCOPE: scope });
    expect(tokenType).toBe('Bearer');
    const { aud } = JSON.parse(
      Buffer.from(String(accessToken).split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(`${aud}/.default`).toBe(scope);
  });

  test('the Kusto client', async () => {
    const answer = await run(process.execPath, ['kusto.mjs']);
    const shown = expect.objectContaining({ FileName: row.FileName, Score: row.Score });
    expect(answer).toMatchObject({
      rows: [shown],
      earlier: [shown],
      tables: expect.arrayContaining(['DeviceProcessEvents']),
      limited: [{ x: 1 }, { x: 2 }],
      signedIn: [{ x: 1 }],
      error: { status: 400, message: expect.stringMatching(/SEM0100.*'NoSuchTable'/) },
    });
  });

  const has = (command: string) => spawnSync(command, ['--version']).status === 0;

  test.runIf(has('python3'))('the documented Python sample', async () => {
    const answer = await run('python3', ['documented.py']);
    expect(answer.results).toEqual([expect.objectContaining(row)]);
    expect(answer.csv).toBe(
      'FileName,ReportId,Score,When\r\npowershell.exe,639199803770463703,10.0,2026-03-26T09:39:50.7688641Z\r\n',
    );
  });

  test.runIf(has('curl'))('the documented curl calls', async () => {
    const fields = {
      resource: 'https://api.securitycenter.microsoft.com',
      client_id: app.clientId,
      client_secret: secret,
      grant_type: 'client_credentials',
    };
    const form = Object.entries(fields).flatMap(([name, value]) => ['-F', `${name}=${value}`]);
    const { access_token } = await run('curl', [
      '-sS',
      ...form,
      `${environment['BASE']}/default/oauth2/token`,
    ]);
    const answer = await run('curl', [
      '-sS',
      '--compressed',
      ...['-H', `Authorization: Bearer ${access_token}`],
      ...['--data-binary', '{"Query":"print x = 1\n| extend y = 2"}'],
      `${environment['BASE']}/api/advancedqueries/run`,
    ]);
    expect(answer.Results).toEqual([{ x: 1, y: 2 }]);
  });
});

test('over TLS the answers ask browsers to stay there', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '-e',
      'fetch(process.env.BASE + "/health").then((r) => console.log(r.headers.get("strict-transport-security")))',
    ],
    { env: environment },
  );
  expect(stdout.trim()).toBe('max-age=31536000');
});
