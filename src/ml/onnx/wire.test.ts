import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesField,
  floatField,
  integerField,
  join,
  messageField,
  stringField,
  toBytes,
} from './wire.ts';
import type { Message } from './wire.ts';

function hex(message: Message): string {
  return Buffer.from(toBytes(message)).toString('hex');
}

// The first three are the worked examples of the Protocol Buffers encoding guide.
test('an integer is a varint', () => assert.equal(hex(integerField(1, 150)), '089601'));
test('a string has its length before it', () =>
  assert.equal(hex(stringField(2, 'testing')), '120774657374696e67'));
test('a message is nested with its length', () =>
  assert.equal(hex(messageField(3, [integerField(1, 150)])), '1a03089601'));

test('a negative integer takes ten bytes', () =>
  assert.equal(hex(integerField(1, -2)), '08feffffffffffffffff01'));
test('an integer above 32 bits is kept', () =>
  assert.equal(hex(integerField(1, 2 ** 40)), '08808080808020'));
test('a float is little-endian', () => assert.equal(hex(floatField(2, 1)), '150000803f'));
test('a field number above 15 takes two bytes', () =>
  assert.equal(hex(integerField(20, 1)), 'a00101'));
test('fields are joined in order', () =>
  assert.equal(hex(join([integerField(1, 1), bytesField(2, Uint8Array.of(255))])), '08011201ff'));
