import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';

/** What is used of the editor's own part for suggestions, which its types leave out. */
interface SuggestController extends Monaco.editor.IEditorContribution {
  readonly widget: {
    readonly value: {
      getFocusedItem(): { readonly item: { readonly textLabel: string } } | undefined;
    };
  };
}

/**
 * Enter behind a word that is written out begins a new line: the language suggests each word to the last of
 * its letters, and taking the suggestion would change nothing but the spaces behind it.
 */
export function keepWholeWords(
  { KeyCode }: typeof Monaco,
  editor: Monaco.editor.ICodeEditor,
): Monaco.IDisposable {
  return editor.onKeyDown(({ keyCode, shiftKey, ctrlKey, altKey, metaKey }) => {
    if (keyCode !== KeyCode.Enter || shiftKey || ctrlKey || altKey || metaKey) return;
    const suggestions = editor.getContribution<SuggestController>(
      'editor.contrib.suggestController',
    );
    const suggested = suggestions?.widget.value.getFocusedItem()?.item.textLabel;
    if (suggested !== undefined && endsWithWord(textBefore(editor), suggested)) {
      editor.trigger('quarry', 'hideSuggestWidget', null);
    }
  });
}

/** The cursor's line, as far as the cursor. */
function textBefore(editor: Monaco.editor.ICodeEditor): string {
  const position = editor.getPosition();
  const line = position ? (editor.getModel()?.getLineContent(position.lineNumber) ?? '') : '';
  return line.slice(0, (position?.column ?? 1) - 1);
}

function endsWithWord(text: string, word: string): boolean {
  return text.endsWith(word) && !/\w$/.test(text.slice(0, text.length - word.length));
}
