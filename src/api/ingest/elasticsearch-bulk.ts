import { HuntError } from '../../errors.js';

/** One action of a bulk request. */
export interface BulkAction {
  /** `index`, `create`, `update` or `delete`: an answer stands under it. */
  readonly name: string;
  readonly index: string;
  readonly id: string | undefined;
  /** The event's text. */
  readonly document: string;
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
 * The actions of a bulk request: lines of JSON, an action and its document in turn. Empty lines before an action are
 * passed over; a document that is one is refused by itself, so that the next action is not taken for it.
 * @param defaultIndex from the address
 * @throws HuntError `request.body`
 */
export function parseBulk(body: Buffer, defaultIndex: string | undefined): BulkAction[] {
  const actions: BulkAction[] = [];
  const lines = linesOf(body);
  for (const { text, number } of lines) {
    if (text === '') {
      continue;
    }
    const { name, index = defaultIndex, id } = actionOf(text, number);
    const document = hasDocument[name] ? lines.next().value?.text : '';
    if (document === undefined) {
      throw malformed(`Line [${number}] has no document after it`);
    }
    if (actions.length === mostActions) {
      throw malformed(`A request may have ${mostActions} actions`);
    }
    const action = { name, index: index ?? '', id, document };
    actions.push(
      index === undefined
        ? { ...action, refusal: 'index is missing' }
        : name === 'index' || name === 'create'
          ? action
          : { ...action, refusal: `events are not changed: there is no ${name}` },
    );
  }
  if (actions.length === 0) {
    throw malformed('request body is required');
  }
  return actions;
}

/** Lines without the space around them; a document's own line ends are escaped, so that none is within one. */
function* linesOf(body: Buffer): Generator<{ text: string; number: number }, undefined> {
  let number = 0;
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(0x0a, start);
    const end = found < 0 ? body.length : found;
    yield { text: body.toString('utf8', start, end).trim(), number: ++number };
    start = end + 1;
  }
}

function actionOf(text: string, line: number) {
  let action: unknown;
  try {
    action = text.length > longestAction ? undefined : JSON.parse(text);
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
