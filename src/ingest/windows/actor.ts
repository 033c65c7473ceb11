import { builtinCatalog, findTable } from '../../catalog/catalog.js';
import type { Correlation } from '../correlation/correlation.js';
import type { Device } from '../correlation/devices.js';
import {
  isUnknownImage,
  knownGuid,
  knownImage,
  type Process,
  startOfGuid,
} from '../correlation/process.js';
import { momentOfDate } from '../datetime.js';
import type { JsonValue } from '../json.js';
import { expressionOf, type Operand, type RuleScope, textFrom } from './expression.js';
import { header, type ProcessFields } from './rule.js';
import * as values from './values.js';

export type Columns = Record<string, JsonValue | undefined>;

/** What an event itself says of the process that acted. */
export interface NamedProcess {
  readonly guid: string | undefined;
  readonly pid: number | undefined;
  readonly image: string | undefined;
  /** The sensor did not know the process. */
  readonly isUnknown?: boolean;
  readonly commandLine: string | undefined;
  readonly user: string | undefined;
  readonly sid: string | undefined;
  readonly logonId: string | undefined;
}

export type ProcessReader = (scope: RuleScope) => NamedProcess;

/** Reads what events say in these fields. */
export function processReader(fields: ProcessFields): ProcessReader {
  const isHeader = fields.pid === header;
  const pid = textReader(fields.pid === header ? undefined : fields.pid);
  const guid = textReader(fields.guid);
  const image = textReader(fields.image);
  const commandLine = textReader(fields.commandLine);
  const user = textReader(fields.user);
  const sid = textReader(fields.sid);
  const logonId = textReader(fields.logonId);
  return (scope) => {
    const named = image(scope);
    return {
      guid: guid(scope),
      pid: isHeader ? scope.event.headerPid : values.pidOf(pid(scope)),
      image: knownImage(named),
      isUnknown: isUnknownImage(named),
      commandLine: commandLine(scope),
      user: user(scope),
      sid: sid(scope),
      logonId: logonId(scope),
    };
  };
}

function textReader(operand: Operand | undefined): (scope: RuleScope) => string | undefined {
  if (operand === undefined) {
    return () => undefined;
  }
  const { read } = expressionOf(operand);
  return (scope) => textFrom(read(scope));
}

const noLogon = /^0x0+$|^0$/i;

/** The columns that tell of the acting process, whether or not the table has them. */
export function actorColumns(
  named: NamedProcess,
  process: Process | undefined,
  device: Device,
  correlation: Correlation,
): Columns {
  const known = knownColumns(process, device, correlation);
  const columns = { ...known };
  const own = ownColumns(named, known, device, correlation);
  for (const name in own) {
    const value = own[name];
    if (value !== undefined) {
      columns[name] = value;
    }
  }
  return columns;
}

/** Sets those of the columns that tell of the acting process. */
export function setActorColumns(
  columns: Columns,
  names: readonly string[],
  named: NamedProcess,
  process: Process | undefined,
  device: Device,
  correlation: Correlation,
): void {
  const known = knownColumns(process, device, correlation);
  const own = ownColumns(named, known, device, correlation);
  for (const name of names) {
    columns[name] = own[name] ?? known[name];
  }
}

const nothingKnown: Columns = {};

function knownColumns(
  process: Process | undefined,
  device: Device,
  correlation: Correlation,
): Columns {
  return process ? columnsOf(process, device, correlation) : nothingKnown;
}

/** What the event itself says. */
function ownColumns(
  named: NamedProcess,
  known: Columns,
  device: Device,
  correlation: Correlation,
): Columns {
  const own: Columns = { InitiatingProcessId: named.pid };
  if (known['InitiatingProcessUniqueId'] === undefined) {
    own['InitiatingProcessUniqueId'] = knownGuid(named.guid) && named.guid;
  }
  if (known['InitiatingProcessCreationTime'] === undefined) {
    own['InitiatingProcessCreationTime'] = startText(knownGuid(named.guid));
  }
  if (known['InitiatingProcessFolderPath'] === undefined && named.image !== undefined) {
    setImage(own, named.image, device);
  }
  if (known['InitiatingProcessCommandLine'] === undefined) {
    own['InitiatingProcessCommandLine'] = named.commandLine;
  }
  if (named.user !== undefined || named.sid !== undefined) {
    setAccount(own, named.user, named.sid, correlation);
    keepSid(own, known);
  }
  if (named.logonId !== undefined && !noLogon.test(named.logonId)) {
    own['InitiatingProcessLogonId'] = values.integer(named.logonId);
  }
  return own;
}

function setImage(columns: Columns, image: string, device: Device): void {
  const path = values.plainPath(image, device.volumes).toLowerCase();
  columns['InitiatingProcessFolderPath'] = path;
  columns['InitiatingProcessFileName'] = values.baseName(path);
}

function setAccount(
  columns: Columns,
  named: string | undefined,
  sid: string | undefined,
  { accounts }: Correlation,
): void {
  // The Security log has the machine's account for them.
  const user = (sid && values.wellKnownAccounts[sid]) ?? named;
  columns['InitiatingProcessAccountName'] = user === undefined ? '' : values.accountName(user);
  columns['InitiatingProcessAccountDomain'] = (user && values.accountDomain(user)) ?? '';
  columns['InitiatingProcessAccountSid'] = sid ?? (user && accounts.sidOf(user)) ?? '';
}

/** An event may name the account without its SID, which the start of the process has said. */
function keepSid(own: Columns, known: Columns): void {
  if (
    own['InitiatingProcessAccountSid'] === '' &&
    own['InitiatingProcessAccountName'] === known['InitiatingProcessAccountName'] &&
    own['InitiatingProcessAccountDomain'] === known['InitiatingProcessAccountDomain']
  ) {
    own['InitiatingProcessAccountSid'] = known['InitiatingProcessAccountSid'] ?? '';
  }
}

/** Made once in an epoch for a process that does not change. */
function columnsOf(process: Process, device: Device, correlation: Correlation): Columns {
  const made = process.columns as { epoch: number; columns: Columns } | undefined;
  if (made?.epoch === correlation.epoch) {
    return made.columns;
  }
  const { facts, guid, pid } = process;
  const columns: Columns = {
    InitiatingProcessId: pid,
    InitiatingProcessUniqueId: guid,
    InitiatingProcessCommandLine: facts.commandLine,
    InitiatingProcessCreationTime: startOf(process),
    InitiatingProcessLogonId: facts.logonId && values.integer(facts.logonId),
    InitiatingProcessIntegrityLevel:
      facts.integrityLevel && values.integrityLevel(facts.integrityLevel),
    InitiatingProcessTokenElevation:
      facts.tokenElevation && values.tokenElevation(facts.tokenElevation),
    InitiatingProcessVersionInfoCompanyName: facts.company,
    InitiatingProcessVersionInfoProductName: facts.product,
    InitiatingProcessVersionInfoProductVersion: facts.fileVersion,
    InitiatingProcessVersionInfoOriginalFileName: facts.originalFileName,
    InitiatingProcessVersionInfoFileDescription: facts.description,
    InitiatingProcessSessionId: facts.session && values.integer(facts.session),
  };
  if (facts.image !== undefined) {
    setImage(columns, facts.image, device);
  }
  if (facts.hashes !== undefined) {
    columns['InitiatingProcessSHA1'] = values.hashFrom(facts.hashes, 'SHA1');
    columns['InitiatingProcessSHA256'] = values.hashFrom(facts.hashes, 'SHA256');
    columns['InitiatingProcessMD5'] = values.hashFrom(facts.hashes, 'MD5');
  }
  if (facts.user !== undefined || facts.sid !== undefined) {
    setAccount(columns, facts.user, facts.sid, correlation);
  }
  setParent(columns, process, device, correlation);
  process.columns = { epoch: correlation.epoch, columns };
  return columns;
}

function setParent(
  columns: Columns,
  { device: name, facts, startMs }: Process,
  device: Device,
  { processes }: Correlation,
): void {
  const { parentGuid: guid, parentPid: pid, parentImage: image } = facts;
  if (guid === undefined && pid === undefined) {
    return;
  }
  const parent =
    startMs === undefined ? undefined : processes.find(name, { guid, pid, image, ms: startMs });
  const path = knownImage(image) ?? parent?.facts.image;
  columns['InitiatingProcessParentId'] = pid ?? parent?.pid;
  columns['InitiatingProcessParentFileName'] =
    path && values.baseName(values.plainPath(path, device.volumes));
  columns['InitiatingProcessParentCreationTime'] = parent ? startOf(parent) : startText(guid);
}

export function startOf({ started, guid }: Process): string | undefined {
  return started ?? startText(guid);
}

/** To the second, which is what a GUID has of it. */
function startText(guid: string | undefined): string | undefined {
  const ms = guid === undefined ? undefined : startOfGuid(guid);
  return ms === undefined ? undefined : momentOfDate(new Date(ms)).text;
}

const actorColumnsOf = new Map<string, readonly string[]>();

/** The columns for the acting process that a table has. */
export function actorColumnsIn(table: string): readonly string[] {
  let names = actorColumnsOf.get(table);
  if (names === undefined) {
    names = (findTable(builtinCatalog, table)?.columns ?? [])
      .map(({ name }) => name)
      .filter((name) => name.startsWith('InitiatingProcess'));
    actorColumnsOf.set(table, names);
  }
  return names;
}
