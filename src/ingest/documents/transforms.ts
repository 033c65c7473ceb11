import { isIP } from 'node:net';
import type { JsonValue } from '../json.js';
import {
  type Expression,
  expressionOf,
  type Operand,
  tellingOf,
  textFrom,
  transform,
} from '../windows/expression.js';
import { asObject } from '../windows/shape.js';
import * as values from '../windows/values.js';
import { words } from '../words.js';
import { at, rawAt } from './expression.js';
import { Memory } from './memory.js';

export const baseName = transform('fileName', values.baseName);
export const path = transform('path', (text, { device }) => values.plainPath(text, device.volumes));
export const integer = transform('long', (text) => values.integer(text));
export const lower = transform('lower', (text) => text.toLowerCase());
export const hash = transform('hash', (text) =>
  /^[\da-f]{8,128}$/i.test(text.trim()) ? text.trim().toLowerCase() : undefined,
);
export const address = transform('address', values.shortAddress);
export const addressType = transform('addressType', values.addressType);
export const protocolName = transform('protocolName', values.protocolName);
export const accountName = transform('accountName', values.accountName);
export const accountDomain = transform('accountDomain', values.accountDomain);
/** Of `DOMAIN\\name`, in the case that it has. */
export const nameOfUser = transform('name', (user) => user.slice(user.indexOf('\\') + 1));
export const domainOfUser = transform('domain', (user) => /^([^\\]*)\\/.exec(user)?.[1]);
export const integrityLevel = transform('integrityLevel', (text) => values.integrityLevel(text));
export const tokenElevation = transform('tokenElevation', values.tokenElevation);
/** Where a port is not known some write 0. */
export const port = transform('port', (text) => {
  const number = values.integer(text);
  return number === 0 ? undefined : number;
});
export const unquoted = transform('unquoted', (text) => text.replace(/^"(.*)"$/, '$1'));
/** Without the dot of the root. */
export const domainName = transform('domainName', (text) => text.replace(/(?<=.)\.$/, ''));
/** Some write `MACHINE\\…` for `\\REGISTRY\\MACHINE\\…`. */
export const registryKey = transform('registryKey', (text) =>
  values.registryKey(text.replace(/^(?=(?:MACHINE|USER)\\)/i, '\\REGISTRY\\')),
);
/** The address of `Name <name@domain>`. */
export const mailAddress = transform('mailAddress', (text) => mailIn(text)?.address ?? text);
export const mailName = transform('mailName', (text) => mailIn(text)?.name || undefined);
export const mailDomain = transform('mailDomain', (text) => mailIn(text)?.domain.toLowerCase());
/** What stands before the `@`. */
export const mailUser = transform('mailUser', (text) =>
  mailIn(text)?.address.split('@', 1)[0]?.toLowerCase(),
);

const addressParts = /^([^<>\s]+@([^<>\s@]+))>?$/;
const nameParts = /^"?([^"]*?)"?$/;

/** The parts of `Name <name@domain>`, or of an address alone; undefined for anything else. */
function mailIn(text: string) {
  const whole = text.trim();
  const angle = whole.indexOf('<');
  const [, address, domain] = addressParts.exec(whole.slice(angle + 1)) ?? [];
  const [, name] = angle < 0 ? ['', ''] : (nameParts.exec(whole.slice(0, angle).trimEnd()) ?? []);
  return address === undefined || domain === undefined || name === undefined
    ? undefined
    : { name, address, domain };
}

/** The address, where it is of that version of IP. */
export function ofFamily(operand: Operand, version: 4 | 6): Expression {
  return transform(`IPv${version}`, (text) =>
    isIP(text) === version ? values.shortAddress(text) : undefined,
  )(operand);
}

/** The address, where it is one. */
export const anyAddress = transform('address', (text) =>
  isIP(text) === 0 ? undefined : values.shortAddress(text),
);
/** The name, where it is no address. */
export const notAddress = transform('name', (text) => (isIP(text) === 0 ? text : undefined));

export function wholeNumber(text: string | undefined): JsonValue | undefined {
  return text === undefined ? undefined : values.integer(text);
}

/** Users of Unix by their numbers, where those are the same everywhere. */
export const unixUsers: Readonly<Record<string, string>> = words({
  '0': 'root',
  '65534': 'nobody',
});
export const unixUser = transform('user', (id) => unixUsers[id]);

export const logonType = transform('logonType', values.logonType);

/** Arguments as a command line: as the kernel and the audit log's own records have it, without quotes around any. */
export function commandLine(path: string): Expression {
  const { read, text, fields } = at(path);
  const list = rawAt(path);
  return {
    read: (scope) => {
      const value = list(scope);
      return Array.isArray(value)
        ? value.map((part: JsonValue) => textFrom(part) ?? '').join(' ')
        : read(scope);
    },
    text: `arguments(${text})`,
    fields,
  };
}

const registryTypes: Readonly<Record<string, string>> = words({
  reg_none: 'None',
  reg_sz: 'String',
  reg_expand_sz: 'ExpandString',
  reg_binary: 'Binary',
  reg_dword: 'Dword',
  reg_dword_big_endian: 'Dword',
  reg_multi_sz: 'MultiString',
  reg_qword: 'Qword',
  reg_link: 'Link',
});

/** `REG_SZ`, or `SZ`, as Defender has it. */
export const registryType = transform(
  'registryType',
  (text) => registryTypes[`reg_${text.toLowerCase().replace(/^reg_/, '')}`] ?? text,
);

/** Numbers in decimal, whichever way the source writes them. */
export function registryData(data: Expression, type: Expression): Expression {
  const named = registryType(type);
  return {
    read: (scope) => {
      const value = data.read(scope);
      return typeof value === 'string'
        ? values.registryNumber(value, textFrom(named.read(scope)))
        : value;
    },
    text: `registryData(${data.text}, ${type.text})`,
    ...tellingOf(data),
  };
}

/** All elements of a list of texts, as registry data have them. */
export function listText(path: string): Expression {
  const { read, text, fields } = at(path);
  return {
    read: (scope) => {
      const value = read(scope);
      return Array.isArray(value)
        ? value.map((part: JsonValue) => textFrom(part) ?? '').join(' ')
        : textFrom(value);
    },
    text: `text(${text})`,
    fields,
  };
}

export function count(path: string): Expression {
  const { read, text } = at(path);
  return {
    read: (scope) => {
      const value = read(scope);
      return value === undefined ? undefined : Array.isArray(value) ? value.length : 1;
    },
    text: `count(${text})`,
    fields: [],
  };
}

/** Several texts in one, as `SHA1=…,MD5=…`. */
export function hashList(hashes: Readonly<Record<string, Operand>>): Expression {
  const all = Object.entries(hashes).map(
    ([name, operand]) => [name, expressionOf(operand)] as const,
  );
  return {
    read: (scope) => {
      const parts = all.flatMap(([name, { read }]) => {
        const value = textFrom(read(scope));
        return value === undefined ? [] : [`${name}=${value}`];
      });
      return parts.length === 0 ? undefined : parts.join(',');
    },
    text: all.map(([, { text }]) => text).join(', '),
    fields: [],
  };
}

/** Members of objects in a list, under other names. */
export function renamed(path: string, names: Readonly<Record<string, string>>): Expression {
  const { read, text, fields } = at(path);
  return {
    read: (scope) => {
      const value = read(scope);
      const list: readonly JsonValue[] = Array.isArray(value)
        ? value
        : value === undefined
          ? []
          : [value];
      return list.map((item) => {
        const object = asObject(item);
        return object
          ? Object.fromEntries(
              Object.entries(object).map(([name, member]) => [names[name] ?? name, member]),
            )
          : item;
      });
    },
    text,
    fields,
  };
}

const windowsName = /windows\s+(server\s+)?(\d+(?:\.\d)?|vista|xp)/i;

const platformOfWords = new Memory<string>();

/** The platform as DeviceInfo has it: Windows10, WindowsServer2019, Linux, macOS. */
export function platformOf(type = '', name = ''): string | undefined {
  const words = `${type} ${name}`;
  return platformOfWords.of(words, () => platformIn(words, name)) || undefined;
}

/** Empty where it is none that is known. */
function platformIn(words: string, name: string): string {
  const windows = windowsName.exec(name);
  if (windows) {
    return `Windows${windows[1] ? 'Server' : ''}${windows[2]}`;
  }
  const lowerCase = words.toLowerCase();
  return platforms.find(([pattern]) => pattern.test(lowerCase))?.[1] ?? '';
}

const platforms: readonly (readonly [RegExp, string])[] = [
  [/darwin|mac ?os|os ?x/, 'macOS'],
  [/windows/, 'Windows'],
  [/ipados|\bios\b/, 'iOS'],
  [/android/, 'Android'],
  [
    /linux|ubuntu|debian|centos|red ?hat|rhel|fedora|suse|amzn|amazon|alpine|arch|rocky|alma|oracle/,
    'Linux',
  ],
];

export function architectureOf(text: string | undefined): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  return /arm64|aarch64/i.test(text)
    ? 'ARM64'
    : /64/.test(text)
      ? '64-bit'
      : /86|32/.test(text)
        ? '32-bit'
        : text;
}
