import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { elementsOf } from '../../json.js';
import type { Operand } from '../../operand.js';
import { isWhole, overSeries, seriesText, wholeText } from '../../series.js';
import { type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';
import { elementText, isElement, rearranged } from './elements.js';

/** Whether an element's JSON text is the placeholder of a missing value; null where none is given. */
function isMissing(element: Sql, placeholder: Operand | undefined): Sql {
  const isNull = sql`(${element} = 'null')`;
  if (!placeholder || placeholder.constant?.value === null) return isNull;
  const isPlaceholder = isElement(element, placeholder);
  return placeholder.nullable
    ? sql`if(isNull(${placeholder}), ${isNull}, ${isPlaceholder})`
    : isPlaceholder;
}

/** Each missing value becomes its neighbour on one side; those at that end stay. */
function filled(fill: Sql, doc: string, example: readonly [string, string]): ScalarFunction {
  const emit = (series: Operand, placeholder?: Operand) =>
    rearranged(
      series,
      (elements) => sql`${fill}(_e -> NOT ${isMissing(sql`_e`, placeholder)}, ${elements})`,
    );
  return { doc, costly: true, emit, examples: [example] };
}

/** Missing values on the line between their neighbours, at the ends as the nearest. */
function interpolated(
  series: Operand,
  placeholder?: Operand,
  fillEdges?: Operand,
  otherwise?: Operand,
): Sql {
  const edges = fillEdges ? sql`ifNull(${convert(fillEdges, 'bool')}, true)` : sql`true`;
  const instead = otherwise ? convert(otherwise, 'real') : sql`toFloat64(0)`;
  return overSeries(series, (numbers, json) =>
    bound(sql`arrayMap(_e -> ${isMissing(sql`_e`, placeholder)}, ${elementsOf(json)})`, (gaps) => {
      const there = sql`arrayMap((_v, _g) -> if(_g, NULL, _v), ${numbers}, ${gaps})`;
      const places = sql`arrayMap((_i, _g) -> if(_g, NULL, toFloat64(_i)), arrayEnumerate(${gaps}), ${gaps})`;
      return allBound([there, places], (values, at) => {
        const has = sql`_x -> isNotNull(_x)`;
        const both = sql`_a + (_b - _a) * (_i - _p) / (_n - _p)`;
        const edge = sql`if(${edges}, coalesce(_a, _b), NULL)`;
        const line = sql`arrayMap((_v, _g, _a, _b, _p, _n, _i) -> multiIf(NOT _g, _v, isNotNull(_p) AND isNotNull(_n), ${both}, ${edge}), ${values}, ${gaps}, arrayFill(${has}, ${values}), arrayReverseFill(${has}, ${values}), arrayFill(${has}, ${at}), arrayReverseFill(${has}, ${at}), arrayEnumerate(${gaps}))`;
        const none = seriesText(sql`arrayMap(_g -> toNullable(${instead}), ${gaps})`);
        return bound(
          line,
          (result) =>
            sql`multiIf(arrayAll(_g -> _g, ${gaps}), ${none}, ${isWhole(json)}, ${wholeText(sql`arrayMap(_v -> trunc(_v), ${result})`)}, ${seriesText(result)})`,
        );
      });
    }),
  );
}

export const seriesFillFunctions = {
  series_fill_const: {
    doc: 'series-fill-const-function',
    costly: true,
    emitCall: (call, series: Operand, value?: Operand, placeholder?: Operand) => {
      if (!value) throw invalid(call, "The function 'series_fill_const' expects a constant");
      const text = elementText(value);
      return rearranged(
        series,
        (elements) =>
          sql`arrayMap(_e -> if(${isMissing(sql`_e`, placeholder)}, ${text}, _e), ${elements})`,
      );
    },
    examples: [['series_fill_const(dynamic([1,null,3]), 0)', '[1,0,3]']],
  },
  series_fill_forward: filled(sql`arrayFill`, 'series-fill-forward-function', [
    'series_fill_forward(dynamic([null,36,null,null,16]))',
    '[null,36,36,36,16]',
  ]),
  series_fill_backward: filled(sql`arrayReverseFill`, 'series-fill-backward-function', [
    'series_fill_backward(dynamic([null,36,null,16,null]))',
    '[36,36,16,16,null]',
  ]),
  series_fill_linear: {
    doc: 'series-fill-linear-function',
    costly: true,
    trap: 'a series of whole numbers stays one: interpolated values lose their fraction',
    emit: interpolated,
    examples: [
      ['series_fill_linear(dynamic([null,111,null,36]))', '[111,111,73,36]'],
      ['series_fill_linear(dynamic([1.0,null,2.0]))', '[1.0,1.5,2.0]'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
