import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import {
  checkedDatetime,
  constantText,
  datetimeOfTicks,
  isBounded,
  type Operand,
  ticksOf,
} from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { timeZoneNamed, timeZones } from '../../time-zones.js';
import { invalid } from '../refused.js';

const parsed = (text: Sql) => sql`parseDateTime64BestEffortOrNull(${text}, 7, 'UTC')`;

/** The zone's name as the engine knows it; `''` for an unknown one that a column holds. */
function zoneName(call: CallSite, zone: Operand): Sql {
  const name = constantText(zone);
  if (name === undefined) {
    const names = { text: `[${join(timeZones.map((known) => literal(known))).text}]` };
    return sql`transform(lower(${zone}), arrayMap(_tz -> lower(_tz), ${names}), ${names}, '')`;
  }
  const known = timeZoneNamed(name);
  if (known === undefined) throw invalid(call, `'${name}' is not a time zone`);
  return literal(known);
}

function toLocal(call: CallSite, instant: Operand, zone: Operand): Emitted {
  const name = zoneName(call, zone);
  if (zone.constant) {
    const ticks = sql`(${ticksOf(instant)} + ${offsetAt(ticksOf(instant), name)})`;
    return isBounded(instant)
      ? { ...datetimeOfTicks(ticks), nullable: instant.nullable }
      : checkedDatetime(ticks);
  }
  // Only as a text can the engine show an instant in a zone that differs from row to row.
  const text = sql`toString(${instant}, if(${name} = '', 'UTC', ${name}))`;
  return { ...sql`if(${name} = '', NULL, ${parsed(text)})`, nullable: true };
}

/** How far a zone is ahead of UTC at an instant, in ticks. */
function offsetAt(ticks: Sql, name: Sql): Sql {
  const instant = datetimeOfTicks(ticks);
  return sql`(toInt64(timeZoneOffset(toTimeZone(${instant}, ${name}))) * 10000000)`;
}

/** The same where the zone differs from row to row. */
function offsetInColumn(ticks: Sql, name: Sql): Sql {
  const text = sql`toString(${datetimeOfTicks(ticks)}, if(${name} = '', 'UTC', ${name}))`;
  return sql`(${ticksOf(sql`assumeNotNull(${parsed(text)})`)} - ${ticks})`;
}

/**
 * A local time that happens twice is the later of the two (standard time); one that the clocks skip
 * counts as if they had gone forward before.
 */
function toUtc(call: CallSite, local: Operand, zone: Operand): Emitted {
  const name = zoneName(call, zone);
  const offset = (ticks: Sql) =>
    zone.constant ? offsetAt(ticks, name) : offsetInColumn(ticks, name);
  const ticks = ticksOf(local);
  const before = offset(sql`(${ticks} - 864000000000)`);
  const after = offset(sql`(${ticks} + 864000000000)`);
  const smaller = sql`least(${before}, ${after})`;
  const larger = sql`greatest(${before}, ${after})`;
  const isStandard = sql`${offset(sql`(${ticks} - ${smaller})`)} = ${smaller}`;
  const utc = checkedDatetime(sql`(${ticks} - if(${isStandard}, ${smaller}, ${larger}))`);
  return zone.constant ? utc : { ...sql`if(${name} = '', NULL, ${utc})`, nullable: true };
}

export const timeZoneFunctions = {
  datetime_utc_to_local: {
    doc: 'datetime-utc-to-local-function',
    emitCall: toLocal,
    examples: [
      [
        'datetime_utc_to_local(datetime(2015-12-31 23:59:59.9), "US/Eastern")',
        '2015-12-31T18:59:59.9000000Z',
      ],
    ],
  },
  datetime_local_to_utc: {
    doc: 'datetime-local-to-utc-function',
    emitCall: toUtc,
    examples: [
      [
        'datetime_local_to_utc(datetime(2020-02-02 20:02:20), "US/Pacific")',
        '2020-02-03T04:02:20.0000000Z',
      ],
      [
        'datetime_local_to_utc(datetime(2022-03-27 02:00), "Europe/Brussels")',
        '2022-03-27T00:00:00.0000000Z',
      ],
    ],
  },
  datetime_list_timezones: {
    doc: 'datetime-list-timezones',
    nullable: 'never',
    emit: () => literal(JSON.stringify(timeZones)),
  },
} satisfies Record<string, ScalarFunction>;
