import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { parseCustomTable, withCustomTable } from '../../src/catalog/custom-table.js';
import { contentsOf } from '../../src/ingest/contents.js';
import { simulate, smallCompany } from '../../src/simulator/simulate.js';

/** With a table of an operator's own. */
export const benchCatalog = withCustomTable(
  builtinCatalog,
  parseCustomTable({
    name: 'Bench',
    columns: [
      { name: 'Timestamp', type: 'datetime', from: 'ts' },
      { name: 'DeviceName', type: 'string', from: 'host.name' },
      { name: 'LocalIP', type: 'string', from: 'source.ip' },
      { name: 'LocalPort', type: 'int', from: 'source.port' },
      { name: 'RemoteIP', type: 'string', from: 'destination.ip' },
      { name: 'RemotePort', type: 'int', from: 'destination.port' },
      { name: 'Bytes', type: 'long', from: 'bytes' },
      { name: 'ActionType', type: 'string', from: 'action' },
      { name: 'AdditionalFields', type: 'dynamic' },
    ],
  }),
);

/** What one connector is measured with. */
export interface Input {
  readonly source: string;
  readonly what: string;
  /** Lines of the source, again and again, each time some seconds later. */
  readonly chunks: () => AsyncIterable<string> | Iterable<string>;
}

/** Members of recorded archives, by their connector. */
const recorded: readonly (readonly [source: string, archive: string, member: RegExp])[] = [
  ['windows-event', 'metasploit_procdump_lsass_memory_dump.zip', /\.json$/i],
  ['zeek-json', 'NASHUA-zeek_logs.zip', /conn.*\.log$/i],
  ['linux-sysmon', 'syslog_sysmon_log4shell_cve2021_44228_jndi_reference.zip', /./],
  ['auditd', 'syslog_auoms_auditd_log4shell_cve2021_44228_jndi_reference.zip', /./],
];

/**
 * @param folder of recordings; without it events of our own invention stand in for them
 * @param end of what is simulated
 */
export async function inputs(
  folder: string | undefined,
  end = new Date(Date.now() - 60_000),
): Promise<Input[]> {
  const found: Input[] = [
    { source: 'defender-streaming', what: 'simulated company', chunks: () => simulated(end) },
  ];
  for (const [source, archive, member] of recorded) {
    const file = join(folder ?? '', 'otrf', archive);
    const text = folder && existsSync(file) ? await memberOf(file, member) : undefined;
    const sample = text ?? invented[source];
    if (sample) found.push(repeated(source, text ? archive : 'invented', sample));
  }
  for (const source of ['ecs', 'osquery', 'ocsf', 'custom:Bench']) {
    const sample = invented[source];
    if (sample) found.push(repeated(source, 'invented', sample));
  }
  return found;
}

async function memberOf(file: string, wanted: RegExp): Promise<string | undefined> {
  const chunks = createReadStream(file);
  for await (const content of contentsOf({ name: 'bench', chunks }, { file })) {
    const parts: Uint8Array[] = [];
    for await (const chunk of content.chunks) parts.push(chunk);
    if (wanted.test(content.name)) return Buffer.concat(parts).toString('utf8');
  }
  return undefined;
}

function* simulated(end: Date): Generator<string> {
  const options = { ...smallCompany, events: 1_000_000, days: 3, end, tenantId: 'bench' };
  for (const chunk of simulate(options)) yield chunk.toString('utf8');
}

/** Some seconds later in each copy, so that none is a duplicate of another. */
const stepSeconds = 3;

function repeated(source: string, what: string, sample: string): Input {
  const text = sample.endsWith('\n') ? sample : `${sample}\n`;
  function* chunks(): Generator<string> {
    for (let copy = 0; ; copy++) yield copy === 0 ? text : later(text, copy * stepSeconds);
  }
  return { source, what, chunks };
}

const isoTime = /(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)/g;
const epochTime = /(?<![\d.])(1[4-9]\d{8})(?=\.\d|\b)/g;

function later(text: string, seconds: number): string {
  return text
    .replace(isoTime, (_all, day: string, between: string, time: string) => {
      const moment = new Date(Date.parse(`${day}T${time}Z`) + seconds * 1000).toISOString();
      return `${moment.slice(0, 10)}${between}${moment.slice(11, 19)}`;
    })
    .replace(epochTime, (digits) => String(Number(digits) + seconds));
}

const hosts = ['pc-1', 'pc-2', 'srv-web', 'srv-db'];
const lines = (count: number, line: (index: number, time: Date) => object): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify(line(index, new Date(Date.UTC(2026, 9, 1) + index * 7))),
  ).join('\n');

const invented: Readonly<Record<string, string>> = {
  ecs: lines(400, (index, time) => ({
    '@timestamp': time.toISOString(),
    ecs: { version: '8.11.0' },
    event: { category: ['process'], type: ['start'], kind: 'event', action: 'exec' },
    host: { name: hosts[index % 4], os: { type: 'linux', name: 'Debian' } },
    process: {
      pid: 1000 + index,
      executable: '/usr/bin/curl',
      name: 'curl',
      command_line: `curl -s http://10.0.0.${index % 250}/x?n=${index}`,
      parent: { pid: 1, executable: '/usr/bin/bash', name: 'bash' },
    },
    user: { name: `user${index % 20}` },
  })),
  osquery: lines(400, (index, time) => ({
    name: 'process_events',
    hostIdentifier: hosts[index % 4],
    calendarTime: time.toUTCString(),
    unixTime: Math.floor(time.getTime() / 1000),
    action: 'added',
    columns: {
      pid: String(2000 + index),
      path: '/usr/bin/curl',
      cmdline: `curl -s http://10.0.0.${index % 250}/x?n=${index}`,
      parent: '1',
      uid: '0',
      time: String(Math.floor(time.getTime() / 1000)),
    },
  })),
  ocsf: lines(400, (index, time) => ({
    class_uid: 1007,
    category_uid: 1,
    activity_id: 1,
    type_uid: 100_701,
    time: time.getTime(),
    severity_id: 1,
    metadata: { version: '1.1.0', product: { name: 'Bench', vendor_name: 'Quarry' } },
    device: { hostname: hosts[index % 4], type_id: 1 },
    process: {
      pid: 3000 + index,
      name: 'curl',
      file: { name: 'curl', path: '/usr/bin/curl', type_id: 1 },
      cmd_line: `curl -s http://10.0.0.${index % 250}/x?n=${index}`,
    },
    actor: { process: { pid: 1, name: 'bash' }, user: { name: `user${index % 20}` } },
  })),
  'custom:Bench': lines(400, (index, time) => ({
    ts: time.toISOString(),
    host: { name: hosts[index % 4] },
    source: { ip: `10.0.0.${index % 250}`, port: 40_000 + index },
    destination: { ip: '192.0.2.1', port: 443 },
    bytes: index * 17,
    action: index % 9 === 0 ? 'deny' : 'allow',
    rule: { name: `rule ${index % 40}`, id: index % 40 },
  })),
};
