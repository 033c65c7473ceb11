import { EventData } from './event.js';
import type { Envelope } from './shape.js';

/** Between the fields; rsyslog writes it with its number. */
const tag = /(?:^|[\s"])MSWinEventLog(?:\t|#011)/;

/** Whether a line of syslog is an event as Snare's agent writes it, or NXLog in its form. */
export function isSnare(text: string): boolean {
  return tag.test(text);
}

/** The event of a line: fields between tabs, of which one is the message without its line breaks. */
export function unwrapSnare(text: string): Envelope {
  const found = tag.exec(text);
  const fields = text
    .slice((found?.index ?? 0) + (found?.[0].length ?? 0))
    .replaceAll('#011', '\t')
    .split('\t');
  const [, log, , when, id, source, , , , computer, , , message = ''] = fields;
  return {
    provider: source,
    id,
    channel: log,
    computer,
    time: when?.trim(),
    // Of the machine, without its zone.
    hasTrueTime: false,
    message: withLines(message.trimEnd(), /sysmon/i.test(source ?? '')),
    data: new EventData(),
  };
}

const scriptStart = /^(Creating Scriptblock text \(\d+ of \d+\):) {2}/;
const scriptEnd = /(?<! ) {2,}(ScriptBlock ID: \S+) +(Path:[\s\S]*)$/;

/** What some events say of themselves behind their last value. */
const explanation = / {4}(?:Token Elevation Type indicates|This event is generated) [\s\S]*$/;

/**
 * The message with its lines again: every character of `\r\n` and every tab has become a space, so that a
 * label in a section has three before it, and what begins a section four.
 */
function withLines(message: string, isSysmon: boolean): string {
  if (isSysmon) {
    return message.replaceAll(/(?<! ) {2,}(?=[A-Z][A-Za-z]{2,40}:(?: |$))/g, '\n');
  }
  const start = scriptStart.exec(message);
  if (start && scriptEnd.test(message)) {
    const script = message.slice(start[0].length).replace(scriptEnd, '\n\n$1\n$2');
    return `${start[1]}\n${script}`;
  }
  return message
    .replace(explanation, '')
    .replaceAll(/(?<! ) {4}(?: {2})?(?=[A-Z][A-Za-z ()]{1,60}:(?: |$))/g, '\n\n')
    .replaceAll(/(?<! ) {3,}(?=[A-Z][A-Za-z ()]{1,60}:(?: |$))/g, '\n\t');
}
