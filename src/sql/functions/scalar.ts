import type { ScalarFunction } from '../functions.js';
import { bagPluginFunctions } from './plugin/bag.js';
import { graphFunctions } from './plugin/graph.js';
import { ipPluginFunctions } from './plugin/ip.js';
import { partitionFunctions } from './plugin/partition.js';
import { periodFunctions } from './plugin/periods.js';
import { reduceFunctions } from './plugin/reduce.js';
import { scanFunctions } from './plugin/scan.js';
import { arraySortFunctions } from './scalar/array-sort.js';
import { arrayFunctions } from './scalar/arrays.js';
import { bagFunctions } from './scalar/bags.js';
import { bitFunctions } from './scalar/bits.js';
import { characterFunctions } from './scalar/characters.js';
import { compressionFunctions } from './scalar/compression.js';
import { conversionFunctions } from './scalar/conversion.js';
import { datetimeFunctions } from './scalar/datetime.js';
import { datetimeFormatFunctions } from './scalar/datetime-format.js';
import { datetimeMakeFunctions } from './scalar/datetime-make.js';
import { distributionFunctions } from './scalar/distributions.js';
import { documentFunctions } from './scalar/documents.js';
import { dynamicFunctions } from './scalar/dynamic.js';
import { encodingFunctions } from './scalar/encoding.js';
import { extractJsonFunctions } from './scalar/extract-json.js';
import { geoFunctions } from './scalar/geo.js';
import { hashFunctions } from './scalar/hash.js';
import { ipPlaceFunctions } from './scalar/ip-places.js';
import { ipSearchFunctions } from './scalar/ip-search.js';
import { ipv4Functions } from './scalar/ipv4.js';
import { ipv6Functions } from './scalar/ipv6.js';
import { keyValueFunctions } from './scalar/key-values.js';
import { listFunctions } from './scalar/lists.js';
import { logicFunctions } from './scalar/logic.js';
import { makeSeriesFunctions } from './scalar/make-series.js';
import { mathFunctions } from './scalar/math.js';
import { nameFunctions } from './scalar/names.js';
import { needleFunctions } from './scalar/needles.js';
import { operatorFunctions } from './scalar/operators.js';
import { parseFunctions } from './scalar/parse.js';
import { pathFunctions } from './scalar/paths.js';
import { regexFunctions } from './scalar/regular-expressions.js';
import { sequenceFunctions } from './scalar/sequences.js';
import { seriesDecomposeFunctions } from './scalar/series-decompose.js';
import { seriesElementFunctions } from './scalar/series-elements.js';
import { seriesFillFunctions } from './scalar/series-fill.js';
import { seriesFilterFunctions } from './scalar/series-filter.js';
import { seriesFitFunctions } from './scalar/series-fit.js';
import { seriesPeriodFunctions } from './scalar/series-periods.js';
import { seriesSpectrumFunctions } from './scalar/series-spectrum.js';
import { seriesValueFunctions } from './scalar/series-values.js';
import { setFunctions } from './scalar/sets.js';
import { sketchFunctions } from './scalar/sketch.js';
import { textFunctions } from './scalar/text.js';
import { textSearchFunctions } from './scalar/text-search.js';
import { timeZoneFunctions } from './scalar/time-zones.js';
import { unitFunctions } from './scalar/units.js';
import { unnestFunctions } from './scalar/unnest.js';
import { userAgentFunctions } from './scalar/user-agent.js';
import { xmlFunctions } from './scalar/xml.js';

/** Every scalar function and operator, by KQL's name. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...operatorFunctions,
  ...textSearchFunctions,
  ...ipPlaceFunctions,
  ...listFunctions,
  ...needleFunctions,
  ...conversionFunctions,
  ...dynamicFunctions,
  ...pathFunctions,
  ...arrayFunctions,
  ...arraySortFunctions,
  ...sequenceFunctions,
  ...setFunctions,
  ...bagFunctions,
  ...documentFunctions,
  ...unnestFunctions,
  ...textFunctions,
  ...regexFunctions,
  ...characterFunctions,
  ...encodingFunctions,
  ...compressionFunctions,
  ...hashFunctions,
  ...parseFunctions,
  ...nameFunctions,
  ...userAgentFunctions,
  ...xmlFunctions,
  ...keyValueFunctions,
  ...extractJsonFunctions,
  ...ipv4Functions,
  ...ipv6Functions,
  ...ipSearchFunctions,
  ...logicFunctions,
  ...mathFunctions,
  ...makeSeriesFunctions,
  ...seriesElementFunctions,
  ...seriesValueFunctions,
  ...seriesFillFunctions,
  ...seriesFilterFunctions,
  ...seriesFitFunctions,
  ...seriesPeriodFunctions,
  ...seriesDecomposeFunctions,
  ...seriesSpectrumFunctions,
  ...bitFunctions,
  ...distributionFunctions,
  ...unitFunctions,
  ...geoFunctions,
  ...datetimeFunctions,
  ...datetimeFormatFunctions,
  ...datetimeMakeFunctions,
  ...timeZoneFunctions,
  ...sketchFunctions,
  ...bagPluginFunctions,
  ...graphFunctions,
  ...ipPluginFunctions,
  ...partitionFunctions,
  ...periodFunctions,
  ...reduceFunctions,
  ...scanFunctions,
};
