import { valueAt } from './document.js';
import { accountChange, groupChange } from './ocsf/accounts.js';
import { cloud, givesRole, isOfConsole } from './ocsf/cloud.js';
import { about, computerOf, device } from './ocsf/device.js';
import { classOf, idOf, ocsfDocument, timeOf } from './ocsf/document.js';
import { fileSystem } from './ocsf/files.js';
import { finding } from './ocsf/findings.js';
import { consoleSignIn, logon, signIn } from './ocsf/logons.js';
import { mail, mailFile, mailUrl } from './ocsf/mail.js';
import { dns, dnsOfSensor, ftp, http, network, session, ssh } from './ocsf/network.js';
import { memory, moduleLoad, processAccess, processStart } from './ocsf/processes.js';
import { registryKey, registryValue } from './ocsf/registry.js';
import { driverLoad, job, logCleared, script, service, windowsResource } from './ocsf/system.js';
import { momentText } from './ocsf/time.js';
import type { DocumentRule, DocumentSource } from './rule.js';

/** Rules by the number of their class. */
const byClass: Readonly<Record<string, readonly DocumentRule[]>> = {
  1001: [fileSystem],
  1002: [driverLoad],
  1004: [memory],
  1005: [moduleLoad],
  1006: [job],
  1007: [processStart, processAccess],
  1008: [logCleared],
  1009: [script],
  2001: [finding],
  2004: [finding],
  2006: [finding],
  3001: [accountChange, cloud('3001 account change in a service')],
  3002: [
    logon,
    signIn,
    cloud('3002 authentication: a role', givesRole),
    cloud('3002 authentication: the console of AWS', isOfConsole, consoleSignIn),
  ],
  3004: [cloud('3004 entity management')],
  3005: [cloud('3005 user access management')],
  3006: [groupChange, cloud('3006 group management in a service')],
  4001: [network],
  4002: [http],
  4003: [dnsOfSensor, dns],
  4005: [session('4005 RDP activity')],
  4006: [session('4006 SMB activity')],
  4007: [ssh],
  4008: [ftp],
  4009: [mail],
  4010: [cloud('4010 network file activity')],
  4011: [mailFile],
  4012: [mailUrl],
  6001: [cloud('6001 web resources activity')],
  6003: [cloud('6003 API activity')],
  6004: [cloud('6004 web resource access')],
  6005: [cloud('6005 datastore activity')],
  6006: [cloud('6006 file hosting activity')],
  201001: [registryKey],
  201002: [registryValue],
  201003: [windowsResource],
  // Before version 1.0.
  1010: [windowsResource],
  201004: [service],
};

/** Open Cybersecurity Schema Framework, 1.x (schema.ocsf.io). */
export const ocsf: DocumentSource = {
  name: 'OCSF',
  isOneOfRecord: true,
  rules: [...new Set(Object.values(byClass).flat())].flatMap((each) => [
    each,
    ...(each.parts?.rules ?? []),
  ]),
  told: ['time', 'time_dt', 'device.hostname', 'metadata.version', 'metadata.processed_time'],
  read({ value }) {
    const document = ocsfDocument(value);
    return (
      document && [
        {
          document,
          computer: computerOf(document),
          time: momentText(valueAt(document, ['time'])) ?? timeOf(document),
          id: idOf(document),
          rules: byClass[classOf(document) ?? ''] ?? [],
        },
      ]
    );
  },
  about,
  addresses: (scope) => {
    const ip = device.ip(scope);
    return ip === undefined ? [] : [ip];
  },
};
