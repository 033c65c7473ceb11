import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import type { BuiltIn, Schema } from '../../api/types.js';
import { strings } from '../strings.js';

/** Shows, below the signature of a function under the pointer, what it gives and where it is misread. */
export function explainFunctions(
  monaco: typeof Monaco,
  schema: () => Schema | undefined,
): Monaco.IDisposable {
  return monaco.languages.registerHoverProvider('kusto', {
    provideHover(model, { lineNumber, column }) {
      const word = model.getWordAtPosition({ lineNumber, column });
      if (!word) return null;
      const behind = model.getLineContent(lineNumber).slice(word.endColumn - 1);
      const builtIn = /^\s*\(/.test(behind)
        ? schema()?.builtIns.find(({ name }) => name === word.word)
        : undefined;
      const contents = builtIn ? textsOf(builtIn).map((value) => ({ value })) : [];
      return contents.length > 0
        ? {
            range: new monaco.Range(lineNumber, word.startColumn, lineNumber, word.endColumn),
            contents,
          }
        : null;
    },
  });
}

/** As Markdown. */
function textsOf({ examples, note, refused }: BuiltIn): string[] {
  const code = examples.map(({ kql, value }) => `${kql}\n// ${value.replaceAll(/\s+/g, ' ')}`);
  return [
    ...(refused === undefined ? [] : [strings.functionRefused(refused)]),
    ...(code.length === 0 ? [] : [`\`\`\`kusto\n${code.join('\n')}\n\`\`\``]),
    ...(note === undefined ? [] : [note]),
  ];
}
