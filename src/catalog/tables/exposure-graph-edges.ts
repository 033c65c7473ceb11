import type { Table } from '../types.js';

export const exposureGraphEdges: Table = {
  name: 'ExposureGraphEdges',
  category: 'Exposure management',
  summary: 'Relationships between entities of the exposure graph.',
  timeColumn: null,
  deviceScoped: false,
  columns: [
    { name: 'EdgeId', type: 'string', summary: 'Edge identifier' },
    { name: 'EdgeLabel', type: 'string', summary: 'Relationship label' },
    { name: 'SourceNodeId', type: 'string', summary: 'Source node' },
    { name: 'SourceNodeName', type: 'string', summary: 'Source node name' },
    { name: 'SourceNodeLabel', type: 'string', summary: 'Source node label' },
    { name: 'SourceNodeCategories', type: 'dynamic', summary: 'Source node categories' },
    { name: 'TargetNodeId', type: 'string', summary: 'Target node' },
    { name: 'TargetNodeName', type: 'string', summary: 'Target node name' },
    { name: 'TargetNodeLabel', type: 'string', summary: 'Target node label' },
    { name: 'TargetNodeCategories', type: 'dynamic', summary: 'Target node categories' },
    { name: 'EdgeProperties', type: 'dynamic', summary: 'Edge properties, free form' },
  ],
};
