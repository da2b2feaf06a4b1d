import { InstructError, type ErrorData } from '../protocol/errors.ts';

/** A command that does what the remedy says. */
export interface Remedy {
  /** The button's text, in title case. */
  readonly label: string;
  readonly command: string;
}

/** An expected failure that the host itself found, with the button that helps. */
export class RemedyError extends InstructError {
  readonly action: Remedy;

  constructor(data: ErrorData, action: Remedy) {
    super(data);
    this.action = action;
  }
}
