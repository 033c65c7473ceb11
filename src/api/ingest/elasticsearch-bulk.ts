import { HuntError } from '../../errors.js';

/** One action of a bulk request. */
export interface BulkAction {
  /** `index`, `create`, `update` or `delete`: an answer stands under it. */
  readonly name: string;
  readonly index: string;
  readonly id: string | undefined;
  /** The event's text; empty where it has none. */
  readonly document: Buffer;
  /** Why it cannot be done. */
  readonly refusal?: string;
}

const mostActions = 200_000;
const longestAction = 64 * 1024;

const hasDocument: Readonly<Record<string, boolean>> = {
  index: true,
  create: true,
  update: true,
  delete: false,
};

/**
 * The actions of a bulk request, one by one: lines of JSON, an action and its document in turn. Empty lines before an action are
 * passed over; a document that is one is refused by itself, so that the next action is not taken for it.
 * @param defaultIndex from the address
 * @throws HuntError `request.body` `request.tooManyActions`
 */
export function* parseBulk(
  body: Buffer,
  defaultIndex: string | undefined,
): Generator<BulkAction, void> {
  let count = 0;
  const lines = linesOf(body);
  for (const { bytes, number } of lines) {
    if (bytes.length === 0) {
      continue;
    }
    const { name, index = defaultIndex, id } = actionOf(bytes, number);
    const document = hasDocument[name] ? lines.next().value?.bytes : noBytes;
    if (document === undefined) {
      throw malformed(`Line [${number}] has no document after it`);
    }
    if (count++ === mostActions) {
      // Beats split a request that is answered so.
      throw new HuntError('request.tooManyActions', { most: mostActions });
    }
    const action = { name, index: index ?? '', id, document };
    yield index === undefined
      ? { ...action, refusal: 'index is missing' }
      : name === 'index' || name === 'create'
        ? action
        : { ...action, refusal: `events are not changed: there is no ${name}` };
  }
  if (count === 0) {
    throw malformed('request body is required');
  }
}

const noBytes = Buffer.alloc(0);

/** Lines without the space around them; a document's own line ends are escaped, so that none is within one. */
function* linesOf(body: Buffer): Generator<{ bytes: Buffer; number: number }, undefined> {
  let number = 0;
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(0x0a, start);
    const end = found < 0 ? body.length : found;
    yield { bytes: trimmed(body, start, end), number: ++number };
    start = end + 1;
  }
}

const isSpace = (byte: number | undefined) =>
  byte !== undefined && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));

function trimmed(body: Buffer, first: number, last: number): Buffer {
  let [start, end] = [first, last];
  while (start < end && isSpace(body[start])) start++;
  while (end > start && isSpace(body[end - 1])) end--;
  return body.subarray(start, end);
}

function actionOf(bytes: Buffer, line: number) {
  let action: unknown;
  try {
    action = bytes.length > longestAction ? undefined : JSON.parse(bytes.toString('utf8').trim());
  } catch (cause) {
    throw malformed(`Malformed action/metadata line [${line}]`, cause);
  }
  const entries = typeof action === 'object' && action !== null ? Object.entries(action) : [];
  const [[name, parameters] = []] = entries;
  const isObject = typeof parameters === 'object' && parameters !== null;
  if (entries.length !== 1 || !name || !isObject || !Object.hasOwn(hasDocument, name)) {
    throw malformed(`Malformed action/metadata line [${line}]`);
  }
  const { _index: index, _id: id } = parameters as { _index?: unknown; _id?: unknown };
  return {
    name,
    index: typeof index === 'string' && index !== '' ? index : undefined,
    id: typeof id === 'string' ? id.slice(0, 512) : undefined,
  };
}

function malformed(message: string, cause?: unknown): HuntError {
  return new HuntError('request.body', { message }, { cause });
}
