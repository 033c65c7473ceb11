import { Backlog } from '../backlog.js';
import type {
  Conversion,
  ConversionContext,
  DefenderEvent,
  Outcome,
  Passed,
  RawRecord,
} from '../connector.js';
import { Device } from '../correlation/devices.js';
import { logonSteps, type SettledStep, settleStep } from '../correlation/logon-steps.js';
import { knownImage, rank } from '../correlation/process.js';
import { deviceSnapshots, Sighted } from '../correlation/snapshots.js';
import { type Moment, parseDatetime } from '../datetime.js';
import { rejectionOf } from '../dead-letters.js';
import { compactJson, JsonTooDeepError, type JsonValue, parseJson } from '../json.js';
import { hashOf, rowKeyOf } from '../normalize.js';
import { Occurrences, reportId } from '../occurrences.js';
import type { RowKey } from '../rows.js';
import { actorColumns, type Columns, type NamedProcess } from '../windows/actor.js';
import { type Expression, type RuleScope, textFrom } from '../windows/expression.js';
import type { JsonObject } from '../windows/shape.js';
import { pidOf } from '../windows/values.js';
import { replacedAt, valueAt } from './document.js';
import { planOf, type RulePlan } from './plan.js';
import { RowFiller } from './row.js';
import type {
  DocumentParts,
  DocumentRule,
  DocumentSource,
  ProcessMembers,
  SourceDocument,
} from './rule.js';
import { DocumentScope } from './scope.js';

/** A document and the rule that makes its row. */
interface Ruled {
  readonly source: SourceDocument;
  readonly rule: DocumentRule | undefined;
  readonly time: Moment | undefined;
}

/** Documents of one stream become rows when what explains them has been seen, too. */
export class DocumentConversion implements Conversion {
  readonly #source: DocumentSource;
  readonly #context: ConversionContext;
  readonly #backlog: Backlog<readonly Ruled[]>;
  readonly #occurrences = new Occurrences();
  readonly #scope: DocumentScope;
  readonly #filler: RowFiller;
  #sighted = new Sighted();

  constructor(source: DocumentSource, context: ConversionContext) {
    const { accounts, folder } = context.correlation;
    this.#source = source;
    this.#context = context;
    this.#backlog = new Backlog(folder);
    this.#scope = new DocumentScope(nowhere, (user) => accounts.sidOf(user));
    this.#filler = new RowFiller(this.#scope);
  }

  get heldBytes(): number {
    return this.#backlog.sizeBytes;
  }

  convert(record: RawRecord): readonly Outcome[] {
    const documents = this.#source.read(record);
    return documents === undefined
      ? [{ rejected: 'record.shape', detail: `no document of ${this.#source.name}` }]
      : this.hold(record, documents);
  }

  /** The documents of a record. */
  hold(record: RawRecord, documents: readonly SourceDocument[]): readonly Outcome[] {
    const ruled = this.#ruledOf(documents);
    for (const each of ruled) {
      this.#learn(each);
    }
    if (!ruled.some(({ rule }) => rule !== undefined)) {
      return [unmapped];
    }
    this.#backlog.add(record, ruled);
    return [];
  }

  *release(): Generator<Outcome> {
    const { correlation } = this.#context;
    correlation.epoch++;
    // What there is no room for in memory is looked for on disk.
    correlation.save();
    for (const { record, parsed } of this.#backlog.drain()) {
      try {
        for (const each of parsed ?? this.#again(record)) {
          const { rule } = each;
          if (rule && (rule.each || rule.parts)) {
            yield* this.#outcomes(each, rule, record);
          } else {
            // Nearly all; a generator for each would cost more than the row.
            yield rule ? this.#outcome(each, rule, record) : unmapped;
          }
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

  /** Of a record that did not fit into memory. */
  #again({ text }: RawRecord): readonly Ruled[] {
    return this.#ruledOf(this.#source.read({ text, value: parseJson(text) }) ?? []);
  }

  #ruledOf(documents: readonly SourceDocument[]): readonly Ruled[] {
    return documents
      .map((document) => this.#ruled(document))
      .filter(({ source, rule, time }) => !source.isBesides || (rule && time));
  }

  #ruled(source: SourceDocument): Ruled {
    const scope = this.#open(source);
    const rule = source.rules.find(
      ({ condition }) => condition === undefined || condition.test(scope),
    );
    return { source, rule, time: momentOf(source.time) };
  }

  /** What rules read, up to the next document. */
  #open({ document, computer, time }: SourceDocument): DocumentScope {
    const { devices } = this.#context.correlation;
    this.#scope.open(document, computer === undefined ? nowhere : devices.of(computer), time);
    return this.#scope;
  }

  #learn({ source, rule, time }: Ruled): void {
    const scope = this.#open(source);
    const { device } = scope;
    if (device === nowhere || time === undefined) {
      return;
    }
    device.learnAbout(this.#source.about?.(scope) ?? {});
    this.#sighted.add(device, time.milliseconds);
    for (const address of this.#source.addresses?.(scope) ?? []) {
      this.#sighted.add(device, time.milliseconds, address);
    }
    if (rule?.starts) {
      this.#learnStart(rule.starts, scope, time);
    } else if (rule?.actor && readText(rule.actor.guid, scope) !== undefined) {
      const { guid, pid, image, commandLine, user } = namedBy(rule.actor, scope);
      const facts = { image, commandLine, user };
      const reference = { guid, pid, ms: time.milliseconds };
      this.#context.correlation.processes.mention(device.name, reference, facts);
    }
  }

  #learnStart(
    starts: NonNullable<DocumentRule['starts']>,
    scope: DocumentScope,
    time: Moment,
  ): void {
    const { processes } = this.#context.correlation;
    const named = namedBy(starts, scope);
    const started = momentOf(readText(starts.started, scope)) ?? time;
    processes.start(scope.device.name, {
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
        integrityLevel: readText(starts.integrityLevel, scope),
        tokenElevation: readText(starts.tokenElevation, scope),
        hashes: readText(starts.hashes, scope),
        company: readText(starts.company, scope),
        product: readText(starts.product, scope),
        fileVersion: readText(starts.fileVersion, scope),
        originalFileName: readText(starts.originalFileName, scope),
        description: readText(starts.description, scope),
        parentGuid: readText(starts.parentGuid, scope),
        parentPid: pidOf(readText(starts.parentPid, scope)),
        parentImage: readText(starts.parentImage, scope),
      },
    });
  }

  *#outcomes(ruled: Ruled, rule: DocumentRule, record: RawRecord): Generator<Outcome> {
    const { source, time } = ruled;
    const items = itemsOf(source.document, planOf(this.#source, rule));
    if (items !== undefined) {
      const most = mostRowsOf(record);
      for (const [index, item] of items.list.entries()) {
        if (index === most) {
          yield {
            rejected: 'record.shape',
            detail: `more than ${most} ${items.path.join('.')}`,
            record,
          };
          return;
        }
        const document = replacedAt(source.document, items.path, item);
        yield this.#outcome({ ...ruled, source: { ...source, document } }, rule, record);
      }
      return;
    }
    const outcome = this.#outcome(ruled, rule, record);
    const rowTime = this.#timeOf(rule, time);
    yield outcome;
    // Without a time the document is refused, once and not for each part.
    if (rule.parts && rowTime && 'columns' in outcome) {
      yield* this.#partsOf(source, rule.parts, outcome, rowTime);
    }
  }

  #outcome(
    { source, time: documentTime }: Ruled,
    rule: DocumentRule,
    record: RawRecord,
  ): DefenderEvent | Passed {
    const scope = this.#open(source);
    const plan = planOf(this.#source, rule);
    const actionType = actionTypeOf(rule, scope);
    if (rule.actionType !== undefined && actionType === undefined) {
      return unmapped;
    }
    const time = this.#timeOf(rule, documentTime);
    const identity = this.#identityOf(source, plan, scope, record);
    const columns: Columns = {};
    const { own } = plan;
    if (own.has('ReportId')) {
      columns['ReportId'] = reportId(`${scope.device.name}\n${identity}`);
    }
    if (own.has('ActionType')) {
      columns['ActionType'] = actionType;
    }
    this.#fill(columns, source, plan, time);
    const step = time && this.#settled(rule, columns, rowKeyOf(rule.table, time, identity), time);
    return step?.isTold
      ? { passed: 'merged' }
      : { table: rule.table, columns, identity, record, replaces: step?.replaces };
  }

  /** When it happened what the rule tells of the document that is open. */
  #timeOf({ time }: DocumentRule, ofDocument: Moment | undefined): Moment | undefined {
    const own = readText(time, this.#scope);
    return (own === undefined ? undefined : momentOf(own)) ?? ofDocument;
  }

  #settled(
    { logonStep }: DocumentRule,
    columns: Columns,
    row: RowKey,
    time: Moment,
  ): SettledStep | undefined {
    const step = logonSteps.find((each) => each === readText(logonStep, this.#scope));
    return (
      step &&
      settleStep(step, columns, row, this.#scope.device.name, time, this.#context.correlation)
    );
  }

  /** The rows of a document's parts, beside its own. */
  *#partsOf(
    source: SourceDocument,
    { of, rules, computerOf, shared }: DocumentParts,
    own: DefenderEvent,
    time: Moment,
  ): Generator<Outcome> {
    const common = shared?.(own.columns) ?? {};
    const head = hashOf(own.identity ?? '');
    const contents = new Set<string>();
    const told = new Set<string>();
    const most = Math.min(mostParts, mostRowsOf(own.record));
    for (const document of of(source.document)) {
      // The document itself is known as that: a shipper may have put something else around it before.
      const content = document === source.document ? '' : contentOf(document);
      if (contents.size >= most) {
        return;
      }
      if (contents.has(content)) {
        continue;
      }
      contents.add(content);
      const computer = computerOf?.(document)?.trim() || source.computer;
      const part: SourceDocument = { document, computer, time: source.time, id: undefined, rules };
      const { rule } = this.#ruled(part);
      const novel = readText(rule?.unlessTold, this.#scope);
      if (rule === undefined || (novel !== undefined && told.has(novel.toLowerCase()))) {
        continue;
      }
      const columns: Columns = { ...common };
      const plan = planOf(this.#source, rule);
      if (plan.own.has('ActionType')) {
        columns['ActionType'] = actionTypeOf(rule, this.#scope);
      }
      this.#fill(columns, part, plan, time);
      tell(told, columns);
      const identity = `${head}\n${content}`;
      yield { table: rule.table, columns, identity, ...(own.record && { record: own.record }) };
    }
  }

  /** What the rule of the document that is open makes of it. */
  #fill(columns: Columns, source: SourceDocument, plan: RulePlan, time: Moment | undefined): void {
    const { device } = this.#scope;
    if (plan.own.has('Timestamp')) {
      columns['Timestamp'] = time?.text ?? source.time;
    }
    if (device !== nowhere) {
      this.#setDevice(columns, plan);
    }
    if (plan.rule.actor) {
      this.#setActor(columns, plan.rule.actor, plan, time);
    }
    this.#filler.fill(columns, plan);
    if (device === nowhere && plan.rule.isOfLocal) {
      this.#setLocalDevice(columns);
    }
    if (time && device !== nowhere) {
      this.#sighted.add(device, time.milliseconds, columns['LocalIP']);
    }
  }

  #setLocalDevice(columns: Columns): void {
    const address = textFrom(columns['LocalIP']);
    const device = address && this.#context.correlation.devices.atAddress(address);
    if (device) {
      columns['DeviceId'] = device.id;
      columns['DeviceName'] = device.name;
    }
  }

  #setDevice(columns: Columns, { own }: RulePlan): void {
    const { id, name } = this.#scope.device;
    if (own.has('DeviceId')) {
      columns['DeviceId'] = id;
    }
    if (own.has('DeviceName')) {
      columns['DeviceName'] = name;
    }
  }

  /** The columns of the acting process that the table has. */
  #setActor(
    columns: Columns,
    members: ProcessMembers,
    { own }: RulePlan,
    time: Moment | undefined,
  ): void {
    const { correlation } = this.#context;
    const { device } = this.#scope;
    const named = namedBy(members, this.#scope);
    const { guid, pid, image } = named;
    const reference = { guid, pid, image, ms: time?.milliseconds ?? 0 };
    const process =
      device === nowhere ? undefined : correlation.processes.find(device.name, reference);
    const actor: Columns = actorColumns(named, process, device, correlation);
    for (const name in actor) {
      const value = actor[name];
      if (value !== undefined && own.has(name) && (name !== imageColumn || isPath(value))) {
        columns[name] = value;
      }
    }
  }

  #identityOf(
    { document, computer, time, id }: SourceDocument,
    { rule, each }: RulePlan,
    scope: RuleScope,
    record: RawRecord,
  ): string {
    const head = `${this.#source.name}\n${computer?.toLowerCase() ?? ''}`;
    const own = readText(rule.identity, scope);
    if (own !== undefined) {
      return `${head}\n${own}`;
    }
    const item = each.map((path) => contentOf(valueAt(document, path) ?? null)).join();
    if (id !== undefined) {
      return `${head}\n${time}\n${id}\n${item}`;
    }
    const content = this.#source.isOneOfRecord ? record.text : contentOf(document);
    return this.#occurrences.identityOf(`${head}\n${time}\n${content}\n${item}`);
  }
}

/** Of one document; more would be of no use to anyone. */
const mostParts = 250;
/** Each row of a document may have all of its text, which these are together. */
const mostTextOfRows = 64 * 1024 * 1024;

/** How many rows a record may become that is small itself. */
function mostRowsOf(record: RawRecord | undefined): number {
  return Math.max(1, Math.floor(mostTextOfRows / (record?.text.length || 1)));
}

function tell(told: Set<string>, columns: Columns): void {
  for (const name in columns) {
    const text = textFrom(columns[name]);
    if (text !== undefined) {
      told.add(text.toLowerCase());
    }
  }
}

const imageColumn = 'InitiatingProcessFolderPath';

/** Some say no more of an image than its name. */
function isPath(value: JsonValue): boolean {
  return /[\\/]/.test(textFrom(value) ?? '');
}

const unmapped: Passed = { passed: 'unmapped' };

/** For documents that name no device. */
const nowhere = new Device('');

function momentOf(text: string | undefined): Moment | undefined {
  return text === undefined ? undefined : parseDatetime(text.trim());
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

/** A list of a document of which each element makes a row. */
interface Items {
  readonly path: readonly string[];
  readonly list: readonly JsonValue[];
}

function itemsOf(document: JsonObject, { each }: RulePlan): Items | undefined {
  for (const path of each) {
    const list = valueAt(document, path);
    if (Array.isArray(list) && list.length > 0) {
      return { path, list };
    }
  }
  return undefined;
}

function actionTypeOf({ actionType }: DocumentRule, scope: RuleScope): string | undefined {
  return typeof actionType === 'string' ? actionType : readText(actionType, scope);
}

function readText(expression: Expression | undefined, scope: RuleScope): string | undefined {
  const text = expression && textFrom(expression.read(scope));
  return text === '' ? undefined : text;
}

function namedBy(members: ProcessMembers, scope: RuleScope): NamedProcess {
  return {
    guid: readText(members.guid, scope),
    pid: pidOf(readText(members.pid, scope)),
    image: knownImage(readText(members.image, scope)),
    commandLine: readText(members.commandLine, scope),
    user: readText(members.user, scope),
    sid: readText(members.sid, scope),
    logonId: readText(members.logonId, scope),
  };
}
