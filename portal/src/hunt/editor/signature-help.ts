import { getKustoWorker } from '@kusto/monaco-kusto';
import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import { openCall, signatureOf } from './call.js';

interface Hovering {
  doHover(
    uri: string,
    position: { readonly line: number; readonly character: number },
  ): Promise<{ readonly contents?: unknown } | undefined>;
}

/** The parameters of the function whose arguments are being written. */
export const signatureHelp: Monaco.languages.SignatureHelpProvider = {
  signatureHelpTriggerCharacters: ['(', ','],
  signatureHelpRetriggerCharacters: [')'],
  async provideSignatureHelp(model, position) {
    const call = openCall(model.getValue().slice(0, model.getOffsetAt(position)));
    if (!call) return null;
    // Within the name: what is behind it is the parenthesis.
    const { lineNumber, column } = model.getPositionAt(call.nameEnd - 1);
    // The worker answers what the editor itself asks of it too; the package declares a part of that.
    const worker = (await (await getKustoWorker())(model.uri)) as unknown as Hovering;
    const hover = await worker.doHover(model.uri.toString(), {
      line: lineNumber - 1,
      character: column - 1,
    });
    const signature = signatureOf(textOf(hover?.contents));
    if (!signature) return null;
    const { label, parameters, isVariadic } = signature;
    const last = parameters.length - 1;
    return {
      value: {
        signatures: [
          { label, parameters: parameters.map(([from, to]) => ({ label: [from, to] })) },
        ],
        activeSignature: 0,
        activeParameter: isVariadic ? Math.min(call.argument, last) : call.argument,
      },
      dispose: () => undefined,
    };
  },
};

/** The words of what the language shows under the pointer, in whichever of its forms. */
function textOf(contents: unknown): string {
  if (typeof contents === 'string') return contents;
  if (Array.isArray(contents)) return contents.map(textOf).join('\n');
  const value = (contents as { value?: unknown } | undefined)?.value;
  return typeof value === 'string' ? value : '';
}
