/** One row of the table of hyper-parameters. */

/** The value of one hyper-parameter. */
export type HyperparameterValue = number | boolean | string;

/** One row of the table. */
export interface Hyperparameter {
  readonly default: HyperparameterValue;
  /** Inclusive range of a number; absent for booleans and choices. */
  readonly range?: readonly [number, number];
  readonly integer?: boolean;
  readonly choices?: readonly string[];
  /** Whether the value is any number of the choices, separated by commas; empty for none. */
  readonly list?: boolean;
  readonly unit?: string;
  /** The paper's value, null where the paper does not say. */
  readonly paper: HyperparameterValue | null;
  /** Where the paper's value, or the default where it is silent, comes from. */
  readonly source: string;
  /** Why the default is not the paper's value; present wherever the two differ. */
  readonly scaling?: string;
  readonly description: string;
}
