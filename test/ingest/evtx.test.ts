import { describe, expect, it, vi } from 'vitest';
import { BinaryXml } from '../../src/ingest/binary-xml.js';
import { EvtxCutter } from '../../src/ingest/evtx.js';
import type { CutRecord } from '../../src/ingest/records.js';
import { converted, onlyRow } from './convert.js';
import { type BinaryEvent, type BinaryValue, evtxFile } from './windows/evtx-file.js';

/** 2026-01-05 10:11:12.4000001. */
const time = 134_120_814_724_000_001n;
const text = (value: string): BinaryValue => ({ type: 'string', value });

const event = (
  provider: string,
  id: number,
  data: Readonly<Record<string, BinaryValue>>,
  more: Partial<BinaryEvent> = {},
): BinaryEvent => ({
  ...{ provider, id, channel: 'Security', computer: 'PC1.contoso.com', time, pid: 700 },
  ...{ record: 5, data: Object.entries(data), ...more },
});

const auditing = 'Microsoft-Windows-Security-Auditing';
const sysmon = 'Microsoft-Windows-Sysmon';

function cut(file: Buffer): CutRecord[] {
  const records: CutRecord[] = [];
  const cutter = new EvtxCutter();
  cutter.write(file, (record) => records.push(record));
  cutter.end((record) => records.push(record));
  return records;
}

describe('an event in a file of the event log', () => {
  it('a process start, with numbers in hex, SIDs and signs that XML has for itself', () => {
    const file = evtxFile([
      event(auditing, 4688, {
        SubjectUserSid: { type: 'sid', value: 'S-1-5-21-1-2-3-500' },
        SubjectUserName: text('Admin'),
        SubjectDomainName: text('CONTOSO'),
        SubjectLogonId: { type: 'hex64', value: 0x1f4n },
        NewProcessId: { type: 'hex64', value: 0x1b2cn },
        NewProcessName: text('C:\\Windows\\System32\\cmd.exe'),
        TokenElevationType: text('%%1937'),
        ProcessId: { type: 'hex64', value: 0xa10n },
        CommandLine: text('cmd /c "echo é" > a & <b>'),
        MandatoryLabel: { type: 'sid', value: 'S-1-16-12288' },
      }),
    ]);
    expect(onlyRow(converted(file))).toMatchObject({
      ...{ Timestamp: '2026-01-05T10:11:12.4000001Z', DeviceName: 'pc1.contoso.com' },
      ...{ ProcessId: 0x1b2c, InitiatingProcessId: 0xa10, LogonId: 500 },
      ProcessCommandLine: 'cmd /c "echo é" > a & <b>',
      ...{ ProcessIntegrityLevel: 'High', AccountSid: 'S-1-5-21-1-2-3-500' },
    });
  });

  it('a connection, whose truth values take as much as numbers', () => {
    const file = evtxFile([
      event(sysmon, 3, {
        UtcTime: text('2026-01-05 10:11:12.345'),
        ProcessGuid: { type: 'guid', value: '{b34bc01c-8e40-695b-0200-000000000a00}' },
        ProcessId: { type: 'uint32', value: 42 },
        Image: text('C:\\a.exe'),
        Protocol: text('tcp'),
        Initiated: { type: 'boolean', value: 1 },
        SourceIsIpv6: { type: 'boolean', value: 0 },
        SourceIp: text('10.0.0.5'),
        SourcePort: { type: 'uint16', value: 50000 },
        DestinationIp: text('203.0.113.10'),
        DestinationHostname: text('evil.example'),
        DestinationPort: { type: 'uint16', value: 443 },
      }),
    ]);
    expect(onlyRow(converted(file))).toMatchObject({
      ...{ ActionType: 'ConnectionSuccess', InitiatingProcessId: 42, Protocol: 'Tcp' },
      ...{ LocalIP: '10.0.0.5', LocalPort: 50000, RemoteIP: '203.0.113.10', RemotePort: 443 },
      RemoteUrl: 'evil.example',
    });
  });

  it('a script keeps its lines as they are', () => {
    const script = 'function a {\n\n    iex $b\n}\n';
    const file = evtxFile([
      event('Microsoft-Windows-PowerShell', 4104, {
        MessageNumber: { type: 'int32', value: 1 },
        MessageTotal: { type: 'int32', value: 1 },
        ScriptBlockText: text(script),
      }),
    ]);
    expect(onlyRow(converted(file))).toMatchObject({
      InitiatingProcessId: 700,
      AdditionalFields: { Content: script },
    });
  });

  it.each([
    ['of a template', {}],
    ['without one', { isPlain: true as const }],
  ])('a cleared log, whose values are in UserData %s', (_what, more) => {
    const data = { SubjectUserName: text('Admin'), SubjectDomainName: text('CONTOSO') };
    const file = evtxFile([
      event('Microsoft-Windows-Eventlog', 1102, data, { userData: 'LogFileCleared', ...more }),
    ]);
    expect(onlyRow(converted(file))).toMatchObject({
      ...{ ActionType: 'SecurityLogCleared', AccountName: 'admin', AccountDomain: 'contoso' },
    });
  });

  it('a list of values without names has each of them', () => {
    const value: BinaryValue = { type: 'strings', value: ['Svc', '', 'C:\\a.exe'] };
    const [record] = cut(evtxFile([event('Service Control Manager', 7045, { '': value })]));
    expect(record?.text).toContain('<Data>Svc</Data><Data></Data><Data>C:\\a.exe</Data>');
  });

  it.each<[string, BinaryValue, string]>([
    ['uint8', { type: 'uint8', value: 255 }, '255'],
    ['int32', { type: 'int32', value: -2 }, '-2'],
    ['uint64', { type: 'uint64', value: 2n ** 64n - 1n }, '18446744073709551615'],
    ['hex32', { type: 'hex32', value: 0xc000006d }, '0xc000006d'],
    ['boolean', { type: 'boolean', value: 1 }, 'true'],
    ['filetime', { type: 'filetime', value: time }, '2026-01-05T10:11:12.4000001Z'],
    ['none', { type: 'none' }, ''],
    ['text that ends in zeros', text('a\0\0'), 'a'],
  ])('a value: %s', (_what, value, wanted) => {
    const [record] = cut(evtxFile([event(auditing, 1, { Name: value, Next: text('next') })]));
    expect(record?.text).toContain(
      `<Data Name="Name">${wanted}</Data><Data Name="Next">next</Data>`,
    );
  });
});

describe('a file of the event log that is broken', () => {
  const data = { SubjectUserName: text('Admin') };
  const three = () => evtxFile([1, 2, 3].map((record) => event(auditing, 4719, data, { record })));
  const startOf = (file: Buffer, number: number): number => {
    let start = 4096 + 512;
    for (let each = 1; each < number; each++) {
      start += file.readUInt32LE(start + 4);
    }
    return start;
  };

  it('a record that cannot be read costs itself alone', () => {
    const file = three();
    // Where its template is.
    file.writeUInt32LE(0xfffffff0, startOf(file, 2) + 24 + 4 + 6);
    const { counts, letters } = converted(file);
    expect(counts.rejected).toBe(1);
    expect(JSON.stringify(letters)).toContain('unreadable record');
    expect(cut(file).filter(({ text: each }) => each.startsWith('<Event'))).toHaveLength(2);
  });

  it('a record without an element is told of', () => {
    const file = three();
    file.fill(0, startOf(file, 2) + 24, startOf(file, 2) + 40);
    const { counts, letters } = converted(file);
    expect(counts.rejected).toBe(1);
    expect(JSON.stringify(letters)).toContain('unreadable record: it has no element');
  });

  it('a size that is none ends the chunk, and says so', () => {
    const file = three();
    file.writeUInt32LE(0, startOf(file, 2) + 4);
    expect(cut(file).map(({ text: each }) => each.slice(0, 17))).toEqual([
      '<Event xmlns="htt',
      'unreadable record',
    ]);
  });

  it('a template that has itself comes to an end', () => {
    const file = evtxFile([event(auditing, 4719, data)]);
    const start = startOf(file, 1) + 24;
    // Its content begins with a use of the same template.
    const content = start + 14 + 24;
    file.copy(file, content, start, start + 14);
    expect(cut(file).map(({ text: each }) => each)).toEqual([
      expect.stringMatching(/^unreadable record: /),
    ]);
  });

  it.each([
    ['what a chunk held before its log went round is not read again', [7, 8, 2, 3], 3, 2],
    ['a log in use has more than its header says', [1, 2, 3], 2, 3],
    ['numbers hide no record of those that are in use', [7, 8, 2, 3], 5, 4],
  ])('%s', (_what, records, firstUnused, count) => {
    const file = evtxFile(records.map((record) => event(auditing, 4719, data, { record })));
    file.writeUInt32LE(startOf(file, firstUnused) - 4096, 4096 + 48);
    expect(cut(file)).toHaveLength(count);
  });

  it('a file that is cut off has the records that are whole', () => {
    const file = three();
    const records = cut(file.subarray(0, startOf(file, 3) + 40));
    expect(records.filter(({ text: each }) => each.startsWith('<Event'))).toHaveLength(2);
  });
});

describe('a chunk that would be far more text than bytes', () => {
  const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);

  /** An element whose content is one value, used many times. */
  const repeated = (type: number, value: Buffer, uses: number, name = 'D') => {
    const use = Buffer.from([0x0e, 0, 0, type]);
    const places = Buffer.concat(Array.from({ length: uses }, () => use));
    const definition = (start: number) =>
      Buffer.concat([
        ...[Buffer.from([0x0f, 1, 1, 0, 0x01, 0, 0]), u32(0), u32(start + 15), u32(0), u16(0)],
        ...[u16(name.length), Buffer.from(`${name}\0`, 'utf16le'), Buffer.from([2]), places],
        Buffer.from([4, 0]),
      ]);
    const header = 4 + 2 + 4 + 4 + 24;
    const content = definition(header);
    return Buffer.concat([
      ...[Buffer.from([0x0f, 1, 1, 0, 0x0c, 1]), u32(1), u32(14), u32(0), Buffer.alloc(16)],
      ...[u32(content.length), content, u32(1), u16(value.length), Buffer.from([type, 0]), value],
    ]);
  };

  it.each([
    ['a text', 0x01, Buffer.from('a'.repeat(10_000), 'utf16le'), 5_000],
    ['a text of nothing but zeros', 0x02, Buffer.alloc(40_000), 5_500],
    ['a truth value of many bytes', 0x0d, Buffer.alloc(40_000), 5_500],
  ])('is refused: %s', (_what, type, value, uses) => {
    const chunk = repeated(type, value, uses);
    expect(() => new BinaryXml(chunk).text(0, chunk.length)).toThrow('repeated too often');
  });

  it('is refused before it is put together: a long list whose element has a long name', () => {
    const chunk = repeated(0x84, Buffer.alloc(45_000), 1, 'n'.repeat(5_000));
    const join = vi.spyOn(Array.prototype, 'join');
    expect(() => new BinaryXml(chunk).text(0, chunk.length)).toThrow('repeated too often');
    const longest = join.mock.results.reduce(
      (most, { value }) => Math.max(most, typeof value === 'string' ? value.length : 0),
      0,
    );
    join.mockRestore();
    expect(longest).toBeLessThan(1_000_000);
  });

  it.each([
    ['UTF-16', 0x01, Buffer.from(`${'\0'.repeat(20_000)}a\0`, 'utf16le')],
    ['bytes', 0x02, Buffer.from(`${'\0'.repeat(40_000)}a\0`, 'latin1')],
  ])(
    'takes no time that grows with the square of the zeros in a text: %s',
    (_what, type, value) => {
      const chunk = repeated(type, value, 5);
      const start = performance.now();
      const text = new BinaryXml(chunk).text(0, chunk.length);
      expect(performance.now() - start).toBeLessThan(1_000);
      expect(text.replaceAll('\0', '')).toBe('<D>aaaaa</D>');
    },
  );

  it('is refused, too, where it has no text but templates of templates', () => {
    // Each of them has the next one twice.
    const parts: Buffer[] = [];
    const use = (place: number) =>
      Buffer.concat([Buffer.from([0x0c, 1]), u32(1), u32(place), u32(0)]);
    const size = 24 + 2 * use(0).length + 1;
    for (let number = 1; number <= 30; number++) {
      const content = Buffer.concat([use(number * size), use(number * size), Buffer.alloc(1)]);
      parts.push(u32(0), Buffer.alloc(16), u32(content.length), content);
    }
    parts.push(u32(0), Buffer.alloc(16), u32(1), Buffer.alloc(1));
    const definitions = Buffer.concat(parts);
    const chunk = Buffer.concat([definitions, use(0), Buffer.alloc(1)]);
    expect(() => new BinaryXml(chunk).text(definitions.length, chunk.length)).toThrow(
      'repeated too often',
    );
  });
});
