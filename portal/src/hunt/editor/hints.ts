import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';

import type { Hint, Position, Problem } from '../../api/types.js';
import { strings } from '../strings.js';

const owner = 'quarry';

interface Shown {
  readonly hints: readonly Hint[];
  readonly start: number;
}

const shown = new WeakMap<Monaco.editor.ITextModel, Shown>();

/** Underlines what the server has to say about a query that starts at `start` of the text. */
export function showFindings(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  start: number,
  findings: { readonly problem?: Problem | undefined; readonly hints?: readonly Hint[] },
): void {
  const { problem, hints = [] } = findings;
  shown.set(model, { hints, start });
  const marker = (
    { start: from, length }: Pick<Position, 'start' | 'length'>,
    message: string,
    severity: Monaco.MarkerSeverity,
  ) => {
    const { lineNumber, column } = model.getPositionAt(start + from);
    const end = model.getPositionAt(start + from + Math.max(1, length));
    return {
      message,
      severity,
      source: 'Quarry',
      startLineNumber: lineNumber,
      startColumn: column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    };
  };
  const { Error: failure, Info: info } = monaco.MarkerSeverity;
  monaco.editor.setModelMarkers(model, owner, [
    ...(problem?.position ? [marker(problem.position, problem.message, failure)] : []),
    ...hints.map((hint) => marker(hint, hint.message, info)),
  ]);
}

/** Offers what hints know to write instead (Alt+Enter). */
export function offerFixes(monaco: typeof Monaco): Monaco.IDisposable {
  return monaco.languages.registerCodeActionProvider('kusto', {
    provideCodeActions(model, range) {
      const { hints, start } = shown.get(model) ?? { hints: [], start: 0 };
      const rangeOf = (span: { start: number; length: number }) =>
        monaco.Range.fromPositions(
          model.getPositionAt(start + span.start),
          model.getPositionAt(start + span.start + span.length),
        );
      const fixWith = (fixed: readonly Hint[]) => ({
        kind: 'quickfix',
        edit: {
          edits: fixed.flatMap(({ fix }) =>
            fix
              ? [
                  {
                    resource: model.uri,
                    versionId: undefined,
                    textEdit: { range: rangeOf(fix), text: fix.text },
                  },
                ]
              : [],
          ),
        },
      });
      const actions = hints.flatMap((hint): Monaco.languages.CodeAction[] => {
        if (!hint.fix || !monaco.Range.areIntersectingOrTouching(rangeOf(hint), range)) return [];
        const together = hint.group && hints.filter(({ group }) => group === hint.group);
        return [
          {
            ...fixWith([hint]),
            title: hint.title ?? strings.writeName(hint.fix.text),
            isPreferred: true,
          },
          ...(together && together.length > 1
            ? [{ ...fixWith(together), title: hint.group ?? '' }]
            : []),
        ];
      });
      return { actions, dispose: () => undefined };
    },
  });
}
