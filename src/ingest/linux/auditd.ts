import { Backlog } from '../backlog.js';
import type { Conversion, ConversionContext, Outcome, Place, RawRecord } from '../connector.js';
import type { Device } from '../correlation/devices.js';
import { settleStep } from '../correlation/logon-steps.js';
import { rank } from '../correlation/process.js';
import { deviceSnapshots, Sighted } from '../correlation/snapshots.js';
import { rejectionOf } from '../dead-letters.js';
import { rowKeyOf } from '../normalize.js';
import { reportId } from '../occurrences.js';
import { actorColumnsIn, type Columns, setActorColumns } from '../windows/actor.js';
import { baseName } from '../windows/values.js';
import type { AuditRow } from './audit-additional.js';
import { callRows } from './audit-calls.js';
import { type AuditEvent, commandOf, eventOf, pidOf, userOf } from './audit-event.js';
import { type AuditHead, argumentsOf, auditHead, imageOf, plainOf } from './audit-record.js';
import { auditTexts } from './audit-shapes.js';
import { userRows } from './audit-users.js';

/** Records of a serial that are still coming in. */
interface OpenGroup {
  readonly host: string;
  readonly texts: string[];
  length: number;
  readonly place: Place | undefined;
}

/** What `ausearch` puts in front of an event. */
const betweenEvents = /^(?:-+|time->\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})\s*$/;

/** The kernel writes the records of a serial together; so many others come between them at most. */
const mostOpen = 1_000;
/** Text of the records that are still coming in. */
const mostOpenText = 64 * 1024 * 1024;
/** Text of one event: the longest command line there is, in hex, is half of it. */
const longestEvent = 8 * 1024 * 1024;
/** Each row of a system call may have all of the event's text, which these are together. */
const mostTextOfRows = 64 * 1024 * 1024;
/** It is a part of each record's key, and of each row. */
const longestHost = 256;

/** Records of the audit system in the order of their serials become events, then rows. */
export class AuditConversion implements Conversion {
  readonly #context: ConversionContext;
  readonly #backlog: Backlog<AuditEvent>;
  #open = new Map<string, OpenGroup>();
  #heldText = 0;
  #sighted = new Sighted();

  constructor(context: ConversionContext) {
    this.#context = context;
    this.#backlog = new Backlog(context.correlation.folder);
  }

  get heldBytes(): number {
    return this.#backlog.sizeBytes + this.#heldText;
  }

  convert(record: RawRecord): readonly Outcome[] {
    const { host, texts } = auditTexts(record) ?? { host: undefined, texts: [] };
    let known = 0;
    let isWhole = true;
    for (const text of texts) {
      const head = auditHead(text);
      if (head) {
        known++;
        isWhole = this.#take(text, head, host, record) && isWhole;
      }
    }
    if (!isWhole) {
      return [{ rejected: 'record.shape', detail: `more than ${longestEvent} bytes of one event` }];
    }
    return known > 0 || betweenEvents.test(record.text)
      ? []
      : [{ rejected: 'record.shape', detail: 'no record of the audit system' }];
  }

  /** False where there is too much of its event. */
  #take(
    text: string,
    { node, type, id }: AuditHead,
    outer: string | undefined,
    record: RawRecord,
  ): boolean {
    const host = (node ?? outer ?? '').slice(0, longestHost);
    const key = `${host} ${id}`;
    const group = this.#open.get(key) ?? { host, texts: [], length: 0, place: record.place };
    const fits = group.length + text.length <= longestEvent;
    if (fits) {
      group.texts.push(text);
      group.length += text.length;
      this.#heldText += text.length;
      this.#open.set(key, group);
    }
    if (type === 'EOE') {
      this.#finish(key, group);
    }
    for (const [oldest, first] of this.#open) {
      if (this.#open.size <= mostOpen && this.#heldText <= mostOpenText) {
        break;
      }
      this.#finish(oldest, first);
    }
    return fits;
  }

  get heldFrom(): number | undefined {
    const places = [...this.#open.values()].flatMap(({ place }) => place?.offset ?? []);
    return places.length === 0 ? undefined : Math.min(...places);
  }

  *release(flowing: boolean): Generator<Outcome> {
    for (const [key, group] of flowing ? [] : this.#open) {
      this.#finish(key, group);
    }
    const { correlation } = this.#context;
    correlation.epoch++;
    for (const { record, parsed } of this.#backlog.drain()) {
      try {
        yield* this.#outcomes(parsed ?? eventOf(record.text), record);
      } catch (error) {
        yield rejectionOf(error, record);
      }
    }
    yield* deviceSnapshots(this.#sighted);
    this.#sighted = new Sighted();
  }

  close(): void {
    this.#backlog.close();
  }

  #finish(key: string, { host, texts, length, place }: OpenGroup): void {
    this.#open.delete(key);
    const text = `${host}\n${texts.join('\n')}`;
    this.#heldText -= length;
    const event = eventOf(text);
    this.#learn(event);
    this.#backlog.add({ text, value: undefined, ...(place && { place }) }, event);
  }

  /** Program starts explain what comes after them, and before: exports are not always in order. */
  #learn(event: AuditEvent): void {
    const { call, time } = event;
    if (call?.does !== 'execve' || !call.succeeded || time === undefined) {
      return;
    }
    const { fields } = call.record;
    const { devices, processes } = this.#context.correlation;
    const device = devices.of(event.host);
    device.platform ??= 'Linux';
    processes.start(device.name, {
      pid: pidOf(fields.get('pid')),
      startMs: time.milliseconds,
      started: time.text,
      by: rank.security,
      facts: {
        image: imageOf(fields.get('exe')),
        commandLine: commandOf(event, call.record),
        user: userOf(fields, 'uid', 'user'),
        logonId: plainOf(fields.get('ses')),
        parentPid: pidOf(fields.get('ppid')),
      },
    });
  }

  *#outcomes(event: AuditEvent, record: RawRecord): Generator<Outcome> {
    const { host, id, time } = event;
    const device = this.#context.correlation.devices.of(host);
    device.platform ??= 'Linux';
    let count = 0;
    const most = event.call
      ? Math.max(1, Math.floor(mostTextOfRows / record.text.length))
      : Number.POSITIVE_INFINITY;
    for (const { table, columns: own, logonStep } of rowsOf(event)) {
      if (count === most) {
        yield { rejected: 'record.shape', detail: `more than ${most} rows of one event`, record };
        return;
      }
      const identity = `audit\n${host.toLowerCase()}\n${id}\n${count++}`;
      const columns: Columns = { Timestamp: time?.text, ReportId: reportId(identity) };
      if (host !== '') {
        columns['DeviceId'] = device.id;
        columns['DeviceName'] = device.name;
      }
      this.#setActor(columns, event, table, device);
      Object.assign(columns, own);
      const row = logonStep && time && rowKeyOf(table, time, identity);
      const step =
        row && settleStep(logonStep, columns, row, device.name, time, this.#context.correlation);
      if (step?.isTold) {
        yield { passed: 'merged' };
        continue;
      }
      yield { table, columns, identity, record, replaces: step?.replaces };
      if (time && host !== '') {
        this.#sighted.add(device, time.milliseconds);
      }
    }
    if (count === 0) {
      yield { passed: 'unmapped' };
    }
  }

  /** The process that acted; of a start it is the parent, because execve replaces the image of its own. */
  #setActor(columns: Columns, event: AuditEvent, table: string, device: Device): void {
    const isStart = table === 'DeviceProcessEvents';
    const fields = event.call?.record.fields ?? event.records[0]?.fields ?? new Map();
    const ms = event.time?.milliseconds ?? 0;
    const pid = pidOf(fields.get(isStart ? 'ppid' : 'pid'));
    const { call, parent } = event;
    const image = imageOf((isStart ? parent : fields)?.get('exe'));
    // The title of a call that starts nothing is that of the process that made it.
    const ownCommand = call && !isStart ? commandOf(event, call.record) : undefined;
    const { correlation } = this.#context;
    const process =
      pid === undefined ? undefined : correlation.processes.find(device.name, { pid, image, ms });
    const named = {
      guid: undefined,
      pid,
      image,
      commandLine: isStart ? parent && argumentsOf(parent) : ownCommand,
      user: isStart ? undefined : userOf(fields, 'uid', 'user'),
      sid: undefined,
      logonId: isStart ? undefined : plainOf(fields.get('ses')),
    };
    setActorColumns(columns, actorColumnsIn(table), named, process, device, correlation);
    const path = process?.facts.image ?? image;
    // Upper and lower case are different files there.
    columns['InitiatingProcessFolderPath'] = path;
    columns['InitiatingProcessFileName'] = path && baseName(path);
    const parentImage = isStart ? undefined : imageOf(parent?.get('exe'));
    columns['InitiatingProcessParentId'] ??= pidOf((isStart ? parent : fields)?.get('ppid'));
    columns['InitiatingProcessParentFileName'] ??= parentImage && baseName(parentImage);
  }
}

function rowsOf(event: AuditEvent): readonly AuditRow[] {
  const { call, records } = event;
  return call
    ? (callRows[call.does]?.(event, call) ?? [])
    : records.flatMap(({ type, fields }) => userRows[type]?.(type, fields) ?? []);
}
