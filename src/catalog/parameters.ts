/** A parameter list of KQL, divided at its own commas. */
export function parametersOf(text: string): { name: string; type: string }[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.flatMap((part) => {
    const [name = '', ...rest] = part.split(':');
    const type = rest.join(':').trim();
    return name.trim() === '' ? [] : [{ name: name.trim(), type }];
  });
}
