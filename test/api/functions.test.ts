import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, checkConfiguration } from '../../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { type Answer, read } from './fixture.js';

let directory: string;
let configuration: Configuration;
let quarry: Quarry;
let admin: string;
let hunter: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-functions-'));
  configuration = checkConfiguration({ data: directory, port: 0, logLevel: 'silent' });
  quarry = await startQuarry(configuration);
  const roles = ['Quarry.Admin', 'Quarry.Operator', 'AdvancedHunting.Read.All'];
  admin = await issueToken(configuration, { app: 'admin', roles });
  hunter = await issueToken(configuration, { app: 'x', roles: ['AdvancedHunting.Read.All'] });
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

async function call(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return read(await fetch(`${quarry.url}${path}`, { method, headers, ...sent }));
}

const functions = '/api/quarry/tenants/default/functions';
const save = (name: string, body: string, parameters = '') =>
  call('PUT', `${functions}/${name}`, admin, { parameters, body });
const hunt = async (Query: string, token = hunter) =>
  (await call('POST', '/api/advancedhunting/run', token, { Query })).json;

describe('functions of a tenant', () => {
  test('can be called in the next hunt, listed, replaced and removed', async () => {
    expect((await save('Twice', 'x * 2 // doubled', 'x: long')).status).toBe(204);
    expect(await hunt('print y = Twice(21)')).toMatchObject({ Results: [{ y: 42 }] });
    expect((await save('Twice', 'x + x + 0.5', 'x: long')).status).toBe(204);
    expect(await hunt('print y = Twice(21)')).toMatchObject({ Results: [{ y: 42.5 }] });
    expect((await call('GET', functions, admin)).json).toMatchObject({
      functions: [{ name: 'Twice', parameters: 'x: long', body: 'x + x + 0.5' }],
    });
    expect((await call('DELETE', `${functions}/Twice`, admin)).status).toBe(204);
    expect(await hunt('print y = Twice(21)')).toMatchObject({ error: { code: 'BadRequest' } });
    expect((await call('DELETE', `${functions}/Twice`, admin)).status).toBe(404);
  });

  test('take tables, call each other, and are invoked', async () => {
    await save('Powers', 'range n from 1 to top step 1 | extend square = n * n', 'top: long = 3');
    await save('Large', 'T | where square > least', 'T: (square: long), least: long');
    expect(await hunt('Powers() | invoke Large(3) | project square')).toMatchObject({
      Results: [{ square: 4 }, { square: 9 }],
    });
    expect(await save('LargePowers', 'Powers(5) | invoke Large(10)')).toMatchObject({
      status: 204,
    });
    expect(await hunt('LargePowers | count')).toMatchObject({ Results: [{ Count: 2 }] });
  });

  test('may name the database that they are kept in', async () => {
    const body = 'database("Default").DeviceEvents | summarize n = count()';
    expect(await save('HowMany', body)).toMatchObject({ status: 204 });
    expect(await hunt('HowMany')).toMatchObject({ Results: [{ n: 0 }] });
    expect((await save('Elsewhere', 'database("other").DeviceEvents')).status).toBe(400);
  });

  test('are named where one calls what is there no longer', async () => {
    await save('Gone', 'print a = 1');
    await save('Left', '// still\nGone() | extend b = 2');
    await save('Other', 'Left | where b > 1');
    expect((await call('DELETE', `${functions}/Gone`, admin)).status).toBe(204);
    for (const [query, column] of [
      ['Left', 1],
      ['print 1 | union Other', 17],
    ] as const) {
      const { json } = await call('POST', '/api/quarry/hunt', hunter, { query });
      const { message, position } = json.error as unknown as {
        message: string;
        position: { start: number };
      };
      expect(message).toContain("Unknown function: 'Gone' (in the function 'Left')");
      expect(position.start).toBe(column - 1);
    }
  });

  test('have names of 128 letters at most', async () => {
    expect((await save('L'.repeat(128), 'print 1')).status).toBe(204);
    const { status, json } = await save('L'.repeat(129), 'print 1');
    expect(status).toBe(400);
    expect(json.error?.message).toContain('at most 128');
  });

  test('belong to their tenant alone', async () => {
    await save('Mine', 'print a = 1');
    await call('POST', '/api/quarry/tenants', admin, { id: 'contoso' });
    const roles = ['AdvancedHunting.Read.All'];
    const other = await issueToken(configuration, { app: 'y', tenant: 'contoso', roles });
    expect(await hunt('Mine', other)).toMatchObject({ error: { code: 'BadRequest' } });
    expect(await hunt('Mine')).toMatchObject({ Results: [{ a: 1 }] });
  });

  test('are saved by administrators alone', async () => {
    const answer = await call('PUT', `${functions}/F`, hunter, { body: 'print 1' });
    expect(answer.status).toBe(403);
  });
});

describe('what is no function is refused', () => {
  test.each([
    ['the name of a table', 'DeviceEvents', 'print 1', '', 'name'],
    ['a name that differs in case', 'fileprofile', 'print 1', '', 'name'],
    ['the name of a function of the language', 'strlen', 'print 1', '', 'name: strlen is'],
    ['the name of an aggregation', 'dcount', 'print 1', '', 'name: dcount is'],
    ['the name of a plugin', 'bag_unpack', 'print 1', '', 'name: bag_unpack is'],
    ['a word of the language', 'where', 'print 1', '', 'name: where is'],
    ['the name of a type', 'datetime', 'print 1', '', 'name: datetime is'],
    ['a body of nothing', 'F', ' \n ', '', 'body'],
    ['a body of comments', 'F', '// print 1', '', 'body'],
    ['a body that does not bind', 'F', 'print 1\n| where Foo == 1', '', 'body: line 2, column 9'],
    ['a body with a mistake', 'F', 'print 1 |', '', 'body: line'],
    ['parameters that are none', 'F', 'print 1', 'x long', 'parameters: line 1'],
    ['a body that goes on', 'F', 'print 1 }; let G = () { print 2', '', 'body'],
    ['a body that begins anew', 'F', 'print 1 }; let F = () { print 2', '', 'body'],
    ['one that calls itself', 'F', 'F', '', 'body'],
  ])('%s', async (_what, name, body, parameters, message) => {
    const { status, json } = await save(name, body, parameters);
    expect(status).toBe(400);
    expect(json.error?.message).toContain(message);
  });

  test('one that is called by what it calls', async () => {
    await save('Inner', 'print 1');
    await save('Outer', 'Inner');
    const { status, json } = await save('Inner', 'print a = 2\n| union Outer');
    expect(status).toBe(400);
    expect(json.error?.message).toMatch(
      /^body: line 2, column 9: .*'Inner'.* \(in the function 'Outer'\)/,
    );
  });

  test('a name that is none', async () => {
    expect((await save(encodeURIComponent("x'; drop"), 'print 1')).status).toBe(400);
  });
});
