/** Expression graphs as ONNX model bytes. */
export { onnxName, serializeModel } from './serializeModel.ts';
export type { SerializedModel } from './serializeModel.ts';
