import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const messageContents: Table = {
  name: 'MessageContents',
  category: 'Email & collaboration',
  summary: 'Teams message snippets with thread and sender metadata (permission controlled).',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'TeamsMessageId',
    'ThreadId',
    { name: 'ThreadName', type: 'string', summary: 'Thread name' },
    { name: 'MessageSnippet', type: 'string', summary: 'Part of the message text' },
    { name: 'ThreadType', type: 'string', summary: 'Thread kind' },
    'SenderEmailAddress',
    'SenderObjectId',
  ),
};
