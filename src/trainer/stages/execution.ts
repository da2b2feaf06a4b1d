/** From what a run's file says computes it to what this machine has. */
import { pickDevice, type ExecutionOptions } from '../../ml/runtime/index.ts';
import type { EngineSettings } from '../../protocol/engine.ts';

/** What a run's programs are to be compiled for: `auto` becomes a device of this machine. */
export async function executionOf({
  backend = 'onnx',
  device = 'cpu',
}: EngineSettings): Promise<ExecutionOptions> {
  if (backend === 'tfjs') return { backend };
  return { device: device === 'auto' ? await pickDevice() : device };
}
