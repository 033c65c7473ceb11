import type { Correlation } from '../correlation/correlation.js';
import type { Device } from '../correlation/devices.js';
import { fileOf, knownImage } from '../correlation/process.js';
import { labelOf, startToleranceMs } from '../correlation/processes.js';
import type { Moment } from '../datetime.js';
import type { RowKey } from '../rows.js';
import type { WindowsEvent } from './event.js';
import { rowKeyOf, twinKey } from './learning.js';
import { type Rule, type Twin, twinToleranceMs } from './rule.js';
import { pidOf, present } from './values.js';

/** One of two events of one occurrence. */
export interface TwinEvent {
  readonly role: Twin['role'];
  /** The device's name. */
  readonly device: string;
  /** The same for both, among those of all devices. */
  readonly key: string | undefined;
  /** Of events without the key: the same for both, but also for others at the time. */
  readonly vagueKey?: string;
  readonly toleranceMs: number;
  /** Whether the other one's row is there, where that is known by more than the key. */
  readonly isTold?: (ms: number, correlation: Correlation) => boolean;
}

/** The event as one of two; undefined where there can be no other. */
export function twinOf(
  event: WindowsEvent,
  rule: Rule,
  device: Device,
  { milliseconds: ms }: Moment,
  correlation: Correlation,
): TwinEvent | undefined {
  if (rule.table === 'DeviceProcessEvents') {
    return twinOfStart(event, device);
  }
  const { twin } = rule;
  const key = twin && rowKeyOf(twin, event, device, ms, correlation);
  return twin && key !== undefined
    ? {
        role: twin.role,
        device: device.name,
        key: twinKey(device, twin, key),
        toleranceMs: twinToleranceMs[twin.kind],
      }
    : undefined;
}

/** Some shippers lose the pid of Sysmon's event. */
function twinOfStart({ id, data }: WindowsEvent, device: Device): TwinEvent | undefined {
  const isSecurity = id === 4688;
  const pid = pidOf(present(data.get(isSecurity ? 'newprocessid' : 'processid')));
  const image = data.get(isSecurity ? 'newprocessname' : 'image');
  const file = knownImage(image);
  if (file === undefined) {
    return undefined;
  }
  const vagueKey = `${labelOf(device.name)}\nstart\n${fileOf(file)}`;
  const twin = {
    device: device.name,
    key: pid === undefined ? undefined : `${vagueKey} ${pid}`,
    vagueKey,
    toleranceMs: startToleranceMs,
  };
  return isSecurity
    ? {
        ...twin,
        role: 'secondary',
        isTold: (ms, { processes }) =>
          processes.sysmonStart(device.name, { pid, image, ms }) !== undefined,
      }
    : { ...twin, role: 'primary' };
}

/** Whether the event has no row because that of its twin is there. */
export function isToldElsewhere(
  { role, device, key, toleranceMs, isTold }: TwinEvent,
  { milliseconds: ms }: Moment,
  correlation: Correlation,
): boolean {
  if (role === 'primary') {
    return false;
  }
  return isTold
    ? isTold(ms, correlation)
    : key !== undefined && correlation.isToldByPrimary({ key, device, ms }, toleranceMs);
}

/**
 * What is left to do when the event becomes a row: the lesser of two is remembered, and is what the better
 * one takes the place of, should it come later.
 */
export function settle(
  { role, device, key, vagueKey, toleranceMs }: TwinEvent,
  row: RowKey,
  { milliseconds: ms }: Moment,
  { lesserRows }: Correlation,
): readonly RowKey[] | undefined {
  if (role === 'primary') {
    if (key !== undefined) {
      return lesserRows.near({ key, device, ms, toleranceMs });
    }
    return vagueKey === undefined
      ? undefined
      : lesserRows.nearest({ key: vagueKey, device, ms, toleranceMs }, row);
  }
  for (const each of [key, vagueKey]) {
    if (each !== undefined) {
      lesserRows.add({ key: each, device, ms, ...row });
    }
  }
  return undefined;
}
