import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import type { Schema } from '../../api/types.js';
import { statementAt } from '../statements.js';

/** `ActionType == "` and its like, as far as the cursor. */
const comparison =
  /\bActionType\s*(?:==|!=|=~|!~|!?(?:has|contains|startswith)(?:_cs)?|!?in~?\s*\((?:\s*"[^"]*"\s*,)*)\s*(")?(\w*)$/;

/** Completes values of ActionType: those that the tables of the query are known to have. */
export function completeValues(
  monaco: typeof Monaco,
  schema: () => Schema | undefined,
): Monaco.IDisposable {
  return monaco.languages.registerCompletionItemProvider('kusto', {
    triggerCharacters: ['"', ' '],
    provideCompletionItems(model, position) {
      const offset = model.getOffsetAt(position);
      const statement = statementAt(model.getValue(), offset);
      const before = statement ? model.getValue().slice(statement.start, offset) : '';
      const [match, quote, begun = ''] = comparison.exec(before) ?? [];
      if (!statement || match === undefined) return { suggestions: [] };
      const tables = (schema()?.tables ?? []).filter(({ name }) =>
        new RegExp(`\\b${name}\\b`).test(statement.text),
      );
      const values = new Set(tables.flatMap(({ actionTypes = [] }) => actionTypes));
      const from = position.delta(0, -begun.length - (quote ? 1 : 0));
      const after = model.getLineContent(position.lineNumber).slice(position.column - 1);
      const to = quote && after.startsWith('"') ? position.delta(0, 1) : position;
      return {
        suggestions: [...values].map((value) => ({
          label: quote ? `"${value}"` : value,
          filterText: `${quote ?? ''}${value}`,
          insertText: `"${value}"`,
          kind: monaco.languages.CompletionItemKind.Value,
          detail: 'ActionType',
          range: monaco.Range.fromPositions(from, to),
        })),
      };
    },
  });
}
