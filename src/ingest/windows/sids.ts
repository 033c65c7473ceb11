import { words } from '../words.js';
import { type EventData, lowerCase } from './event.js';
import { nobody, present, wellKnownSid } from './values.js';

/** The last part of the SIDs of groups that every Windows has. */
const builtinGroups: Readonly<Record<string, number>> = words({
  administrators: 544,
  users: 545,
  guests: 546,
  'power users': 547,
  'account operators': 548,
  'server operators': 549,
  'print operators': 550,
  'backup operators': 551,
  'remote desktop users': 555,
  'network configuration operators': 556,
  'distributed com users': 562,
  'event log readers': 573,
  'hyper-v administrators': 578,
  'remote management users': 580,
});

const otherSids: Readonly<Record<string, string>> = words({
  'null sid': nobody,
  everyone: 'S-1-1-0',
  'nt authority\\anonymous logon': 'S-1-5-7',
  'nt authority\\authenticated users': 'S-1-5-11',
  'nt authority\\iusr': 'S-1-5-17',
});

/** The SID of an account or group that every Windows has, by its name (`BUILTIN\Users`); else undefined. */
export function sidOfName(text: string): string | undefined {
  const name = text.toLowerCase();
  const group = name.startsWith('builtin\\') ? builtinGroups[name.slice(8)] : undefined;
  if (group !== undefined) {
    return `S-1-5-32-${group}`;
  }
  const full = name.includes('\\') ? name : `nt authority\\${name}`;
  return otherSids[name] ?? otherSids[full] ?? wellKnownSid(full);
}

/** Fields of the Security log that have SIDs, and those that have the names of the same accounts. */
const sidFields: readonly (readonly [sid: string, name: string])[] = [
  ['subjectusersid', 'SubjectUserName'],
  ['targetusersid', 'TargetUserName'],
  ['targetsid', 'TargetUserName'],
  ['membersid', 'MemberName'],
  ['servicesid', 'ServiceName'],
];

/** `%{S-1-5-…}`: one whose account was not found. */
const unresolved = /^%\{(S-1-[\d-]+)\}$/;

/** Readers that look SIDs up (Splunk's) have the names of their accounts in place of them. */
export function mendSids(data: EventData): void {
  for (const [field, nameField] of sidFields) {
    const text = present(data.get(field));
    if (text !== undefined && !text.startsWith('S-1-')) {
      const sid = unresolved.exec(text)?.[1] ?? sidOfName(text);
      if (sid === undefined && present(data.get(lowerCase(nameField))) === undefined) {
        data.set(nameField, text);
      }
      data.set(field, sid ?? '');
    }
  }
}
