import type { JsonValue } from '../json.js';
import type { Columns } from '../windows/actor.js';
import { textFrom } from '../windows/expression.js';
import { asObject } from '../windows/shape.js';
import { type Members, PathSet, without } from './paths.js';
import type { RulePlan } from './plan.js';
import type { DocumentScope } from './scope.js';

/** Fills rows with what their rules make of the document that is open. */
export class RowFiller {
  readonly #scope: DocumentScope;
  readonly #told = new PathSet();

  constructor(scope: DocumentScope) {
    this.#scope = scope;
  }

  /** @param row has what all rows have, and the acting process */
  fill(row: Columns, plan: RulePlan): void {
    const { own, columns, actor, additional, always, ofDevice, perhaps } = plan;
    const told = this.#told;
    told.clear();
    told.addAll(always);
    if (isTelling(row['DeviceName'])) {
      told.addAll(ofDevice);
    }
    for (const { name, read, tells } of columns) {
      const value = read(this.#scope);
      if (value !== undefined) {
        row[name] = value;
      }
      if (tells.length > 0 && isTelling(value ?? row[name])) {
        told.addAll(tells);
      }
    }
    if (!own.has('AdditionalFields')) {
      return;
    }
    for (const { name, tells } of actor) {
      if (isTelling(row[name])) {
        told.addAll(tells);
      }
    }
    const more: Members = {};
    for (const { name, read, tells } of additional) {
      const value = read(this.#scope);
      if (value !== undefined && value !== '') {
        more[name] = value;
        told.addAll(tells);
      }
    }
    this.#tellPerhaps(perhaps, row, more);
    row['AdditionalFields'] = this.#rest(more);
  }

  /** Paths are told, too, whose value is anywhere in the row. */
  #tellPerhaps(slots: readonly number[], row: Columns, more: Columns): void {
    let texts: RowTexts | undefined;
    for (const slot of slots) {
      const value = this.#told.has(slot) ? undefined : this.#scope.at(slot);
      if (value !== undefined) {
        texts ??= new RowTexts([row, more]);
        if (texts.has(value)) {
          this.#told.add(slot);
        }
      }
    }
  }

  /** What no column tells, and what a rule adds. */
  #rest(more: Members): JsonValue | undefined {
    const rest = without(this.#scope.document, this.#told);
    if (rest !== undefined) {
      keepCovered(rest, more);
      return Object.assign(rest, more);
    }
    return Object.keys(more).length === 0 ? undefined : more;
  }
}

/** Members of an object whose name a rule gives to something else stay, under names with a dot. */
function keepCovered(rest: Members, more: Members): void {
  for (const name in more) {
    const covered = asObject(rest[name]);
    for (const member in covered) {
      rest[`${name}.${member}`] = covered[member] ?? null;
    }
  }
}

function isTelling(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== '';
}

/** The values of a row, whatever their case. */
class RowTexts {
  readonly #values: readonly (JsonValue | undefined)[];
  #lowerCase: readonly string[] | undefined;

  constructor(columns: readonly Columns[]) {
    this.#values = columns.flatMap((each) => Object.values(each));
  }

  has(value: JsonValue): boolean {
    if (this.#values.includes(value)) {
      return true;
    }
    const text = textFrom(value);
    this.#lowerCase ??= this.#values.map((each) => (textFrom(each) ?? '').toLowerCase());
    return text !== undefined && this.#lowerCase.includes(text.toLowerCase());
  }
}
