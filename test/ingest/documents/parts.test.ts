import { expect, it } from 'vitest';
import type { Connector, DefenderEvent } from '../../../src/ingest/connector.js';
import { ecsEvents } from '../../../src/ingest/connectors/ecs.js';
import { ocsfEvents } from '../../../src/ingest/connectors/ocsf.js';
import { tetragonEvents } from '../../../src/ingest/connectors/tetragon.js';
import { isolatedContext } from '../../../src/ingest/correlation/correlation.js';

const consoleSignIn = (ingested: string) => ({
  '@timestamp': '2026-01-05T10:11:12Z',
  event: {
    ...{ id: 'e-1', kind: 'event', action: 'ConsoleLogin', category: ['authentication'] },
    ...{ module: 'aws', dataset: 'aws.cloudtrail', provider: 'signin.amazonaws.com', ingested },
  },
  user: { name: 'bob' },
});
const securityLake = (processed: number) => ({
  ...{ class_uid: 3002, category_uid: 3, activity_id: 1, status_id: 1, time: 1_767_607_872_000 },
  metadata: { uid: 'e-1', product: { name: 'CloudTrail' }, processed_time: processed },
  api: { operation: 'ConsoleLogin', service: { name: 'signin.amazonaws.com' } },
  actor: { user: { name: 'bob' } },
});
/** Tetragon tells of what ran before it at each of its starts. */
const ranBefore = (time: string) => ({
  process_exec: {
    process: {
      ...{ exec_id: 'bm9kZTE6MTAwOjc=', pid: 7, binary: '/bin/sh', flags: 'procFS auid' },
      ...{ start_time: '2026-01-05T10:11:12Z', pod: { namespace: 'shop', name: 'web-1' } },
    },
  },
  ...{ node_name: 'node1', time },
});

/** What tells the rows of an event from others. */
function keysOf(connector: Connector, record: object): object {
  const conversion = connector.open(isolatedContext());
  const text = JSON.stringify(record);
  const outcomes = [
    ...conversion.convert({ text, value: JSON.parse(text) }),
    ...(conversion.release?.(false) ?? []),
  ] as DefenderEvent[];
  return outcomes
    .filter(({ table }) => table !== 'DeviceInfo')
    .map(({ table, columns, identity }) => ({ table, time: columns['Timestamp'], identity }));
}

const time = '2026-01-05T10:11:12.0000000Z';

it.each<[string, Connector, object, object, readonly string[]]>([
  [
    'a sign-in to a console, of ECS',
    ecsEvents,
    ...([consoleSignIn('2026-01-05T10:12:00Z'), consoleSignIn('2026-01-05T11:30:00Z')] as const),
    ['CloudAppEvents', 'IdentityLogonEvents'],
  ],
  [
    'a sign-in to a console, of OCSF',
    ocsfEvents,
    ...([securityLake(1_767_607_900_000), securityLake(1_767_608_900_000)] as const),
    ['CloudAppEvents', 'IdentityLogonEvents'],
  ],
  [
    'a process in a container that ran before Tetragon',
    tetragonEvents,
    ...([ranBefore('2026-01-06T00:00:00Z'), ranBefore('2026-01-07T00:00:00Z')] as const),
    ['DeviceProcessEvents', 'CloudProcessEvents'],
  ],
])('%s: both rows are known when it comes again', (_name, connector, first, again, names) => {
  const keys = keysOf(connector, first);
  expect(keys).toEqual(
    names.map((table) => ({ table, time, identity: expect.stringMatching(/./) })),
  );
  expect(keysOf(connector, again)).toEqual(keys);
});
