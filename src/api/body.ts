import { HuntError } from '../errors.js';

/** How forgiving a path is about what its clients send. */
export interface BodyRules {
  /** Accepts raw line breaks and tabs inside strings, as the first documentation printed them. */
  readonly rawControls: boolean;
  /** What is said of a body that is no JSON; by default what the live hunting service says. */
  readonly unreadable?: string;
}

/**
 * The JSON object of a request body, whatever its Content-Type says it is.
 * @throws HuntError `request.body`
 */
export function readJsonBody(
  body: unknown,
  contentType: string | undefined,
  rules: BodyRules,
): Readonly<Record<string, unknown>> {
  const text = decode(body instanceof Buffer ? body : Buffer.alloc(0), contentType);
  const value = parse(text, rules);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HuntError('request.body', { message: 'Request body is incorrect.' });
  }
  return value as Record<string, unknown>;
}

function parse(text: string, rules: BodyRules): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (rules.rawControls) {
      try {
        return JSON.parse(escapeControls(text));
      } catch {
        // Not that either: the first failure is the one to report.
      }
    }
    throw new HuntError(
      'request.body',
      { message: rules.unreadable ?? 'Missing query.' },
      { cause },
    );
  }
}

const controlEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeControls(text: string): string {
  // What does not end is a string, too: else another one would be looked for at each quote in it.
  return text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|$)/g, (string) =>
    string.replace(/[\n\r\t]/g, (control) => controlEscapes[control] ?? control),
  );
}

function decode(body: Buffer, contentType: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    // Windows PowerShell 5 writes a string body in Latin-1 and says nothing about it.
    if (charset === undefined) return new TextDecoder('windows-1252').decode(body);
    throw new HuntError(
      'request.body',
      { message: `Request body is not valid ${charset}.` },
      { cause },
    );
  }
}
