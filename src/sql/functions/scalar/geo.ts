import type { ScalarFunction } from '../../functions.js';
import { geoAreaFunctions } from './geo/areas.js';
import { bufferFunctions } from './geo/buffers.js';
import { cellCoverFunctions } from './geo/cells.js';
import { densifyFunctions } from './geo/densify.js';
import { geohashFunctions } from './geo/geohash.js';
import { h3Functions } from './geo/h3.js';
import { geoLineFunctions } from './geo/lines.js';
import { geoPointFunctions } from './geo/points.js';
import { geoPolygonFunctions } from './geo/polygons.js';
import { s2Functions } from './geo/s2.js';
import { simplifyFunctions } from './geo/simplify.js';
import { wktFunctions } from './geo/wkt.js';

export const geoFunctions = {
  ...geoPointFunctions,
  ...geohashFunctions,
  ...h3Functions,
  ...s2Functions,
  ...geoLineFunctions,
  ...geoPolygonFunctions,
  ...wktFunctions,
  ...densifyFunctions,
  ...geoAreaFunctions,
  ...cellCoverFunctions,
  ...bufferFunctions,
  ...simplifyFunctions,
} satisfies Record<string, ScalarFunction>;
