import { expect, it } from 'vitest';
import { Accounts, Correlation } from '../../../src/ingest/correlation/correlation.js';
import { Device, DeviceRegistry } from '../../../src/ingest/correlation/devices.js';
import { Generations } from '../../../src/ingest/correlation/generations.js';
import { rank } from '../../../src/ingest/correlation/process.js';
import { ProcessCache } from '../../../src/ingest/correlation/processes.js';
import { Sighted } from '../../../src/ingest/correlation/snapshots.js';
import { CorrelationStore, type Learnt } from '../../../src/ingest/correlation/store.js';
import { cleanUp, temporaryDirectory } from '../../engine/fixture.js';

const long = (length: number, start: string) => start.padEnd(length, 'x');

it('a value that takes the place of another weighs instead of it, and one that grows weighs more', () => {
  const generations = new Generations<readonly number[]>(10, ({ length }) => length);
  generations.set('a', [1]);
  for (let round = 0; round < 20; round++) generations.set('b', [1, 2, 3]);
  expect(generations.get('a')).toEqual([1]);
  generations.grow(2);
  generations.set('c', [1, 2, 3, 4, 5, 6]);
  expect(generations.get('a')).toBeUndefined();
});

it('processes of the same pid take memory by what they are, and not by their pid', () => {
  const asked = new Set<number>();
  const store = {
    byGuid: () => [],
    byPid(_: string, pid: number) {
      asked.add(pid);
      return [];
    },
  };
  const processes = new ProcessCache(store);
  const start = (pid: number, startMs: number) =>
    processes.start('pc1', {
      pid,
      startMs,
      started: String(startMs),
      by: rank.sysmon,
      facts: { image: 'a.exe', commandLine: long(1_000_000, `${startMs} `) },
    });
  for (let pid = 1; pid <= 300; pid++) start(pid, 0);
  expect(asked.size).toBe(300);
  asked.clear();
  for (let pid = 1; pid <= 300; pid++) processes.find('pc1', { pid, ms: 1 });
  expect(asked.size).toBeGreaterThan(200);
});

it('accounts, addresses and facts of any length are no matter', () => {
  const asked: string[] = [];
  const accounts = new Accounts((user) => {
    asked.push(user);
    return undefined;
  });
  accounts.learn(long(10_000, 'a\\b'), 'S-1-5-21-1');
  accounts.learn('a\\b', long(10_000, 'S-1-5-21-'));
  expect(accounts.sidOf(long(10_000, 'a\\b'))).toBeUndefined();
  expect(accounts.sidOf('a\\b')).toBeUndefined();
  expect(asked).toEqual(['a\\b']);
  expect(accounts.unsaved.size).toBe(0);

  const device = new Device('pc1');
  device.sawAddress(long(100, '10.0.0.1'), 1);
  device.learnAbout({ OSVersion: long(10_000, '1.'), Model: 'Z' });
  device.sawUser({ UserName: 'a', DomainName: 'b', Sid: long(10_000, 'S-1-5-21-') });
  expect([device.addresses.size, device.users.size, [...device.about]]).toEqual([
    0,
    0,
    [['Model', 'Z']],
  ]);
});

it('a name without a domain is no device of several, however many there are', () => {
  const devices = new DeviceRegistry(() => undefined, []);
  expect(devices.of('pc1.a').name).toBe('pc1.a');
  expect(devices.of('PC1').name).toBe('pc1.a');
  for (const domain of ['b', 'c', 'd']) devices.of(`pc1.${domain}`);
  expect(devices.of('PC1').name).toBe('pc1');
});

it('however much is learnt before a row is taken, it does not wait in memory to be saved', () => {
  let saves = 0;
  class Counted extends CorrelationStore {
    override save(learnt: Learnt): void {
      saves++;
      super.save(learnt);
    }
  }
  const store = new Counted(`${temporaryDirectory()}/known.db`);
  cleanUp(() => store.close());
  const { devices, processes, accounts } = new Correlation(store);
  const facts = { image: 'a.exe' };
  for (let n = 0; n < 20_000; n++) {
    devices.of(`pc${n}`).learnAbout({ Model: `${n}` });
    accounts.learn(`a\\\\${n}`, `S-1-5-21-${n}`);
    processes.start('pc0', { pid: n, startMs: n, started: `${n}`, by: rank.sysmon, facts });
  }
  expect(saves).toBe(1);
  const later = new Correlation(store);
  expect(later.devices.of('pc5').about.get('Model')).toBe('5');
  expect(later.accounts.sidOf('a\\\\5')).toBe('S-1-5-21-5');
  expect(later.processes.find('pc0', { pid: 5, ms: 5 })?.started).toBe('5');
});

it('a device that was seen is told of with what is known of it, and not held', () => {
  const stored = new Map<string, Device>();
  const devices = new DeviceRegistry((name) => stored.get(name), []);
  const sighted = new Sighted();
  const seen = devices.of('pc1');
  seen.platform = 'Linux';
  sighted.add(seen, 0);
  const elsewhere = new Device('elsewhere');
  sighted.add(elsewhere, 0);
  expect([...sighted].map(([device]) => device)).toEqual([seen, elsewhere]);
  stored.set('pc1', Object.assign(new Device('pc1'), { platform: 'Windows11' }));
  for (let n = 0; n < 100_000; n++) devices.of(`other${n}`);
  // A name with its domain that came later is another's.
  devices.of('pc1.contoso.com');
  const [again] = [...sighted].map(([device]) => device);
  expect(again).toBe(stored.get('pc1'));
  expect(again).not.toBe(seen);
});

it('what a registry value says is remembered by a key of bounded length, also on disk', () => {
  const saved: Learnt[] = [];
  class Told extends CorrelationStore {
    override save(learnt: Learnt): void {
      saved.push(learnt);
      super.save(learnt);
    }
  }
  const folder = temporaryDirectory();
  const store = new Told(`${folder}/known.db`);
  cleanUp(() => store.close());
  const correlation = new Correlation(store);
  const told = { key: `pc1\nvalue\n${long(100_000, 'data')}`, device: 'pc1', ms: 5 };
  correlation.notePrimary(told);
  correlation.save();
  expect(saved[0]?.primaries.map(({ key }) => key.length)).toEqual([68]);
  for (const each of [correlation, new Correlation(store)]) {
    expect(each.isToldByPrimary(told, 10)).toBe(true);
    expect(each.isToldByPrimary({ ...told, key: `${told.key}!` }, 10)).toBe(false);
  }
});
