import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, literalSql, type Operand } from '../../operand.js';
import type { Sql } from '../../sql.js';
import { invalid, refused } from '../refused.js';
import { parsedJson } from './dynamic.js';
import { pathFunctions } from './paths.js';
import { text } from './text.js';

/** The keys and places of `$.a['b c'][0]`. */
function stepsOf(call: CallSite, path: string): (string | bigint)[] {
  const steps: (string | bigint)[] = [];
  const step =
    /\.?([\p{L}\p{N}_$@-]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+))\s*\]/uy;
  step.lastIndex = path.startsWith('$') ? 1 : 0;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (!found) throw invalid(call, `extract_json(): '${path.slice(0, 100)}' is no JSON path`);
    const [, name, single, double, place] = found;
    const key = name ?? (single ?? double)?.replace(/\\(.)/g, '$1');
    steps.push(key ?? BigInt(place ?? 0));
  }
  return steps;
}

function extractedJson(call: CallSite, path: Operand, source: Operand): Sql {
  const known = constantText(path);
  if (known === undefined)
    throw refused(
      call,
      'extract_json() with a path known only when it runs',
      'it has to be constant',
    );
  const document: Operand = {
    ...parsedJson(source),
    type: 'dynamic',
    nullable: false,
    expression: source.expression,
    read: (form) => (form === 'json' ? text(source) : undefined),
  };
  const steps = stepsOf(call, known).map((step): Operand => {
    const constant =
      typeof step === 'string'
        ? ({ type: 'string', value: step } as const)
        : ({ type: 'long', value: step } as const);
    return {
      ...literalSql(constant),
      type: constant.type,
      nullable: false,
      constant,
      expression: path.expression,
    };
  });
  const found: Operand = {
    ...(steps.length === 0 ? document : pathFunctions.access.emit(document, ...steps)),
    type: 'dynamic',
    nullable: false,
    expression: source.expression,
  };
  return convert(found, call.type);
}

const extractJson: ScalarFunction = {
  doc: 'extract-json-function',
  constants: [0],
  nullable: 'always',
  emitCall: extractedJson,
  examples: [
    ['extract_json("$.name", \'{"name":"John"}\')', 'John'],
    ['extract_json("$.a[1][\'b c\']", \'{"a":[0,{"b c":5}]}\', typeof(long)) + 1', '6'],
  ],
};

export const extractJsonFunctions = {
  extract_json: extractJson,
  extractjson: extractJson,
} satisfies Record<string, ScalarFunction>;
