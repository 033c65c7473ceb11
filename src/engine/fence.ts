/** One piece of SQL text outside and inside quotes. */
type Token =
  | { readonly kind: 'word'; readonly text: string; readonly next: string }
  | { readonly kind: 'name'; readonly text: string; readonly next: string }
  | { readonly kind: 'string'; readonly text: string; readonly next: string }
  | { readonly kind: 'symbol'; readonly text: string; readonly next: string };

/** Words that end a SELECT or say where its result goes. */
const forbiddenWords = new Set(['INTO', 'OUTFILE', 'SETTINGS']);

/** Functions that reach files, other servers, programs, other queries or the engine's own state. */
const forbiddenFunctions = new RegExp(
  `^(${[
    'file.*',
    'url(cluster)?',
    's3.*',
    'gcs.*',
    'oss',
    'cosn',
    'hdfs.*',
    'azure.*',
    'remote.*',
    'cluster.*',
    'mysql',
    'postgresql',
    'mongodb',
    'redis',
    'sqlite',
    'odbc',
    'jdbc',
    'ytsaurus',
    'arrowflight',
    'iceberg.*',
    'deltalake.*',
    'hudi.*',
    'paimon.*',
    'python',
    'executable.*',
    'input',
    'dictionary',
    // Places of IP addresses are looked up by dictGetOrDefault, and by nothing else.
    'dictget(?!ordefault$).*',
    'dicthas',
    'dictisin',
    'joinget.*',
    'merge',
    'mergetree.*',
    'view.*',
    'loop',
    'fuzz.*',
    'timeseries(data|metrics|tags|selector)',
    'prometheus.*',
    'catboost.*',
    'evalmlmethod',
    'ai.*',
    'sleep.*',
    'reload.*',
    'getsetting.*',
    'getserversetting',
    'getmacro',
    'getmergetreesetting',
    'filesystem.*',
    'addressto.*',
    'demangle',
    'hostname',
    'fqdn',
    'user',
    'currentuser',
    'showcertificate',
    'buildid',
    'serveruuid',
    'tcpport',
    'tid',
    'logtrace',
    'blockserializedsize',
    'trap',
  ].join('|')})$`,
);

const forbiddenDatabases = new Set(['system', 'information_schema']);

/**
 * Asserts that the text is one SELECT that can be put in parentheses and reaches stored tables alone:
 * one statement, no output clause, no settings, no comments, no function that leaves the database.
 * The generator never writes any of it; this fence stands for the day it has a fault. Returns the
 * string literals of the text.
 * @throws Error naming what is refused
 */
export function assertOneSelect(text: string): string[] {
  const literals: string[] = [];
  let depth = 0;
  let first = true;
  for (const token of tokens(text)) {
    if (first && !(token.kind === 'word' && /^(SELECT|WITH)$/i.test(token.text))) {
      refuse('a statement that is not a SELECT');
    }
    first = false;
    if (token.kind === 'string') {
      literals.push(token.text);
    } else if (token.kind === 'symbol') {
      depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
      if (depth < 0) {
        refuse('an unbalanced parenthesis');
      }
    } else {
      checkName(token);
    }
  }
  if (first || depth !== 0) {
    refuse(first ? 'an empty statement' : 'an unbalanced parenthesis');
  }
  return literals;
}

function checkName({ kind, text, next }: Token): void {
  const upper = text.toUpperCase();
  const lower = text.toLowerCase();
  if (next === '.' && forbiddenDatabases.has(lower)) {
    refuse(`the database ${lower}`);
  }
  if (kind === 'name') {
    if (next === '(') {
      refuse('a quoted function name');
    }
    return;
  }
  if (forbiddenWords.has(upper) || (upper === 'FORMAT' && next !== '(')) {
    refuse(`the clause ${upper}`);
  }
  if (next === '(' && forbiddenFunctions.test(lower)) {
    refuse(`the function ${lower}`);
  }
}

function refuse(what: string): never {
  throw new Error(`generated SQL holds ${what}`);
}

const wordStart = /[A-Za-z_]/;
const wordPart = /[A-Za-z0-9_]/;
const space = /[ \t\n\r\f\v]/;
const quotes: Readonly<Record<string, 'string' | 'name'>> = {
  "'": 'string',
  '`': 'name',
  '"': 'name',
};
/** Besides parentheses, what the generator writes outside quotes. */
const symbols = /[()[\],.+\-*/%=<>!?:|@^&~]/;

function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    const quoted = quotes[c];
    let end = at + 1;
    if (space.test(c)) {
      at = end;
      continue;
    }
    if (quoted) {
      if (at > 0 && wordPart.test(text.charAt(at - 1))) {
        refuse('a prefixed literal');
      }
      const closed = readQuoted(text, at);
      end = closed.end;
      yield { kind: quoted, text: closed.value, next: nextVisible(text, end) };
    } else if (wordPart.test(c)) {
      while (end < text.length && wordPart.test(text.charAt(end))) {
        end += 1;
      }
      if (wordStart.test(c)) {
        yield { kind: 'word', text: text.slice(at, end), next: nextVisible(text, end) };
      } else {
        yield { kind: 'symbol', text: text.slice(at, end), next: '' };
      }
    } else {
      // Everything else is refused: `;`, comments, `$…$` strings, `{…}` parameters, typographic quotes.
      if (!symbols.test(c) || /^(--|\/\*|\/\/)/.test(text.slice(at, at + 2))) {
        refuse(`the character ${JSON.stringify(c)}`);
      }
      yield { kind: 'symbol', text: c, next: '' };
    }
    at = end;
  }
}

const escaped: Readonly<Record<string, string>> = {
  '0': '\0',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
};

/** Reads quoted text as the engine's lexer does: a backslash or a doubled quote escapes. */
function readQuoted(text: string, start: number): { value: string; end: number } {
  const quote = text.charAt(start);
  const parts: string[] = [];
  let at = start + 1;
  while (at < text.length) {
    const c = text.charAt(at);
    if (c === '\0') {
      refuse('a NUL character');
    }
    if (c === quote && text.charAt(at + 1) !== quote) {
      return { value: parts.join(''), end: at + 1 };
    }
    if (c === '\\' || c === quote) {
      const next = text.charAt(at + 1);
      parts.push(c === '\\' ? (escaped[next] ?? next) : quote);
      at += 2;
    } else {
      parts.push(c);
      at += 1;
    }
  }
  return refuse('an unterminated literal');
}

function nextVisible(text: string, from: number): string {
  let at = from;
  while (at < text.length && space.test(text.charAt(at))) {
    at += 1;
  }
  return text.charAt(at);
}
