import { type HuntError, lineAndColumn } from '../errors.js';

/**
 * What a failure says, with line and column where Microsoft's own wording does not rule that out.
 * @param text the hunt's text, where there is one
 */
export function errorMessage(error: HuntError, text?: string): string {
  if (error.code !== 'kql.unsupported' || !error.span || text === undefined) return error.message;
  const { line, column } = lineAndColumn(text, error.span.start);
  return `${error.message} (line ${line}, column ${column})`;
}
