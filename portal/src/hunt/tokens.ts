/** Comments and strings: what is in them is no part of the language. An open one ends with its line, or the text. */
const unread = [
  '//.*',
  '[hH]?```[\\s\\S]*?(?:```|$)',
  '[hH]?~~~[\\s\\S]*?(?:~~~|$)',
  // Verbatim: a backslash is nothing but one, as in a path that ends with it.
  String.raw`[hH]?@"(?:[^"\n]|"")*"?`,
  String.raw`[hH]?@'(?:[^'\n]|'')*'?`,
  String.raw`[hH]?"(?:\\.|[^"\\\n])*"?`,
  String.raw`[hH]?'(?:\\.|[^'\\\n])*'?`,
].join('|');

/** Finds comments and strings, each as a whole, and between them what `others` finds. */
export function tokenPattern(others: string): RegExp {
  return new RegExp(`${unread}|${others}`, 'g');
}

const unreadPattern = new RegExp(unread, 'g');

/** A query without its comments, and with empty strings. */
export function withoutTexts(query: string): string {
  return query.replace(unreadPattern, (text) => (text.startsWith('//') ? '' : '""'));
}
