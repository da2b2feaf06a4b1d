import type { Run } from '../runs/run.ts';

/** As much of a run as is shown. */
export type ShownRun = Pick<Run, 'id' | 'spec' | 'view' | 'state' | 'problem' | 'isResumable'>;
