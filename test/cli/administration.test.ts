import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { program } from '../program.js';

let directory: string;
let server: Quarry;
let environment: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-cli-administration-'));
  const configuration = checkConfiguration({ data: directory, port: 0, logLevel: 'silent' });
  server = await startQuarry(configuration);
  const roles = ['Quarry.Admin', 'Quarry.Operator'];
  environment = {
    PATH: process.env['PATH'] ?? '',
    NO_COLOR: '1',
    QUARRY_URL: server.url,
    QUARRY_TOKEN: await issueToken(configuration, { app: 'operator', roles }),
  };
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function quarry(commandLine: readonly string[], input = '') {
  const child = spawn(process.execPath, [...program, ...commandLine], {
    env: environment,
  });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code: code as number };
}

async function answer(...commandLine: string[]) {
  const { stdout, stderr, code } = await quarry(commandLine);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout === '' ? undefined : JSON.parse(stdout);
}

describe('the command line administers a running server', { timeout: 180_000 }, () => {
  it('tenants', async () => {
    expect(await answer('tenant', 'add', 'contoso', '--retention', 'forever')).toEqual({
      id: 'contoso',
      name: 'contoso',
      retentionDays: null,
    });
    expect(await answer('tenant', 'change', 'contoso', '--retention', '90d')).toMatchObject({
      retentionDays: 90,
    });
    expect(await answer('tenant', 'list')).toHaveLength(2);
    expect(await quarry(['tenant', 'remove', 'contoso'])).toMatchObject({ code: 2 });
    await answer('tenant', 'remove', 'contoso', '--yes');
    expect(await answer('tenant', 'list')).toHaveLength(1);
  });

  it('copies', async () => {
    const { path } = await answer('backup');
    expect(path.startsWith(join(directory, 'backups'))).toBe(true);
    expect(await readdir(path)).toEqual(expect.arrayContaining(['engine', 'keys', 'quarry.db']));
    expect(await quarry(['backup', '--data', join(directory, 'mistyped')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no data directory'),
    });
  });

  it('nothing but what is named, where a name would be another address', async () => {
    await answer('tenant', 'add', 'kept');
    for (const name of ['..', '.', '']) {
      expect(await quarry(['function', 'remove', name, '--tenant', 'kept'])).toMatchObject({
        code: 2,
        stderr: 'error: a name is not empty, and not . or ..\n',
      });
    }
    expect(await answer('tenant', 'list')).toContainEqual(expect.objectContaining({ id: 'kept' }));
    await answer('tenant', 'remove', 'kept', '--yes');
  });

  it('functions', async () => {
    const save = ['function', 'save', 'Next', '-', '--parameters', 'x: long'];
    expect(await quarry(save, 'x + 1')).toMatchObject({ code: 0, stderr: '' });
    expect(await answer('function', 'list')).toEqual([
      { name: 'Next', summary: '', parameters: 'x: long', body: 'x + 1' },
    ]);
    const wrong = await quarry(save, 'x + y');
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('line 1, column 5') });
    await answer('function', 'remove', 'Next');
    expect(await answer('function', 'list')).toEqual([]);
  });

  it('functions that a file declares, in the order of their calls', async () => {
    const commands = [
      ".create-or-alter function with (docstring = 'starts') Few(n: long = 1) { All() | take n }",
      '.create-or-alter function All() { DeviceProcessEvents | where Timestamp > ago(1d) }',
      '.create function Wrong() { Few() | project Nothing }',
    ].join('\n');
    expect(await quarry(['function', 'save', '-'], commands)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the function Wrong: '),
    });
    expect(await answer('function', 'list')).toMatchObject([
      { name: 'All', summary: '', parameters: '' },
      { name: 'Few', summary: 'starts', parameters: 'n: long = 1', body: 'All() | take n' },
    ]);
    await answer('function', 'remove', 'Few');
    await answer('function', 'remove', 'All');
  });

  it('what others have written does not steer the terminal', async () => {
    const red = '\u001b[31mred';
    const saved = await quarry(['function', 'save', 'Red', '-', '--summary', red], 'print 1');
    expect(saved).toMatchObject({ code: 0 });
    const { stdout } = await quarry(['function', 'list', '--format', 'table']);
    expect(stdout).toContain('\\u001b[31mred');
    expect(stdout).not.toContain('\u001b');
    await answer('function', 'remove', 'Red');
    const { stderr } = await quarry(['function', 'remove', red]);
    expect(stderr).toContain('\\u001b[31mred');
    expect(stderr).not.toContain('\u001b');
  });

  it('applications and their secrets', async () => {
    const { clientId } = await answer('app', 'add', 'collector', '--role', 'Telemetry.Ingest');
    const { stdout } = await quarry(['app', 'secret', clientId, '--days', '30']);
    expect(stdout.trim()).toMatch(/^[\w-]{43}$/);
    const other = await answer('app', 'add', 'shipper', '--role', 'Telemetry.Ingest');
    await quarry(['app', 'secret', other.clientId]);
    await quarry(['app', 'secret', other.clientId, '--days', '400']);
    const [first, ...more] = await answer('app', 'credentials', clientId);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      app: 'collector',
      clientId,
      kind: 'secret',
      id: expect.any(String),
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    expect(await answer('app', 'credentials')).toHaveLength(3);
    expect(await answer('app', 'credentials', '--expiring', '45')).toEqual([first]);
    expect(await quarry(['app', 'credentials', '--expiring', 'soon'])).toMatchObject({ code: 2 });
    expect(await quarry(['app', 'credentials', 'nobody'])).toMatchObject({ code: 1 });
    await answer('app', 'forget', clientId, first.id);
    expect(await answer('app', 'credentials', clientId)).toEqual([]);
    await answer('app', 'remove', other.clientId);
    await answer('app', 'remove', clientId);
    const gone = await quarry(['app', 'remove', clientId]);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('was not found');
  });

  it('users, whose passwords are made, or read from standard input', async () => {
    const made = await quarry(['user', 'add', 'asha@contoso.example']);
    expect(made.stderr).toMatch(/^password: [\w-]{20}\n$/);
    const short = await quarry(['user', 'add', 'ben', '--password-stdin'], 'short\n');
    expect(short).toMatchObject({ code: 1 });
    expect(short.stderr).toContain('at least 12 characters');
    await answer('user', 'disable', 'asha@contoso.example');
    expect(await answer('user', 'list')).toMatchObject([{ disabled: true }]);
  });

  it('device groups and who may see them', async () => {
    await answer('device-group', 'save', 'Sales', '--where', 'domain equals sales.example');
    const wrong = await quarry(['device-group', 'save', 'x', '--where', 'color is red']);
    expect(wrong.code).toBe(2);
    await answer('role', 'give', 'group', 'g-1', '--device-group', 'Sales');
    expect(await quarry(['role', 'give', 'group', 'g-2'])).toMatchObject({ code: 2 });
    expect(await quarry(['role', 'give', 'group', 'g-2', '--device-group', 'Nope'])).toMatchObject({
      code: 1,
      stderr: 'error: There is no device group Nope.\n',
    });
    const sales = { subjectKind: 'group', viewsData: true, deviceGroups: ['Sales'] };
    expect(await answer('role', 'list')).toEqual([{ ...sales, subject: 'g-1', allows: [] }]);
    await answer(
      'role',
      'give',
      'group',
      'g-1',
      '--device-group',
      'Sales',
      '--allow',
      'Audit.Read',
    );
    expect(await answer('role', 'list')).toEqual([
      { ...sales, subject: 'g-1', allows: ['Audit.Read'] },
    ]);
    await answer('device-group', 'remove', 'Sales');
    await answer('role', 'give', 'group', 'g-1', '--device-group', 'Sales');
    await answer('role', 'take', 'group', 'g-1');
  });

  it('usage, and keys where the data directory is', async () => {
    expect(await answer('usage')).toHaveLength(5);
    const { stdout } = await quarry(['keys', 'rotate', '--data', directory]);
    expect(stdout.trim()).toMatch(/^[\w-]{43}$/);
  });
});
