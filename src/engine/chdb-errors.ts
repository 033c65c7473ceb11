import { HuntError } from '../errors.js';
import { EngineGone } from './chdb-process.js';
import type { EngineFault } from './chdb-protocol.js';

type Outcome =
  | { readonly code: 'hunt.timeout' | 'hunt.resources' | 'hunt.resultSize' | 'engine.storage' }
  | { readonly code: 'hunt.evaluation'; readonly message: string };

const timeout: Outcome = { code: 'hunt.timeout' };
const resources: Outcome = { code: 'hunt.resources' };
const storage: Outcome = { code: 'engine.storage' };
const evaluation = (message: string): Outcome => ({ code: 'hunt.evaluation', message });
const unreadable = evaluation('A value in the data could not be converted to the requested type.');
const tooLarge = evaluation('A value grew too large while the query was evaluated.');
const outOfRange = evaluation('A value in the data is outside the range of its type.');
const tooComplex = evaluation('The query is too complex: simplify it or split it.');

/** ClickHouse's error codes that the text of a hunt or the data it meets can bring about. */
const huntOutcomes: Readonly<Record<number, Outcome>> = {
  6: unreadable, // CANNOT_PARSE_TEXT
  25: unreadable, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26: unreadable, // CANNOT_PARSE_QUOTED_STRING
  27: unreadable, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38: unreadable, // CANNOT_PARSE_DATE
  41: unreadable, // CANNOT_PARSE_DATETIME
  69: outOfRange, // ARGUMENT_OUT_OF_BOUND
  70: unreadable, // CANNOT_CONVERT_TYPE
  72: unreadable, // CANNOT_PARSE_NUMBER
  75: storage, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  117: unreadable, // INCORRECT_DATA
  128: tooLarge, // TOO_LARGE_ARRAY_SIZE
  131: tooLarge, // TOO_LARGE_STRING_SIZE
  153: evaluation('Division by zero.'), // ILLEGAL_DIVISION
  158: resources, // TOO_MANY_ROWS
  159: timeout, // TIMEOUT_EXCEEDED
  160: timeout, // TOO_SLOW
  162: tooComplex, // TOO_DEEP_SUBQUERIES
  167: tooComplex, // TOO_DEEP_AST
  168: tooComplex, // TOO_BIG_AST
  173: resources, // CANNOT_ALLOCATE_MEMORY
  190: evaluation('Arrays of different lengths cannot be combined.'), // SIZES_OF_ARRAYS_DONT_MATCH
  191: resources, // SET_SIZE_LIMIT_EXCEEDED
  241: resources, // MEMORY_LIMIT_EXCEEDED
  243: storage, // NOT_ENOUGH_SPACE
  306: tooComplex, // TOO_DEEP_RECURSION
  307: resources, // TOO_MANY_BYTES
  321: outOfRange, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349: unreadable, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  376: unreadable, // CANNOT_PARSE_UUID
  396: { code: 'hunt.resultSize' }, // TOO_MANY_ROWS_OR_BYTES
  407: outOfRange, // DECIMAL_OVERFLOW
  427: evaluation('A regular expression could not be compiled.'), // CANNOT_COMPILE_REGEXP
  441: unreadable, // CANNOT_PARSE_IPV4
  442: unreadable, // CANNOT_PARSE_IPV6
  572: tooComplex, // TOO_MANY_QUERY_PLAN_OPTIMIZATIONS
};

const throwIfCode = 395;
const cancelledCode = 394;
const rowsOrBytesCode = 396;
const syntaxCode = 62;
const argumentsCode = 36;

/**
 * A hunt's failure as its caller may see it; the engine's own text (SQL, paths, versions) is the
 * cause, for the log alone.
 * @param literals the string literals of the hunt's SQL, among them the messages given to throwIf
 */
export function huntError(
  fault: EngineFault,
  context: {
    readonly literals: readonly string[];
    readonly killed: 'hunt.cancelled' | 'hunt.timeout' | undefined;
  },
): HuntError {
  const options = { cause: new Error(fault.message) };
  const { code } = fault;
  if (code === cancelledCode && context.killed) {
    return new HuntError(context.killed, {}, options);
  }
  if (code === throwIfCode) {
    const message = thrownMessage(fault.message, context.literals);
    return message === undefined
      ? new HuntError('engine.failed', {}, options)
      : new HuntError('hunt.evaluation', { message }, options);
  }
  if (code === rowsOrBytesCode && fault.message.includes('temporary files')) {
    return new HuntError('hunt.resources', {}, options);
  }
  const isTooComplex =
    (code === syntaxCode && fault.message.includes('Max query size exceeded')) ||
    (code === argumentsCode && fault.message.includes('Query tree is too big'));
  const outcome = isTooComplex ? tooComplex : huntOutcomes[code ?? 0];
  if (!outcome) {
    return new HuntError('engine.failed', {}, options);
  }
  return outcome.code === 'hunt.evaluation'
    ? new HuntError(outcome.code, { message: outcome.message }, options)
    : new HuntError(outcome.code, {}, options);
}

/** The engine adds where it happened behind the message: what we gave is known, so nothing else is shown. */
function thrownMessage(text: string, literals: readonly string[]): string | undefined {
  const body = text.replace(/^(Code: \d+\. )?DB::Exception: /, '');
  return literals
    .filter((literal) => literal !== '' && body.startsWith(literal))
    .reduce<string | undefined>(
      (longest, literal) => (literal.length > (longest?.length ?? 0) ? literal : longest),
      undefined,
    );
}

/** Conditions of the engine, not of the rows: the same insert works later. */
const insertLater: Readonly<Record<number, string>> = {
  ...Object.fromEntries(
    // Files that cannot be opened, read, looked at or made, a system call or a library that failed, a table that takes
    // nothing now.
    [74, 76, 77, 87, 88, 107, 242, 425, 1000, 1001, 1002].map((code) => [
      code,
      'The engine cannot use its files.',
    ]),
  ),
  75: 'The disk is full.',
  159: 'The engine is overloaded.',
  173: 'The engine is out of memory.',
  202: 'The engine is overloaded.', // TOO_MANY_SIMULTANEOUS_QUERIES
  236: 'The engine was interrupted.', // ABORTED
  241: 'The engine is out of memory.',
  243: 'The disk is full.',
  252: 'The engine is behind with merging.', // TOO_MANY_PARTS
  394: 'The engine was interrupted.', // QUERY_WAS_CANCELLED
  439: 'The engine is overloaded.', // CANNOT_SCHEDULE_TASK
};

/** An insert's failure: `ingest.unavailable` when trying again can help, `engine.failed` when not. */
export function insertError(fault: EngineFault): HuntError {
  const message = insertLater[fault.code ?? 0];
  const options = { cause: new Error(fault.message) };
  return message === undefined
    ? new HuntError('engine.failed', {}, options)
    : new HuntError('ingest.unavailable', { message }, options);
}

/** A failure of a statement of our own making. */
export function statementError(fault: EngineFault): HuntError {
  const code =
    huntOutcomes[fault.code ?? 0]?.code === 'engine.storage' ? 'engine.storage' : 'engine.failed';
  return new HuntError(code, {}, { cause: new Error(fault.message) });
}

/** What is not a statement's own failure is the engine's absence, or known already. */
export function unavailable(error: unknown): unknown {
  return error instanceof EngineGone
    ? new HuntError('engine.unavailable', {}, { cause: error })
    : error;
}
