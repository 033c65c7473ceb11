export const tenant = 'default';
export const database = 'tenant_default';

export interface Envelope {
  readonly time?: string;
  readonly category: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A process event, the same for the same number. */
export function processEvent(number: number, more: Record<string, unknown> = {}): Envelope {
  const time = new Date(Date.UTC(2026, 0, 5) + number * 1000).toISOString().replace('Z', '1234Z');
  return {
    time,
    category: 'AdvancedHunting-DeviceProcessEvents',
    properties: {
      Timestamp: time,
      DeviceId: `device-${number % 10}`,
      ActionType: 'ProcessCreated',
      FileName: 'powershell.exe',
      ProcessCommandLine: `powershell.exe -File ${number}.ps1`,
      ProcessId: 1000 + number,
      ReportId: number,
      AdditionalFields: '{"a": 1}',
      MachineGroup: null,
      ...more,
    },
  };
}

/** A network event, the same for the same number. */
export function networkEvent(number: number): Envelope {
  const { time, properties } = processEvent(number);
  const { Timestamp, DeviceId, ReportId } = properties;
  return {
    ...(time === undefined ? {} : { time }),
    category: 'AdvancedHunting-DeviceNetworkEvents',
    properties: { Timestamp, DeviceId, ReportId, RemoteIP: '192.0.2.1', RemotePort: number },
  };
}

export function lines(events: readonly (Envelope | string)[]): Buffer {
  const text = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
  return Buffer.from(text.map((line) => `${line}\n`).join(''));
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Events of either table in the numbered request; it also repeats events of the one before. */
export const eventsPerRequest = 40;

/** A request over two tables, the same for the same number. */
export function requestOf(number: number): Buffer {
  const from = number * eventsPerRequest;
  const own = numbers(from, from + eventsPerRequest);
  const repeated = numbers(Math.max(0, from - 5), from);
  return lines([...repeated, ...own].flatMap((n) => [processEvent(n), networkEvent(n)]));
}
