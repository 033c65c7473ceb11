import { randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { printable } from '../formats.js';
import type { TestResult } from './run.js';

/** What GitHub shows beside the lines of a change; empty for a test that has passed. */
export function annotation({ file, line, name, problems }: TestResult): string {
  if (problems.length === 0) return '';
  // GitHub takes places from the repository's root, where its steps run.
  const place = relative(process.env['GITHUB_WORKSPACE'] ?? '.', file);
  const message = escaped(problems.map(printable).join('\n'));
  return `::error file=${property(place)},line=${line},title=${property(printable(name))}::${message}\n`;
}

/** A text of which GitHub takes no line as a command, whatever its author has written. */
export function withoutCommands(text: string, end: string = randomUUID()): string {
  return `::stop-commands::${end}\n${text}::${end}::\n`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
