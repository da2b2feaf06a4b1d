/** From a run folder to its work. What computes is loaded only here, when a run needs it. */
import type { WorkMaker } from './runContext.ts';

/** Makes the work of any stage. */
export const makeStageWork: WorkMaker = async (context) => {
  const [{ makeWork }, { nativeRuntimeProblem }] = await Promise.all([
    import('./stages/index.ts'),
    import('../ml/runtime/index.ts'),
  ]);
  const problem = await nativeRuntimeProblem();
  if (problem !== undefined) {
    const why = `ONNX Runtime's native module does not load here (${problem})`;
    context.warn('slow-runtime', `${why}: this run computes in WebAssembly, several times slower.`);
  }
  return makeWork(context);
};
