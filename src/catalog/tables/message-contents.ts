import type { Table } from '../types.js';

export const messageContents: Table = {
  name: 'MessageContents',
  category: 'Email & collaboration',
  summary: 'Teams message snippets with thread and sender metadata (permission controlled).',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'TeamsMessageId', type: 'string', summary: 'Teams message identifier' },
    { name: 'ThreadId', type: 'string', summary: 'Channel, chat or call thread' },
    { name: 'ThreadName', type: 'string', summary: 'Thread name' },
    { name: 'MessageSnippet', type: 'string', summary: 'Part of the message text' },
    { name: 'ThreadType', type: 'string', summary: 'Thread kind' },
    { name: 'SenderEmailAddress', type: 'string', summary: 'Sender address' },
    { name: 'SenderObjectId', type: 'string', summary: 'Sender object identifier' },
  ],
};
