/** What a piece of text turned out to hold. */
export interface Decoded {
  readonly kind: 'base64' | 'url';
  readonly text: string;
}

const run = /[A-Za-z0-9+/_-]{16,}={0,2}/g;

/** Longest text that is looked through: command lines are shorter, and this runs as cells are opened. */
const lengthLimit = 200_000;

/** Decodes what is base64 in the text (whole, or as a word such as after `-enc`) and what is URL-encoded. */
export function decodings(text: string): Decoded[] {
  if (text.length > lengthLimit) return [];
  const found: Decoded[] = [];
  for (const [word] of text.matchAll(run)) {
    const decoded = decodeBase64(word);
    if (decoded !== undefined) found.push({ kind: 'base64', text: decoded });
  }
  const url = decodeUrl(text);
  if (url !== undefined) found.push({ kind: 'url', text: url });
  return found;
}

/** Text behind base64: UTF-16 as PowerShell's encoded commands are, or UTF-8. Undefined when unreadable. */
export function decodeBase64(word: string): string | undefined {
  const standard = word.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (standard.length % 4 === 1) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(standard), (unit) => unit.charCodeAt(0));
  } catch {
    return undefined;
  }
  const encoding = looksLikeUtf16(bytes) ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return isReadable(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

// Latin text in UTF-16 has a zero in every second byte.
function looksLikeUtf16(bytes: Uint8Array): boolean {
  if (bytes.length < 4 || bytes.length % 2 === 1) return false;
  let zeros = 0;
  for (let index = 1; index < bytes.length; index += 2) if (bytes[index] === 0) zeros += 1;
  return zeros > bytes.length / 2 / 2;
}

function isReadable(text: string): boolean {
  let strange = 0;
  for (const unit of text) {
    const code = unit.codePointAt(0) ?? 0;
    if (code < 32 && unit !== '\n' && unit !== '\r' && unit !== '\t') return false;
    if (code > 0x7e) strange += 1;
  }
  return text.length > 3 && strange <= text.length / 4;
}

function decodeUrl(text: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(text)) return undefined;
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded === text ? undefined : decoded;
  } catch {
    return undefined;
  }
}
