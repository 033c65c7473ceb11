/** What the page asks of the editor, whichever of the two is there. */
export interface EditorHandle {
  /** The selection in the active tab's text, as characters from its start; empty: the cursor. */
  selection(): { readonly start: number; readonly end: number };
  /** Puts text in place of the selection. */
  insert(text: string): void;
  /** Puts text in place of a part of the text. */
  replace(start: number, end: number, text: string): void;
  reveal(start: number, length: number): void;
  focus(): void;
  /** Closes what completion and signatures show: the text is on its way. */
  closeHelp(): void;
  format(): void;
  fix(): void;
}
