import type { Table } from '../types.js';

export const exposureGraphNodes: Table = {
  name: 'ExposureGraphNodes',
  category: 'Exposure management',
  summary: 'Entities of the enterprise exposure graph and their properties.',
  timeColumn: null,
  deviceScoped: false,
  columns: [
    { name: 'NodeId', type: 'string', summary: 'Node identifier' },
    { name: 'NodeLabel', type: 'string', summary: 'Node label' },
    { name: 'NodeName', type: 'string', summary: 'Node name' },
    { name: 'Categories', type: 'dynamic', summary: 'Node categories' },
    { name: 'NodeProperties', type: 'dynamic', summary: 'Node properties, free form' },
    { name: 'EntityIds', type: 'dynamic', summary: 'Known identifiers of the node' },
  ],
};
