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
export function madeUpColumns(count: number): ResultColumn[] {
  const more = Array.from({ length: Math.max(0, count - named.length) }, (_, at) => ({
    name: `Extra${at + 1}`,
    type: at % 3 === 0 ? ('long' as const) : ('string' as const),
  }));
  return [...named, ...more].slice(0, count);
}

/** The same row for the same number, whoever asks. */
export function madeUpRow(columns: readonly ResultColumn[], at: number): unknown[] {
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
