import { isIPv4, isIPv6 } from 'node:net';
import type { JsonValue } from '../json.js';
import { type Expression, type Operand, transform } from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { shortAddress } from '../windows/values.js';
import { words } from '../words.js';
import { listOf } from './document.js';

/** A service of Microsoft 365 as Defender for Cloud Apps knows it. */
interface Service {
  readonly name: string;
  readonly id: number;
}

/** Directory and compliance are no applications of their own there. */
export const office365: Service = { name: 'Office 365', id: 11161 };

/** By the audit log's word for the workload. */
const services: Readonly<Record<string, Service>> = words({
  azureactivedirectory: office365,
  exchange: { name: 'Microsoft Exchange Online', id: 20893 },
  microsoftteams: { name: 'Microsoft Teams', id: 28375 },
  onedrive: { name: 'Microsoft OneDrive for Business', id: 15600 },
  securitycompliancecenter: office365,
  sharepoint: { name: 'Microsoft SharePoint Online', id: 20892 },
});

/** Defender's name for a workload; undefined where it is not known. */
export const application = transform(
  'application',
  (workload) => services[workload.toLowerCase()]?.name,
);
export const applicationId = transform(
  'applicationId',
  (workload) => services[workload.toLowerCase()]?.id,
);

/** Names without a full stop. */
const isWhole = /[^\p{L}\p{N})]$|\u2013/u;
const longestActivity = 200;

/**
 * Defender's name for an activity of Entra ID's audit log: the directory's own are sentences, as in the audit log of
 * Microsoft 365.
 */
export function directoryActivity(
  activity: string | undefined,
  service: string | undefined,
): string | undefined {
  const name = activity?.trim();
  const isSentence =
    name !== undefined &&
    name.length <= longestActivity &&
    service?.toLowerCase() === 'core directory' &&
    !isWhole.test(name);
  return isSentence ? `${name}.` : name;
}

const guidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function isGuid(text: string): boolean {
  return guidPattern.test(text);
}

/** The text, where it is one. */
export const guid = transform('guid', (text) => (isGuid(text) ? text : undefined));

const portBehind = /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/i;
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;
const longestAddress = 100;

/** The address without brackets, port, and the prefix of IPv4 in IPv6; of several the first. */
export function clientAddressOf(text: string): string | undefined {
  const first = text.slice(0, longestAddress).split(',', 1)[0]?.trim() ?? '';
  const [, inBrackets, withPort] = portBehind.exec(first) ?? [];
  const plain = inBrackets ?? withPort ?? first;
  if (!isIPv4(plain) && !isIPv6(plain)) {
    return undefined;
  }
  const short = shortAddress(plain);
  return mapped.exec(short)?.[1] ?? short;
}

export const clientAddress: (operand: Operand) => Expression = transform(
  'clientAddress',
  clientAddressOf,
);

/** Objects in a list, of which some members are texts. */
export function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return listOf(value).flatMap((item) => {
    const object = asObject(item);
    return object ? [object] : [];
  });
}

/** Without what is not known. */
export function known(
  members: Readonly<Record<string, JsonValue | undefined>>,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    Object.entries(members).filter(
      (entry): entry is [string, JsonValue] =>
        entry[1] !== undefined && entry[1] !== null && entry[1] !== '',
    ),
  );
}

/** One of Defender's ActivityObjects: who did it, to what, how. */
export type ActivityObject = Readonly<Record<string, JsonValue>>;

/** Accounts are those of the directory, whatever the service. */
const ofDirectory = { ApplicationId: office365.id, ApplicationInstance: 0 };

export function actorObject(
  type: 'Account' | 'User',
  name: string | undefined,
  id: string | undefined,
): readonly ActivityObject[] {
  return name === undefined && id === undefined
    ? []
    : [known({ Type: type, Role: 'Actor', Name: name ?? id, Id: id ?? name, ...ofDirectory })];
}

export function targetObject(
  type: string | undefined,
  name: string | undefined,
  id: string | undefined,
): readonly ActivityObject[] {
  return name === undefined && id === undefined
    ? []
    : [known({ Type: type, Role: 'Target object', Name: name ?? id, Id: id })];
}

export function parameterObject(
  name: string | undefined,
  value: JsonValue | undefined,
): readonly ActivityObject[] {
  return name === undefined
    ? []
    : [known({ Type: 'Property', Role: 'Parameter', Name: name, Value: value })];
}
