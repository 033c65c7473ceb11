import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../../src/catalog/catalog.js';
import { findConnector } from '../../../src/ingest/connectors.js';
import { Correlation } from '../../../src/ingest/correlation/correlation.js';
import { type LogonStep, settleStep } from '../../../src/ingest/correlation/logon-steps.js';
import { parseDatetime } from '../../../src/ingest/datetime.js';
import { EventTables } from '../../../src/ingest/normalize.js';
import { StreamParser } from '../../../src/ingest/parser.js';
import type { Columns } from '../../../src/ingest/windows/actor.js';
import { startTestIngest } from '../fixture.js';
import { database, tenant } from '../requests.js';

/** A step of a logon: the seconds and the process, the account, whether it succeeds. */
interface Step {
  readonly type: 'USER_AUTH' | 'USER_LOGIN';
  readonly at: number;
  readonly pid?: number;
  readonly account?: string;
  readonly result: 'success' | 'failed';
}

const auth = (at: number, result: Step['result'], more: Partial<Step> = {}): Step => ({
  ...{ type: 'USER_AUTH', at, result, account: 'bob' },
  ...more,
});
const login = (at: number, result: Step['result'], more: Partial<Step> = {}): Step => ({
  ...{ type: 'USER_LOGIN', at, result },
  ...more,
});

const from = 1_767_607_800;

const sources: Readonly<Record<string, (step: Step, host: string) => object | string>> = {
  auditd: ({ type, at, pid = 900, account, result }, host) => {
    const who = account === undefined ? 'id=1000' : `acct="${account}"`;
    const time = (from + at).toFixed(3);
    return `node=${host} type=${type} msg=audit(${time}:${Math.round(at * 10)}): pid=${pid} uid=0 auid=1000 ses=3 msg='op=login ${who} exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=${result}'`;
  },
  ecs: ({ type, at, pid = 900, account, result }, host) => ({
    '@timestamp': new Date((from + at) * 1000).toISOString(),
    event: {
      module: 'auditd',
      category: ['authentication'],
      action: type === 'USER_AUTH' ? 'authenticated' : 'logged-in',
      outcome: result === 'failed' ? 'failure' : 'success',
    },
    auditd: { message_type: type.toLowerCase(), sequence: Math.round(at * 10) },
    process: { pid, executable: '/usr/sbin/sshd' },
    user: account === undefined ? { id: '1000' } : { name: account },
    source: { ip: '203.0.113.9' },
    host: { hostname: host },
  }),
  osquery: ({ type, at, pid = 900, account, result }, host) => ({
    name: 'user_events',
    hostIdentifier: host,
    unixTime: from + Math.round(at),
    columns: {
      ...{ type: type === 'USER_AUTH' ? '1100' : '1112', pid: String(pid), uid: '0' },
      ...{ auid: '4294967295', path: '/usr/sbin/sshd', address: '203.0.113.9', terminal: 'ssh' },
      ...{ eid: String(at), time: String(from + Math.round(at)) },
      message: `op=login ${account === undefined ? '' : `acct="${account}" `}res=${result}`,
    },
  }),
};

type Logon = readonly [actionType: string, seconds: number, account: string | null];

/** The name, the steps, the rows, and those of newest first: of two steps the row of that which names the account. */
type Case = readonly [string, readonly Step[], readonly Logon[], (readonly Logon[])?];

const cases: readonly Case[] = [
  [
    'a login and its authentication, which names the account',
    [auth(10, 'success'), login(11, 'success')],
    [['LogonSuccess', 11, 'bob']],
    [['LogonSuccess', 10, 'bob']],
  ],
  [
    'a login with a key and a code',
    [auth(10, 'success'), auth(40, 'success'), login(41, 'success')],
    [['LogonSuccess', 41, 'bob']],
    [['LogonSuccess', 40, 'bob']],
  ],
  [
    'a try that fails, of an account that there is not',
    [auth(10, 'failed', { account: 'evil' }), login(11, 'failed', { account: '(unknown user)' })],
    [['LogonFailed', 11, 'evil']],
    [['LogonFailed', 10, 'evil']],
  ],
  [
    'three tries that fail, each of them told twice, and one that succeeds',
    [
      ...[10, 20, 30].flatMap((at) => [auth(at, 'failed'), login(at + 1, 'failed')]),
      ...[auth(40, 'success'), login(41, 'success')],
    ],
    [
      ['LogonFailed', 11, 'bob'],
      ['LogonFailed', 21, 'bob'],
      ['LogonFailed', 31, 'bob'],
      ['LogonSuccess', 41, 'bob'],
    ],
    [
      ['LogonFailed', 10, 'bob'],
      ['LogonFailed', 20, 'bob'],
      ['LogonFailed', 30, 'bob'],
      ['LogonSuccess', 40, 'bob'],
    ],
  ],
  [
    'three tries that fail, of which a login tells the last alone',
    [auth(10, 'failed'), auth(20, 'failed'), auth(30, 'failed'), login(31, 'failed')],
    [
      ['LogonFailed', 10, 'bob'],
      ['LogonFailed', 20, 'bob'],
      ['LogonFailed', 31, 'bob'],
    ],
    [
      ['LogonFailed', 10, 'bob'],
      ['LogonFailed', 20, 'bob'],
      ['LogonFailed', 30, 'bob'],
    ],
  ],
  [
    'an authentication without a login, as of sudo, and one of another process',
    [auth(10, 'failed', { pid: 5 }), auth(20, 'success', { pid: 6 }), login(21, 'success')],
    [
      ['LogonFailed', 10, 'bob'],
      ['LogonSuccess', 20, 'bob'],
      ['LogonSuccess', 21, null],
    ],
  ],
  [
    'a login long after another of the same process',
    [auth(10, 'success'), login(500, 'success')],
    [
      ['LogonSuccess', 10, 'bob'],
      ['LogonSuccess', 500, null],
    ],
  ],
  [
    'tries and logins of two accounts, which one process serves',
    [
      ...[auth(10, 'failed', { account: 'al' }), login(11, 'failed', { account: 'bob' })],
      ...[auth(20, 'success', { account: 'al' }), auth(21, 'success')],
      login(22, 'success', { account: 'bob' }),
    ],
    [
      ['LogonFailed', 10, 'al'],
      ['LogonFailed', 11, 'bob'],
      ['LogonSuccess', 20, 'al'],
      ['LogonSuccess', 22, 'bob'],
    ],
  ],
  [
    'a login whose account is named otherwise',
    [auth(10, 'success', { account: 'CORP\\\\bob' }), login(11, 'success', { account: 'bob' })],
    [['LogonSuccess', 11, 'bob']],
  ],
];

describe('an attempt to log on that the audit system tells in two records is one row', async () => {
  const { engine, ingest } = await startTestIngest();
  const logonsOf = async (host: string) =>
    (
      await engine.select<{ ActionType: string; s: string; AccountName: string | null }>(
        `SELECT ActionType, toString(toUnixTimestamp(Timestamp)) AS s, AccountName FROM ${database}.DeviceLogonEvents WHERE DeviceName = '${host}' ORDER BY Timestamp`,
      )
    ).map(
      ({ ActionType, s, AccountName }): Logon => [
        ActionType,
        Number(s) - from,
        AccountName === '' ? null : AccountName,
      ],
    );

  const all = Object.entries(sources).flatMap(([source, recordOf]) =>
    cases.map(
      ([what, steps, wanted, newest], index) =>
        [`${source}: ${what}`, source, index, recordOf, steps, wanted, newest] as const,
    ),
  );

  const eachOf = (list: readonly Step[]) => list.map((step) => [step]);

  /** @param parts what is delivered at once */
  async function deliver(
    [source, recordOf]: readonly [string, (step: Step, host: string) => object | string],
    host: string,
    parts: readonly (readonly Step[])[],
  ): Promise<void> {
    for (const part of parts) {
      const records = part.map((step) => recordOf(step, host));
      const texts = records.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
      await ingest.push(Buffer.from(texts.join('\n')), { tenant, source });
      await ingest.flush();
    }
  }

  it.each(all)('%s', async (_what, name, index, recordOf, steps, wanted) => {
    const source = [name, recordOf] as const;
    const [together, apart] = [`${name}-together-${index}`, `${name}-apart-${index}`];
    await deliver(source, together, [steps]);
    await deliver(source, apart, eachOf(steps));
    expect(await logonsOf(together)).toEqual(wanted);
    expect(await logonsOf(apart)).toEqual(wanted);
    // Once more, and the other way round.
    await deliver(source, apart, eachOf(steps.toReversed()));
    expect(await logonsOf(apart)).toEqual(wanted);
  });

  const ofTwo = all.filter(([, name]) => name !== 'osquery');
  it.each(ofTwo)(
    'newest first, %s',
    async (_what, name, index, recordOf, steps, inOrder, newest) => {
      const source = [name, recordOf] as const;
      const wanted = newest ?? inOrder;
      const newestFirst = steps.toReversed();
      const [together, apart] = [`${name}-newest-${index}`, `${name}-newest-apart-${index}`];
      await deliver(source, together, [newestFirst]);
      await deliver(source, apart, eachOf(newestFirst));
      expect(await logonsOf(together)).toEqual(wanted);
      expect(await logonsOf(apart)).toEqual(wanted);
      await deliver(source, apart, [...eachOf(steps), ...eachOf(newestFirst)]);
      expect(await logonsOf(apart)).toEqual(wanted);
    },
  );

  const tables = new EventTables(builtinCatalog);

  /** Identities of the rows that remain when all of the records are stored together. */
  function identitiesOf(source: string, texts: readonly string[], correlation: Correlation) {
    const parser = new StreamParser({
      ...{
        tables,
        connector: findConnector(source, []),
        context: { correlation, extensions: false },
      },
      ...{ maxRecordBytes: 64 * 1024, keepFrom: null, origin: 'test' },
    });
    parser.write(Buffer.from(texts.map((text) => `${text}\n`).join('')));
    parser.end();
    parser.proceed(Number.POSITIVE_INFINITY);
    const { events } = parser.take();
    const gone = new Set(events.flatMap(({ replaced }) => [...(replaced?.identities ?? [])]));
    return events.flatMap(({ identities }) => [...identities].filter((each) => !gone.has(each)));
  }

  it.each(
    all.flatMap(
      (each) =>
        [
          [...each, 'in order'],
          [...each, 'newest first'],
        ] as const,
    ),
  )(
    'sent again because it was not stored, %s',
    (_what, source, _index, recordOf, steps, _wanted, _newest, order) => {
      const records = (order === 'in order' ? steps : steps.toReversed()).map((step) => {
        const record = recordOf(step, 'again');
        return typeof record === 'string' ? record : JSON.stringify(record);
      });
      const correlation = new Correlation();
      const first = identitiesOf(source, records, correlation);
      expect(first).not.toHaveLength(0);
      expect(identitiesOf(source, records, correlation)).toEqual(first);
    },
  );

  it('the row that takes the place of a login has its session, and not that of another nearby', () => {
    const correlation = new Correlation();
    const settled = (step: LogonStep, at: number, columns: Columns, identity: bigint) => {
      const time = parseDatetime(new Date((from + at) * 1000).toISOString());
      if (time === undefined) throw new Error('no time');
      const own: Columns = { ActionType: 'LogonSuccess', InitiatingProcessId: 900, ...columns };
      settleStep(step, own, { ticks: 0n, identity }, 'served', time, correlation);
      return own['LogonId'];
    };
    settled('login', 12, { LogonId: 5 }, 1n);
    settled('login', 11, { LogonId: 6, AccountName: 'al' }, 2n);
    expect(settled('authentication', 10, { AccountName: 'bob' }, 3n)).toBe(5);
  });

  const sshd = (at: number, event: object, host: string, more: object = {}) => ({
    '@timestamp': new Date((from + at) * 1000).toISOString(),
    event: { dataset: 'system.auth', kind: 'event', ...event },
    process: { name: 'sshd', pid: 900 },
    host: { hostname: host },
    source: { ip: '203.0.113.9' },
    ...more,
  });
  const failure = { category: ['authentication'], outcome: 'failure', type: ['info'] };

  it('as do sshd and PAM in the log of authentication', async () => {
    const told = ['auth-together', 'auth-apart'].map((name) => [
      sshd(10, { ...failure, action: 'ssh_login' }, name, {
        system: { auth: { ssh: { event: 'Invalid' } } },
        user: { name: 'evil' },
      }),
      sshd(11, { ...failure, action: 'authentication_failure' }, name, { system: { auth: {} } }),
      sshd(11, failure, name, { process: { name: 'unix_chkpwd', pid: 901 } }),
      sshd(13, { ...failure, action: 'ssh_login' }, name, {
        system: { auth: { ssh: { event: 'Failed', method: 'password' } } },
        user: { name: 'evil' },
      }),
      sshd(20, { ...failure, action: 'authentication_failure' }, name, { system: { auth: {} } }),
      sshd(20, { ...failure, action: 'account-locked' }, name, { system: { auth: {} } }),
    ]);
    const [together = [], apart = []] = told;
    for (const part of [together, ...apart.map((each) => [each])]) {
      const body = part.map((each) => JSON.stringify(each)).join('\n');
      await ingest.push(Buffer.from(body), { tenant, source: 'ecs' });
      await ingest.flush();
    }
    const wanted: Logon[] = [
      ['LogonFailed', 13, 'evil'],
      ['LogonFailed', 20, null],
    ];
    expect(await logonsOf('auth-together')).toEqual(wanted);
    expect(await logonsOf('auth-apart')).toEqual(wanted);
  });
});
