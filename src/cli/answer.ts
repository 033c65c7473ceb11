import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { text as textOf } from 'node:stream/consumers';
import type { TextSpan } from '../errors.js';
import { RefusedError } from './failure.js';

/** A hunt's answer as it arrives: what stands before the rows, and the rows as JSON object texts. */
export interface Answer {
  readonly stats: AnswerStats;
  readonly columns: readonly { readonly Name: string; readonly Type: string }[];
  readonly rows: AsyncIterable<string>;
}

export interface AnswerStats {
  readonly ExecutionTime: number;
  readonly resource_usage: { readonly memory: { readonly peak_per_node: number } };
  readonly dataset_statistics: readonly { readonly table_row_count: number }[];
}

const beforeRows = '"Results":[';

/** Reads the answer without collecting it: the server writes one row a line. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const line: string = first.value ?? '';
  // A quote inside a JSON string is escaped, so this stands nowhere but before the rows.
  const end = line.indexOf(beforeRows);
  if (end < 0) throw new Error(`not a hunt's answer: ${line.slice(0, 200)}`);
  const start = end + beforeRows.length;
  const { Stats, Schema } = JSON.parse(`${line.slice(0, start)}]}`);
  async function* rows() {
    let rest: string | undefined = line.slice(start);
    while (rest !== undefined) {
      const next: IteratorResult<string> = await iterator.next();
      const row = next.done ? rest.replace(/\]\}$/, '') : rest.replace(/,$/, '');
      if (next.done && row === rest) throw new Error('the answer broke off');
      if (row !== '') yield row;
      rest = next.done ? undefined : next.value;
    }
  }
  return { stats: Stats, columns: Schema, rows: rows() };
}

/** @throws RefusedError unless the answer is a success */
export async function checkStatus(
  response: IncomingMessage,
  text?: string,
): Promise<IncomingMessage> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  const body = await textOf(response);
  throw new RefusedError(messageIn(body) ?? `the server answered with status ${status}`, {
    ...(text !== undefined && { text }),
    span: spanIn(response.headers['quarry-error-span']),
  });
}

function messageIn(body: string): string | undefined {
  try {
    return JSON.parse(body).error.message;
  } catch {
    return undefined;
  }
}

function spanIn(header: string | string[] | undefined): TextSpan | undefined {
  const [, start, length] = /^(\d+)\+(\d+)$/.exec(String(header)) ?? [];
  return start === undefined ? undefined : { start: Number(start), length: Number(length) };
}
