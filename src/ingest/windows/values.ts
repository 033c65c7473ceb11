import { isIPv4, isIPv6 } from 'node:net';
import { ExactNumber, type JsonValue } from '../json.js';
import { words } from '../words.js';

/** Absent values of event data: `-`, nothing. */
export function present(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value === '-' ? undefined : value;
}

const decimal = /^[+-]?\d{1,20}$/;
const hexadecimal = /^0x[\da-f]{1,16}$/i;

/** A decimal or 0x… number; undefined for anything else. */
export function integer(text: string): number | ExactNumber | undefined {
  const trimmed = text.trim();
  if (!decimal.test(trimmed) && !hexadecimal.test(trimmed)) {
    return undefined;
  }
  const number = Number(trimmed);
  return Number.isSafeInteger(number) ? number : new ExactNumber(String(BigInt(trimmed)));
}

/** A process id: decimal in Sysmon, hex in most of the Security log. */
export function pidOf(text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : integer(text);
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

const devicePath = /^\\device\\(harddiskvolume\d+)\\/i;
/** A share, whose drive or redirector may stand before its server: `\Device\Mup\;Z:0…\server\share`. */
const sharePath =
  /^(?:\\device\\(?:mup|lanmanredirector)(?:\\;[^\\]*)*|\\[?\\]\?\\unc)\\(?=[^\\])/i;
const globalRoot = /^\\[?\\]\?\\globalroot(?=\\)/i;

/** Drive letters by volume (`harddiskvolume2`), where they have been learnt. */
export type Volumes = ReadonlyMap<string, string>;

/** Volume and path on it, both in lower case, of `\Device\HarddiskVolume2\…`. */
export function onVolume(path: string): readonly [volume: string, path: string] | undefined {
  const found = devicePath.exec(path);
  return found
    ? [(found[1] ?? '').toLowerCase(), path.slice(found[0].length).toLowerCase()]
    : undefined;
}

/** A path as people write it: no NT prefix, a drive letter for the volume, a share by its server. */
export function plainPath(path: string, volumes?: Volumes): string {
  const first = path.charCodeAt(0);
  if (first !== 0x5c) {
    return path;
  }
  const text = path.replace(globalRoot, '');
  const share = sharePath.exec(text);
  if (share) {
    return `\\\\${text.slice(share[0].length)}`;
  }
  if (text.startsWith('\\??\\') || text.startsWith('\\\\?\\')) {
    return text.slice(4);
  }
  const volume = devicePath.exec(text);
  if (volume) {
    const letter = volumes?.get((volume[1] ?? '').toLowerCase()) ?? 'C:';
    return `${letter}\\${text.slice(volume[0].length)}`;
  }
  return /^\\systemroot\\/i.test(text) ? `C:\\Windows\\${text.slice(12)}` : text;
}

/** What follows the last `\` or `/`. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}

/** Where the name of an alternate data stream starts: at a second colon behind the drive's. */
function streamStart(path: string): number {
  return path.indexOf(':', path.charAt(1) === ':' ? 2 : 0);
}

export function hasStream(path: string): boolean {
  return streamStart(path) >= 0;
}

export function withoutStream(path: string): string {
  const start = streamStart(path);
  return start < 0 ? path : path.slice(0, start);
}

/** The name of an alternate data stream; undefined for a file itself. */
export function streamName(path: string): string | undefined {
  const start = streamStart(path);
  return start < 0 ? undefined : path.slice(start + 1);
}

export type HashName = 'SHA1' | 'SHA256' | 'MD5' | 'IMPHASH';

/** One hash of `SHA1=…,MD5=…`, in lower case; undefined where it is absent or all zero. */
export function hashFrom(text: string, name: HashName): string | undefined {
  const start = text.startsWith(`${name}=`) ? 0 : text.indexOf(`,${name}=`) + 1;
  if (start === 0 && !text.startsWith(`${name}=`)) {
    return undefined;
  }
  const from = start + name.length + 1;
  const comma = text.indexOf(',', from);
  const hash = (comma < 0 ? text.slice(from) : text.slice(from, comma)).trim();
  return /^[\da-f]+$/i.test(hash) && /[^0]/.test(hash) ? hash.toLowerCase() : undefined;
}

/** The name of `DOMAIN\name`, lower case. */
export function accountName(user: string): string {
  return user.slice(user.indexOf('\\') + 1).toLowerCase();
}

/** The domain of `DOMAIN\name`, lower case; undefined where there is none. */
export function accountDomain(user: string): string | undefined {
  const end = user.indexOf('\\');
  return end < 0 ? undefined : user.slice(0, end).toLowerCase();
}

/** Accounts that every Windows has. */
export const wellKnownAccounts: Readonly<Record<string, string>> = words({
  'S-1-5-18': 'nt authority\\system',
  'S-1-5-19': 'nt authority\\local service',
  'S-1-5-20': 'nt authority\\network service',
});

/** The SID of no account. */
export const nobody = 'S-1-0-0';

/** The sessions of accounts that every Windows has are the same on each. */
const sidsOfLogons: Readonly<Record<string, string>> = words({
  '999': 'S-1-5-18',
  '997': 'S-1-5-19',
  '996': 'S-1-5-20',
});

/** The SID of the account of a logon, by its id. */
export function sidOfLogon(id: string): string | undefined {
  return sidsOfLogons[String(integer(id))];
}

/** What `NT AUTHORITY` is called in other languages; some have English names behind it, or before theirs. */
const authorities = [
  'nt authority',
  'nt-autorität',
  'autorite nt',
  'autoridad nt',
  'autoridade nt',
];
const namesOfAccounts: readonly (readonly [sid: string, ...names: string[]])[] = [
  ['S-1-5-18', 'system', 'système', 'sistema', 'система'],
  [
    ...([
      'S-1-5-19',
      'local service',
      'lokaler dienst',
      'service local',
      'servizio locale',
    ] as const),
    ...['servicio local', 'servicio loc', 'serviço local'],
  ],
  [
    ...(['S-1-5-20', 'network service', 'netzwerkdienst', 'service réseau'] as const),
    ...['servizio di rete', 'servicio de red', 'serviço de rede'],
  ],
];

const wellKnownSids = new Map<string, string>(
  namesOfAccounts.flatMap(([sid, ...names]) =>
    authorities.flatMap((authority) =>
      names.map((name) => [`${authority}\\${name}`, sid] as const),
    ),
  ),
);

/** Accounts of sessions, which have the session's number in name and SID. */
const ofSession: readonly (readonly [name: RegExp, sid: string])[] = [
  [/^window manager\\dwm-(\d{1,9})$/, 'S-1-5-90-0-'],
  [/^font driver host\\umfd-(\d{1,9})$/, 'S-1-5-96-0-'],
];

/** The SID of an account that every Windows has. */
export function wellKnownSid(user: string): string | undefined {
  const name = user.toLowerCase();
  for (const [pattern, sid] of ofSession) {
    const number = pattern.exec(name)?.[1];
    if (number !== undefined) {
      return sid + number;
    }
  }
  return wellKnownSids.get(name);
}

const integrityLevels: Readonly<Record<string, string>> = words({
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  system: 'System',
  appcontainer: 'Low',
  'no level': '',
  untrusted: 'Untrusted',
  's-1-16-0': 'Untrusted',
  's-1-16-4096': 'Low',
  's-1-16-8192': 'Medium',
  's-1-16-8448': 'Medium',
  's-1-16-12288': 'High',
  's-1-16-16384': 'System',
  'mandatory label\\untrusted mandatory level': 'Untrusted',
  'mandatory label\\low mandatory level': 'Low',
  'mandatory label\\medium mandatory level': 'Medium',
  'mandatory label\\medium plus mandatory level': 'Medium',
  'mandatory label\\high mandatory level': 'High',
  'mandatory label\\system mandatory level': 'System',
});

export function integrityLevel(text: string): string {
  return integrityLevels[text.toLowerCase()] ?? text;
}

const elevations: Readonly<Record<string, string>> = words({
  '%%1936': 'TokenElevationTypeDefault',
  '%%1937': 'TokenElevationTypeFull',
  '%%1938': 'TokenElevationTypeLimited',
});

export function tokenElevation(text: string): string | undefined {
  return elevations[text] ?? /^TokenElevationType[A-Z]\w*/.exec(text)?.[0];
}

const logonTypes: Readonly<Record<string, string>> = words({
  '2': 'Interactive',
  '3': 'Network',
  '4': 'Batch',
  '5': 'Service',
  '7': 'Unlock',
  '8': 'NetworkCleartext',
  '9': 'NewCredentials',
  '10': 'RemoteInteractive',
  '11': 'CachedInteractive',
  '12': 'CachedRemoteInteractive',
  '13': 'CachedUnlock',
});

const logonTypesByWord = new Map(
  Object.values(logonTypes).map((name) => [name.toLowerCase(), name]),
);

/** By Windows' number, which words may follow (`3 - Network`), or by its name in any spelling. */
export function logonType(text: string): string {
  const plain = text.trim();
  const number = integer(plain) ?? /^\d+(?=[\s:-])/.exec(plain)?.[0];
  const word = plain.replace(/[\s_-]/g, '').toLowerCase();
  return logonTypes[String(number)] ?? logonTypesByWord.get(word) ?? 'Unknown';
}

/** `NTLM V1` is told by the LM package, whatever was negotiated. */
export function authenticationProtocol(
  authenticationPackage: string | undefined,
  lmPackage: string | undefined,
): string | undefined {
  const found = present(authenticationPackage);
  if (present(lmPackage)?.toUpperCase().startsWith('NTLM') || found?.toUpperCase() === 'NTLM') {
    return 'NTLM';
  }
  return found;
}

const failureReasons: Readonly<Record<string, string>> = words({
  C000006A: 'InvalidUserNameOrPassword',
  C0000064: 'InvalidUserNameOrPassword',
  C000006D: 'InvalidUserNameOrPassword',
  C0000234: 'AccountLockedOut',
  C0000072: 'AccountDisabled',
  C0000193: 'AccountExpired',
  C0000071: 'PasswordExpired',
  C0000224: 'PasswordExpired',
  C000015B: 'LogonTypeNotGranted',
});

/** The event's own reason, a message's code, and what it stands for in English. */
const statedReasons: Readonly<Record<string, string>> = words({
  '%%2305': 'AccountExpired',
  '%%2307': 'AccountLockedOut',
  '%%2308': 'LogonTypeNotGranted',
  '%%2309': 'PasswordExpired',
  '%%2310': 'AccountDisabled',
  '%%2313': 'InvalidUserNameOrPassword',
  'the specified user account has expired': 'AccountExpired',
  'account locked out': 'AccountLockedOut',
  'the user has not been granted the requested logon type at this machine': 'LogonTypeNotGranted',
  "the specified account's password has expired": 'PasswordExpired',
  'account currently disabled': 'AccountDisabled',
  'unknown user name or bad password': 'InvalidUserNameOrPassword',
});

const statedReason = (text: string) => statedReasons[text.trim().toLowerCase().replace(/\.$/, '')];

/** A status code as 8 hex digits: some shippers write it as a number, which may be negative. */
export function statusCode(text: string): string {
  const code = text.trim();
  const number = integer(code);
  return typeof number === 'number'
    ? (number >>> 0).toString(16).toUpperCase().padStart(8, '0')
    : code.toUpperCase();
}

/** Why a logon failed: the sub status is the more exact one; words stand where the codes have been looked up. */
export function failureReason(
  status: string | undefined,
  subStatus: string | undefined,
  stated?: string,
): string | undefined {
  const texts = [subStatus, status].flatMap((text) => present(text) ?? []);
  const codes = texts.map(statusCode).filter((code) => /^(?!0*$)[\dA-F]{8}$/.test(code));
  for (const code of codes) {
    const reason = failureReasons[code];
    if (reason !== undefined) {
      return reason;
    }
  }
  if (codes[0] !== undefined) {
    return codes[0];
  }
  const written = [present(stated), ...texts].filter((text) => text !== undefined);
  return written.map(statedReason).find((reason) => reason !== undefined) ?? present(stated);
}

const protocols: Readonly<Record<string, string>> = words({
  tcp: 'Tcp',
  '6': 'Tcp',
  udp: 'Udp',
  '17': 'Udp',
  icmp: 'Icmp',
  '1': 'Icmp',
  icmpv6: 'Icmp',
  '58': 'Icmp',
});

export function protocolName(text: string): string {
  return protocols[text.trim().toLowerCase()] ?? text;
}

/**
 * An address in its short form (RFC 5952): Sysmon writes IPv6 in full, the Security log does not. The zone
 * is a number of the machine's own.
 */
export function shortAddress(text: string): string {
  if (!text.includes(':') || !isIPv6(text)) {
    return text;
  }
  const groups = groupsOf(text.replace(/%.*$/, ''));
  if (groups === undefined) {
    return text.toLowerCase();
  }
  if (isMapped(groups)) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return compressed(groups);
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** The eight groups of an IPv6 address without a zone. */
function groupsOf(text: string): number[] | undefined {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)]
      .map((group) => group.toString(16))
      .join(':'),
  );
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...new Array<string>(Math.max(missing, 0)).fill('0'), ...after];
  return groups.length === 8 ? groups.map((group) => Number.parseInt(group, 16)) : undefined;
}

function compressed(groups: readonly number[]): string {
  let longest = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) {
      length++;
    }
    if (length > longest.length) {
      longest = { start, length };
    }
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return longest.start < 0
    ? text(groups)
    : `${text(groups.slice(0, longest.start))}::${text(groups.slice(longest.start + longest.length))}`;
}

/** Defender's kind of an address; undefined where the text is none. */
export function addressType(text: string): string | undefined {
  if (isIPv4(text)) {
    return ipv4Type(text);
  }
  const groups = isIPv6(text) ? groupsOf(text.replace(/%.*$/, '')) : undefined;
  if (groups === undefined) {
    return undefined;
  }
  if (isMapped(groups)) {
    return 'FourToSixMapping';
  }
  const [first = 0, second = 0] = groups;
  if (groups.slice(0, 7).every((group) => group === 0)) {
    return groups[7] === 1 ? 'Loopback' : groups[7] === 0 ? 'Reserved' : 'Public';
  }
  if (first === 0x2001 && second === 0) {
    return 'Teredo';
  }
  if (first >> 8 === 0xff) {
    return 'Multicast';
  }
  if ((first & 0xffc0) === 0xfe80) {
    return 'LinkLocal';
  }
  return (first & 0xfe00) === 0xfc00 ? 'Private' : 'Public';
}

function ipv4Type(text: string): string {
  const [a = 0, b = 0] = text.split('.').map(Number);
  if (text === '255.255.255.255') {
    return 'Broadcast';
  }
  if (a === 127) {
    return 'Loopback';
  }
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) {
    return 'Private';
  }
  if (a === 169 && b === 254) {
    return 'LinkLocal';
  }
  if (a >= 224 && a < 240) {
    return 'Multicast';
  }
  return a === 0 || a >= 240 ? 'Reserved' : 'Public';
}

const hives: readonly (readonly [RegExp, string])[] = [
  [/^(?:HKLM|HKEY_LOCAL_MACHINE|\\REGISTRY\\MACHINE)(?=\\|$)/i, 'HKEY_LOCAL_MACHINE'],
  // Defender writes the hives of users so, the account's SID behind it.
  [/^(?:HKU|HKEY_USERS|\\REGISTRY\\USER|HKCU|HKEY_CURRENT_USER)(?=\\|$)/i, 'HKEY_CURRENT_USER'],
  [/^(?:HKCR|HKEY_CLASSES_ROOT)(?=\\|$)/i, 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes'],
];
const machineSegment = /^HKEY_LOCAL_MACHINE\\([^\\]+)/;
const currentControlSet = /^(HKEY_LOCAL_MACHINE\\SYSTEM)\\CurrentControlSet(?=\\|$)/i;

/** A registry key in Defender's words. */
export function registryKey(text: string): string {
  for (const [pattern, hive] of hives) {
    const match = pattern.exec(text);
    if (match) {
      return (hive + text.slice(match[0].length))
        .replace(
          machineSegment,
          (_, segment: string) => `HKEY_LOCAL_MACHINE\\${segment.toUpperCase()}`,
        )
        .replace(currentControlSet, '$1\\ControlSet001');
    }
  }
  return text;
}

// Values whose names are paths, or end in one: of exclusions, firewall rules, bam, MuiCache, SharedDLLs.
const pathAsName = /(?<![A-Za-z])[A-Za-z]:\\|%[^%\\]+%\\|\\\\(?<=[^\\]\\[^\\]+\\\\)/;
/** Keys that have such values, of which the paths begin with the GUID of a folder. */
const keyOfPaths = /\\(?:UserAssist\\\{[^}\\]*\}\\Count|FeatureUsage\\[^\\]+)\\/i;

function valueNameStart(object: string): number {
  const key = keyOfPaths.exec(object);
  if (key) {
    return key.index + key[0].length;
  }
  const path = pathAsName.exec(object);
  return object.lastIndexOf('\\', path?.index) + 1;
}

/** The key of `key\value name`. */
export function registryParent(object: string): string {
  const start = valueNameStart(object);
  return start === 0 ? object : object.slice(0, start - 1);
}

/** The value name of `key\value name`. */
export function registryValueName(object: string): string {
  return object.slice(valueNameStart(object));
}

const dword = /^DWORD \(0x([\da-f]{1,8})\)$/i;
const qword = /^QWORD \(0x([\da-f]{1,8})-0x([\da-f]{1,8})\)$/i;

/** Type and data of a registry value in Sysmon's words (`DWORD (0x00000001)`). */
export function registryDetails(text: string): { readonly type: string; readonly data: string } {
  const short = dword.exec(text);
  if (short) {
    return { type: 'Dword', data: String(Number.parseInt(short[1] ?? '0', 16)) };
  }
  const long = qword.exec(text);
  if (long) {
    const value = (BigInt(`0x${long[1]}`) << 32n) | BigInt(`0x${long[2]}`);
    return { type: 'Qword', data: String(value) };
  }
  if (text === 'Binary Data') {
    return { type: 'Binary', data: '' };
  }
  return { type: 'String', data: text === '(Empty)' ? '' : text };
}

const registryTypes: Readonly<Record<string, string>> = words({
  '%%1872': 'None',
  '%%1873': 'String',
  '%%1874': 'ExpandString',
  '%%1875': 'Binary',
  '%%1876': 'Dword',
  '%%1879': 'MultiString',
  '%%1883': 'Qword',
  reg_none: 'None',
  reg_sz: 'String',
  reg_expand_sz: 'ExpandString',
  reg_binary: 'Binary',
  reg_dword: 'Dword',
  reg_multi_sz: 'MultiString',
  reg_qword: 'Qword',
});

/** A registry type of the Security log (`%%1876`), or the name that it stands for. */
export function registryType(code: string): string {
  return registryTypes[code.toLowerCase()] ?? code;
}

/** Data of a registry value of the Security log: numbers are hex there. */
export function registryNumber(data: string, type: string | undefined): string {
  const isNumber = /^(?:Dword|Qword)$/.test(registryType(type ?? ''));
  return isNumber && /^0x[\da-f]{1,16}$/i.test(data) ? String(BigInt(data)) : data;
}

const localPipe = /^(?:\\\\[.?]\\pipe|\\\?\?\\pipe|)\\?/i;

/** `\name` in full; anonymous pipes have no other name. */
export function pipeName(text: string): string {
  const name = text.startsWith('&lt;') ? unescapeXml(text) : text;
  return /^(?:<|\\device\\)/i.test(name)
    ? name
    : name.replace(localPipe, () => '\\Device\\NamedPipe\\');
}

const dnsTypes: Readonly<Record<string, string>> = words({
  '1': 'A',
  '2': 'NS',
  '5': 'CNAME',
  '6': 'SOA',
  '12': 'PTR',
  '15': 'MX',
  '16': 'TXT',
  '28': 'AAAA',
  '33': 'SRV',
  '64': 'SVCB',
  '65': 'HTTPS',
});

const dnsTyped = /^type:\s*(\d+)\s*([\s\S]*)$/i;

/** `type:  5 a.b;1.2.3.4;` as a list of types and results. */
export function dnsResults(text: string): JsonValue {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '-')
    .map((part) => {
      const [, type = '', name] = dnsTyped.exec(part) ?? [];
      if (name !== undefined) {
        return { DnsQueryType: dnsTypes[type] ?? type, Result: name };
      }
      const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(part);
      const address = mapped?.[1] ?? shortAddress(part);
      const kind = isIPv4(address) ? 'A' : isIPv6(address) ? 'AAAA' : '';
      return { DnsQueryType: kind, Result: address };
    });
}

/** The value of `key=` up to white space, in lines that Sysmon has joined. */
export function iniValue(text: string, key: string): string | undefined {
  return new RegExp(`(?:^|\\s)${key}=(\\S+)`, 'i').exec(text)?.[1];
}

const unquotedPath = /^(?:(?!\s\/).)*?\.(?:exe|sys|dll|com|bat|cmd|ps1)(?=\s|$)/i;

/** Variables that have the same value on nearly every machine. */
const folders: Readonly<Record<string, string>> = words({
  systemroot: 'C:\\Windows',
  windir: 'C:\\Windows',
  comspec: 'C:\\Windows\\System32\\cmd.exe',
  systemdrive: 'C:',
  programfiles: 'C:\\Program Files',
  'programfiles(x86)': 'C:\\Program Files (x86)',
  programdata: 'C:\\ProgramData',
});

/** The executable that a service's command line starts. */
export function serviceImage(command: string): string {
  return imageIn(
    command
      .trim()
      .replace(/^\\SystemRoot\\/i, () => 'C:\\Windows\\')
      .replace(/^System32\\/i, () => 'C:\\Windows\\System32\\'),
  ).replace(/%([a-z]{6,12}(?:\(x86\))?)%/gi, (whole, name: string) => {
    return folders[name.toLowerCase()] ?? whole;
  });
}

function imageIn(command: string): string {
  const quoted = /^"([^"]*)"/.exec(command);
  if (quoted) {
    return quoted[1] ?? '';
  }
  const first = command.split(/\s/)[0] ?? '';
  // A path without quotes may have spaces, up to what is an option; a name alone has none.
  return first.includes('\\') ? (unquotedPath.exec(command)?.[0] ?? first) : first;
}

// By what is the same in the words of many languages.
const serviceTypes: readonly (readonly [RegExp, number])[] = [
  [/kernel|noyau|ядра/i, 1],
  [/^(?:file system driver|Dateisystemtreiber|pilote du système de fichiers)/i, 2],
  [/^user mode share/i, 32],
  [/user mode|Benutzermodus|utilisateur|usuario|usuário|utente|gebruiker|пользовател/i, 16],
];
const serviceStarts: readonly (readonly [RegExp, number])[] = [
  [/^boot start/i, 0],
  [/^(?:system start|Systemstart|Démarrage du système)/i, 1],
  [/auto|авто/i, 2],
  [/demand|manu[ae]|petici[óo]n|richiesta|verzoek|вручную/i, 3],
  [/disabled|deaktiviert|désactivé|deshabilitado|disabilitato|desabilitado|отключ/i, 4],
];

/** The number behind the words of event 7045 (winsvc.h), which are in the system's language. */
export function serviceType(text: string): JsonValue {
  return integer(text) ?? serviceTypes.find(([words]) => words.test(text))?.[1] ?? text;
}

export function serviceStart(text: string): JsonValue {
  return integer(text) ?? serviceStarts.find(([words]) => words.test(text))?.[1] ?? text;
}

const entities: Readonly<Record<string, string>> = words({
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
});

/** Text without XML's escapes. */
export function unescapeXml(text: string): string {
  return text.includes('&')
    ? text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, unescaped)
    : text;
}

function unescaped(whole: string, name?: string, digits?: string, hex?: string): string {
  if (name !== undefined) {
    return entities[name.toLowerCase()] ?? whole;
  }
  const code = digits === undefined ? Number.parseInt(hex ?? '', 16) : Number(digits);
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000)
    ? '\ufffd'
    : String.fromCodePoint(code);
}

/** The common name of a distinguished name. */
export function commonName(name: string): string {
  return /^CN=((?:\\.|[^,\\])*)/i.exec(name)?.[1]?.replace(/\\(.)/g, '$1') ?? name;
}
