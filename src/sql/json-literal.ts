/** The texts of a JSON array's elements as they are written, or undefined where it is no array. */
export function arrayElements(json: string): string[] | undefined {
  return json.startsWith('[') ? members(json) : undefined;
}

/** The names and value texts of a JSON object as they are written, or undefined where it is none. */
export function objectMembers(json: string): [name: string, value: string][] | undefined {
  if (!json.startsWith('{')) return undefined;
  return members(json).map((member) => {
    const name = /^"(?:[^"\\]|\\.)*"/.exec(member)?.[0] ?? '""';
    return [JSON.parse(name) as string, member.slice(name.length + 1)];
  });
}

/** A compact text without its outer brackets, cut at its own commas. */
function members(json: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 1];
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if ((depth === 1 && token === ',') || depth === 0) {
      const part = json.slice(start, index);
      if (part !== '' || parts.length > 0) parts.push(part);
      start = index + 1;
    }
  }
  return parts;
}
