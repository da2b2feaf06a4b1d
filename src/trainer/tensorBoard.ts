/**
 * Metrics as a TensorBoard event file: records of TensorFlow's framing (length, masked CRC-32C of
 * the length, bytes, masked CRC-32C of the bytes), each an `Event` message of tensorflow/core/util/
 * event.proto, written in the wire format with the fields that scalars need.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import {
  doubleField,
  floatField,
  integerField,
  join,
  messageField,
  stringField,
  toBytes,
  type Message,
} from '../ml/onnx/wire.ts';
import type { RunEvent } from '../protocol/run.ts';
import { writeAll } from './atomicFile.ts';
import { crc32c } from './crc32c.ts';

/** `SessionLog.START`: TensorBoard then forgets what earlier files say from this step on. */
const sessionStart = 1;

/** One file for one process's part of a run; close it at the end. */
export class TensorBoardLog {
  private readonly descriptor: number;

  /** Makes a file in `folder`, named as TensorBoard expects. Throws what the file system throws. */
  constructor(folder: string, clock: () => number) {
    mkdirSync(folder, { recursive: true });
    const seconds = Math.floor(clock() / 1000);
    const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`;
    this.descriptor = openSync(path.join(folder, name), 'a');
    this.write([timeField(clock()), stringField(3, 'brain.Event:2')]);
  }

  /** Writes what the event says, where TensorBoard has a place for it. */
  apply(event: RunEvent): void {
    if (event.type === 'started') {
      const step = event.resumedFrom === undefined ? 0 : event.resumedFrom + 1;
      const session = messageField(7, [integerField(1, sessionStart)]);
      this.write([timeField(event.time), integerField(2, step), session]);
    }
    if (event.type !== 'metrics') return;
    const values = Object.entries(event.values).map(([tag, value]) =>
      messageField(1, [stringField(1, tag), floatField(2, value)]),
    );
    this.write([timeField(event.time), integerField(2, event.step), messageField(5, values)]);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(fields: readonly Message[]): void {
    writeAll(this.descriptor, record(toBytes(join(fields))));
  }
}

/** One record in TensorFlow's framing. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return bytes;
}

/** So that the checksum of a string that holds checksums is not one of them. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function timeField(timeMs: number): Message {
  return doubleField(1, timeMs / 1000);
}
