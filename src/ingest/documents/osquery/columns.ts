import { epochText } from '../../datetime.js';
import { computed, type Expression, textFrom } from '../../windows/expression.js';
import { at } from '../expression.js';
import { Memory } from '../memory.js';
import type { ProcessMembers } from '../rule.js';
import * as to from '../transforms.js';

/** What a result says besides its columns, among them under names that no table has. */
const queryName = at('@query');

export const common: Readonly<Record<string, Expression>> = {
  QueryName: queryName,
  Decorations: at('@decorations'),
};

export const epoch = (name: string): Expression => {
  const { read } = at(name);
  return computed(
    `epoch(${name})`,
    (scope) => {
      const text = textFrom(read(scope));
      return text !== undefined && Number(text) > earliestSeconds ? timeText(text) : undefined;
    },
    [name],
  );
};

const timeOfSeconds = new Memory<string>();

/** The time that is so many seconds after 1970; many events share it. */
export function timeText(seconds: string): string | undefined {
  return timeOfSeconds.of(seconds, () => epochText(seconds, 'seconds') ?? '') || undefined;
}

/** Smaller numbers are no times: seconds since the start of something, or unknown. */
export const earliestSeconds = 1_000_000_000;

export const acting: ProcessMembers = { pid: at('pid'), image: at('path'), user: userOf() };

/** A user by name: the row's own, what the host's users have told, else what is the same everywhere. */
export function userOf(column = 'uid'): Expression {
  const [name, uid] = [at('username'), at(column)];
  return computed(
    `user of ${column}`,
    (scope) => {
      const id = textFrom(uid.read(scope)) ?? '';
      return (
        name.read(scope) ?? (scope.device.about.get(userFact(id)) as string) ?? to.unixUsers[id]
      );
    },
    ['username'],
  );
}

/** What a device is told to remember the name of a user by. */
export function userFact(uid: string): string {
  return `user ${uid}`;
}

export const file = (path: string): Readonly<Record<string, Expression>> => ({
  FolderPath: at(path),
  FileName: to.baseName(at(path)),
});

export const hashes: Readonly<Record<string, Expression>> = {
  SHA1: to.hash(at('sha1')),
  SHA256: to.hash(at('sha256')),
  MD5: to.hash(at('md5')),
};
