import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { read } from './fixture.js';
import { openServer, processEvent, type Server } from './quarry-fixture.js';

let server: Server;
let admin: string;
let sender: string;
let hunter: string;
const own = '/api/quarry/tenants/default';

beforeAll(async () => {
  server = await openServer();
  admin = await server.mint({ app: 'admin', roles: ['Quarry.Admin'] });
  sender = await server.mint({ app: 'sender', roles: ['Telemetry.Ingest'] });
  hunter = await server.mint({ app: 'hunter', roles: ['AdvancedHunting.Read.All'] });
  await server.call('POST', `${own}/users`, admin, { name: 'nobody' });
});
afterAll(() => server.close());

async function upload(name: string, body: Buffer | string, token = sender) {
  const url = `${server.url}/api/quarry/ingest/file?name=${encodeURIComponent(name)}`;
  const headers = { authorization: `Bearer ${token}` };
  return read(await fetch(url, { method: 'POST', body, headers }));
}

const lines = (...devices: string[]) =>
  devices
    .map((device) =>
      JSON.stringify({
        category: 'AdvancedHunting-DeviceProcessEvents',
        properties: processEvent(device, 'Sales'),
      }),
    )
    .join('\n');

describe('a file', () => {
  test('can be hunted in when it has been taken, packed or not', async () => {
    expect(await upload('events.json', lines('ws-1'))).toMatchObject({
      status: 200,
      json: { accepted: 1, byTable: { DeviceProcessEvents: 1 } },
    });
    const packed = gzipSync(`${lines('ws-2', 'ws-3')}\n{"category":"AdvancedHunting-Nothing"}`);
    expect((await upload('events.json.gz', packed)).json).toMatchObject({
      accepted: 2,
      rejected: 1,
      deadLetters: 1,
    });
    const { rows } = await server.hunt(
      hunter,
      'DeviceProcessEvents | sort by DeviceId asc | project DeviceId',
    );
    expect(rows.flat()).toEqual(['ws-1', 'ws-2', 'ws-3']);
  });

  test.each(['../../../../etc/cron.d/x', '..', 'a\u0000b', '💥'.repeat(90), ' ', 'C:\\x\\y.json'])(
    'called %j stays in its folder, which is empty afterwards',
    async (name) => {
      expect((await upload(name, lines('ws-1'))).status).toBe(200);
      expect(await readdir(join(server.configuration.data, 'uploads'))).toEqual([]);
    },
  );

  test('of no known source, damaged or empty is refused or says so, and leaves nothing', async () => {
    expect((await upload('letter.txt', 'Dear all,\nhello')).status).toBe(400);
    const damaged = gzipSync(lines('ws-9')).subarray(0, 40);
    expect((await upload('x.gz', damaged)).status).toBe(400);
    expect((await upload('empty.json', '')).status).toBe(200);
    expect(await readdir(join(server.configuration.data, 'uploads'))).toEqual([]);
  });

  test('is taken from those who may send, and from a user with a role for it', async () => {
    expect((await upload('x.json', lines('ws-1'), hunter)).status).toBe(403);
    const user = await server.mint({ app: 'p', scopes: ['Telemetry.Ingest'], user: 'nobody' });
    expect((await upload('x.json', lines('ws-1'), user)).status).toBe(403);
    await server.call('PUT', `${own}/role-assignments`, admin, {
      subjectKind: 'user',
      subject: 'nobody',
      viewsData: false,
      deviceGroups: [],
      allows: ['Telemetry.Ingest'],
    });
    expect((await upload('x.json', lines('ws-1'), user)).status).toBe(200);
  });
});

test('credentials are listed without the proof, and taken away one by one', async () => {
  const made = await server.call('POST', `${own}/apps`, admin, { name: 'collector' });
  const path = `${own}/apps/${made.json['clientId']}`;
  const first = await server.call('POST', `${path}/secrets`, admin, {});
  await server.call('POST', `${path}/secrets`, admin, {
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const list = await server.call('GET', `${path}/credentials`, admin);
  expect(list.text).not.toContain(String(first.json['secret']));
  const credentials = list.json['credentials'] as { id: string }[];
  expect(credentials).toMatchObject([
    { kind: 'secret', createdAt: expect.any(String), expiresAt: null },
    { kind: 'secret', expiresAt: expect.any(String) },
  ]);
  const [oldest] = credentials;
  expect((await server.call('DELETE', `${path}/credentials/${oldest?.id}`, admin)).status).toBe(
    204,
  );
  expect((await server.call('DELETE', `${path}/credentials/${oldest?.id}`, admin)).status).toBe(
    404,
  );
  expect((await server.call('GET', `${path}/credentials`, hunter)).status).toBe(403);
});

test('a device group is previewed as its users would see it', async () => {
  const info = (device: string, MachineGroup: string, OSPlatform: string) => ({
    ...processEvent(device, MachineGroup),
    OSPlatform,
  });
  await server.send({
    DeviceInfo: [
      info('ws-1', 'Sales', 'Windows11'),
      info('ws-2', 'Rare', 'Windows11'),
      info('srv-1', 'Sales', 'Linux'),
    ],
  });
  const preview = async (body: object) =>
    (await server.call('POST', `${own}/device-groups/preview`, admin, body)).json;
  const windows = { property: 'os', operator: 'contains', value: 'windows' };
  expect(await preview({ conditions: [windows] })).toMatchObject({
    count: 2,
    devices: [{ id: 'ws-1', os: 'Windows11', lastSeen: expect.any(String) }, { id: 'ws-2' }],
  });
  expect(await preview({ name: 'Sales' })).toMatchObject({ count: 2 });
  const hostile = { property: 'name', operator: 'contains', value: "' OR 1=1 --" };
  expect(await preview({ conditions: [hostile] })).toEqual({ count: 0, devices: [] });
  const refused = await server.call('POST', `${own}/device-groups/preview`, hunter, {});
  expect(refused.status).toBe(403);
});

test('the roles that there are say what they allow', async () => {
  const { json } = await server.call('GET', '/api/quarry/roles', admin);
  expect(json['roles']).toContainEqual({
    name: 'Quarry.Admin',
    apis: ['quarry'],
    scope: 'Quarry.Admin',
    allows: expect.any(String),
    personal: true,
  });
});
