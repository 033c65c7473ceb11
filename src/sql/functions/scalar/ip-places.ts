import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';

export const ipPlaceFunctions = {
  geo_info_from_ip_address: {
    doc: 'geo-info-from-ip-address-function',
    trap: 'what is known depends on the location database: the one that comes with Quarry knows countries only',
    // The planner adds the dictionary's name, from the operator's configuration.
    emit: (address: Operand, dictionary: Operand) =>
      sql`dictGetOrDefault(${dictionary}, 'place', tuple(toIPv6OrDefault(${convert(address, 'string')})), '{}')`,
  },
} satisfies Record<string, ScalarFunction>;
