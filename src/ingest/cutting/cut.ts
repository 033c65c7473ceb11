import type { ItemPortion } from '../items.js';
import { type CollectorFailure, collectorEvents, collectorLines } from './collector-events.js';
import type { Cutter } from './cutter.js';
import { otlpLogs } from './otlp-logs.js';

const cutters = { collectorEvents, collectorLines, otlpLogs };

/** How a body holds its events. */
export type BodyForm = keyof typeof cutters;
export type CutOptions<Form extends BodyForm> = Parameters<(typeof cutters)[Form]>[1];

interface Failures {
  readonly collectorEvents: CollectorFailure | undefined;
  readonly collectorLines: CollectorFailure | undefined;
  readonly otlpLogs: string | undefined;
}

export interface CutBody<Form extends BodyForm> {
  readonly groups: readonly {
    readonly name: string;
    readonly portions: readonly ItemPortion[];
  }[];
  readonly failure: Failures[Form];
}

/** What a thread cuts for another one, bit by bit. */
export function* cutBody<Form extends BodyForm>(
  form: Form,
  body: Buffer,
  options: CutOptions<Form>,
  connectorOf: (name: string) => string,
): Generator<void, CutBody<Form>> {
  // Its options and failures are those of the form.
  const cutter = cutters[form] as Cutter<CutOptions<Form>, Failures[Form]>;
  const { groups, failure } = yield* cutter(body, options, connectorOf);
  return {
    groups: [...groups].map(({ name, items }) => ({ name, portions: [...items.portions()] })),
    failure: failure as Failures[Form],
  };
}

/** The memory that the events lie in. */
export function buffersOf({ groups }: CutBody<BodyForm>): ArrayBuffer[] {
  return groups.flatMap(({ portions }) =>
    portions.flatMap(({ bytes, ends }) => [bytes.buffer, ends.buffer]),
  );
}
