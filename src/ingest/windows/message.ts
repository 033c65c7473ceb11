import type { EventData } from './event.js';
import { sectionedMessage } from './message-labels.js';

const line = /^\s*([A-Za-z][A-Za-z0-9 ]{0,40}?)\s*:[ \t]*(.*)$/;

/** What the message of an event says, for shippers that have lost its values. */
type Reader = (data: EventData, message: string) => void;

/** A value that each of their events has; where it is there, the message has nothing to add. */
interface MessageReader {
  readonly unless: string;
  readonly read: Reader;
}

/** `Name: value` lines; the message of a Sysmon event is nothing but its values. */
const sysmonLines: Reader = (data, message) => {
  let last: string | undefined;
  for (const text of message.split(/\r?\n/).slice(1)) {
    const [, name, value] = line.exec(text) ?? [];
    if (name !== undefined && value !== undefined && !name.includes(' ')) {
      data.set(name, value);
      last = name;
    } else if (last !== undefined && text.trim() !== '') {
      // Command lines and contents of streams may have several lines.
      data.set(last, `${data.get(last.toLowerCase())}\n${text}`);
    }
  }
};

const binding =
  /^\s*Namespace = (.*?); Eventfilter = (.*?)(?: \(refer to its activate eventid:\d+\))?; Consumer = (.*?); PossibleCause = ([\s\S]*)$/;

const wmiBinding: Reader = (data, message) => {
  const [, namespace, filter, consumer, cause] = binding.exec(message) ?? [];
  if (namespace !== undefined && filter !== undefined) {
    data.set('Namespace', namespace);
    data.set('ESS', filter);
    data.set('CONSUMER', consumer ?? '');
    data.set('PossibleCause', cause ?? '');
  }
};

const scriptBlock =
  /^Creating Scriptblock text \((\d+) of (\d+)\):\r?\n([\s\S]*?)\r?\n\s*ScriptBlock ID: (\S+)\r?\nPath:[ \t]*(.*)/;

const scriptText: Reader = (data, message) => {
  const [, number, total, text, id, path] = scriptBlock.exec(message) ?? [];
  if (number !== undefined && total !== undefined) {
    data.set('MessageNumber', number);
    data.set('MessageTotal', total);
    data.set('ScriptBlockText', text?.replace(/\s+$/, '') ?? '');
    data.set('ScriptBlockId', id ?? '');
    data.set('Path', path?.trim() ?? '');
  }
};

const commandContext = /^([\s\S]*?)\s*\r?\nContext:\r?\n([\s\S]*?)(?:\r?\n\s*\r?\n\s*User Data:|$)/;

const command: Reader = (data, message) => {
  const [, payload, context] = commandContext.exec(message) ?? [];
  if (payload !== undefined && context !== undefined) {
    data.set('ContextInfo', context.trimEnd());
    data.set('Payload', payload);
  }
};

const ofPowershell: Readonly<Record<number, MessageReader>> = {
  4103: { unless: 'contextinfo', read: command },
  4104: { unless: 'scriptblocktext', read: scriptText },
};

/** By provider and event id. */
const readers: Readonly<Record<string, Readonly<Record<number, MessageReader>>>> = {
  'microsoft-windows-wmi-activity': { 5861: { unless: 'consumer', read: wmiBinding } },
  'microsoft-windows-powershell': ofPowershell,
  powershellcore: ofPowershell,
};
const ofSysmon: MessageReader = { unless: 'utctime', read: sysmonLines };

/** Adds what the message says of an event whose values have not come. */
export function dataOfMessage(
  data: EventData,
  provider: string,
  id: number,
  message: string,
): void {
  const reader = provider.endsWith('sysmon') ? ofSysmon : readers[provider]?.[id];
  if (reader === undefined) {
    sectionedMessage(data, provider, id, message);
  } else if (data.get(reader.unless) === undefined) {
    reader.read(data, message);
  }
}
