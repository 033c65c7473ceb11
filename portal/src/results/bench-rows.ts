import type { ResultColumn } from './model.js';
import { fromMilliseconds } from './values/datetime.js';

const named: readonly ResultColumn[] = [
  { name: 'Timestamp', type: 'datetime' },
  { name: 'DeviceName', type: 'string' },
  { name: 'ActionType', type: 'string' },
  { name: 'FileName', type: 'string' },
  { name: 'ProcessId', type: 'long' },
  { name: 'ProcessCommandLine', type: 'string' },
  { name: 'AccountName', type: 'string' },
  { name: 'InitiatingProcessFileName', type: 'string' },
  { name: 'InitiatingProcessId', type: 'long' },
  { name: 'RemoteIP', type: 'string' },
  { name: 'SHA1', type: 'string' },
  { name: 'ReportId', type: 'long' },
  { name: 'Score', type: 'real' },
  { name: 'IsSigned', type: 'bool' },
  { name: 'Nothing', type: 'string' },
  { name: 'AdditionalFields', type: 'dynamic' },
];

const files = [
  'powershell.exe',
  'cmd.exe',
  'svchost.exe',
  'chrome.exe',
  'rundll32.exe',
  'wmic.exe',
];
const actions = ['ProcessCreated', 'ConnectionSuccess', 'FileCreated', 'LogonSuccess'];
const users = ['asha', 'ben', 'carla', 'SYSTEM', 'svc-backup'];

/** "whoami /all" as PowerShell's -EncodedCommand has it. */
const encoded = 'dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==';

/** Columns of a process event, and plain ones until there are as many as asked for. */
function madeUpColumns(count: number): ResultColumn[] {
  const more = Array.from({ length: Math.max(0, count - named.length) }, (_, at) => ({
    name: `Extra${at + 1}`,
    type: at % 3 === 0 ? ('long' as const) : ('string' as const),
  }));
  return [...named, ...more].slice(0, count);
}

/** The same row for the same number, whoever asks. */
function madeUpRow(columns: readonly ResultColumn[], at: number): unknown[] {
  const noise = (at * 2_654_435_761) % 4_294_967_296;
  const file = files[noise % files.length] ?? '';
  const parent = files[at % files.length] ?? '';
  const values: readonly unknown[] = [
    fromMilliseconds(Date.UTC(2026, 0, 1) + at * 5000 + (noise % 4000) + (noise % 10_000) / 1e4),
    `ws-${String(noise % 400).padStart(3, '0')}.contoso.example`,
    actions[noise % actions.length],
    file,
    noise % 65_536,
    at % 11 === 0
      ? `${file} -NoProfile -EncodedCommand ${encoded}`
      : `"C:\\Windows\\System32\\${file}" /c start ${at} --level=${noise % 9}`,
    users[noise % users.length],
    parent,
    at % 65_536,
    at % 3 === 0 ? `203.0.113.${noise % 256}` : '',
    noise.toString(16).padStart(8, '0').repeat(5),
    at % 5 === 0 ? String(9_007_199_254_740_993n + BigInt(at)) : at,
    (noise % 1000) / 1000,
    noise % 2 === 0,
    '',
    at % 4 === 0 ? { Rule: `R${noise % 50}`, Tags: ['a', 'b'], Inner: { Depth: at % 7 } } : null,
  ];
  return columns.map((_, index) => {
    if (index < values.length) return values[index];
    return (index - values.length) % 3 === 0 ? noise + index : `value ${(noise + index) % 1000}`;
  });
}

/** Rows of one sort, made up one by one. */
export interface Source {
  readonly columns: readonly ResultColumn[];
  readonly row: (at: number) => readonly unknown[];
}

const hour = 3_600_000;

/** What the page can show: events, and tables such as queries with `render` give. */
export function madeUpSource(name: string, columnCount: number): Source {
  return sources[name]?.() ?? eventSource(columnCount);
}

function eventSource(count: number): Source {
  const columns = madeUpColumns(count);
  return { columns, row: (at) => madeUpRow(columns, at) };
}

const sources: Readonly<Record<string, () => Source>> = {
  hourly: () => ({
    columns: [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'ActionType', type: 'string' },
      { name: 'Events', type: 'long' },
    ],
    row: (at) => [
      fromMilliseconds(Date.UTC(2026, 0, 1) + Math.floor(at / actions.length) * hour),
      actions[at % actions.length],
      200 + Math.round(150 * Math.sin(at / 9)) + ((at * 37) % 60),
    ],
  }),
  actions: () => ({
    columns: [
      { name: 'FileName', type: 'string' },
      { name: 'AccountName', type: 'string' },
      { name: 'Runs', type: 'long' },
    ],
    row: (at) => [
      files[at % files.length],
      users[Math.floor(at / files.length) % users.length],
      ((at * 7919) % 500) + 3,
    ],
  }),
  series: () => ({
    columns: [
      { name: 'Timestamp', type: 'dynamic' },
      { name: 'Events', type: 'dynamic' },
      { name: 'anomalies', type: 'dynamic' },
    ],
    row: () => {
      const hours = Array.from({ length: 96 }, (_, at) => at);
      return [
        hours.map((at) => fromMilliseconds(Date.UTC(2026, 0, 1) + at * hour)),
        hours.map((at) => (at === 60 ? 900 : 300 + ((at * 53) % 80))),
        hours.map((at) => (at === 60 ? 1 : 0)),
      ];
    },
  }),
};
