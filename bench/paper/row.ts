/** A result of the paper, reproduced small. */
import type { Laboratory } from './laboratory.ts';

/** A curve or a set of points of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A plot beside a table. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  readonly series: readonly Series[];
}

/** What was found. */
export interface RowResult {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether the paper's result shows here too. */
  readonly reproduced: boolean;
  /** In a sentence or two, with the numbers that decide it. */
  readonly finding: string;
  readonly plots?: readonly Plot[];
}

/** A row of the page. */
export interface Row {
  /** Its number in the list of results, and file name of its plots. */
  readonly id: string;
  readonly title: string;
  /** What the paper found. */
  readonly claim: string;
  /** How many of the seeds it uses when it is to be quick; all else. */
  readonly quickSeeds: number;
  run(laboratories: readonly Laboratory[]): Promise<RowResult>;
}
