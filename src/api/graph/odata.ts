import { HuntError } from '../../errors.js';

/**
 * The parameters of an OData function in a URL: `getRunHuntingQuery(query='…',timespan='…')`. A quote
 * within a text is doubled.
 * @throws HuntError `request.parameter`
 */
export function functionParameters(call: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const inside = /^[\w.]+\(([\s\S]*)\)$/.exec(call)?.[1];
  if (inside === undefined) throw invalid();
  let rest = inside;
  while (rest !== '') {
    const match = /^\s*(\w+)\s*=\s*(?:'((?:[^']|'')*)'|([\w-]+))\s*(?:,(?=[\s\S])|$)/.exec(rest);
    if (!match) throw invalid();
    const [all, name = '', text, bare = ''] = match;
    const value = text === undefined ? bare : text.replaceAll("''", "'");
    // OData's null is as good as no parameter.
    if (text !== undefined || bare !== 'null') parameters.set(name.toLowerCase(), value);
    rest = rest.slice(all.length);
  }
  return parameters;
}

function invalid(): HuntError {
  return new HuntError('request.parameter', {
    message: "The parameters of the function cannot be read. Write them as name='value'.",
  });
}
