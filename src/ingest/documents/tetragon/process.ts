import { computed, type Expression, joined, literal } from '../../windows/expression.js';
import { all, any, at, firstOf, isThere, lists, matches, rawAt, when } from '../expression.js';
import type { DocumentRule, ProcessMembers } from '../rule.js';
import * as to from '../transforms.js';

const commandLine = (path: string) => joined(' ', at(`${path}.binary`), at(`${path}.arguments`));

const userOf = (path: string) => firstOf(at(`${path}.user.name`), to.unixUser(at(`${path}.uid`)));

const members = (path: string): ProcessMembers => ({
  guid: at(`${path}.exec_id`),
  pid: at(`${path}.pid`),
  image: at(`${path}.binary`),
  commandLine: commandLine(path),
  user: userOf(path),
});

export const acting = members('process');

export const actorDetails: Readonly<Record<string, Expression>> = {
  InitiatingProcessFileName: to.lower(to.baseName(at('process.binary'))),
  InitiatingProcessCreationTime: at('process.start_time'),
  InitiatingProcessParentId: to.integer(at('parent.pid')),
  InitiatingProcessParentFileName: to.baseName(at('parent.binary')),
  InitiatingProcessParentCreationTime: at('parent.start_time'),
};

/** Processes that ran before Tetragon did, which it has read from /proc: it tells of them at each of its starts. */
const ranBefore = matches('process.flags', /procfs/, 'has procFS');

export const ofKind = (...kinds: readonly string[]) => lists('@kind', ...kinds);

const pod = 'process.pod';
const isInContainer = any(isThere(pod), isThere('process.docker'));

const started = {
  FolderPath: at('process.binary'),
  FileName: to.baseName(at('process.binary')),
  ProcessId: to.integer(at('process.pid')),
  ProcessCommandLine: commandLine('process'),
  ProcessCreationTime: at('process.start_time'),
  AccountName: to.accountName(userOf('process')),
};

const workingDirectory = at('process.cwd');

/** Of `containerd://551e…` the number, of `docker.io/x@sha256:8e86…` the digest. */
const behind = (mark: string) => (path: string) => {
  const read = rawAt(path);
  return computed(`${path} behind ${mark}`, (scope) => {
    const text = read(scope);
    return typeof text === 'string' && text.includes(mark)
      ? text.slice(text.lastIndexOf(mark) + mark.length)
      : undefined;
  });
};

/** As Defender for Containers has it. */
const inContainer: DocumentRule = {
  event: 'process_exec in a container',
  table: 'CloudProcessEvents',
  actionType: 'ProcessCreated',
  condition: isInContainer,
  columns: {
    ...started,
    ProcessName: to.baseName(at('process.binary')),
    ParentProcessName: to.baseName(at('parent.binary')),
    ParentProcessId: at('parent.pid'),
    InitiatingProcessId: at('parent.pid'),
    ProcessCurrentWorkingDirectory: workingDirectory,
    KubernetesNamespace: at(`${pod}.namespace`),
    KubernetesPodName: at(`${pod}.name`),
    KubernetesResource: joined('/', at(`${pod}.workload_kind`), at(`${pod}.workload`)),
    ContainerName: at(`${pod}.container.name`),
    ContainerId: firstOf(behind('://')(`${pod}.container.id`), at('process.docker')),
    ContainerImageName: at(`${pod}.container.image.name`),
    ImageDigest: behind('@')(`${pod}.container.image.id`),
    HostName: at('node_name'),
  },
};

export const exec: DocumentRule = {
  event: 'process_exec',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(ofKind('process_exec'), isThere('process.binary')),
  note: 'The initiating process is the parent. Those in containers have rows of CloudProcessEvents besides.',
  starts: {
    ...members('process'),
    started: at('process.start_time'),
    parentGuid: firstOf(at('process.parent_exec_id'), at('parent.exec_id')),
    parentPid: at('parent.pid'),
    parentImage: at('parent.binary'),
  },
  actor: members('parent'),
  time: when(ranBefore, at('process.start_time'), literal('')),
  identity: at('process.exec_id'),
  columns: {
    ...started,
    ProcessUniqueId: at('process.exec_id'),
    InitiatingProcessFileName: to.lower(to.baseName(at('parent.binary'))),
    InitiatingProcessCreationTime: at('parent.start_time'),
  },
  additional: { ProcessCurrentWorkingDirectory: workingDirectory },
  parts: {
    of: (document) => [document],
    rules: [inContainer],
  },
};

export const loaded: DocumentRule = {
  event: 'process_loader',
  table: 'DeviceImageLoadEvents',
  actionType: 'ImageLoaded',
  condition: all(ofKind('process_loader'), isThere('path')),
  actor: acting,
  columns: { ...actorDetails, FolderPath: at('path'), FileName: to.baseName(at('path')) },
};
