import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const ecs = {
  '@timestamp': '2026-01-05T10:11:12.123Z',
  event: { category: ['process'], type: ['start'], kind: 'event' },
  host: { name: 'PC1' },
  process: { pid: 42, executable: '/usr/bin/id', command_line: 'id -u' },
};
const ocsf = {
  ...{
    class_uid: 1007,
    category_uid: 1,
    activity_id: 1,
    time: Date.UTC(2026, 0, 5, 10, 11, 12, 123),
  },
  metadata: { version: '1.3.0' },
  device: { hostname: 'PC1' },
  process: { pid: 42, cmd_line: 'id -u', file: { name: 'id', path: '/usr/bin/id' } },
};
const wanted = {
  table: 'DeviceProcessEvents',
  Timestamp: '2026-01-05T10:11:12.1230000Z',
  DeviceName: 'pc1',
  FolderPath: '/usr/bin/id',
  ProcessId: 42,
  ProcessCommandLine: 'id -u',
};
const shipped = { '@timestamp': '2026-01-05T10:11:19Z', host: { name: 'collector' } };

/** What shippers and searches put around a document. */
const around: readonly (readonly [string, (document: object) => object])[] = [
  ['a search', (document) => ({ _index: 'x', _source: document })],
  ['a text', (document) => ({ ...shipped, message: JSON.stringify(document) })],
  [
    'a text with a version',
    (document) => ({ ...shipped, ecs: { version: '8.0.0' }, message: JSON.stringify(document) }),
  ],
  [
    'a text in a search',
    (document) => ({ _source: { ...shipped, message: JSON.stringify(document) } }),
  ],
  ['an original', (document) => ({ ...shipped, event: { original: JSON.stringify(document) } })],
  ['an event of Splunk', (document) => ({ time: 1, sourcetype: 'x', event: document })],
  [
    'a result of Splunk',
    (document) => ({ preview: false, result: { _raw: JSON.stringify(document) } }),
  ],
  [
    'a log of containers',
    (document) => ({ stream: 'stdout', log: `${JSON.stringify(document)}\n` }),
  ],
];

describe.each([
  ['ecs', ecs],
  ['ocsf', ocsf],
])('documents of %s in other records', (name, document) => {
  it.each(around)('%s', (_name, wrap) => {
    const result = converted([wrap(document)]);
    expect([result.source, onlyRow(result)]).toMatchObject([name, wanted]);
  });
});

it.each([
  ['ecs', ecs],
  ['ocsf', ocsf],
])('a document that has a message is not what that says: %s', (_name, document) => {
  const other = { ...document, process: { ...document.process, pid: 43 } };
  const result = converted([{ ...ecs, message: JSON.stringify(other) }]);
  expect([result.source, onlyRow(result)]).toMatchObject(['ecs', wanted]);
});
