/** What every stage of a task shows the panel of itself. */
import type { Decisions } from './decisions.ts';

/** The completions and the controls of one stage. */
export interface StageView {
  /** The completions: the reading. */
  readonly main: HTMLElement;
  /** The controls that decide: beside the reading, or below it. */
  readonly side: HTMLElement;
  /** Shows what is decided. */
  update(decisions: Decisions): void;
  /** Moves the focus to a completion's control. */
  focus(index: number): void;
  /** Opens a completion's note. */
  focusNote(index: number): void;
  showRaw(raw: boolean): void;
}
