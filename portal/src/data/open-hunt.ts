import { navigate } from 'wouter/use-browser-location';
import { shareLink } from '../hunt/share.js';

/** Opens a query on the hunting page, in a tab of its own there. */
export async function openHunt(title: string, text: string, duration = 'P7D'): Promise<void> {
  const link = await shareLink(location.origin, { title, text, range: { kind: 'last', duration } });
  const { pathname, hash } = new URL(link);
  navigate(pathname + hash);
}

/** A table's or column's name as KQL takes it. */
export function bracketed(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `['${name.replaceAll("'", "\\'")}']`;
}

export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
