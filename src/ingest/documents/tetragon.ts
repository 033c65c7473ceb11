import { textIn } from './document.js';
import type { DocumentRule, DocumentSource } from './rule.js';
import { tetragonDocument } from './tetragon/document.js';
import { exec, loaded } from './tetragon/process.js';
import { connection, driver, file, listening, renaming, trace } from './tetragon/traced.js';

const rules: readonly DocumentRule[] = [
  ...[exec, loaded, connection, listening, file, renaming, trace, driver],
];

const [nodeOf, timeOf] = [textIn('node_name'), textIn('time')];

/** Cilium Tetragon (tetragon.io). */
export const tetragon: DocumentSource = {
  name: 'Tetragon',
  isOneOfRecord: true,
  rules: rules.flatMap((rule) => [rule, ...(rule.parts?.rules ?? [])]),
  told: ['@kind', 'time', 'node_name'],
  read({ value }) {
    const document = tetragonDocument(value);
    if (document === undefined) {
      return undefined;
    }
    const computer = nodeOf(document)?.trim() || undefined;
    return [{ document, computer, time: timeOf(document), id: undefined, rules }];
  },
  about: () => ({ OSPlatform: 'Linux' }),
};
