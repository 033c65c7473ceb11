import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand, ticksOf } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';

/** What one run of a letter writes: the engine's own format code, or SQL. */
type Piece = { readonly code: string } | { readonly text: Sql };

/** Runs of one letter, and the delimiters that KQL allows between them. */
function tokens(call: CallSite, format: string): string[] {
  const found = format.match(/([a-zA-Z])\1*|[\s\S]/g) ?? [];
  const stranger = found.find((token) => !/^([a-zA-Z]+|[ /\-:,._[\]])$/.test(token));
  if (stranger) throw invalid(call, `'${stranger}' cannot stand in the format of a time`);
  return found;
}

const padded = (value: Sql, size: number) =>
  sql`leftPad(toString(${value}), ${{ text: String(size) }}, '0')`;

/** The first digits of the fraction of a second; `F` leaves trailing zeros out. */
function fraction(ticks: Sql, token: string): Sql {
  const size = { text: String(token.length) };
  const digits = sql`substring(${padded(sql`positiveModulo(${ticks}, 10000000)`, 7)}, 1, ${size})`;
  return token.startsWith('F') ? sql`trim(TRAILING '0' FROM ${digits})` : digits;
}

const hour12 = (instant: Sql) => sql`(modulo(toHour(${instant}) + 11, 12) + 1)`;

const datetimePieces: Readonly<Record<string, (instant: Sql) => Piece>> = {
  y: (instant) => ({ text: sql`toString(modulo(toYear(${instant}), 100))` }),
  yy: () => ({ code: '%y' }),
  yyyy: () => ({ code: '%Y' }),
  M: (instant) => ({ text: sql`toString(toMonth(${instant}))` }),
  MM: () => ({ code: '%m' }),
  d: (instant) => ({ text: sql`toString(toDayOfMonth(${instant}))` }),
  dd: () => ({ code: '%d' }),
  h: (instant) => ({ text: sql`toString(${hour12(instant)})` }),
  hh: () => ({ code: '%I' }),
  H: (instant) => ({ text: sql`toString(toHour(${instant}))` }),
  HH: () => ({ code: '%H' }),
  m: (instant) => ({ text: sql`toString(toMinute(${instant}))` }),
  mm: () => ({ code: '%i' }),
  s: (instant) => ({ text: sql`toString(toSecond(${instant}))` }),
  ss: () => ({ code: '%S' }),
  tt: () => ({ code: '%p' }),
};

function datetimePiece(call: CallSite, token: string, instant: Operand): Piece {
  if (!/^[a-zA-Z]/.test(token)) return { code: token };
  if (/^(f{1,7}|F{1,7})$/.test(token)) return { text: fraction(ticksOf(instant), token) };
  const piece = Object.hasOwn(datetimePieces, token) ? datetimePieces[token] : undefined;
  if (!piece) throw invalid(call, `format_datetime() does not know the format element '${token}'`);
  return piece(instant);
}

/** Neighbouring codes make one call of the engine's own formatting. */
function formatted(instant: Operand, pieces: readonly Piece[]): Sql {
  const texts: Sql[] = [];
  let codes = '';
  const flush = () => {
    if (codes !== '') {
      texts.push(
        codes.includes('%') ? sql`formatDateTime(${instant}, ${literal(codes)})` : literal(codes),
      );
    }
    codes = '';
  };
  for (const piece of pieces) {
    if ('code' in piece) codes += piece.code;
    else {
      flush();
      texts.push(piece.text);
    }
  }
  flush();
  return concatenated(texts);
}

function concatenated(texts: readonly Sql[]): Sql {
  const [first, ...rest] = texts;
  if (!first) return sql`''`;
  return rest.length === 0 ? first : sql`concat(${join(texts)})`;
}

function formatDatetime(call: CallSite, instant: Operand, format: Operand): Sql {
  const pieces = tokens(call, constantText(format) ?? '').map((token) =>
    datetimePiece(call, token, instant),
  );
  return orEmpty(formatted(instant, pieces), instant);
}

function orEmpty(text: Sql, value: Operand): Sql {
  return value.nullable ? sql`if(isNull(${value}), '', ifNull(${text}, ''))` : text;
}

/** Whole units of a span that are not part of a larger one, with or without a leading zero. */
const timespanUnits: Readonly<Record<string, { readonly size: string; readonly of: string }>> = {
  h: { size: '36000000000', of: '24' },
  H: { size: '36000000000', of: '24' },
  m: { size: '600000000', of: '60' },
  s: { size: '10000000', of: '60' },
};

function timespanPiece(call: CallSite, token: string, span: Operand): Sql {
  if (!/^[a-zA-Z]/.test(token)) return literal(token);
  const ticks = sql`abs(${span})`;
  if (/^(f{1,7}|F{1,7})$/.test(token)) return fraction(ticks, token);
  if (/^d{1,8}$/.test(token)) {
    const days = sql`toString(intDiv(${ticks}, 864000000000))`;
    const size = { text: String(token.length) };
    return sql`leftPad(${days}, greatest(length(${days}), ${size}), '0')`;
  }
  const unit = timespanUnits[token[0] ?? ''];
  if (!unit || token.length > 2) {
    throw invalid(call, `format_timespan() does not know the format element '${token}'`);
  }
  const value = sql`modulo(intDiv(${ticks}, ${{ text: unit.size }}), ${{ text: unit.of }})`;
  return token.length === 2 ? padded(value, 2) : sql`toString(${value})`;
}

function formatTimespan(call: CallSite, span: Operand, format: Operand): Sql {
  const pieces = tokens(call, constantText(format) ?? '').map((token) =>
    timespanPiece(call, token, span),
  );
  return orEmpty(concatenated(pieces), span);
}

export const datetimeFormatFunctions = {
  format_datetime: {
    doc: 'format-datetime-function',
    emitCall: formatDatetime,
    examples: [
      [
        'format_datetime(datetime(2017-01-29 09:00:05), "yy-MM-dd [HH:mm:ss]")',
        '17-01-29 [09:00:05]',
      ],
      ['format_datetime(datetime(2017-01-29 21:00:05), "yyyy-M-d h:m:s tt")', '2017-1-29 9:0:5 PM'],
      ['format_datetime(datetime(2009-06-15 13:45:30.6175), "ss.ffff/FFFFFFF")', '30.6175/6175'],
    ],
  },
  format_timespan: {
    doc: 'format-timespan-function',
    emitCall: formatTimespan,
    examples: [
      ['format_timespan(time(29.09:00:05.12345), "dd.hh:mm:ss:FF")', '29.09:00:05:12'],
      [
        'format_timespan(time(29.09:00:05.12345), "ddd.h:mm:ss [fffffff]")',
        '029.9:00:05 [1234500]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
