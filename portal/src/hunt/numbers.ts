const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `180 MB`: decimal, three digits at most. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${digits(value)} ${units[unit]}`;
}

/** `2.1 M`, `12.4 k`, `812`. */
export function countText(count: number): string {
  if (count < 10_000) return count.toLocaleString('en');
  if (count < 1e6) return `${digits(count / 1e3)} k`;
  return count < 1e9 ? `${digits(count / 1e6)} M` : `${digits(count / 1e9)} G`;
}

export function secondsText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** `3 min ago`; an instant long gone as its day. */
export function agoText(instant: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(instant)) / 1000);
  if (Number.isNaN(seconds)) return '';
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return instant.slice(0, 10);
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
}
