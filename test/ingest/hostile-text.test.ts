import { describe, expect, it } from 'vitest';
import { converted } from './convert.js';

const id = '1767607872.400:101';
const audit = (type: string, fields: string, of = id) => `type=${type} msg=audit(${of}): ${fields}`;
const windows = (provider: string, id: number, data: object) => ({
  ...{ Provider: provider, EventId: id, Computer: 'PC1', TimeCreated: '2026-01-05T10:11:12Z' },
  EventData: data,
});
const start = [audit('USER_LOGIN', 'acct="bob" res=success', '1767607873.400:102')];
const ecs = (more: object) => ({
  ...{
    '@timestamp': '2026-01-05T10:11:12.123Z',
    ecs: { version: '8.11.0' },
    host: { name: 'pc1' },
  },
  ...more,
});

describe('what is read again and again to its end takes no time that grows with its square', () => {
  it.each<[string, string, readonly (object | string)[]]>([
    [
      'lines of a name and a value',
      'windows-event',
      [{ _raw: `x\r\n${'a=b\r\n'.repeat(50_000)}` }],
    ],
    ['space before what is no event', 'windows-event', [`${' '.repeat(900_000)}x`]],
    [
      'script blocks in Snare’s form',
      'windows-event',
      [
        {
          message: `MSWinEventLog\t1\tS\t5\tMon Jan 05 10:11:12 2026\t4104\tMicrosoft-Windows-PowerShell\tU\tN\tI\tPC1\t-\t\tCreating Scriptblock text (1 of 1):  ${'  ScriptBlock ID: a  Path:'.repeat(30_000)}\nx`,
        },
      ],
    ],
    [
      'invocations of commands',
      'windows-event',
      [
        windows('Microsoft-Windows-PowerShell', 4103, {
          Payload: 'CommandInvocation('.repeat(50_000),
        }),
      ],
    ],
    [
      'digits of a type',
      'windows-event',
      [
        windows('Microsoft-Windows-Sysmon', 22, {
          ...{ UtcTime: '2026-01-05 10:11:12', QueryName: 'a' },
          QueryResults: `type: ${'1'.repeat(900_000)}\nx`,
        }),
      ],
    ],
    [
      'values and a message with escapes',
      'windows-event',
      [
        {
          ...{ EventTime: '2026-01-05 10:11:12', Hostname: 'PC1', EventID: 4688 },
          SourceName: 'Microsoft-Windows-Security-Auditing',
          ...{ Channel: 'Security', SourceModuleType: 'im_msvistalog' },
          Message: 'x&lt'.repeat(110_000),
          ...Object.fromEntries(Array.from({ length: 25_000 }, (_, n) => [`A${n}`, `x&lt;${n}`])),
        },
      ],
    ],
    ['nodes', 'auditd', ['node='.repeat(180_000)]],
    [
      'texts of AUOMS',
      'auditd',
      [audit('SYSCALL', `${'cmdline='.repeat(110_000)}redactors=x containeridx=`)],
    ],
    [
      'space behind an operation',
      'auditd',
      [audit('USER_MGMT', `msg='op=x${' '.repeat(900_000)}"'`)],
    ],
    [
      'words of an operation',
      'auditd',
      [audit('USER_MGMT', `msg='op=${'add-user-'.repeat(100_000)} acct="x"'`)],
    ],
    ...['[', '{', '(', "'"].map((sign): [string, string, string[]] => [
      `brackets without an end: ${sign}`,
      'auditd',
      [audit('SYSCALL', `a=${sign} `.repeat(220_000))],
    ]),
    ['names of a log', 'zeek-json', [{ source: 'a'.repeat(900_000), message: '{"ts":1}' }]],
    [
      'words of an action',
      'ecs',
      [ecs({ event: { category: ['iam'], action: 'group user '.repeat(80_000) } })],
    ],
    [
      'space before an address',
      'ecs',
      [
        ecs({
          event: { category: ['email'] },
          email: { from: { address: `"${' '.repeat(900_000)}x` }, to: { address: 'a@b.c' } },
        }),
      ],
    ],
    [
      'space in a name',
      'defender-rows',
      [{ Timestamp: '2026-01-05T10:11:12Z', [`${' '.repeat(900_000)}x`]: 1, DeviceName: 'h' }],
    ],
  ])('%s', (_name, source, records) => {
    const start = performance.now();
    const { rows, counts } = converted(records, source);
    expect(performance.now() - start).toBeLessThan(15_000);
    const told = Object.values(rows).flat().length + counts.rejected + counts.unmapped;
    expect(told).toBe(records.length);
  });
});

describe('what stands once and comes with each row is bounded', () => {
  it('paths of one event of the audit system, which have all of its fields each', () => {
    const name = `"/${'x'.repeat(1_000)}"`;
    const paths = Array.from({ length: 600 }, () => audit('PATH', `name=${name} nametype=DELETE`));
    const call = 'arch=c000003e syscall=87 success=yes pid=1 exe="/bin/rm"';
    const { rows, letters, counts } = converted(
      [audit('SYSCALL', `${call} key="${'k'.repeat(100_000)}"`), ...paths],
      'auditd',
    );
    const stored = rows['DeviceFileEvents']?.length ?? 0;
    expect(stored * 700_000).toBeLessThan(64 * 1024 * 1024);
    expect(counts.rejected).toBe(1);
    expect(letters[0]?.['Reason']).toContain(`more than ${stored} rows of one event`);
  });

  it('records of one event of the audit system', () => {
    const lines = Array.from({ length: 30 }, (_, index) =>
      audit('PATH', `item=${index} name="/${'x'.repeat(500_000)}"`),
    );
    const { counts, letters } = converted(lines, 'auditd');
    expect(counts.rejected).toBe(14);
    expect(letters[0]?.['Reason']).toContain('bytes of one event');
    expect(converted([...lines, ...start], 'auditd').rows['DeviceLogonEvents']).toHaveLength(1);
  });

  it.each([
    [
      'the name of a user, in go-audit',
      {
        ...{ sequence: 1, timestamp: '1767607872.400', uid_map: { 7: 'u'.repeat(100_000) } },
        messages: new Array(2_000).fill({ type: 1112, data: 'uid=7 acct="x" res=success' }),
      },
    ],
    [
      'the name of a machine, in LAUREL',
      { ID: id, NODE: 'h'.repeat(300_000), USER_LOGIN: new Array(2_000).fill({ res: 'success' }) },
    ],
  ])('%s', (_name, record) => {
    const { rows } = converted([record], 'auditd');
    expect(rows['DeviceLogonEvents']).toHaveLength(2_000);
    expect(JSON.stringify(rows).length).toBeLessThan(4_000_000);
  });

  it('names of columns, in tables of an answer', () => {
    const column = (length: number) => ({ name: 'c'.repeat(length) });
    const answer = (columns: readonly object[], rows: number) => ({
      Tables: [{ TableName: 'T', Columns: columns, Rows: new Array(rows).fill([1]) }],
    });
    for (const record of [
      answer([column(100_000)], 2_000),
      answer(new Array(5_000).fill(column(1)), 5_000),
    ]) {
      const { counts, letters } = converted([record], 'defender-rows');
      expect([counts.rejected, letters[0]?.['ReasonCode']]).toEqual([1, 'record.shape']);
    }
    expect(converted([answer([column(10)], 2_000)], 'defender-rows').counts.rejected).toBe(2_000);
  });

  it.each([
    ['defender-csv', 'Timestamp,DeviceName,'],
    ['windows-csv', 'TimeCreated,RecordId,Id,ProviderName,LogName,MachineName,'],
    ['zeek-tsv', '#separator \\x09\n#path\tconn\n#fields\tts\tuid\t'],
  ])('names of columns, in %s', (source, header) => {
    const lines = [`${header}${'n'.repeat(100_000)}`, ...new Array<string>(2_000).fill(',,,,,,')];
    const { letters, counts } = converted(lines, source);
    expect(counts.rejected).toBeGreaterThan(1_999);
    expect(JSON.stringify(letters).length).toBeLessThan(2_000_000);
  });
});
