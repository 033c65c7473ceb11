/** `1 row`, `2,000 rows`, `12 k rows`: a number, written already or not, and what there is of it. */
export function counted(number: number | string, noun: string): string {
  const shown = typeof number === 'number' ? number.toLocaleString('en') : number;
  return `${shown} ${shown === '1' ? noun : `${noun}s`}`;
}
