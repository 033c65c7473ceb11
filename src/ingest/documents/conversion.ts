import { builtinCatalog, findTable } from '../../catalog/catalog.js';
import { Backlog } from '../backlog.js';
import type { Conversion, ConversionContext, Outcome, RawRecord } from '../connector.js';
import { Device } from '../correlation/devices.js';
import { rank } from '../correlation/process.js';
import { knownImage } from '../correlation/processes.js';
import { deviceSnapshots, Sighted } from '../correlation/snapshots.js';
import { type Moment, parseDatetime } from '../datetime.js';
import { compactJson, JsonTooDeepError, type JsonValue, parseJson } from '../json.js';
import { Occurrences, reportId } from '../occurrences.js';
import { actorColumns, actorColumnsIn, type Columns, type NamedProcess } from '../windows/actor.js';
import { EventData, type WindowsEvent } from '../windows/event.js';
import { type Expression, type RuleScope, textFrom } from '../windows/expression.js';
import type { JsonObject } from '../windows/shape.js';
import { pidOf } from '../windows/values.js';
import { replacedAt, valueAt, without } from './document.js';
import { perhaps } from './expression.js';
import type { DocumentRule, DocumentSource, ProcessMembers, SourceDocument } from './rule.js';

/** A document and the rule that makes its row. */
interface Ruled {
  readonly source: SourceDocument;
  readonly rule: DocumentRule | undefined;
}

/** Documents of one stream become rows when what explains them has been seen, too. */
export class DocumentConversion implements Conversion {
  readonly #source: DocumentSource;
  readonly #context: ConversionContext;
  readonly #backlog: Backlog<readonly Ruled[]>;
  readonly #occurrences = new Occurrences();
  #sighted = new Sighted();

  constructor(source: DocumentSource, context: ConversionContext) {
    this.#source = source;
    this.#context = context;
    this.#backlog = new Backlog(context.correlation.folder);
  }

  get heldBytes(): number {
    return this.#backlog.sizeBytes;
  }

  convert(record: RawRecord): readonly Outcome[] {
    const documents = this.#source.read(record);
    if (documents === undefined) {
      return [{ rejected: 'record.shape', detail: `no document of ${this.#source.name}` }];
    }
    const ruled = documents.map((document) => this.#ruled(document));
    for (const each of ruled) {
      this.#learn(each);
    }
    if (!ruled.some(({ rule }) => rule !== undefined)) {
      return [{ passed: 'unmapped' }];
    }
    this.#backlog.add(record, ruled);
    return [];
  }

  *release(): Generator<Outcome> {
    const { correlation } = this.#context;
    correlation.epoch++;
    correlation.save();
    for (const { record, parsed } of this.#backlog.drain()) {
      for (const each of parsed ?? this.#again(record)) {
        yield* this.#outcomes(each, record);
      }
    }
    yield* deviceSnapshots(this.#sighted);
    this.#sighted = new Sighted();
    correlation.save();
  }

  close(): void {
    this.#backlog.close();
  }

  /** Of a record that did not fit into memory. */
  #again(record: RawRecord): readonly Ruled[] {
    const documents = this.#source.read(withValue(record)) ?? [];
    return documents.map((document) => this.#ruled(document));
  }

  #ruled(source: SourceDocument): Ruled {
    const scope = this.#scopeOf(source);
    const rule = this.#source
      .rulesFor(source)
      .find(({ condition }) => condition === undefined || condition.test(scope));
    return { source, rule };
  }

  #deviceOf({ computer }: SourceDocument): Device {
    return computer === undefined ? nowhere : this.#context.correlation.devices.of(computer);
  }

  #scopeOf(source: SourceDocument, document = source.document): RuleScope {
    const { accounts } = this.#context.correlation;
    return {
      event: eventOf(source),
      device: this.#deviceOf(source),
      time: source.time ?? '',
      target: undefined,
      started: undefined,
      twin: undefined,
      sidOf: (user) => accounts.sidOf(user),
      document,
    };
  }

  #learn({ source, rule }: Ruled): void {
    const device = this.#deviceOf(source);
    const time = momentOf(source.time);
    if (device === nowhere || time === undefined) {
      return;
    }
    device.learnAbout(this.#source.about?.(source) ?? {});
    this.#sighted.add(device, time.milliseconds);
    for (const address of this.#source.addresses?.(source) ?? []) {
      this.#sighted.add(device, time.milliseconds, address);
    }
    const scope = this.#scopeOf(source);
    if (rule?.starts) {
      this.#learnStart(rule.starts, scope, device, time);
    } else if (rule?.actor) {
      const { guid, pid, image, commandLine, user } = namedBy(rule.actor, scope);
      const facts = { image, commandLine, user };
      const reference = { guid, pid, ms: time.milliseconds };
      this.#context.correlation.processes.mention(device.name, reference, facts);
    }
  }

  #learnStart(
    starts: NonNullable<DocumentRule['starts']>,
    scope: RuleScope,
    device: Device,
    time: Moment,
  ): void {
    const { processes } = this.#context.correlation;
    const named = namedBy(starts, scope);
    const text = (expression: Expression | undefined) => readText(expression, scope);
    const started = momentOf(text(starts.started)) ?? time;
    const parentGuid = text(starts.parentGuid);
    const parentPid = pidOf(text(starts.parentPid));
    const parentImage = text(starts.parentImage);
    processes.start(device.name, {
      guid: named.guid,
      pid: named.pid,
      startMs: started.milliseconds,
      started: started.text,
      by: rank.security,
      facts: {
        image: named.image,
        commandLine: named.commandLine,
        user: named.user,
        sid: named.sid,
        logonId: named.logonId,
        integrityLevel: text(starts.integrityLevel),
        hashes: text(starts.hashes),
        parentGuid,
        parentPid,
        parentImage,
      },
    });
  }

  *#outcomes({ source, rule }: Ruled, record: RawRecord): Generator<Outcome> {
    const actionType = rule && actionTypeOf(rule, this.#scopeOf(source));
    if (rule === undefined || (rule.actionType !== undefined && actionType === undefined)) {
      yield { passed: 'unmapped' };
      return;
    }
    for (const document of documentsOf(source.document, rule.each)) {
      yield this.#outcome({ ...source, document }, rule, record);
    }
  }

  #outcome(source: SourceDocument, rule: DocumentRule, record: RawRecord): Outcome {
    const { correlation } = this.#context;
    const scope = this.#scopeOf(source);
    const { device } = scope;
    const time = momentOf(readText(rule.time, scope) ?? source.time);
    const identity = this.#identityOf(source, rule, scope, record);
    const columns: Columns = {
      Timestamp: time?.text ?? source.time,
      ReportId: reportId(`${device.name}\n${identity}`),
      ActionType: actionTypeOf(rule, scope),
    };
    if (device !== nowhere) {
      columns['DeviceId'] = device.id;
      columns['DeviceName'] = device.name;
    }
    if (rule.actor) {
      const named = namedBy(rule.actor, scope);
      const reference = {
        guid: named.guid,
        pid: named.pid,
        image: named.image,
        ms: time?.milliseconds ?? 0,
      };
      const process =
        device === nowhere ? undefined : correlation.processes.find(device.name, reference);
      Object.assign(columns, actorColumns(named, process, device, correlation));
      // Some say no more than the name.
      if (!/[\\/]/.test(textFrom(columns['InitiatingProcessFolderPath']) ?? '')) {
        columns['InitiatingProcessFolderPath'] = undefined;
      }
    }
    for (const name in rule.columns) {
      const value = rule.columns[name]?.read(scope);
      if (value !== undefined) {
        columns[name] = value;
      }
    }
    const own = ownColumns(rule.table, columns);
    if (columnsIn(rule.table).has('AdditionalFields')) {
      own['AdditionalFields'] = this.#additional(rule, scope, own);
    }
    if (time && device !== nowhere) {
      this.#sighted.add(device, time.milliseconds, columns['LocalIP']);
    }
    return { table: rule.table, columns: own, identity, record };
  }

  #identityOf(
    { document, computer, time, id }: SourceDocument,
    rule: DocumentRule,
    scope: RuleScope,
    record: RawRecord,
  ): string {
    const head = `${this.#source.name}\n${computer?.toLowerCase() ?? ''}`;
    const own = readText(rule.identity, scope);
    if (own !== undefined) {
      return `${head}\n${own}`;
    }
    const item = pathsOf(rule.each)
      .map((path) => contentOf(valueAt(document, path) ?? null))
      .join();
    if (id !== undefined) {
      return `${head}\n${time}\n${id}\n${item}`;
    }
    const content = this.#source.isOneOfRecord ? record.text : contentOf(document);
    return this.#occurrences.identityOf(`${head}\n${time}\n${content}\n${item}`);
  }

  #additional(rule: DocumentRule, scope: RuleScope, columns: Columns): JsonValue | undefined {
    const own: Record<string, JsonValue> = {};
    for (const name in rule.additional) {
      const value = rule.additional[name]?.read(scope);
      if (value !== undefined && value !== '') {
        own[name] = value;
      }
    }
    const document = scope.document ?? {};
    const paths = toldIn(document, toldBy(this.#source, rule), columns, own);
    const members = [...Object.entries(without(document, paths) ?? {}), ...Object.entries(own)];
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
}

/** For documents that name no device. */
const nowhere = new Device('');

function momentOf(text: string | undefined): Moment | undefined {
  return text === undefined ? undefined : parseDatetime(text.trim());
}

function withValue(record: RawRecord): RawRecord {
  return record.value === undefined ? { ...record, value: parseJson(record.text) } : record;
}

/** All that a value says; of one that is nested too deep, what is not. */
function contentOf(value: JsonValue): string {
  try {
    return compactJson(value);
  } catch (error) {
    if (!(error instanceof JsonTooDeepError)) {
      throw error;
    }
    return JSON.stringify(
      Object.entries(value as object).map(([name, member]) => [
        name,
        typeof member === 'object' ? '' : member,
      ]),
    );
  }
}

const noData = new EventData();

function eventOf({ computer, time, id }: SourceDocument): WindowsEvent {
  return {
    provider: '',
    id: 0,
    channel: '',
    computer: computer ?? '',
    time,
    hasTrueTime: true,
    recordId: id,
    headerPid: undefined,
    message: undefined,
    data: noData,
  };
}

function documentsOf(document: JsonObject, each: DocumentRule['each']): readonly JsonObject[] {
  for (const path of pathsOf(each)) {
    const list = valueAt(document, path);
    if (Array.isArray(list) && list.length > 0) {
      return list.map((item: JsonValue) => replacedAt(document, path, item));
    }
  }
  return [document];
}

function pathsOf(each: DocumentRule['each'] = []): readonly (readonly string[])[] {
  return (typeof each === 'string' ? [each] : each).map((path) => path.split('.'));
}

function actionTypeOf({ actionType }: DocumentRule, scope: RuleScope): string | undefined {
  return typeof actionType === 'string' ? actionType : readText(actionType, scope);
}

function readText(expression: Expression | undefined, scope: RuleScope): string | undefined {
  const text = expression && textFrom(expression.read(scope));
  return text === '' ? undefined : text;
}

function namedBy(members: ProcessMembers, scope: RuleScope): NamedProcess {
  const text = (expression: Expression | undefined) => readText(expression, scope);
  return {
    guid: text(members.guid),
    pid: pidOf(text(members.pid)),
    image: knownImage(text(members.image)),
    commandLine: text(members.commandLine),
    user: text(members.user),
    sid: text(members.sid),
    logonId: text(members.logonId),
  };
}

/** What a row tells of the document that it is made of. */
interface Told {
  readonly always: readonly string[];
  /** Paths that are told where the row has a value for the column. */
  readonly byColumn: readonly (readonly [column: string, paths: readonly string[]])[];
  readonly byAdditional: readonly (readonly [name: string, paths: readonly string[]])[];
  /** Told only where the row has their values. */
  readonly perhaps: readonly (readonly [path: string, parts: readonly string[]])[];
}

const told = new WeakMap<DocumentRule, Told>();

/** Where the row has what a document says of the acting process. */
const actorColumn: Readonly<Record<keyof ProcessMembers, string>> = {
  guid: 'InitiatingProcessUniqueId',
  pid: 'InitiatingProcessId',
  image: 'InitiatingProcessFolderPath',
  commandLine: 'InitiatingProcessCommandLine',
  user: 'InitiatingProcessAccountName',
  sid: 'InitiatingProcessAccountSid',
  logonId: 'InitiatingProcessLogonId',
};

function toldBy(source: DocumentSource, rule: DocumentRule): Told {
  let known = told.get(rule);
  if (known === undefined) {
    const { columns, additional = {}, actor = {}, actionType } = rule;
    const ofActor = Object.entries(actor as Record<keyof ProcessMembers, Expression>).map(
      ([name, expression]) => [actorColumn[name as keyof ProcessMembers], expression] as const,
    );
    const ofRow = [...Object.entries(columns), ...ofActor];
    const always = [...source.told, ...(typeof actionType === 'object' ? actionType.fields : [])];
    const all = [...ofRow, ...Object.entries(additional)].flatMap(([, { fields }]) => fields);
    const open = new Set([...always, ...all].filter((path) => path.startsWith(perhaps)));
    known = {
      always,
      byColumn: surePaths(ofRow),
      byAdditional: surePaths(Object.entries(additional)),
      perhaps: [...open].map((path) => [path.slice(1), path.slice(1).split('.')]),
    };
    told.set(rule, known);
  }
  return known;
}

function surePaths(
  expressions: readonly (readonly [name: string, expression: Expression])[],
): Told['byColumn'] {
  return expressions.flatMap(([name, { fields }]) => {
    const sure = fields.filter((path) => !path.startsWith(perhaps));
    return sure.length === 0 ? [] : [[name, sure] as const];
  });
}

function toldIn(
  document: JsonObject,
  { always, byColumn, byAdditional, perhaps }: Told,
  columns: Columns,
  additional: Columns,
): ReadonlySet<string> {
  const paths = new Set(always);
  for (const [byName, values] of [
    [byColumn, columns],
    [byAdditional, additional],
  ] as const) {
    for (const [name, own] of byName) {
      const value = values[name];
      if (value !== undefined && value !== '') {
        for (const path of own) {
          paths.add(path);
        }
      }
    }
  }
  const row = new RowTexts([columns, additional]);
  for (const [path, parts] of perhaps) {
    const value = paths.has(path) ? undefined : valueAt(document, parts);
    if (value !== undefined && row.has(value)) {
      paths.add(path);
    }
  }
  return paths;
}

/** The values of a row, whatever their case. */
class RowTexts {
  readonly #columns: readonly Columns[];
  #texts: ReadonlySet<string> | undefined;

  constructor(columns: readonly Columns[]) {
    this.#columns = columns;
  }

  has(value: JsonValue): boolean {
    const text = textFrom(value);
    if (text === undefined) {
      return this.#columns.some((columns) => Object.values(columns).includes(value));
    }
    this.#texts ??= new Set(
      this.#columns
        .flatMap((columns) => Object.values(columns))
        .map((each) => (textFrom(each) ?? '').toLowerCase()),
    );
    return this.#texts.has(text.toLowerCase());
  }
}

const columnsOfTable = new Map<string, ReadonlySet<string>>();

function columnsIn(table: string): ReadonlySet<string> {
  let names = columnsOfTable.get(table);
  if (names === undefined) {
    const known = findTable(builtinCatalog, table);
    names = new Set([...(known?.columns ?? []).map(({ name }) => name), ...actorColumnsIn(table)]);
    columnsOfTable.set(table, names);
  }
  return names;
}

/** Without what the table has no column for: those are common to all rows, and not the document's. */
function ownColumns(table: string, columns: Columns): Columns {
  const own = columnsIn(table);
  const result: Columns = {};
  for (const name in columns) {
    if (own.has(name)) {
      result[name] = columns[name];
    }
  }
  return result;
}
