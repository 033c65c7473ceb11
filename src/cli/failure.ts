import { CommanderError } from 'commander';
import pc from 'picocolors';
import stringWidth from 'string-width';
import { type FailureCode, HuntError, lineAndColumn, type TextSpan } from '../errors.js';
import type { RoleName } from '../identity/roles.js';
import { printable } from './formats.js';

/** What commands exit with. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Failures that come from how the command was called. */
const usageCodes: ReadonlySet<FailureCode> = new Set(['configuration.invalid', 'ingest.source']);

/** The command line was wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server or the engine refused: exit code 1. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** The query, where the refusal is about one. */
  readonly text: string | undefined;
  readonly span: TextSpan | undefined;

  constructor(message: string, query: { text?: string; span?: TextSpan | undefined } = {}) {
    super(message);
    this.text = query.text;
    this.span = query.span;
  }
}

/** There was no answer from the server at that address: exit code 1. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(base: string, cause: Error) {
    // OpenSSL names its source files around what it has to say.
    const [, tls] = /:SSL routines:[^:]*:([^:]+):/.exec(cause.message) ?? [];
    super(
      (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED'
        ? `Nothing answers at ${base}.`
        : `${base} cannot be reached: ${tls === undefined ? cause.message : `TLS: ${tls}`}`,
      { cause },
    );
  }
}

/** Another process has the data directory: exit code 1. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly holder: HuntError<'engine.busy'>['parameters'];
  /** What the command asks a server for; none: it works on the directory alone. */
  readonly roles: readonly RoleName[];

  constructor(cause: HuntError<'engine.busy'>, roles: readonly RoleName[]) {
    super(cause.message, { cause });
    this.holder = cause.parameters;
    this.roles = roles;
  }
}

/** Tells about a failure on standard error; returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has told; help and version come this way too.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  if (error instanceof UsageError || (error instanceof HuntError && usageCodes.has(error.code))) {
    console.error(`${pc.red('error:')} ${shown(error.message)}`);
    return exitCodes.usage;
  }
  const hasPlace = error instanceof RefusedError && error.text !== undefined && error.span;
  const message = messageOf(error);
  // The place is told once, by the excerpt.
  const told = hasPlace ? message.replace(/ \(line \d+, column \d+\)$/, '') : message;
  console.error(`${pc.red('error:')} ${shown(told)}`);
  if (hasPlace) console.error(excerpt(error.text ?? '', hasPlace));
  return exitCodes.failed;
}

/** Of files and servers, messages have what others wrote: its lines stay, and nothing that steers a terminal. */
function shown(message: string): string {
  return message.split('\n').map(printable).join('\n');
}

function messageOf(error: unknown): string {
  if (error instanceof BusyError) return busyMessage(error);
  if (
    error instanceof HuntError ||
    error instanceof RefusedError ||
    error instanceof UnreachableError
  ) {
    return error.message;
  }
  const { code, syscall, message, port, address } = error as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE') {
    return `${address}:${port} is in use. Choose another port with --port.`;
  }
  // What the system refused is told by its name; anything else is a bug of ours, and its stack helps.
  if (syscall !== undefined) return message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function busyMessage({ message, holder: { path, url }, roles }: BusyError): string {
  if (url === undefined || roles.length === 0) return message;
  const needed = roles.map((role) => ` --role ${role}`).join('');
  return [
    message,
    `Ask the server that holds it:`,
    `  export QUARRY_URL=${url}`,
    `  export QUARRY_TOKEN=$(quarry token --data ${quoted(path)} --app cli${needed})`,
    'and repeat the command without --data.',
  ].join('\n');
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The line of the query that a span begins in, with carets under the span. */
export function excerpt(text: string, { start, length }: TextSpan): string {
  const { line, column } = lineAndColumn(text, start);
  const content = (text.split(/\r\n|\r|\n/)[line - 1] ?? '').replaceAll('\t', ' ');
  const at = Math.min(column - 1, content.length);
  // A query on one long line: show what stands around the span.
  const from = at > 60 ? at - 50 : 0;
  const before = `${from > 0 ? '…' : ''}${content.slice(from, at)}`;
  const end = from + 120;
  const marked = content.slice(at, Math.min(at + length, end));
  const indent = ' '.repeat(stringWidth(before));
  const carets = '^'.repeat(Math.max(1, stringWidth(marked)));
  return `line ${line}, column ${column}\n  ${before}${content.slice(at, end)}\n  ${indent}${pc.red(carets)}`;
}
