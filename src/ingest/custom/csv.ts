/** A line of more fields, or of more text, is refused. */
const mostFields = 10_000;

const quote = '"';

/** Whether a quoted field goes on in the next line. */
export function isOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    quotes++;
  }
  return quotes % 2 === 1;
}

/**
 * The fields of one record (RFC 4180): a quoted field may hold the delimiter, line breaks, and quotes
 * written twice. undefined where the text is none, or has too many.
 */
export function csvFields(text: string, delimiter: string): string[] | undefined {
  if (!text.includes(quote)) {
    const fields = text.split(delimiter);
    return fields.length > mostFields ? undefined : fields;
  }
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (fields.length >= mostFields) {
      return undefined;
    }
    if (text[at] === quote) {
      const end = closingQuote(text, at + 1);
      if (end < 0) {
        return undefined;
      }
      fields.push(text.slice(at + 1, end).replaceAll('""', quote));
      at = end + 1;
      if (at < text.length && text[at] !== delimiter) {
        return undefined;
      }
    } else {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end < 0 ? text.length : end));
      at = end < 0 ? text.length : end;
    }
    if (at >= text.length) {
      return fields;
    }
    at++;
    if (at === text.length) {
      fields.push('');
      return fields;
    }
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text[at + 1] !== quote) {
      return at;
    }
    at++;
  }
  return -1;
}
