import type { Device } from '../correlation/devices.js';
import type { JsonValue } from '../json.js';
import { EventData, type WindowsEvent } from '../windows/event.js';
import type { RuleScope } from '../windows/expression.js';
import type { JsonObject } from '../windows/shape.js';
import { PathValues } from './paths.js';

/** Documents are no events of a Windows log. */
const noEvent: WindowsEvent = {
  provider: '',
  id: 0,
  channel: '',
  computer: '',
  time: undefined,
  hasTrueTime: true,
  recordId: undefined,
  headerPid: undefined,
  data: new EventData(),
};

/** What the rules of documents read: one document at a time. */
export class DocumentScope implements RuleScope {
  readonly event = noEvent;
  readonly target = undefined;
  readonly started = undefined;
  readonly twin = undefined;
  readonly sidOf: RuleScope['sidOf'];
  readonly #values = new PathValues();
  device: Device;
  time = '';
  document: JsonObject = {};

  constructor(device: Device, sidOf: RuleScope['sidOf']) {
    this.device = device;
    this.sidOf = sidOf;
  }

  /** Takes the place of the document before. */
  open(document: JsonObject, device: Device, time: string | undefined): void {
    this.device = device;
    this.time = time ?? '';
    if (document !== this.document) {
      this.document = document;
      this.#values.open(document);
    }
  }

  /** The document's value at a path, by the path's slot. */
  at(slot: number): JsonValue | undefined {
    return this.#values.at(slot);
  }
}

/** The value at a path of the document that is open. */
export function valueIn(scope: RuleScope, slot: number): JsonValue | undefined {
  // Expressions that name paths stand in the rules of documents alone.
  return (scope as DocumentScope).at(slot);
}
