import type { Organisation } from '../activities/organisation.js';
import type { Host, Recorder } from '../host.js';
import type { Random } from '../random.js';
import type { Fields } from '../record.js';
import type { Clock, Moment } from '../time.js';

/** A hunt and what it must find: the answer is known because the events were planted. */
export interface PlantedFinding {
  readonly attack: string;
  readonly title: string;
  /** MITRE ATT&CK. */
  readonly technique: string;
  readonly kql: string;
  /** In no particular order. */
  readonly rows: readonly Fields[];
}

/** What an attack plays on. */
export interface Stage {
  readonly random: Random;
  readonly organisation: Organisation;
  readonly record: Recorder;
  readonly clock: (at: Moment) => Clock;
  /** By host name without domain. */
  readonly host: (name: string) => Host;
  /** No event may be later. */
  readonly end: Moment;
}

export type Finding = Omit<PlantedFinding, 'attack'>;

/** Plays an attack that begins at `start`. */
export type Attack = (stage: Stage, start: Moment) => readonly Finding[];

/** What `powershell -EncodedCommand` takes: base64 of UTF-16. */
export function encodedCommand(script: string): string {
  return Buffer.from(script, 'utf16le').toString('base64');
}

export interface Alert {
  readonly title: string;
  readonly category: string;
  readonly severity: 'Informational' | 'Low' | 'Medium' | 'High';
  readonly techniques: readonly string[];
  readonly host: Host;
  readonly commandLine: string;
  readonly fileName: string;
}

/** An alert with its device, account and process as evidence. */
export function raiseAlert(stage: Stage, alert: Alert, at: Moment): void {
  const { host } = alert;
  const id = `da${stage.random.guid().replaceAll('-', '')}_1`;
  const techniques = JSON.stringify(alert.techniques);
  const common = {
    AlertId: id,
    Title: alert.title,
    Severity: alert.severity,
    ServiceSource: 'Microsoft Defender for Endpoint',
    DetectionSource: 'EDR',
    AttackTechniques: techniques,
  };
  stage.record('AlertInfo', at, null, { ...common, Category: alert.category });
  const evidence = (entity: string, role: string, fields: Fields) =>
    stage.record('AlertEvidence', at, null, {
      ...common,
      Categories: JSON.stringify([alert.category]),
      EntityType: entity,
      EvidenceRole: role,
      DeviceId: host.device.id,
      DeviceName: host.device.name,
      ...fields,
    });
  evidence('Machine', 'Impacted', { LocalIP: host.device.ip });
  evidence('User', 'Impacted', {
    AccountName: host.user.name,
    AccountDomain: host.user.domain,
    AccountSid: host.user.sid,
    AccountUpn: host.user.upn,
    AccountObjectId: host.user.objectId,
  });
  evidence('Process', 'Related', {
    FileName: alert.fileName,
    ProcessCommandLine: alert.commandLine,
  });
}
