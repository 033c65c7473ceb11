import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import { statementsOf } from '../statements.js';

const language = 'kusto';

/**
 * The language ends a query at each blank line. Of one that goes on behind it, or whose declarations stand
 * before it, the language sees pieces: what it says of them is not shown, and the server is asked instead.
 */
export function forgiveBlankLines(monaco: typeof Monaco): Monaco.IDisposable {
  return monaco.editor.onDidChangeMarkers((resources) => {
    for (const resource of resources) {
      const model = monaco.editor.getModel(resource);
      if (model?.getLanguageId() !== language) continue;
      const markers = monaco.editor.getModelMarkers({ resource, owner: language });
      if (markers.length === 0) continue;
      const joined = statementsOf(model.getValue()).filter(({ isJoined }) => isJoined);
      const wrong = markers.filter(
        ({ startLineNumber: line }) =>
          !joined.some(({ firstLine, lastLine }) => firstLine <= line && line <= lastLine),
      );
      if (wrong.length < markers.length) monaco.editor.setModelMarkers(model, language, wrong);
    }
  });
}
