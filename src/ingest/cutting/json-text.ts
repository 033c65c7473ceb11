const stringEnd = /["\\]/g;

/** Where the string ends whose content begins at `start`: behind its quotation mark. */
export function stringEndAfter(text: string, start: number): number {
  stringEnd.lastIndex = start;
  for (let found = stringEnd.exec(text); found; found = stringEnd.exec(text)) {
    if (found[0] === '"') return stringEnd.lastIndex;
    stringEnd.lastIndex++;
  }
  return text.length;
}

const marks = /["{[,]/g;

/** How many values there may be in it: one behind each brace, bracket and comma. More than `most` are not counted. */
export function valuesIn(json: string, most: number): number {
  let count = 0;
  marks.lastIndex = 0;
  for (let found = marks.exec(json); found && count <= most; found = marks.exec(json)) {
    if (found[0] === '"') marks.lastIndex = stringEndAfter(json, marks.lastIndex);
    else count++;
  }
  return count;
}
