import { firstTextIn, textIn } from './document.js';
import { alert } from './falco/alert.js';
import { alertDocument, falcoAlert } from './falco/document.js';
import type { DocumentRule, DocumentSource } from './rule.js';

const rules: readonly DocumentRule[] = [alert];

const hostOf = firstTextIn('hostname', 'output_fields.evt.hostname');
const timeOf = textIn('time');
const idOf = textIn('uuid');

/** Falco (falco.org). */
export const falco: DocumentSource = {
  name: 'Falco',
  isOneOfRecord: true,
  rules: rules.flatMap((rule) => [rule, ...(rule.parts?.rules ?? [])]),
  told: [],
  read({ value, text }) {
    const own = falcoAlert(value);
    if (own === undefined) {
      return undefined;
    }
    const document = alertDocument(own, text);
    const computer = hostOf(document)?.trim() || undefined;
    return [{ document, computer, time: timeOf(document), id: idOf(document), rules }];
  },
};
