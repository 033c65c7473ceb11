import type { Device } from '../correlation/devices.js';
import { epochText, type Moment, parseDatetime, ticksOf } from '../datetime.js';
import type { WindowsEvent } from './event.js';
import { isSysmon } from './shapes.js';

/** Their `UtcTime` comes from another clock, which drifts on virtual machines. */
const drifting = new Set([3, 22]);
const mostDriftMs = 5_000;

/** The moment of a text; that of the last one is at hand, because an event is asked for its time again and again. */
function remembering(): (text: string) => Moment | undefined {
  let last: string | undefined;
  let moment: Moment | undefined;
  return (text) => {
    if (text !== last) {
      moment = parseDatetime(text.trim());
      last = text;
    }
    return moment;
  };
}

const momentStated = remembering();
const momentOfEnvelope = remembering();

/** `UtcTime` of the event's data; always UTC. */
export function statedTime({ data }: Pick<WindowsEvent, 'data'>): Moment | undefined {
  const text = data.get('utctime');
  return text === undefined ? undefined : momentStated(text);
}

export function envelopeTime({ time }: WindowsEvent): Moment | undefined {
  return time === undefined ? undefined : momentOfEnvelope(time);
}

/** Lets the device's clock learn from an event that has both times. */
export function learnClock(event: WindowsEvent, device: Device): void {
  if (!event.hasTrueTime && isSysmon(event) && !drifting.has(event.id)) {
    const [stated, envelope] = [statedTime(event), envelopeTime(event)];
    if (stated && envelope) {
      device.clock.learn(envelope.milliseconds, stated.milliseconds);
    }
  }
}

/** When the event happened, as well as it can be told. */
export function eventTime(event: WindowsEvent, device: Device): Moment | undefined {
  const stated = statedTime(event);
  if (stated && !(isSysmon(event) && drifting.has(event.id))) {
    return stated;
  }
  const envelope = correctedTime(event, device);
  if (stated === undefined || envelope === undefined) {
    return stated ?? envelope;
  }
  const drift = Math.abs(stated.milliseconds - envelope.milliseconds);
  return drift > mostDriftMs ? envelope : stated;
}

function correctedTime(event: WindowsEvent, device: Device): Moment | undefined {
  const envelope = envelopeTime(event);
  if (envelope === undefined || event.hasTrueTime) {
    return envelope;
  }
  const shiftMs = device.clock.correct(envelope.milliseconds) - envelope.milliseconds;
  return shiftMs === 0 ? envelope : shifted(envelope, shiftMs);
}

function shifted(moment: Moment, byMs: number): Moment | undefined {
  const ticks = ticksOf(moment) + BigInt(byMs) * 10_000n;
  const text = epochText(String(ticks * 100n), 'nanoseconds');
  return text === undefined ? undefined : parseDatetime(text);
}
