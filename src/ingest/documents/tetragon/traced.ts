import type { JsonValue } from '../../json.js';
import { absolutePath } from '../../linux/audit-record.js';
import {
  type Condition,
  computed,
  type Expression,
  type RuleScope,
  textFrom,
  transform,
} from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { words } from '../../words.js';
import { listOf } from '../document.js';
import { all, any, at, choose, firstOf, isThere, not, rawAt, textAt } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails, ofKind } from './process.js';

/** What is done by the functions of the kernel that policies hook, without what hooks and calls have before it. */
const doing = words({
  tcp_connect: 'connect',
  tcp_v4_connect: 'connect',
  tcp_v6_connect: 'connect',
  ip4_datagram_connect: 'connect',
  ip6_datagram_connect: 'connect',
  socket_connect: 'connect',
  connect: 'connect',
  inet_csk_accept: 'accept',
  socket_accept: 'accept',
  accept: 'accept',
  accept4: 'accept',
  inet_csk_listen_start: 'listen',
  inet_listen: 'listen',
  socket_listen: 'listen',
  listen: 'listen',
  socket_bind: 'listen',
  bind: 'listen',
  inode_create: 'create',
  path_mknod: 'create',
  creat: 'create',
  vfs_create: 'create',
  inode_unlink: 'delete',
  path_unlink: 'delete',
  vfs_unlink: 'delete',
  unlink: 'delete',
  unlinkat: 'delete',
  do_unlinkat: 'delete',
  path_rename: 'rename',
  rename: 'rename',
  renameat: 'rename',
  renameat2: 'rename',
  path_truncate: 'modify',
  file_truncate: 'modify',
  truncate: 'modify',
  ftruncate: 'modify',
  vfs_write: 'modify',
  write: 'modify',
  pwrite64: 'modify',
  writev: 'modify',
  ptrace: 'trace',
  ptrace_attach: 'trace',
  do_init_module: 'driver',
});

const permissions: ReadonlySet<string> = new Set(['file_permission', 'inode_permission']);
/** MAY_WRITE and MAY_APPEND. */
const mayWrite = 0x2 | 0x8;

const prefix = /^(?:__(?:x64|arm64|ia32)_)?(?:sys_|security_|bpf_lsm_)?(?:enter_)?/;

const [functionName, event] = [textAt('function_name'), textAt('event')];
const [argumentList, returned] = [rawAt('args'), rawAt('return')];

function nameOf(scope: RuleScope): string {
  return (functionName(scope) ?? event(scope) ?? '').toLowerCase().replace(prefix, '');
}

function doingOf(scope: RuleScope): string | undefined {
  const name = nameOf(scope);
  if (permissions.has(name)) {
    const mask = Number(textFrom(argument(scope, 'int_arg')) ?? '0');
    return (mask & mayWrite) === 0 ? undefined : 'modify';
  }
  return doing[name];
}

/** The first argument of that type. */
function argument(scope: RuleScope, type: string): JsonValue | undefined {
  return argumentsOf(scope, type)[0];
}

/** All arguments of those types, in their order. */
function argumentsOf(scope: RuleScope, ...types: readonly string[]): readonly JsonValue[] {
  return listOf(argumentList(scope)).flatMap((each) => {
    const value = types.map((type) => asObject(each)?.[type]).find((one) => one !== undefined);
    return value === undefined || value === null ? [] : [value];
  });
}

/** The first argument of one of the types, or what the function gives back. */
function objectOf(scope: RuleScope, ...types: readonly string[]): JsonObject | undefined {
  for (const type of types) {
    const found = asObject(argument(scope, type)) ?? asObject(asObject(returned(scope))?.[type]);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

const member = (types: readonly string[], ...names: readonly string[]): Expression =>
  computed(`${types.join(' or ')}.${names.join(' or ')}`, (scope) => {
    const object = objectOf(scope, ...types);
    const name = names.find((each) => object?.[each] !== undefined);
    return name === undefined ? undefined : object?.[name];
  });

const sockets = ['sock_arg', 'sockaddr_arg'];
const files = ['file_arg', 'path_arg'];

const does = (...wanted: readonly string[]): Condition => ({
  test: (scope) => wanted.includes(doingOf(scope) ?? ''),
  text: `the function does ${wanted.join(' or ')}`,
  fields: [],
});

const has = ({ read, text }: Expression): Condition => ({
  test: (scope) => read(scope) !== undefined,
  text: `${text} is there`,
  fields: [],
});

const result = textAt('return.int_arg');
/** -EINPROGRESS */
const underWay = '-115';
const hasFailed: Condition = {
  test: (scope) => {
    const code = result(scope);
    return code?.startsWith('-') === true && code !== underWay;
  },
  text: 'return is negative',
  fields: [],
};

const isCall = any(
  ofKind('process_kprobe', 'process_lsm'),
  all(ofKind('process_tracepoint'), isThere('args')),
);

const protocol = transform('protocol', (name) => name.replace(/^IPPROTO_/i, ''));
const [own, other] = [
  to.anyAddress(member(['sock_arg'], 'saddr')),
  to.anyAddress(member(sockets, 'daddr', 'addr')),
];

export const connection: DocumentRule = {
  event: 'connect, accept',
  table: 'DeviceNetworkEvents',
  actionType: choose(
    [hasFailed, 'ConnectionFailed'],
    [does('accept'), 'InboundConnectionAccepted'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: all(isCall, does('connect', 'accept'), has(other)),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: own,
    LocalPort: to.port(member(['sock_arg'], 'sport')),
    LocalIPType: to.addressType(own),
    RemoteIP: other,
    RemotePort: to.port(member(sockets, 'dport', 'port')),
    RemoteIPType: to.addressType(other),
    Protocol: to.protocolName(protocol(member(['sock_arg'], 'protocol'))),
  },
};

const listenedPort = to.port(member(sockets, 'sport', 'port'));
const listened = to.anyAddress(member(sockets, 'saddr', 'addr'));

export const listening: DocumentRule = {
  event: 'listen, bind',
  table: 'DeviceNetworkEvents',
  actionType: 'ListeningConnectionCreated',
  condition: all(isCall, does('listen'), has(listenedPort), not(hasFailed)),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: listened,
    LocalPort: listenedPort,
    LocalIPType: to.addressType(listened),
    Protocol: to.protocolName(protocol(member(['sock_arg'], 'protocol'))),
  },
};

const workingDirectory = textAt('process.cwd');

/** Calls have the path as the process wrote it. */
const pathOfCall = computed('string_arg', (scope) => {
  const name = textFrom(argument(scope, 'string_arg'));
  return name && absolutePath(workingDirectory(scope), name);
});

const path = firstOf(member(files, 'path'), pathOfCall);

export const file: DocumentRule = {
  event: 'files created, written to, deleted',
  table: 'DeviceFileEvents',
  actionType: choose(
    [does('create'), 'FileCreated'],
    [does('delete'), 'FileDeleted'],
    [undefined, 'FileModified'],
  ),
  condition: all(isCall, does('create', 'modify', 'delete'), has(path), not(hasFailed)),
  note: 'Reading a file has no row.',
  actor: acting,
  columns: { ...actorDetails, FolderPath: path, FileName: to.baseName(path) },
};

/** What calls have is two paths, what hooks have two folders, each with a name in it. */
function pathsOf(scope: RuleScope): readonly (string | undefined)[] {
  const names = argumentsOf(scope, ...files, 'string_arg').map(
    (each) => textFrom(asObject(each)?.['path']) ?? textFrom(each) ?? '',
  );
  const [from, oldName, to, newName] = names;
  const folder = workingDirectory(scope);
  return names.length === 4
    ? [absolutePath(from, oldName ?? ''), absolutePath(to, newName ?? '')]
    : names.map((name) => absolutePath(folder, name));
}

const [oldPath, newPath] = ['first', 'second'].map((word, index) =>
  computed(`the ${word} path`, (scope) => pathsOf(scope)[index]),
) as [Expression, Expression];

export const renaming: DocumentRule = {
  event: 'files renamed',
  table: 'DeviceFileEvents',
  actionType: 'FileRenamed',
  condition: all(isCall, does('rename'), has(newPath), not(hasFailed)),
  actor: acting,
  columns: {
    ...actorDetails,
    FolderPath: newPath,
    FileName: to.baseName(newPath),
    PreviousFolderPath: oldPath,
    PreviousFileName: to.baseName(oldPath),
  },
};

export const trace: DocumentRule = {
  event: 'ptrace',
  table: 'DeviceEvents',
  actionType: 'PTraceDetected',
  condition: all(isCall, does('trace'), not(hasFailed)),
  actor: acting,
  columns: actorDetails,
};

export const driver: DocumentRule = {
  event: 'do_init_module',
  table: 'DeviceEvents',
  actionType: 'DriverLoad',
  condition: all(isCall, does('driver'), not(hasFailed)),
  actor: acting,
  columns: { ...actorDetails, FileName: at('args.module_arg.name') },
};
