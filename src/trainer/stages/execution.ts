/** From what a run's file says computes it to what this machine has. */
import { pickDevice, type ExecutionOptions } from '../../ml/runtime/index.ts';
import type { EngineSettings } from '../../protocol/engine.ts';
import type { WorkContext } from '../runContext.ts';

/**
 * What a run's programs are to be compiled for: `auto` becomes a device of this machine.
 *
 * @param context Where the run's warnings go.
 */
export async function executionOf(
  settings: EngineSettings,
  context?: Pick<WorkContext, 'warn'>,
): Promise<ExecutionOptions> {
  const { backend = 'onnx', device = 'cpu' } = settings;
  if (backend === 'tfjs') return { backend };
  return {
    device: device === 'auto' ? await pickDevice() : device,
    ...(context !== undefined && {
      warn: (code, message) => {
        context.warn(code, message);
      },
    }),
  };
}
