/**
 * The few pieces of the Protocol Buffers wire format that ONNX needs, for writing only. A message is
 * a list of byte chunks with its length, so that nesting copies nothing and large weights are
 * copied once, into the final array.
 */

/** A message, or part of one, ready to be nested or joined. */
export interface Message {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
}

const encoder = new TextEncoder();

/** An integer field: int32, int64 or an enumeration. Only non-negative numbers and −1-like int64 occur. */
export function integerField(field: number, value: number): Message {
  return join([varint(field * 8), varint(value)]);
}

/** A float field. */
export function floatField(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return join([varint(field * 8 + 5), { chunks: [bytes], sizeBytes: 4 }]);
}

/** A double field. */
export function doubleField(field: number, value: number): Message {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return join([varint(field * 8 + 1), { chunks: [bytes], sizeBytes: 8 }]);
}

/** A string field, in UTF-8. */
export function stringField(field: number, value: string): Message {
  return bytesField(field, encoder.encode(value));
}

/** A bytes field; the array is not copied until {@link toBytes}. */
export function bytesField(field: number, value: Uint8Array): Message {
  return messageField(field, [{ chunks: [value], sizeBytes: value.length }]);
}

/** A field holding a message made of the given fields. */
export function messageField(field: number, fields: readonly Message[]): Message {
  const body = join(fields);
  return join([varint(field * 8 + 2), varint(body.sizeBytes), body]);
}

/** Fields one after another. */
export function join(fields: readonly Message[]): Message {
  return {
    chunks: fields.flatMap((field) => field.chunks),
    sizeBytes: fields.reduce((sum, field) => sum + field.sizeBytes, 0),
  };
}

/** The message as one array. */
export function toBytes(message: Message): Uint8Array {
  const bytes = new Uint8Array(message.sizeBytes);
  let offset = 0;
  for (const chunk of message.chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function varint(value: number): Message {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return { chunks: [Uint8Array.from(bytes)], sizeBytes: bytes.length };
}
