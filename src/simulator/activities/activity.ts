import type { Host } from '../host.js';
import type { Clock } from '../time.js';

/** Something that happens on a device again and again, and leaves a handful of events. */
export interface Activity {
  /** How often it happens, against the other activities of the same kind of device. */
  readonly weight: number;
  /** Only while people are at work, or at any hour. */
  readonly hours: 'work' | 'any';
  readonly run: (host: Host, clock: Clock) => void;
}
