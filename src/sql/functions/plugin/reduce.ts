import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import { constantText, type Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';

const alphanumeric = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

/** Regular expressions of terms and of the separators that the query names, beside those that always are. */
function classesOf(separators: Operand): { readonly term: string; readonly own: string } {
  const own = [...(constantText(separators) ?? '')];
  const escaped = (characters: readonly string[]) =>
    characters.map((character) => `\\x{${character.codePointAt(0)?.toString(16)}}`).join('');
  const term = alphanumeric.filter((character) => !own.includes(character));
  return { term: `[${escaped(term)}]+`, own: own.length > 0 ? `[${escaped(own)}]+` : '' };
}

/** Terms with their places, `place term`: the same term elsewhere is another one. */
const placed = (terms: Sql) =>
  sql`arrayMap((_x, _i) -> concat(toString(_i), ' ', _x), ${terms}, arrayEnumerate(${terms}))`;

/** What `reduce` needs of the engine that no function of KQL gives. */
export const reduceFunctions = {
  reduce_terms: {
    doc: 'reduce-operator',
    emit: (text: Operand, separators: Operand) =>
      letIn(
        { _t: sql`extractAll(${text}, ${literal(classesOf(separators).term)})` },
        placed(sql`_t`),
      ),
  },
  /** The text with `*` for what is not among the frequent terms; '' where none is. */
  reduce_pattern: {
    doc: 'reduce-operator',
    emit: (text: Operand, separators: Operand, frequent: Operand) => {
      const { term, own } = classesOf(separators);
      const piece = `${term}|${own ? `${own}|` : ''}[^0-9A-Za-z]+`;
      const isTerm = sql`match(_x, ${literal(`^${term}$`)})`;
      const mark = own
        ? sql`if(match(_x, ${literal(`^${own}$`)}), concat('\x02', _x), _x)`
        : sql`_x`;
      const kept = sql`has(_f, concat(toString(_n), ' ', _x))`;
      const shown = sql`arrayMap((_x, _n) -> multiIf(NOT ${isTerm}, ${mark}, ${kept}, _x, '\x01'), _p, arrayCumSum(_x -> ${isTerm}, _p))`;
      const sides = own ? `(?:\x02${own})?` : '';
      // The query's own separators go with what they separate; others stay.
      const joined = sql`replaceRegexpAll(arrayStringConcat(_s, ''), ${literal(`(?:${sides}\x01)+${sides}`)}, '*')`;
      const hasTerm = sql`arrayExists((_x, _y) -> ${isTerm} AND _y != '\x01', _p, _s)`;
      return letIn(
        {
          _p: sql`extractAll(${text}, ${literal(piece)})`,
          _f: sql`JSONExtract(${frequent}, 'Array(String)')`,
        },
        letIn({ _s: shown }, sql`if(${hasTerm}, replaceAll(${joined}, '\x02', ''), '')`),
      );
    },
  },
} satisfies Record<string, ScalarFunction>;
