import type { ItemPortion } from '../items.js';
import { collectorEvents, collectorLines } from './collector-events.js';
import type { Cutter } from './cutter.js';
import { otlpLogs } from './otlp-logs.js';

const cutters = { collectorEvents, collectorLines, otlpLogs };

/** How a body holds its events. */
export type BodyForm = keyof typeof cutters;
export type CutOptions<Form extends BodyForm> = Parameters<(typeof cutters)[Form]>[1];

export interface CutBody<Form extends BodyForm> {
  readonly groups: readonly {
    readonly name: string;
    readonly portions: readonly ItemPortion[];
  }[];
  readonly failure: ReturnType<(typeof cutters)[Form]>['failure'];
}

/** What a thread cuts for another one. */
export function cutBody<Form extends BodyForm>(
  form: Form,
  body: Buffer,
  options: CutOptions<Form>,
  connectorOf: (name: string) => string,
): CutBody<Form> {
  const cutter = cutters[form] as Cutter<CutOptions<Form>, CutBody<Form>['failure']>;
  const { groups, failure } = cutter(body, options, connectorOf);
  return {
    groups: [...groups].map(({ name, items }) => ({ name, portions: [...items.portions()] })),
    failure,
  };
}

/** The memory that the events lie in. */
export function buffersOf({ groups }: CutBody<BodyForm>): ArrayBuffer[] {
  return groups.flatMap(({ portions }) =>
    portions.flatMap(({ bytes, ends }) => [bytes.buffer, ends.buffer]),
  );
}
