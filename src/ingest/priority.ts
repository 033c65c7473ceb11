import os from 'node:os';
import { behindHunts } from '../engine/settings.js';
import { systemThread } from '../thread.js';

/** Gives the calling thread a priority of its own, where that can be done: hunts go first. */
export function giveWay(): void {
  const thread = systemThread();
  if (thread === undefined) return;
  try {
    os.setPriority(thread, behindHunts);
  } catch {
    // Not allowed.
  }
}
