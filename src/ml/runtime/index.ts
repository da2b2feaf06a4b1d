/** Compiled graphs on ONNX Runtime, and the buffers they read and write. */
export { nativeRuntimeProblem } from './onnxRuntime.ts';
export type { DeviceTensor, Feeds } from './deviceTensor.ts';
export { fromDevice, toDevice } from './deviceTransfer.ts';
export type { ExecutionOptions } from './onnxRuntime.ts';
export { ParameterBuffer } from './parameterBuffer.ts';
export type { ParameterEntry, ParameterShape } from './parameterBuffer.ts';
export { pickDevice } from './pickDevice.ts';
export { peakBytes } from './peakBytes.ts';
export { Program } from './program.ts';
export type { Arrays } from './program.ts';
export { ProgramCache } from './programCache.ts';
export { RunResult } from './runResult.ts';
export { outputsOf, TrainingProgram } from './trainingProgram.ts';
export type { DeviceGradients, TrainingGraph } from './trainingProgram.ts';
