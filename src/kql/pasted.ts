// What texts have that were pasted from pages, chats and other languages, and KQL does not.

/** Signs that look like KQL's own, or stand for them in HTML. */
const written: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '−': '-',
  '‐': '-',
  '‑': '-',
  '…': '..',
  '&gt;': '>',
  '&lt;': '<',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/** By how much the full-width forms of ASCII are further on. */
const fullWidth = 0xfee0;

const straightQuotes = 'Quotation marks in KQL are straight: " or \'.';

export const markdownAdvice = 'Leave out the backticks: they belong to Markdown.';

/** What does not belong where the parser stopped: between a line's beginning and what follows. */
export function pastedAdvice(line: string, text: string): string | undefined {
  if (/[“”‘’]$/.test(line) || /^[“”‘’]/.test(text)) return straightQuotes;
  const sign = foreignSign(line, text);
  if (sign !== undefined) return `Write '${ownSign(sign)}' instead of '${sign}'.`;
  if (/`$/.test(line) || text.startsWith('`')) return markdownAdvice;
  const isComment =
    /^(--|\/\*|#)/.test(text) || /#$/.test(line) || /(^|\s)--$/.test(line + text[0]);
  return isComment ? "Comments in KQL begin with '//'." : undefined;
}

function foreignSign(line: string, text: string): string | undefined {
  const signs = '&(?:gt|lt|amp|quot|#39|nbsp);|[–—−‐‑…]|[\\uff01-\\uff5e]';
  return new RegExp(`^(?:${signs})`).exec(text)?.[0] ?? new RegExp(`(?:${signs})$`).exec(line)?.[0];
}

function ownSign(sign: string): string {
  return written[sign] ?? String.fromCharCode(sign.charCodeAt(0) - fullWidth);
}
