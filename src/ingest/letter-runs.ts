import type { Culprit, Problem } from './dead-letters.js';
import { longestRaw } from './dead-letters.js';

/** Something about an event that is to be told in a dead letter. */
export interface Letter {
  readonly problem: Problem;
  readonly culprit: Omit<Culprit, 'position'>;
  /** The stream. */
  readonly origin: string;
  /** Where in it: `byte 17`; of several from the first to the last. */
  readonly where: string;
}

/** Letters of one kind in a batch that are told one by one. */
const mostAlone = 1_000;
/** Kinds that are told apart: a column's name may come from outside. */
const mostKinds = 1_000;

interface Run {
  readonly first: Letter;
  last: Letter;
  readonly raw: string[];
  rawLength: number;
  rawSizeBytes: number;
}

/**
 * Puts letters together where a batch has very many of one kind: a letter takes many times the bytes of a short event.
 * Nothing of the events is lost with it: their text stands in the letter, one below the other.
 */
export class LetterRuns {
  readonly #write: (letter: Letter) => void;
  #counts = new Map<string, number>();
  readonly #runs = new Map<string, Run>();

  constructor(write: (letter: Letter) => void) {
    this.#write = write;
  }

  add(letter: Letter): void {
    const { problem, culprit, origin } = letter;
    const own = [problem.reason, problem.column, culprit.table, culprit.source, origin].join('\n');
    const isOwn = this.#counts.has(own) || this.#counts.size < mostKinds;
    const kind = isOwn ? own : problem.reason;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= mostAlone || culprit.raw.length >= longestRaw) {
      this.#write(letter);
    } else {
      this.#hold(kind, isOwn ? letter : ofAnyColumn(letter));
    }
  }

  /** Writes what is held: the batch is at its end. */
  end(): void {
    for (const run of this.#runs.values()) {
      this.#write(together(run));
    }
    this.#runs.clear();
    this.#counts = new Map();
  }

  #hold(kind: string, letter: Letter): void {
    const { raw, rawSizeBytes } = letter.culprit;
    const run = this.#runs.get(kind);
    if (run !== undefined && run.rawLength + raw.length < longestRaw) {
      run.last = letter;
      run.raw.push(raw);
      run.rawLength += raw.length + 1;
      run.rawSizeBytes += rawSizeBytes;
      return;
    }
    if (run !== undefined) {
      this.#write(together(run));
    }
    const rawLength = raw.length + 1;
    this.#runs.set(kind, { first: letter, last: letter, raw: [raw], rawLength, rawSizeBytes });
  }
}

function ofAnyColumn(letter: Letter): Letter {
  const { column: _, ...problem } = letter.problem;
  return { ...letter, problem, culprit: { ...letter.culprit, table: '' } };
}

function together({ first, last, raw, rawSizeBytes }: Run): Letter {
  if (raw.length === 1) {
    return first;
  }
  const { problem, culprit, where } = first;
  const firstDetail = problem.detail === undefined ? '' : `, the first: ${problem.detail}`;
  return {
    ...first,
    problem: { ...problem, detail: `${raw.length} of them${firstDetail}` },
    culprit: { ...culprit, raw: raw.join('\n'), rawSizeBytes },
    where: `${where} to ${last.where}`,
  };
}
