/** What computes a run, and where: settings of a project, a planned run or a command line. */
import * as z from 'zod';

/** What runs graphs: ONNX Runtime, or TensorFlow.js in the best of its packages that is installed. */
export const backends = ['onnx', 'tfjs'] as const;
/** Where ONNX Runtime computes. `auto` takes a GPU that is faster than the processor, never a software one. */
export const devices = ['auto', 'cpu', 'webgpu', 'cuda'] as const;

/** The settings as they stand in a file; what is absent is ONNX Runtime on the processor. */
export const engineShape = {
  backend: z
    .enum(backends)
    .exactOptional()
    .describe(
      'What computes: "onnx" (ONNX Runtime) when absent, or "tfjs": TensorFlow.js by the first of @tensorflow/tfjs-node-gpu, tfjs-node and tfjs that is installed.',
    ),
  device: z
    .enum(devices)
    .exactOptional()
    .describe(
      'Where ONNX Runtime computes: "cpu" when absent; "webgpu": any GPU; "auto": a GPU if it is faster than the processor; "cuda": an NVIDIA GPU, where its files are installed.',
    ),
};
/** See {@link engineShape}. */
export interface EngineSettings {
  readonly backend?: (typeof backends)[number];
  readonly device?: (typeof devices)[number];
}
