import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmInfoGatheringKb: Table = {
  name: 'DeviceTvmInfoGatheringKB',
  category: 'Vulnerability management',
  summary: 'Reference data explaining the keys found in the DeviceTvmInfoGathering property bag.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    { name: 'IgId', type: 'string', summary: 'Identifier of the collected item' },
    { name: 'FieldName', type: 'string', summary: 'Key inside AdditionalFields of the data table' },
    'Description',
    { name: 'Categories', type: 'dynamic', summary: 'Categories of the item' },
    { name: 'DataStructure', type: 'string', summary: 'Shape of the collected value' },
  ),
};
