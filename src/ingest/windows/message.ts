import type { EventData } from './event.js';
import { sectionedMessage } from './message-labels.js';

const line = /^\s*([A-Za-z][A-Za-z0-9 ]{0,40}?)\s*:[ \t]*(.*)$/;

/** What the message of an event says, for shippers that have lost its values. */
type Reader = (data: EventData, message: string) => void;

interface MessageReader {
  /** A value that each of the events has, as shippers spell its name: with it, the message has nothing to add. */
  readonly unless: readonly string[];
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

/** The texts around marks that follow one another; none where one of them is not there. */
function parted(text: string, marks: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const mark of marks) {
    const at = text.indexOf(mark, from);
    if (at < 0) {
      return [];
    }
    parts.push(text.slice(from, at));
    from = at + mark.length;
  }
  return [...parts, text.slice(from)];
}

const bindingMarks = ['Namespace = ', '; Eventfilter = ', '; Consumer = ', '; PossibleCause = '];
const activation = / \(refer to its activate eventid:\d+\)$/;

const wmiBinding: Reader = (data, message) => {
  const [before, namespace, filter, consumer, cause] = parted(message, bindingMarks);
  if (before?.trim() === '' && namespace !== undefined && filter !== undefined) {
    data.set('Namespace', namespace);
    data.set('ESS', filter.replace(activation, ''));
    data.set('CONSUMER', consumer ?? '');
    data.set('PossibleCause', cause ?? '');
  }
};

const scriptStart = /^Creating Scriptblock text \((\d+) of (\d+)\):\r?\n/;
const scriptEnd = /\r?\n[ \t]*ScriptBlock ID: (\S+)\r?\nPath:[ \t]*(.*)/;

const scriptText: Reader = (data, message) => {
  const [start, number, total] = scriptStart.exec(message) ?? [];
  const rest = message.slice(start?.length);
  const end = scriptEnd.exec(rest);
  if (number !== undefined && total !== undefined && end) {
    const [, id, path] = end;
    data.set('MessageNumber', number);
    data.set('MessageTotal', total);
    data.set('ScriptBlockText', rest.slice(0, end.index).trimEnd());
    data.set('ScriptBlockId', id ?? '');
    data.set('Path', path?.trim() ?? '');
  }
};

const contextStart = /\r?\nContext:\r?\n/;

/** Up to what the user has said, behind an empty line. */
function contextIn(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex(
    (each, index) => lines[index - 1]?.trim() === '' && each.trimStart().startsWith('User Data:'),
  );
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trimEnd();
}

const command: Reader = (data, message) => {
  const start = contextStart.exec(message);
  if (start) {
    data.set('ContextInfo', contextIn(message.slice(start.index + start[0].length)));
    data.set('Payload', message.slice(0, start.index).trimEnd());
  }
};

const ofPowershell: Readonly<Record<number, MessageReader>> = {
  4103: { unless: ['contextinfo'], read: command },
  4104: { unless: ['scriptblocktext'], read: scriptText },
};

const completedQuery =
  /^DNS query is completed for the name (.*?), type (\d+), query options (\d+) with status (\d+)(?: Results([\s\S]*))?$/;

const nameQuery: Reader = (data, message) => {
  const [, name, type, options, status, results] = completedQuery.exec(message.trim()) ?? [];
  data.put('QueryName', name);
  data.put('QueryType', type);
  data.put('QueryOptions', options);
  data.put('QueryStatus', status);
  data.put('QueryResults', results?.trim());
};

const aboutTask = /^User "([^"]*)"\s+\w+ Task Scheduler task "([^"]*)"/;

const taskChange: Reader = (data, message) => {
  const [, user, task] = aboutTask.exec(message) ?? [];
  if (user !== undefined && task !== undefined) {
    data.set('TaskName', task);
    data.set('UserContext', user);
  }
};
const ofTasks: MessageReader = { unless: ['taskname'], read: taskChange };

/** Lines of a label and a value each, by the names of the values. */
const labelledLines =
  (names: Readonly<Record<string, string>>): Reader =>
  (data, message) => {
    for (const text of message.split(/\r?\n/)) {
      const [, label = '', value = ''] = line.exec(text) ?? [];
      const name = names[label.toLowerCase()];
      if (name !== undefined && data.get(name.toLowerCase()) === undefined) {
        data.set(name, value.trim());
      }
    }
  };

const policyVerdict = /^(\S[^\r\n]*?) was (?:allowed to|prevented from) /;

const ofAppLocker: MessageReader = {
  unless: ['filepath', 'fullfilepath', 'package'],
  read: (data, message) => {
    const path = policyVerdict.exec(message)?.[1];
    if (path !== undefined) {
      data.set('FilePath', path);
    }
  },
};

const ofRemoteDesktop: MessageReader = {
  unless: ['param1', 'user'],
  read: labelledLines({
    user: 'Param1',
    domain: 'Param2',
    'source network address': 'Param3',
  }),
};

function ofDefender(names: Readonly<Record<string, string>>): MessageReader {
  return {
    unless: ['product name', 'product_name', 'productname'],
    read: labelledLines({ path: 'Path', 'process name': 'Process Name', ...names }),
  };
}

const detection = ofDefender({
  name: 'Threat Name',
  severity: 'Severity Name',
  category: 'Category Name',
  action: 'Action Name',
  user: 'Detection User',
  'detection origin': 'Origin Name',
  'detection type': 'Type Name',
  'detection source': 'Source Name',
});
const guarded = ofDefender({
  id: 'ID',
  user: 'User',
  destination: 'Destination',
  'target commandline': 'Target Commandline',
  'parent commandline': 'Parent Commandline',
});
const setting = ofDefender({ 'old value': 'Old Value', 'new value': 'New Value' });
const scan = ofDefender({
  'scan id': 'Scan ID',
  'scan parameters': 'Scan Parameters',
  user: 'User',
  'error code': 'Error Code',
  'error description': 'Error Description',
});

const tamperedWith = /^Tamper Protection (\w+) a change/;

const tampering: MessageReader = {
  unless: ['value'],
  read: (data, message) => {
    data.put('Changed Type', tamperedWith.exec(message)?.[1]);
    labelledLines({ value: 'Value' })(data, message);
  },
};

const each = (ids: readonly number[], reader: MessageReader): Record<number, MessageReader> =>
  Object.fromEntries(ids.map((id) => [id, reader]));

/** By provider and event id. */
const readers: Readonly<Record<string, Readonly<Record<number, MessageReader>>>> = {
  'microsoft-windows-wmi-activity': { 5861: { unless: ['consumer'], read: wmiBinding } },
  'microsoft-windows-dns-client': { 3008: { unless: ['queryname'], read: nameQuery } },
  'microsoft-windows-powershell': ofPowershell,
  powershellcore: ofPowershell,
  'microsoft-windows-taskscheduler': each([106, 140, 141, 142], ofTasks),
  'microsoft-windows-applocker': each(
    [8003, 8004, 8006, 8007, 8021, 8022, 8024, 8025],
    ofAppLocker,
  ),
  'microsoft-windows-terminalservices-remoteconnectionmanager': { 1149: ofRemoteDesktop },
  'microsoft-windows-windows defender': {
    ...each([1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119], detection),
    ...each([1121, 1122, 1123, 1124, 1125, 1126, 1127, 1128, 1129], guarded),
    ...each([1001, 1002, 1005], scan),
    5007: setting,
    5013: tampering,
  },
};
const ofSysmon: MessageReader = { unless: ['utctime'], read: sysmonLines };

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
  } else if (reader.unless.every((name) => data.get(name) === undefined)) {
    reader.read(data, message);
  }
}
