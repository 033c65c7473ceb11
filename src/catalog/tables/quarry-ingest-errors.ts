import type { Table } from '../types.js';

export const quarryIngestErrors: Table = {
  name: 'QuarryIngestErrors',
  category: 'Quarry',
  summary: 'Events that could not be stored, each with the reason and the event as it came.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event was refused (UTC)' },
    { name: 'Source', type: 'string', summary: 'Connector that delivered the event' },
    {
      name: 'Position',
      type: 'string',
      summary: 'Where the event stood in its source: request and record, file and line, offset',
    },
    { name: 'Table', type: 'string', summary: 'Table it was meant for, empty where unknown' },
    { name: 'Column', type: 'string', summary: 'Column whose value was refused, if it was one' },
    { name: 'Reason', type: 'string', summary: 'Why it was refused, in words' },
    { name: 'ReasonCode', type: 'string', summary: 'Why it was refused, as a code to group by' },
    { name: 'RawEvent', type: 'string', summary: 'The event as it came, cut at a length limit' },
    { name: 'RawEventSize', type: 'long', summary: 'Length of the whole event, bytes' },
  ],
};
