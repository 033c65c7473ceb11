import type { ResultColumn } from '../model.js';
import { formatMoment, type Moment, parseDatetime, shift } from '../values/datetime.js';
import { isEmpty } from '../values/display.js';
import { stringLiteral } from '../values/literal.js';
import type { Entity, EntityKind } from './entities.js';

/** A query to be opened under a title. */
export interface OpenedQuery {
  readonly title: string;
  readonly kql: string;
}

const deviceTables =
  'DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents, ' +
  'DeviceLogonEvents, DeviceImageLoadEvents, DeviceEvents';

const aroundSeconds = 600;

/** A value in a column of the record, and the moment of the record when it has one. */
export interface RecordContext {
  readonly columns: readonly ResultColumn[];
  readonly row: readonly unknown[];
}

/** Events of one kind of entity, near the record's moment, or over the page's time range without one. */
export function pivotQuery(entity: Entity, context: RecordContext): OpenedQuery {
  const moment = momentOf(context);
  return {
    title: `${entity.kind}: ${entity.value}`.slice(0, 60),
    kql: lines(
      `let value = ${stringLiteral(entity.value)};`,
      pivots[entity.kind](entity),
      moment && between(moment, 86_400),
      '| sort by Timestamp desc',
    ),
  };
}

const pivots: Readonly<Record<EntityKind, (entity: Entity) => string>> = {
  device: ({ field }) =>
    lines(`union withsource = Table ${deviceTables}`, `| where ${field} =~ value`),
  file: fileEvents,
  user: ({ field }) => userEvents(field),
  ip: () =>
    lines(
      'union withsource = Table DeviceNetworkEvents, DeviceLogonEvents, DeviceEvents',
      '| where RemoteIP == value or LocalIP == value',
    ),
  url: () =>
    lines(
      'union withsource = Table DeviceNetworkEvents, DeviceEvents',
      '| where RemoteUrl contains value',
    ),
};

function fileEvents({ field }: Entity): string {
  const operator = field === 'FileName' ? '=~' : '==';
  return lines(
    'union withsource = Table DeviceProcessEvents, DeviceFileEvents, DeviceImageLoadEvents, DeviceEvents',
    `| where ${field} ${operator} value or InitiatingProcess${field} ${operator} value`,
  );
}

function userEvents(field: string): string {
  const actors = `InitiatingProcess${field}`;
  return lines(
    'union withsource = Table DeviceProcessEvents, DeviceLogonEvents, DeviceFileEvents, ' +
      'DeviceNetworkEvents, DeviceEvents',
    field === 'AccountName' || field === 'AccountSid'
      ? `| where ${field} =~ value or ${actors} =~ value`
      : `| where ${actors} =~ value`,
  );
}

/** All events of the record's device within ten minutes; undefined when it names no device or moment. */
export function deviceAroundQuery(context: RecordContext): OpenedQuery | undefined {
  const device = deviceOf(context);
  const moment = momentOf(context);
  if (device === undefined || moment === undefined) return undefined;
  return {
    title: `${device.shown}, 10 minutes`,
    kql: lines(
      `union withsource = Table ${deviceTables}`,
      `| where ${device.field} == ${stringLiteral(device.value)}`,
      between(moment, aroundSeconds),
      '| project-reorder Timestamp, Table, ActionType, FileName, ProcessCommandLine',
      '| sort by Timestamp asc',
    ),
  };
}

/** The record's process with parents, siblings and children; undefined where it names no process. */
export function processTreeQuery(context: RecordContext): OpenedQuery | undefined {
  const device = deviceOf(context);
  const moment = momentOf(context);
  const ids = [numberIn(context, 'ProcessId'), numberIn(context, 'InitiatingProcessId')].filter(
    (id) => id !== undefined,
  );
  if (device === undefined || moment === undefined || ids.length === 0) return undefined;
  const list = ids.join(', ');
  return {
    title: `Process tree, ${device.shown}`,
    kql: lines(
      'DeviceProcessEvents',
      `| where ${device.field} == ${stringLiteral(device.value)}`,
      between(moment, 3600),
      // Children name their parent; the parents' own starts carry their ids.
      `| where ProcessId in (${list}) or InitiatingProcessId in (${list}) or InitiatingProcessParentId in (${list})`,
      '| project Timestamp, DeviceId, DeviceName, ActionType, FileName, ProcessId, ProcessCommandLine, AccountName,',
      '    ProcessCreationTime, InitiatingProcessFileName, InitiatingProcessId, InitiatingProcessCommandLine,',
      '    InitiatingProcessCreationTime, InitiatingProcessParentFileName, InitiatingProcessParentId, SHA1',
      '| sort by Timestamp asc',
    ),
  };
}

function deviceOf(
  context: RecordContext,
): { field: string; value: string; shown: string } | undefined {
  const id = textIn(context, 'DeviceId');
  const name = textIn(context, 'DeviceName');
  if (id !== undefined) return { field: 'DeviceId', value: id, shown: name ?? id.slice(0, 12) };
  return name === undefined ? undefined : { field: 'DeviceName', value: name, shown: name };
}

function momentOf({ columns, row }: RecordContext): Moment | undefined {
  const at = columns.findIndex(({ name }) => name === 'Timestamp' || name === 'TimeGenerated');
  return parseDatetime(row[at]);
}

function between(moment: Moment, seconds: number): string {
  const from = formatMoment(shift(moment, -seconds));
  const to = formatMoment(shift(moment, seconds));
  return `| where Timestamp between (datetime(${from}) .. datetime(${to}))`;
}

function textIn({ columns, row }: RecordContext, name: string): string | undefined {
  const value = row[columns.findIndex((column) => column.name === name)];
  return isEmpty(value) ? undefined : String(value);
}

function numberIn(context: RecordContext, name: string): string | undefined {
  const value = textIn(context, name);
  return value !== undefined && /^\d+$/.test(value) ? value : undefined;
}

function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}
