/** Expression graphs as ONNX model bytes. */
export { onnxName, runMarker, serializeModel } from './serializeModel.ts';
export type { SerializedModel } from './serializeModel.ts';
