/**
 * The text of an event with the host that its envelope names, where the text itself is a line of a log:
 * JSON and XML say where they are from.
 */
export function withEnvelope(text: string, host: string | undefined): string {
  return host === undefined || /^\s*[{[<]/.test(text)
    ? text
    : JSON.stringify({ host, message: text });
}
