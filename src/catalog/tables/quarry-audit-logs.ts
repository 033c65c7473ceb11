import type { Table } from '../types.js';

/** Not part of the catalog of all: who may not read it does not learn of it. */
export const quarryAuditLogs: Table = {
  name: 'QuarryAuditLogs',
  category: 'Quarry',
  summary:
    'Every hunt, every administrative act and every refused token: who, what, and how it went.',
  timeColumn: 'Timestamp',
  ownRetention: true,
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When it happened (UTC)' },
    { name: 'RecordId', type: 'string', summary: 'Unique id of the record' },
    { name: 'Kind', type: 'string', summary: 'Hunt, Administration or RefusedToken' },
    { name: 'Action', type: 'string', summary: 'What was done, for example Hunt or CreateUser' },
    { name: 'ActorId', type: 'string', summary: 'Id of the application or user' },
    { name: 'ActorName', type: 'string', summary: 'Name of the application or user' },
    { name: 'ActorType', type: 'string', summary: 'Application, User or CommandLine' },
    { name: 'Address', type: 'string', summary: 'Network address that the request came from' },
    { name: 'Generation', type: 'string', summary: 'Family of hunting paths' },
    { name: 'QueryText', type: 'string', summary: 'Text of the hunt' },
    {
      name: 'Scope',
      type: 'string',
      summary: 'Time window and devices that the hunt was limited to, JSON text',
      jsonText: true,
    },
    { name: 'Outcome', type: 'string', summary: 'Succeeded, or the code of the failure' },
    { name: 'Status', type: 'int', summary: 'HTTP status' },
    { name: 'RowCount', type: 'long', summary: 'Rows of the answer' },
    { name: 'CpuSeconds', type: 'real', summary: 'CPU time of the engine' },
    { name: 'DurationSeconds', type: 'real', summary: 'Time that the hunt took' },
    {
      name: 'Details',
      type: 'string',
      summary: 'What else belongs to the act, JSON text; never a secret',
      jsonText: true,
    },
  ],
};
