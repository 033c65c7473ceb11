import { appLocker, codeIntegrity, mitigations, remoteDesktop } from './application-control.js';
import { defender } from './defender.js';
import { classicPowershell, powershell } from './powershell.js';
import type { EventLog, Rule } from './rule.js';
import { security } from './security.js';
import { linuxSysmon, sysmon } from './sysmon.js';
import {
  dataProtection,
  dnsClient,
  eventLog,
  ldapClient,
  partitions,
  services,
  taskScheduler,
  wmi,
} from './system.js';

/** Every log that has rules. */
export const logs: readonly EventLog[] = [
  sysmon,
  linuxSysmon,
  security,
  services,
  eventLog,
  powershell,
  classicPowershell,
  defender,
  taskScheduler,
  wmi,
  dnsClient,
  appLocker,
  codeIntegrity,
  mitigations,
  remoteDesktop,
  partitions,
  ldapClient,
  dataProtection,
];

const rules = new Map<string, Map<number, Rule>>();
for (const log of logs) {
  for (const provider of log.providers) {
    const ofProvider = rules.get(provider) ?? new Map<number, Rule>();
    for (const rule of log.rules) {
      ofProvider.set(rule.id, rule);
    }
    rules.set(provider, ofProvider);
  }
}

/** The rule for an event, by its provider (lower case) and id. */
export function ruleFor(provider: string, id: number): Rule | undefined {
  return rules.get(provider)?.get(id);
}
