/** One query of a text that holds several: characters from `start` to `end`, lines from 1. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly text: string;
  /** Of several pieces, which Kusto's own tools take for queries of their own. */
  readonly isJoined: boolean;
}

/**
 * The queries of a text: pieces between blank lines, as Kusto's own tools have it. A blank line inside a
 * multi-line string (``` or ~~~) is a part of the string. What is found on the web has blank lines for its
 * readers too: a piece that begins with a pipe goes on with the one above, and one of declarations alone
 * belongs to the one below.
 */
export function statementsOf(text: string): Statement[] {
  const joined: Statement[] = [];
  for (const piece of piecesOf(text)) {
    const before = joined.at(-1);
    if (!before || !(isContinuation(piece.text) || isDeclaration(before.text))) {
      joined.push(piece);
      continue;
    }
    const { start, firstLine } = before;
    const { end, lastLine } = piece;
    const whole = text.slice(start, end);
    joined[joined.length - 1] = { start, end, firstLine, lastLine, text: whole, isJoined: true };
  }
  return joined;
}

function isContinuation(piece: string): boolean {
  return withoutComments(piece).startsWith('|');
}

function isDeclaration(piece: string): boolean {
  const code = withoutComments(piece);
  return /^(let|declare)\b/.test(code) && code.endsWith(';');
}

/** Without the lines that are comments alone, before and behind. */
function withoutComments(piece: string): string {
  const lines = piece.split('\n').filter((line) => !/^\s*\/\//.test(line));
  return lines.join('\n').trim();
}

function piecesOf(text: string): Statement[] {
  const statements: Statement[] = [];
  let begun: { start: number; firstLine: number } | undefined;
  let end = 0;
  let fence: string | undefined;
  let offset = 0;
  const lines = text.split('\n');
  const close = (lastLine: number) => {
    if (!begun) return;
    const piece = text.slice(begun.start, end);
    statements.push({ ...begun, end, lastLine, text: piece, isJoined: false });
    begun = undefined;
  };
  for (const [index, line] of lines.entries()) {
    const isBlank = line.trim() === '' && fence === undefined;
    if (isBlank) close(index);
    else {
      begun ??= { start: offset, firstLine: index + 1 };
      end = offset + line.replace(/\r$/, '').length;
      fence = fenceAfter(line, fence);
    }
    offset += line.length + 1;
  }
  close(lines.length);
  return statements;
}

/** The query that a place in the text belongs to: the one around it, or the one before it. */
export function statementAt(text: string, offset: number): Statement | undefined {
  const statements = statementsOf(text);
  return (
    statements.find(({ start, end }) => start <= offset && offset <= end) ??
    statements.findLast(({ end }) => end <= offset) ??
    statements[0]
  );
}

/** Whether a text is comments and nothing else. */
export function isOnlyComments(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(\/\/.*)?$/.test(line));
}

/** The multi-line string that is open at the end of a line. */
function fenceAfter(line: string, open: string | undefined): string | undefined {
  let fence = open;
  for (const [mark] of line.matchAll(/```|~~~|\/\//g)) {
    if (fence === undefined && mark === '//') break;
    if (fence === undefined) fence = mark;
    else if (mark === fence) fence = undefined;
  }
  return fence;
}
