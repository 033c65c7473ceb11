import { words } from '../words.js';
import { lowerCase } from './event.js';

/** Other names that tools have for a provider, in lower case. */
const otherNames: Readonly<Record<string, string>> = words({
  'microsoft windows security auditing.': 'microsoft-windows-security-auditing',
  security: 'microsoft-windows-security-auditing',
  'microsoft-windows-service control manager': 'service control manager',
  sysmon: 'microsoft-windows-sysmon',
  'microsoft antimalware': 'microsoft-windows-windows defender',
});

const eventLogService = 'microsoft-windows-eventlog';
/** Events about a log itself, which the service writes into that log. */
const aboutLogs: ReadonlySet<number> = new Set([104, 1100, 1101, 1102, 1104, 1105, 1108]);

/** Who writes into the logs that many write into, as far as there are rules. */
const writers: Readonly<Record<string, string>> = words({
  security: 'microsoft-windows-security-auditing',
  system: 'service control manager',
  'windows powershell': 'powershell',
  'microsoft-windows-dns client events/operational': 'microsoft-windows-dns-client',
});

/**
 * A provider's own name, in lower case. Where a tool has left it out, the log's name says it: that of
 * `Microsoft-Windows-Sysmon/Operational` stands before the slash. Empty where neither does.
 */
export function providerNamed(provider: string, channel: string, id: number): string {
  const given = lowerCase(provider).trim();
  if (given !== '') {
    return otherNames[given] ?? given;
  }
  const log = channel.trim().toLowerCase();
  const writer = writers[log];
  if (writer !== undefined && aboutLogs.has(id)) {
    return eventLogService;
  }
  return writer ?? log.split('/')[0] ?? '';
}
