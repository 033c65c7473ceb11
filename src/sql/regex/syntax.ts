/** A regular expression as Kusto reads it: Rust's dialect, which is RE2's with Unicode classes. */
export type Regex =
  | { readonly kind: 'literal'; readonly character: string; readonly folded: boolean }
  /** Any character; whether also a line break is for the flags around it to say. */
  | { readonly kind: 'any' }
  | ClassNode
  | {
      readonly kind: 'assertion';
      readonly text: '^' | '$' | '\\A' | '\\z' | '\\b' | '\\B';
      /** Of a `\b`: on which side of it the word has to be. */
      readonly edge?: WordEdge;
    }
  /** `(?i)`: from here to the end of the group. Its text is RE2's. */
  | { readonly kind: 'flags'; readonly text: string }
  | { readonly kind: 'group'; readonly capture: Capture | null; readonly body: Regex }
  | { readonly kind: 'concatenation'; readonly parts: readonly Regex[] }
  | { readonly kind: 'alternation'; readonly options: readonly Regex[] }
  | RepetitionNode;

export interface WordEdge {
  readonly side: 'start' | 'end';
  readonly written: string;
}

export interface ClassNode {
  readonly kind: 'class';
  readonly negated: boolean;
  readonly items: readonly ClassItem[];
}

export interface RepetitionNode {
  readonly kind: 'repetition';
  readonly body: Regex;
  readonly least: number;
  /** Infinity where there is no limit. */
  readonly most: number;
  /** A `?` follows: as few as possible (as many, under the flag U). */
  readonly marked: boolean;
}

export interface Capture {
  /** From 1, by opening parentheses. */
  readonly index: number;
  readonly name: string | null;
}

export type ClassItem =
  | { readonly kind: 'range'; readonly from: string; readonly to: string }
  /** `\d`, `\s`, `\w`; `ascii` under the flag `-u`. */
  | {
      readonly kind: 'perl';
      readonly letter: 'd' | 's' | 'w';
      readonly negated: boolean;
      readonly ascii: boolean;
    }
  /** A general category or a script, by RE2's name. */
  | { readonly kind: 'property'; readonly name: string; readonly negated: boolean }
  | { readonly kind: 'posix'; readonly name: string; readonly negated: boolean };

export interface ParsedRegex {
  readonly root: Regex;
  /** The capturing groups in their order. */
  readonly captures: readonly Capture[];
}

/** Why a pattern cannot be used: it is malformed, or the engine has nothing like it. */
export class RegexError extends Error {
  readonly malformed: boolean;

  constructor(reason: string, malformed = true) {
    super(reason);
    this.name = 'RegexError';
    this.malformed = malformed;
  }
}

export function notSupported(what: string): RegexError {
  return new RegexError(`${what} is not supported`, false);
}
