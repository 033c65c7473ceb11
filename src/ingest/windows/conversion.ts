import { Backlog } from '../backlog.js';
import type { Conversion, ConversionContext, Outcome, RawRecord } from '../connector.js';
import type { Correlation } from '../correlation/correlation.js';
import { deviceSnapshots, Sighted } from '../correlation/snapshots.js';
import { rejectionOf } from '../dead-letters.js';
import { type JsonValue, parseJson } from '../json.js';
import { rowKeyOf } from '../normalize.js';
import { Occurrences, reportId } from '../occurrences.js';
import { type Columns, setActorColumns } from './actor.js';
import type { WindowsEvent } from './event.js';
import { type RuleScope, textFrom } from './expression.js';
import { Learning } from './learning.js';
import { ruleFor } from './logs.js';
import { type Plan, planOf } from './plan.js';
import type { Rule } from './rule.js';
import { EventScope } from './scope.js';
import { eventTime } from './time.js';
import { isToldElsewhere, settle, twinOf } from './twin-rows.js';

/** Reads a record's event; undefined where it has none. */
export type ReadEvent = (record: RawRecord) => WindowsEvent | undefined;

/**
 * Events of one stream become rows when all of it has been seen: exports are newest first or sorted by
 * log, so what explains an event may come after it.
 */
export class EventConversion implements Conversion {
  readonly #read: ReadEvent;
  readonly #context: ConversionContext;
  readonly #learning: Learning;
  readonly #backlog: Backlog<WindowsEvent>;
  readonly #occurrences = new Occurrences();
  #sighted = new Sighted();

  constructor(read: ReadEvent, context: ConversionContext) {
    this.#read = read;
    this.#context = context;
    this.#learning = new Learning(context.correlation);
    this.#backlog = new Backlog(context.correlation.folder);
  }

  get heldBytes(): number {
    return this.#backlog.sizeBytes;
  }

  convert(record: RawRecord): readonly Outcome[] {
    const event = this.#read(record);
    if (event === undefined) {
      return [{ rejected: 'record.shape', detail: 'no event of a Windows log' }];
    }
    const rule = this.#ruleFor(event);
    if (rule && isHollow(event) && !worthWithoutValues.has(rule.table)) {
      return [{ rejected: 'record.shape', detail: withoutValues }];
    }
    if (rule || Learning.teaches(event)) {
      this.#learning.learn(event);
    } else {
      // It may be what tells the full name of a device.
      this.#context.correlation.devices.of(event.computer);
    }
    if (rule === undefined) {
      return [{ passed: 'unmapped' }];
    }
    this.#backlog.add(record, event);
    return [];
  }

  *release(): Generator<Outcome> {
    const { correlation } = this.#context;
    this.#learning.finish();
    // What there is no room for in memory is looked for on disk.
    correlation.save();
    for (const { record, parsed } of this.#backlog.drain()) {
      try {
        const event = parsed ?? this.#read(withValue(record));
        const rule = event && this.#ruleFor(event);
        if (event && rule) {
          yield this.#outcome(event, rule, record);
        }
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

  /** The same however the event is delivered again, and no other's. */
  #identityOf(event: WindowsEvent): string {
    const { computer, provider, id, channel, recordId, time, data } = event;
    const head = `${computer.toLowerCase()}\n${provider}\n${id}\n${channel}\n${time}`;
    if (recordId !== undefined) {
      return `${head}\n${recordId}`;
    }
    // Exports without record numbers have events that are the same to the last letter.
    let content = data.size === 0 ? `${head}\n` : head;
    for (const [slot, value] of data.values.entries()) {
      content = `${content}\n${data.names[slot]}=${value}`;
    }
    return this.#occurrences.identityOf(content);
  }

  /** The rule that makes a row of the event. */
  #ruleFor(event: WindowsEvent): Rule | undefined {
    const rule = ruleFor(event.provider, event.id);
    return rule && (rule.extension !== true || this.#context.extensions) ? rule : undefined;
  }

  #outcome(event: WindowsEvent, rule: Rule, record: RawRecord): Outcome {
    const { correlation } = this.#context;
    const device = correlation.devices.of(event.computer);
    const time = eventTime(event, device);
    const plan = planOf(rule);
    const scope = new EventScope(event, plan, device, time, correlation);
    if (rule.condition?.test(scope) === false) {
      return { passed: 'unmapped' };
    }
    const twin = time && twinOf(event, rule, device, time, correlation);
    if (twin && isToldElsewhere(twin, time, correlation)) {
      return { passed: 'merged' };
    }
    const actionType = actionTypeOf(rule, scope);
    if (actionType === undefined) {
      return { passed: 'unmapped' };
    }
    const identity = this.#identityOf(event);
    const columns: Columns = {
      Timestamp: time?.text ?? event.time,
      ReportId: reportId(`${device.name}\n${identity}`),
      ActionType: actionType,
    };
    if (plan.isOfDevice) {
      columns['DeviceId'] = device.id;
      columns['DeviceName'] = device.name;
    }
    setActor(columns, plan, scope, correlation);
    for (const { name, read } of plan.own) {
      columns[name] = read(scope);
    }
    if (plan.hasAdditional) {
      columns['AdditionalFields'] = additionalFields(plan, scope);
    }
    if (time) {
      this.#sighted.add(device, time.milliseconds, columns['LocalIP']);
    }
    const replaces = twin && settle(twin, rowKeyOf(rule.table, time, identity), time, correlation);
    return { table: rule.table, columns, identity, record, replaces };
  }
}

/** That something has happened is worth a row there, though nothing more is known of it. */
const worthWithoutValues: ReadonlySet<string> = new Set<Rule['table']>([
  ...(['DeviceEvents', 'IdentityDirectoryEvents'] as const),
]);
/** Nothing but the message is known. */
function isHollow({ data }: WindowsEvent): boolean {
  return data.size === 0 || (data.size === 1 && data.get('message') !== undefined);
}

const withoutValues = 'the event has no values, and its message is none that can be read';

/** What came as text that only begins like JSON is text again. */
function withValue(record: RawRecord): RawRecord {
  if (record.value !== undefined || !/^\s*[{[]/.test(record.text)) {
    return record;
  }
  try {
    return { ...record, value: parseJson(record.text) };
  } catch {
    return record;
  }
}

function actionTypeOf({ actionType }: Rule, scope: RuleScope): string | undefined {
  return typeof actionType === 'string' ? actionType : textFrom(actionType.read(scope));
}

function setActor(
  columns: Columns,
  { actor, actorColumns }: Plan,
  scope: EventScope,
  correlation: Correlation,
): void {
  if (actor === undefined) {
    return;
  }
  const named = actor(scope);
  const { device, ms } = scope;
  const { guid, pid, image, isUnknown } = named;
  const process = correlation.processes.find(device.name, { guid, pid, image, isUnknown, ms });
  setActorColumns(columns, actorColumns, named, process, device, correlation);
}

function additionalFields({ additional, told }: Plan, scope: RuleScope): JsonValue | undefined {
  const members: [string, JsonValue][] = told.untold(scope);
  for (const { name, read } of additional) {
    const value = read(scope);
    if (value !== undefined && value !== '') {
      members.push([name, value]);
    }
  }
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
