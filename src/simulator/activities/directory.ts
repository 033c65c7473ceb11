import { type Account, machineAccount } from '../company.js';
import type { Host } from '../host.js';

/** Who else is on the network, for what one machine does to another. */
export interface Directory {
  readonly workstations: readonly Host[];
  readonly windowsHosts: readonly Host[];
  readonly machineAccountOf: (host: Host) => Account;
}

export function directoryOf(hosts: readonly Host[]): Directory {
  const machines = new Map<Host, Account>();
  return {
    workstations: hosts.filter(({ device }) => device.kind === 'workstation'),
    windowsHosts: hosts.filter(({ device }) => device.os.family === 'windows'),
    machineAccountOf: (host) => {
      const known = machines.get(host) ?? machineAccount(host.device);
      machines.set(host, known);
      return known;
    },
  };
}
