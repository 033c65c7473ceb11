import path from 'node:path';
import { words } from '../words.js';
import { readFields } from './audit-fields.js';

/** One record of the audit system; an event is several with the same serial. */
export interface AuditRecord {
  readonly type: string;
  /** `1604994496.155:92733`: seconds since 1970, and the serial. */
  readonly id: string;
  readonly node: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
}

export type AuditHead = Omit<AuditRecord, 'fields'>;

const head =
  /\btype=([A-Z][A-Z0-9_]*(?:\[\d+\])?|\d{4}) (?:msg=)?audit\(((?:\d{1,12}(?:\.\d{1,9})?|\d\d\/\d\d\/\d{2,4} \d\d:\d\d:\d\d\.\d{1,9}):\d{1,20})\)\s?:\s*/;
/** A time as `ausearch --interpret` writes it. */
const interpretedTime = /^(\d\d)\/(\d\d)\/(\d{2,4}) (\d\d:\d\d:\d\d)\.(\d+):(\d+)$/;
/** What the daemon has resolved stands behind a separator, which shippers may escape or drop. */
const enrichment = '\u001d';
const otherEnrichment = /#035(?=[A-Z]+=)|(?<=[\dA-F])(?=SADDR=\{)/g;
/** The word before it. */
const wordBefore = /(?:^|\s)(\S+) $/;
const namedNode = /\bnode=(\S+)$/;
/** AUOMS does not escape the quotes within. */
const auomsName = /\b(cmdline|proctitle)=/;
const auomsText = /^("?)([\s\S]*?)\1 (?=redactors=|containerid=)/;

/** Types of records by their numbers (linux/audit.h), as far as there are rows for them. */
const typesByNumber: Readonly<Record<string, string>> = words({
  ...{ '1100': 'USER_AUTH', '1102': 'USER_MGMT', '1108': 'USER_CHAUTHTOK', '1112': 'USER_LOGIN' },
  ...{ '1114': 'ADD_USER', '1115': 'DEL_USER', '1116': 'ADD_GROUP', '1117': 'DEL_GROUP' },
  ...{ '1123': 'USER_CMD', '1132': 'GRP_MGMT', '1135': 'ACCT_LOCK', '1136': 'ACCT_UNLOCK' },
  ...{ '1300': 'SYSCALL', '1302': 'PATH', '1306': 'SOCKADDR', '1307': 'CWD', '1309': 'EXECVE' },
  ...{ '1318': 'OBJ_PID', '1320': 'EOE', '1327': 'PROCTITLE' },
  ...{ '1330': 'KERN_MODULE' },
});

export function typeOfNumber(number: string): string | undefined {
  return typesByNumber[number];
}

/** Older daemons have no names for newer types (`UNKNOWN[1327]`), and the kernel's own log has none at all. */
function namedType(type: string): string {
  const isNumbered = type.endsWith(']') || /^\d/.test(type);
  const number = isNumbered ? /\d+/.exec(type)?.[0] : undefined;
  return (number === undefined ? undefined : typeOfNumber(number)) ?? type;
}

/** The type and the id of a record's text; undefined where it is none. */
export function auditHead(text: string): AuditHead | undefined {
  const found = head.exec(text);
  const [, type, id] = found ?? [];
  return found === null || type === undefined || id === undefined
    ? undefined
    : { type: namedType(type), id: plainId(id), node: nodeBefore(text, found.index) };
}

function nodeBefore(text: string, index: number): string | undefined {
  const [, word] = index === 0 ? [] : (wordBefore.exec(text.slice(0, index)) ?? []);
  return word === undefined ? undefined : namedNode.exec(word)?.[1];
}

/** An id with its time in seconds since 1970; what has no zone is taken for UTC. */
function plainId(id: string): string {
  if (!id.includes('/')) {
    return id;
  }
  const [, month, day, year = '', clock, fraction = '', serial] = interpretedTime.exec(id) ?? [];
  if (serial === undefined) {
    return id;
  }
  const seconds = Date.parse(`${year.padStart(4, '20')}-${month}-${day}T${clock}Z`) / 1000;
  return `${seconds}.${fraction}:${serial}`;
}

export function parseAuditRecord(text: string): AuditRecord | undefined {
  const start = head.exec(text);
  const [all = '', writtenType, id] = start ?? [];
  if (start === null || writtenType === undefined || id === undefined) {
    return undefined;
  }
  const type = namedType(writtenType);
  const node = nodeBefore(text, start.index);
  const body = unenriched(text.slice(start.index + all.length));
  const fields = new Map<string, string>();
  if (id.includes('/')) {
    readInterpreted(type, body, fields);
    return { type, id: plainId(id), node, fields };
  }
  readProgram(withoutAuomsText(body, fields), fields);
  return { type, id, node, fields };
}

/** Takes the text out that ends before what AUOMS adds: where there is one, the first name begins it. */
function withoutAuomsText(body: string, fields: Map<string, string>): string {
  const isOfAuoms = body.includes('redactors=') || body.includes('containerid=');
  const name = isOfAuoms ? auomsName.exec(body) : null;
  const start = name === null ? 0 : name.index + name[0].length;
  const text = name && auomsText.exec(body.slice(start));
  if (name === null || text === null) {
    return body;
  }
  fields.set(name[1] ?? '', text[2] ?? '');
  return body.slice(0, name.index) + body.slice(start + text[0].length);
}

function unenriched(body: string): string {
  const plain = body.includes(enrichment) ? body.replaceAll(enrichment, ' ') : body;
  return plain.includes('#035') || plain.includes('SADDR={')
    ? plain.replace(otherEnrichment, ' ')
    : plain;
}

const operation = /\sop=([^"'=]*[^"'=\s])\s+[a-z][\w-]*=/;
/** Up to the last quote: programs do not escape those within. */
const programFields = /\bmsg='([\s\S]*)'/;

/** Records of programs have their fields in one, among them what they did, in words. */
function readProgram(text: string, fields: Map<string, string>): void {
  const [whole, own = ''] = (text.includes("msg='") && programFields.exec(text)) || [];
  if (whole === undefined) {
    readFields(text, fields);
    return;
  }
  const did = operation.exec(` ${own}`)?.[1];
  if (did !== undefined) {
    fields.set('op', `"${did}"`);
  }
  const start = text.indexOf(whole);
  readFields(text.slice(0, start), fields);
  readFields(own, fields);
  readFields(text.slice(start + whole.length), fields);
}

/** Fields that others than the writer of a record choose the text of. */
const chosenByOthers: ReadonlySet<string> = new Set(['acct', 'cmd', 'comm', 'name']);

/**
 * Values as `ausearch --interpret` writes them: without quotes, whatever is in them. What a text that others
 * choose has of fields stands between those before it, of which the first counts, and those after it, of which
 * the last does.
 */
function readInterpreted(type: string, text: string, fields: Map<string, string>): void {
  const names =
    type === 'EXECVE' ? 'a\\d+|argc' : type === 'PROCTITLE' ? 'proctitle' : '[a-z][\\w-]*';
  const name = new RegExp(`(?<=^|\\s)(${names})=`, 'g');
  const settled = new Set(fields.keys());
  let isSettled = true;
  for (const part of interpretedParts(text)) {
    const starts = [...part.matchAll(name)];
    for (const [index, { 0: whole, 1: field = '', index: at }] of starts.entries()) {
      if (settled.has(field)) {
        continue;
      }
      const value = part.slice(at + whole.length, starts[index + 1]?.index).trim();
      // What looks like hex is none.
      fields.set(field, absent.has(value) || value.startsWith('{') ? value : `"${value}"`);
      const isChosen = chosenByOthers.has(field);
      isSettled &&= !isChosen;
      if (isSettled || isChosen) {
        settled.add(field);
      }
    }
  }
}

/** What is outside of a program's own words, and those. */
function interpretedParts(text: string): readonly string[] {
  const start = /(?<=^|\s)msg='/.exec(text);
  return start === null
    ? [text]
    : [
        text.slice(0, start.index),
        text
          .slice(start.index + start[0].length)
          .trimEnd()
          .replace(/'$/, ''),
      ];
}

const hexText = /^(?:[\dA-F]{2})+$/;
const absent = new Set(['', '?', '(null)', '(none)', '"?"', '-', '"(unknown)"', '(unknown)']);

/** A value that is text: in quotes, or in hex where it holds spaces or quotes. */
export function textOf(value: string | undefined): string | undefined {
  if (value === undefined || absent.has(value)) {
    return undefined;
  }
  if (value.startsWith('"')) {
    return value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value.slice(1);
  }
  return hexText.test(value) ? Buffer.from(value, 'hex').toString() : value;
}

/** A program's file, without what the kernel and package managers add to that of one replaced. */
export function imageOf(value: string | undefined): string | undefined {
  return textOf(value)?.replace(/(?:;[\da-f]{8})?(?: \(deleted\))?$/, '');
}

/** A value that is none of text's: numbers, names. */
export function plainOf(value: string | undefined): string | undefined {
  if (value === undefined || absent.has(value)) {
    return undefined;
  }
  return value.startsWith('"') ? value.replace(/^"(.*)"$/, '$1') : value;
}

/** The arguments of EXECVE records, joined; long ones come in parts (`a1[0]`). */
export function commandLine(records: readonly AuditRecord[]): string | undefined {
  return argumentsOf(
    ...records.filter(({ type }) => type === 'EXECVE').map(({ fields }) => fields),
  );
}

export function argumentsOf(...records: readonly AuditRecord['fields'][]): string | undefined {
  const parts = new Map<number, string>();
  for (const fields of records) {
    for (const [name, value] of fields) {
      const index = /^a(\d{1,6})(?:\[\d+\])?$/.exec(name)?.[1];
      if (index !== undefined) {
        const known = parts.get(Number(index)) ?? '';
        parts.set(Number(index), known + (textOf(value) ?? ''));
      }
    }
  }
  if (parts.size === 0) {
    return undefined;
  }
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, part]) => part)
    .join(' ');
}

/** A command line that the kernel gave as NUL-separated arguments, cut at 128 bytes. */
export function processTitle(value: string | undefined): string | undefined {
  return textOf(value)
    ?.replace(/(?<!\0)\0+$/, '')
    .replaceAll('\0', ' ');
}

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

const interpreted = /(?:host:|laddr=)([\da-fA-F.:]+)\s+(?:serv:|lport=)(\d{1,5})/;

/** The address of a SOCKADDR record; undefined for families other than IPv4 and IPv6. */
export function socketAddress(value: string | undefined): SocketAddress | undefined {
  const words = interpreted.exec(value ?? '');
  if (words) {
    return { address: words[1] ?? '', port: Number(words[2]) };
  }
  const bytes = hexText.test(value ?? '') ? Buffer.from(value ?? '', 'hex') : Buffer.alloc(0);
  if (bytes.length >= 8 && bytes.readUInt16LE(0) === 2) {
    return { address: [...bytes.subarray(4, 8)].join('.'), port: bytes.readUInt16BE(2) };
  }
  if (bytes.length >= 24 && bytes.readUInt16LE(0) === 10) {
    const groups = Array.from({ length: 8 }, (_, index) =>
      bytes.readUInt16BE(8 + index * 2).toString(16),
    );
    return { address: groups.join(':'), port: bytes.readUInt16BE(2) };
  }
  return undefined;
}

export function absolutePath(folder: string | undefined, name: string): string {
  return name.startsWith('/') || folder === undefined ? name : path.posix.join(folder, name);
}

export type Syscall =
  | 'execve'
  | 'connect'
  | 'accept'
  | 'bind'
  | 'delete'
  | 'rename'
  | 'open'
  | 'create'
  | 'link'
  | 'module'
  | 'trace';

const byName: Readonly<Record<string, Syscall>> = words({
  execve: 'execve',
  execveat: 'execve',
  connect: 'connect',
  accept: 'accept',
  accept4: 'accept',
  bind: 'bind',
  unlink: 'delete',
  unlinkat: 'delete',
  rename: 'rename',
  renameat: 'rename',
  renameat2: 'rename',
  open: 'open',
  openat: 'open',
  openat2: 'open',
  creat: 'create',
  truncate: 'create',
  ftruncate: 'create',
  link: 'link',
  linkat: 'link',
  symlink: 'link',
  symlinkat: 'link',
  init_module: 'module',
  finit_module: 'module',
  ptrace: 'trace',
});

/** Of architectures that have no numbers of their own: 64 bits of ARM, RISC-V and LoongArch. */
const general: Readonly<Record<string, string>> = {
  ...{ 221: 'execve', 281: 'execveat', 203: 'connect', 35: 'unlinkat' },
  ...{ 38: 'renameat', 276: 'renameat2', 56: 'openat', 437: 'openat2' },
  ...{ 45: 'truncate', 46: 'ftruncate', 202: 'accept', 242: 'accept4', 200: 'bind' },
  ...{ 117: 'ptrace', 37: 'linkat', 36: 'symlinkat' },
  ...{ 105: 'init_module', 273: 'finit_module' },
};

const powerPc: Readonly<Record<string, string>> = {
  ...{ 11: 'execve', 362: 'execveat', 328: 'connect', 10: 'unlink', 292: 'unlinkat' },
  ...{ 38: 'rename', 293: 'renameat', 357: 'renameat2', 5: 'open', 286: 'openat' },
  ...{ 437: 'openat2', 8: 'creat', 92: 'truncate', 93: 'ftruncate' },
  ...{ 330: 'accept', 344: 'accept4', 327: 'bind', 26: 'ptrace', 102: 'socketcall' },
  ...{ 9: 'link', 294: 'linkat', 83: 'symlink', 295: 'symlinkat' },
  ...{ 128: 'init_module', 353: 'finit_module' },
};

/** Numbers of system calls by architecture, as records name it (linux/audit.h, the kernel's tables). */
const numbers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  c000003e: {
    ...{ 59: 'execve', 322: 'execveat', 42: 'connect', 87: 'unlink', 263: 'unlinkat' },
    ...{ 82: 'rename', 264: 'renameat', 316: 'renameat2', 2: 'open', 257: 'openat' },
    ...{ 437: 'openat2', 85: 'creat', 76: 'truncate', 77: 'ftruncate' },
    ...{ 43: 'accept', 288: 'accept4', 49: 'bind', 101: 'ptrace' },
    ...{ 86: 'link', 265: 'linkat', 88: 'symlink', 266: 'symlinkat' },
    ...{ 175: 'init_module', 313: 'finit_module' },
  },
  '40000003': {
    ...{ 11: 'execve', 358: 'execveat', 362: 'connect', 10: 'unlink', 301: 'unlinkat' },
    ...{ 38: 'rename', 302: 'renameat', 353: 'renameat2', 5: 'open', 295: 'openat' },
    ...{ 437: 'openat2', 8: 'creat', 92: 'truncate', 93: 'ftruncate' },
    ...{ 364: 'accept4', 361: 'bind', 26: 'ptrace', 102: 'socketcall' },
    ...{ 9: 'link', 303: 'linkat', 83: 'symlink', 304: 'symlinkat' },
    ...{ 128: 'init_module', 350: 'finit_module' },
  },
  '40000028': {
    ...{ 11: 'execve', 387: 'execveat', 283: 'connect', 10: 'unlink', 328: 'unlinkat' },
    ...{ 38: 'rename', 329: 'renameat', 382: 'renameat2', 5: 'open', 322: 'openat' },
    ...{ 437: 'openat2', 8: 'creat', 92: 'truncate', 93: 'ftruncate' },
    ...{ 285: 'accept', 366: 'accept4', 282: 'bind', 26: 'ptrace', 102: 'socketcall' },
    ...{ 9: 'link', 330: 'linkat', 83: 'symlink', 331: 'symlinkat' },
    ...{ 128: 'init_module', 379: 'finit_module' },
  },
  '80000016': {
    ...{ 11: 'execve', 354: 'execveat', 362: 'connect', 10: 'unlink', 294: 'unlinkat' },
    ...{ 38: 'rename', 295: 'renameat', 347: 'renameat2', 5: 'open', 288: 'openat' },
    ...{ 437: 'openat2', 8: 'creat', 92: 'truncate', 93: 'ftruncate' },
    ...{ 364: 'accept4', 361: 'bind', 26: 'ptrace', 102: 'socketcall' },
    ...{ 9: 'link', 296: 'linkat', 83: 'symlink', 297: 'symlinkat' },
    ...{ 128: 'init_module', 344: 'finit_module' },
  },
  '80000015': powerPc,
  c0000015: powerPc,
  c00000b7: general,
  c00000f3: general,
  c0000102: general,
};

/** What older programs of 32 bits ask of sockets, by the number that comes first (linux/net.h); in hex. */
const socketCalls: Readonly<Record<string, string>> = words({
  ...{ 2: 'bind', 3: 'connect', 5: 'accept', 12: 'accept4' },
});

/** What a record's system call does, and its name; undefined for calls that have no row. */
export function syscallOf(
  fields: ReadonlyMap<string, string>,
): { readonly does: Syscall; readonly name: string } | undefined {
  const called = plainOf(fields.get('syscall')) ?? '';
  const arch = plainOf(fields.get('arch'))?.toLowerCase().replace(/^0x/, '') ?? 'c000003e';
  const named = numbers[arch]?.[called] ?? plainOf(fields.get('SYSCALL')) ?? called;
  const asked = plainOf(fields.get('a0'))?.replace(/^0x/, '') ?? '';
  const name = named === 'socketcall' ? (socketCalls[asked] ?? named) : named;
  const does = byName[name];
  return does && { does, name };
}
