import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import { statementsOf } from '../statements.js';

/** "The incomplete fragment is unexpected." */
const incompleteFragment = 'KS198';
const language = 'kusto';

/**
 * The language ends a query at each blank line and takes what goes on with a pipe for a fragment; here it
 * belongs to the query above, and nothing is wrong with it.
 */
export function forgiveBlankLines(monaco: typeof Monaco): Monaco.IDisposable {
  return monaco.editor.onDidChangeMarkers((resources) => {
    for (const resource of resources) {
      const model = monaco.editor.getModel(resource);
      if (model?.getLanguageId() !== language) continue;
      const markers = monaco.editor.getModelMarkers({ resource, owner: language });
      const wrong = markers.filter((marker) => !isContinued(model, marker));
      if (wrong.length < markers.length) monaco.editor.setModelMarkers(model, language, wrong);
    }
  });
}

function isContinued(model: Monaco.editor.ITextModel, marker: Monaco.editor.IMarker): boolean {
  const { code, startLineNumber: line, startColumn: column } = marker;
  const value = typeof code === 'object' ? code.value : code;
  if (value !== incompleteFragment || model.getLineContent(line)[column - 1] !== '|') return false;
  return statementsOf(model.getValue()).some(
    ({ firstLine, lastLine }) => firstLine < line && line <= lastLine,
  );
}
