import type { EventData } from './event.js';

const line = /^\s*([A-Za-z][A-Za-z0-9 ]{0,40}?)\s*:[ \t]*(.*)$/;

/** What the message of an event says, for shippers that have lost its values. */
type Reader = (data: EventData, message: string) => void;

/** `Name: value` lines; the message of a Sysmon event is nothing but its values. */
const sysmonLines: Reader = (data, message) => {
  for (const text of message.split(/\r?\n/).slice(1)) {
    const [, name, value] = line.exec(text) ?? [];
    if (name !== undefined && value !== undefined && !name.includes(' ')) {
      data.set(name, value);
    }
  }
};

const accountLabels: Readonly<Record<string, string>> = {
  'security id': 'SubjectUserSid',
  'account name': 'SubjectUserName',
  'domain name': 'SubjectDomainName',
  'logon id': 'SubjectLogonId',
};

const subjectLines: Reader = (data, message) => {
  for (const text of message.split(/\r?\n/)) {
    const [, label = '', value = ''] = line.exec(text) ?? [];
    const name = accountLabels[label.toLowerCase()];
    if (name !== undefined) {
      data.set(name, value.trim());
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

const readers: Readonly<Record<string, Reader>> = {
  'microsoft-windows-eventlog/1102': subjectLines,
  'microsoft-windows-wmi-activity/5861': wmiBinding,
};

export function dataOfMessage(
  data: EventData,
  provider: string,
  id: number,
  message: string,
): void {
  const reader = provider.endsWith('sysmon') ? sysmonLines : readers[`${provider}/${id}`];
  reader?.(data, message);
}
