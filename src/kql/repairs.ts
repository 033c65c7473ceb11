import { repairFinds } from './repairs/finds.js';
import { repairGraphs } from './repairs/graphs.js';
import { repairListedTables } from './repairs/listed-tables.js';
import { repairNames } from './repairs/names.js';
import { repairScans } from './repairs/scans.js';
import { repairTexts } from './repairs/texts.js';
import { repairUnions } from './repairs/unions.js';

/** Where Microsoft's parser and binder answer otherwise than the service, or take too long, they are put right: once. */
const repairs = [
  repairTexts,
  repairUnions,
  repairGraphs,
  repairListedTables,
  repairScans,
  repairFinds,
  repairNames,
];

for (const repair of repairs) repair();
