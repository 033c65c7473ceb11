import type { Items } from '../items.js';

export interface CutGroup {
  /** It may stand for a connector; '': the events tell. */
  readonly name: string;
  readonly items: Items;
}

/**
 * Cuts a request's body into its events, bit by bit: it yields where others may have their turn. The events are good
 * where there is a failure, too.
 * @param connectorOf the connector that a name stands for, or ''
 */
export type Cutter<Options, Failure> = (
  body: Buffer,
  options: Options,
  connectorOf: (name: string) => string,
) => Generator<
  void,
  { readonly groups: Iterable<CutGroup>; readonly failure: Failure | undefined }
>;
