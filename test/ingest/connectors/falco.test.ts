import { describe, expect, it } from 'vitest';
import { converted } from '../convert.js';

const shell = {
  uuid: '7f1b0a0e-3d51-4f0f-9a6b-8d2f4d8f0a11',
  hostname: 'node1.example',
  output: '10:11:12.123456789: Notice A shell was spawned in a container (user=root)',
  priority: 'Notice',
  rule: 'Terminal shell in container',
  source: 'syscall',
  tags: ['T1059', 'container', 'mitre_execution', 'shell'],
  time: '2026-01-05T10:11:12.123456789Z',
  output_fields: {
    'container.id': '3ad7b26ded6d',
    'container.name': 'web',
    'container.image.repository': 'docker.io/x/web',
    'evt.time': 1767607872,
    'evt.type': 'execve',
    'k8s.ns.name': 'shop',
    'k8s.pod.name': 'web-1',
    'proc.cmdline': 'bash -i',
    'proc.exepath': '/bin/bash',
    'proc.name': 'bash',
    'proc.pname': 'runc',
    'proc.tty': 34816,
    'user.name': 'root',
    'user.loginuid': -1,
  },
};
const evidenceOf = (record: object, type: string) =>
  (converted([record]).rows['AlertEvidence'] ?? []).filter((row) => row['EntityType'] === type);

it('an alert has a row of AlertInfo', () => {
  const { source, rows, letters } = converted([shell]);
  expect([source, letters]).toEqual(['falco', []]);
  expect(rows['AlertInfo']).toMatchObject([
    {
      Timestamp: '2026-01-05T10:11:12.1234567Z',
      AlertId: shell.uuid,
      Title: 'Terminal shell in container',
      Category: 'Execution',
      Severity: 'Low',
      ServiceSource: 'Falco',
      DetectionSource: 'syscall',
    },
  ]);
  expect(JSON.stringify(rows['AlertInfo']?.[0]?.['AttackTechniques'])).toContain('T1059');
});

it('what it is about has rows of AlertEvidence', () => {
  const rows = converted([shell]).rows['AlertEvidence'] ?? [];
  const ofAlert = { AlertId: shell.uuid, Title: shell.rule, DeviceName: 'node1.example' };
  expect(rows).toHaveLength(4);
  for (const row of rows) {
    expect(row).toMatchObject(ofAlert);
  }
  expect(rows).toMatchObject([
    {
      EntityType: 'Machine',
      EvidenceRole: 'Impacted',
      AdditionalFields: { alert: { output: shell.output, evt: { type: 'execve' } } },
    },
    {
      EntityType: 'Process',
      FileName: 'bash',
      FolderPath: '/bin/bash',
      ProcessCommandLine: 'bash -i',
      AccountName: 'root',
      AdditionalFields: { proc: { pname: 'runc', tty: 34816 } },
    },
    { EntityType: 'User', AccountName: 'root', AdditionalFields: { user: { loginuid: -1 } } },
    {
      EntityType: 'Container',
      ResourceID: '3ad7b26ded6d',
      CloudResource: 'web',
      AdditionalFields: { k8s: { ns: { name: 'shop' } } },
    },
  ]);
});

const about = (output_fields: object) => ({ ...shell, output_fields });

it.each<[string, object, string, object]>([
  [
    'a file',
    { 'fd.name': '/etc/shadow', 'fd.typechar': 'f' },
    'File',
    { FolderPath: '/etc/shadow', FileName: 'shadow' },
  ],
  [
    'a path, of calls without a descriptor',
    { 'fs.path.name': '/etc/ld.so.preload', 'fd.name': null },
    'File',
    { FolderPath: '/etc/ld.so.preload' },
  ],
  [
    'a connection',
    { 'fd.name': '10.0.0.5:40000->203.0.113.9:443' },
    'Ip',
    { RemoteIP: '203.0.113.9' },
  ],
  [
    'a connection of IPv6',
    { 'fd.name': '::1:40000->2001:db8::9:443' },
    'Ip',
    { RemoteIP: '2001:db8::9' },
  ],
  [
    'an address of its own',
    { 'fd.rip': '203.0.113.9', 'fd.name': '10.0.0.5:40000->203.0.113.9:443' },
    'Ip',
    { RemoteIP: '203.0.113.9' },
  ],
])('%s is evidence', (_name, fields, type, wanted) => {
  expect(evidenceOf(about(fields), type)).toMatchObject([wanted]);
});

it('outside of containers there is none', () => {
  expect(
    evidenceOf(about({ 'container.id': 'host', 'container.name': 'host' }), 'Container'),
  ).toEqual([]);
});

it.each([
  ['Emergency', 'High'],
  ['Critical', 'High'],
  ['Error', 'High'],
  ['Warning', 'Medium'],
  ['notice', 'Low'],
  ['Informational', 'Informational'],
  ['Debug', 'Informational'],
])('priority %s is %s', (priority, severity) => {
  const { rows } = converted([{ ...shell, priority }]);
  expect(rows['AlertInfo']).toMatchObject([{ Severity: severity }]);
});

it.each([
  [['mitre_command_and_control'], 'CommandAndControl'],
  [['mitre_privilege_escalation', 'mitre_execution'], 'PrivilegeEscalation'],
  [['container'], undefined],
  ['mitre_discovery', 'Discovery'],
])('the category of %j is %s', (tags, category) => {
  const { rows } = converted([{ ...shell, tags }]);
  expect(rows['AlertInfo']?.[0]?.['Category'] || undefined).toBe(category);
});

describe('without an id of its own', () => {
  const { uuid, ...unnamed } = shell;

  it('alert and evidence have the same one, whenever it comes', () => {
    const [first, again] = [converted([unnamed]), converted([unnamed])];
    const id = first.rows['AlertInfo']?.[0]?.['AlertId'];
    expect(id).toMatch(/^[\da-f]{32}$/);
    expect(first.rows['AlertEvidence']?.every((row) => row['AlertId'] === id)).toBe(true);
    expect(again.rows['AlertInfo']?.[0]?.['AlertId']).toBe(id);
  });
});

it('what Falco says of itself has no row, and is counted', () => {
  const { rows, counts } = converted([{ ...shell, rule: 'Falco internal: syscall event drop' }]);
  expect([rows, counts.unmapped]).toEqual([{}, 1]);
});

it('a broken alert is told of', () => {
  const { counts, letters } = converted([{ ...shell, output_fields: 'x' }], 'falco');
  expect([counts.rejected, letters.length]).toEqual([1, 1]);
});

it('in what Kubernetes puts around it', () => {
  const { source, rows } = converted([{ log: JSON.stringify(shell), stream: 'stdout' }]);
  expect([source, rows['AlertInfo']?.length]).toEqual(['falco', 1]);
});
