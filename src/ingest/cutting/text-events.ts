/**
 * The text of an event with the host that its envelope names, where the text itself is a line of a log:
 * JSON and XML say where they are from.
 */
export function withEnvelope(text: string, host: string | undefined): string {
  const isNamed = host !== undefined && host.length <= longestHost;
  return isNamed && !/^\s*[{[<]/.test(text) ? JSON.stringify({ host, message: text }) : text;
}

/** An envelope's host comes with each of its events. */
const longestHost = 256;
