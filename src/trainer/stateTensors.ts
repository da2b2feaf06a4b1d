/**
 * Float32 tensors of a checkpoint as the parts of a safetensors file: the header, then each tensor
 * as it lies in memory, without a copy.
 */
import type { StateTensor } from '../ml/rlhf/trainingLoop.ts';
import { z } from 'zod';

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.literal('F32'),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

/** The bytes of a safetensors file in order; the tensors' parts share memory with the tensors. */
export function encodeStateTensors(tensors: ReadonlyMap<string, StateTensor>): Uint8Array[] {
  const header: z.infer<typeof headerSchema> = {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = {
      dtype: 'F32',
      shape: [...shape],
      data_offsets: [end, end + data.byteLength],
    };
    end += data.byteLength;
  }
  const json = JSON.stringify(header);
  const padded = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  const data = [...tensors.values()].map(
    (tensor) => new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
  );
  return [size, padded, ...data];
}

/** The tensors of a safetensors file of float32. Throws a plain error on anything else. */
export function decodeStateTensors(bytes: Uint8Array): Map<string, StateTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const start = 8 + headerBytes;
  const text = new TextDecoder().decode(bytes.subarray(8, start));
  const header = headerSchema.parse(JSON.parse(text));
  const tensors = new Map<string, StateTensor>();
  for (const [
    name,
    {
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(header)) {
    const size = 4 * shape.reduce((product, length) => product * length, 1);
    if (to - from !== size || start + to > bytes.length) {
      throw new Error(`${name}: expected ${size} bytes within the file, got ${from} to ${to}`);
    }
    const data = new Float32Array(size / 4);
    new Uint8Array(data.buffer).set(bytes.subarray(start + from, start + to));
    tensors.set(name, { shape, data });
  }
  return tensors;
}
