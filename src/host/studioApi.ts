import type { RunState, Stage } from '../protocol/run.ts';
import type { TreeNode } from './views/treeNode.ts';

/** A run as other extensions see it. */
export interface RunInfo {
  readonly id: string;
  readonly stage: Stage | undefined;
  readonly state: RunState;
  readonly step: number;
  readonly totalSteps: number;
}

/** What the extension exports: enough to look at it from outside. */
export interface StudioApi {
  /** How long `activate` took. */
  readonly activationMs: number;
  /** Resolves when the project is read; at once where there is none. */
  ready(): Promise<void>;
  /** The rows that a view shows. */
  rows(view: 'dataset' | 'queue' | 'models' | 'runs'): readonly TreeNode[];
  /** What the Test Explorer lists: `suite` or `suite/slice`. */
  evaluationTests(): readonly string[];
  /** The runs of the project, newest first. */
  runs(): readonly RunInfo[];
}
