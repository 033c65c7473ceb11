/** A parameter that a query declares, with its default as it is written there. */
export interface QueryParameter {
  readonly name: string;
  readonly type: string;
  readonly initial: string | undefined;
}

/** What `declare query_parameters(...)` declares; nothing where there is none. */
export function parametersOf(query: string): QueryParameter[] {
  const text = query.replace(/^[ \t]*\/\/.*$/gm, '');
  const list = /\bdeclare\s+query_parameters\s*\(/i.exec(text);
  if (!list) return [];
  return splitAtCommas(text, list.index + list[0].length).flatMap((part) => {
    const [, name, type, initial] =
      /^\s*([A-Za-z_]\w*)\s*:\s*(\w+)\s*(?:=\s*([\s\S]+))?$/.exec(part) ?? [];
    return name && type ? [{ name, type, initial: initial?.trim() }] : [];
  });
}

/** The parts between commas, from `start` to the parenthesis that closes; strings and parentheses hold theirs. */
function splitAtCommas(text: string, start: number): string[] {
  const parts = [''];
  let depth = 0;
  let quote: string | undefined;
  for (let index = start; index < text.length; index++) {
    const character = text[index] ?? '';
    if (quote) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(' || character === '[') depth++;
    else if ((character === ')' || character === ']') && depth-- === 0) break;
    else if (character === ',' && depth === 0) {
      parts.push('');
      continue;
    }
    parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}

/** The values that a person typed, as the server takes them: those left empty keep their default. */
export function parameterValues(
  parameters: readonly QueryParameter[],
  typed: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const values = parameters.flatMap(({ name }) => {
    const value = typed[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return values.length > 0 ? Object.fromEntries(values) : undefined;
}
