import 'monaco-editor/esm/vs/editor/edcore.main';
import { getKustoWorker, kustoDefaults, themeNames } from '@kusto/monaco-kusto';
import * as monaco from 'monaco-editor/esm/vs/editor/editor.api';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker?worker';
import type { Schema } from '../../api/types.js';
import type { ThemeName } from '../../app/theme.js';
import KustoWorker from './kusto.worker.ts?worker';
import { kustoSchema } from './kusto-schema.js';
import { signatureHelp } from './signature-help.js';

self.MonacoEnvironment = {
  getWorker: (_id: string, label: string) =>
    label === 'kusto' ? new KustoWorker() : new EditorWorker(),
};

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  // Queries alone: nobody manages an engine by text here.
  includeControlCommands: false,
  newlineAfterPipe: false,
  // Colours by words at once; those by meaning follow when the language has looked.
  useTokenColorization: true,
  enableQueryWarnings: true,
  enableQuickFixes: true,
  // "The function has errors in its definition": bodies are the server's to judge, which is more lenient.
  disabledDiagnosticCodes: ['KS512'],
});

// The mode closes brackets and does not know them: a new line between two would push the second along.
monaco.languages.setLanguageConfiguration('kusto', {
  brackets: [
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
  ],
});

// Kusto's own, whose query operators would be as quiet as comments until they are coloured by meaning.
monaco.editor.defineTheme('quarry-dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [{ token: 'operator.sql', foreground: '9cdcfe' }],
  colors: { 'editor.background': '#1B1A19', 'editorSuggestWidget.selectedBackground': '#004E8C' },
});

// Monaco's own high contrast knows nothing of the words of KQL.
monaco.editor.defineTheme('quarry-contrast', {
  base: 'hc-black',
  inherit: true,
  rules: [
    { token: '', foreground: 'ffffff' },
    { token: 'comment', foreground: '7ca668' },
    { token: 'string', foreground: 'ffb38a' },
    { token: 'number', foreground: 'b5cea8' },
    { token: 'function', foreground: 'dcdcaa' },
    ...['keyword', 'operator.sql', 'operator.scss', 'type', 'tag', 'annotation'].map((token) => ({
      token,
      foreground: '9cdcfe',
    })),
    ...['variable', 'variable.predefined', 'variable.parameter'].map((token) => ({
      token,
      foreground: '7fe0c8',
    })),
  ],
  colors: {},
});

const editorThemes: Readonly<Record<ThemeName, string>> = {
  light: themeNames.light,
  dark: 'quarry-dark',
  contrast: 'quarry-contrast',
};

export function setEditorTheme(name: ThemeName): void {
  monaco.editor.setTheme(editorThemes[name]);
}

// Until the language has a schema, every table is a mistake to it; it looks again when it has one.
const early = monaco.editor.onDidChangeMarkers((resources) => {
  for (const resource of resources) {
    const model = monaco.editor.getModel(resource);
    const found = monaco.editor.getModelMarkers({ owner: 'kusto', resource });
    if (model && found.length > 0) monaco.editor.setModelMarkers(model, 'kusto', []);
  }
});

/** Tells the language which tables, columns and functions there are. */
export async function setEditorSchema(model: monaco.editor.ITextModel, schema: Schema) {
  const worker = await (await getKustoWorker())(model.uri);
  early.dispose();
  await worker.setSchema(kustoSchema(schema));
}

/** Shows the parameters of the function whose arguments are being written, as the language knows them. */
export function helpWithSignatures(): monaco.IDisposable {
  return monaco.languages.registerSignatureHelpProvider('kusto', signatureHelp);
}

export { monaco };
