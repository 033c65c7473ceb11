import { computed, field, transform } from './expression.js';
import { type EventLog, header } from './rule.js';
import * as to from './transforms.js';

const contextUser = /^[ \t]*(?:Connected )?User[ \t]*=[ \t]*(\S[^\r\n]*)/m;
const hostApplication = /^[ \t]*Host Application[ \t]*=[ \t]*(\S[^\r\n]*)/m;

/** The context has so many lines, whose names are in the system's language and whose order is the same in all. */
const linesOfContext = 16;
const places = { hostApplication: [4], user: [13, 14] } as const;
const contextLine = /^[ \t]{0,16}[^=]{1,60}=[ \t]*(\S.*)?$/;

function atPlace(context: string, wanted: readonly number[]): string | undefined {
  // Of a longer text the lines beyond are not looked for.
  const lines = context.split(/\r?\n/, linesOfContext + 10).filter((line) => line.trim() !== '');
  return lines.length === linesOfContext && lines.every((line) => contextLine.test(line))
    ? wanted.map((place) => contextLine.exec(lines[place] ?? '')?.[1]).find((value) => value)
    : undefined;
}

const inContext = (text: string, line: RegExp, wanted: readonly number[]) =>
  computed(text, ({ event }) => {
    const context = event.data.get('contextinfo') ?? '';
    return (line.exec(context)?.[1] ?? atPlace(context, wanted))?.trimEnd();
  });

/** PowerShell puts the domain of the machine before names that no domain can have. */
const ofMachine = /^[^\\]*(?=\\(?:SYSTEM|LOCAL SERVICE|NETWORK SERVICE)$)/i;
/** The user that the context of a command names. */
const user = transform('user', (text) => text.replace(ofMachine, 'NT AUTHORITY'))(
  inContext('User of ContextInfo', contextUser, places.user),
);
/** The command line of the process, for where its start was not seen. */
const commandLine = inContext(
  'Host Application of ContextInfo',
  hostApplication,
  places.hostApplication,
);

/** Its image, where the command line starts with a whole path. */
const image = transform(
  'image',
  (text) => /^"?([A-Za-z]:\\[^"]*?\.exe)(?:["\s]|$)/i.exec(text)?.[1],
)(commandLine);

const invocation = 'CommandInvocation(';

/** The first command of the invocation, by its bare name. */
const command = transform('command', (payload) => {
  const start = payload.indexOf(invocation);
  const end = start < 0 ? -1 : payload.indexOf(')', start);
  return end < 0 ? undefined : payload.slice(start + invocation.length, end);
});

export const powershell: EventLog = {
  name: 'PowerShell',
  providers: ['microsoft-windows-powershell', 'powershellcore'],
  withoutRow: {
    4105: 'start of a script block',
    4106: 'end of a script block',
  },
  rules: [
    {
      id: 4103,
      table: 'DeviceEvents',
      actionType: 'PowerShellCommand',
      actor: { pid: header, image, user, commandLine },
      columns: {},
      additional: {
        ContextInfo: field('ContextInfo'),
        UserData: field('UserData'),
        Payload: field('Payload'),
        Command: command('Payload'),
      },
    },
    {
      id: 4104,
      table: 'DeviceEvents',
      actionType: 'AmsiScriptContent',
      actor: { pid: header },
      note: 'Parts of one script block share ScriptBlockId.',
      columns: {},
      additional: {
        ScriptBlockId: field('ScriptBlockId'),
        Path: field('Path'),
        MessageNumber: to.long('MessageNumber'),
        MessageTotal: to.long('MessageTotal'),
        Content: field('ScriptBlockText'),
      },
    },
  ],
};

/** The log from before PowerShell 3; its events repeat those of the later one. */
export const classicPowershell: EventLog = {
  name: 'Windows PowerShell (classic)',
  providers: ['powershell'],
  withoutRow: {
    400: 'start of the engine',
    403: 'end of the engine',
    600: 'start of a provider',
    800: 'pipeline execution: repeats 4103',
  },
  rules: [],
};
