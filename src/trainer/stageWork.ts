/** From a run folder to its work. What computes is loaded only here, when a run needs it. */
import type { WorkMaker } from './runContext.ts';

/** Makes the work of any stage. */
export const makeStageWork: WorkMaker = async (context) => {
  const { makeWork } = await import('./stages/index.ts');
  return makeWork(context);
};
