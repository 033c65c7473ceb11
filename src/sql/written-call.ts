import { HuntError } from '../errors.js';
import type { CallSite, Emitted, ScalarFunction } from './functions.js';
import { letIn } from './let.js';
import type { Operand } from './operand.js';
import type { Sql } from './sql.js';

/** Characters from which an expression names its arguments, and beyond which there is none. */
const longText = 10_000;
const longestText = 8_000_000;

/**
 * The SQL of one call. Emitters write an argument as often as they need it: the engine evaluates equal
 * expressions once. Where calls nest the text would double with each, so a long one names what it
 * repeats.
 * @throws HuntError `kql.unsupported`
 */
export function writtenCall(
  entry: ScalarFunction,
  site: CallSite,
  parts: readonly Operand[],
): Emitted {
  const write = (operands: readonly Operand[]) =>
    entry.emitCall ? entry.emitCall(site, ...operands) : entry.emit?.(...operands);
  const plain = write(parts);
  if (!plain) throw new Error(`${entry.doc} has no emitter`);
  if (plain.text.length < longText) return plain;
  const written = named(plain, parts, write);
  if (written.text.length <= longestText) return written;
  throw new HuntError(
    'kql.unsupported',
    { what: 'An expression of this size', because: 'its SQL would be too long' },
    { span: site.span },
  );
}

function named(
  plain: Emitted,
  parts: readonly Operand[],
  write: (operands: readonly Operand[]) => Emitted | undefined,
): Emitted {
  const values: Record<string, Sql> = {};
  const shortened = parts.map((part, index) => {
    if (part.table || part.expression.kind !== 'call') return part;
    const name = `_h${index}`;
    values[name] = { text: part.text };
    return { ...part, text: name };
  });
  if (Object.keys(values).length === 0) return plain;
  const body = write(shortened);
  if (!body) return plain;
  const whole = letIn(values, body);
  if (whole.text.length * 1.5 > plain.text.length) return plain;
  return body.nullable === undefined ? whole : { ...whole, nullable: body.nullable };
}
