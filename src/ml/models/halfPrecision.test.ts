import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './halfPrecision.ts';

const toFloat16 = (value: number): number => {
  const words = new Uint16Array(1);
  encodeFloat16(Float32Array.of(value), words);
  return words[0];
};
const toBfloat16 = (value: number): number => {
  const words = new Uint16Array(1);
  encodeBfloat16(Float32Array.of(value), words);
  return words[0];
};

test('float16 patterns are those of IEEE 754', () => {
  // The examples of the standard's binary16 format.
  const examples: readonly (readonly [number, number])[] = [
    [0x0000, 0],
    [0x0001, 5.960464477539063e-8],
    [0x03ff, 6.097555160522461e-5],
    [0x0400, 6.103515625e-5],
    [0x3555, 0.333251953125],
    [0x3bff, 0.99951171875],
    [0x3c00, 1],
    [0x3c01, 1.0009765625],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xc000, -2],
    [0xfc00, -Infinity],
  ];
  const decoded = new Float32Array(examples.length);
  decodeFloat16(
    Uint16Array.from(examples, ([pattern]) => pattern),
    decoded,
  );
  examples.forEach(([pattern, value], index) => {
    assert.equal(decoded[index], value);
    assert.equal(toFloat16(value), pattern);
  });
  assert.equal(toFloat16(-0), 0x8000);
  assert.equal(toFloat16(65519), 0x7bff);
  assert.equal(toFloat16(65520), 0x7c00);
  assert.equal(toFloat16(2 ** -25), 0, 'a tie goes to the even zero');
  assert.equal(toFloat16(1 + 2 ** -11), 0x3c00, 'a tie goes to the even fraction');
  assert.equal(toFloat16(1 + 3 * 2 ** -11), 0x3c02);
});

test('every float16 and bfloat16 pattern survives a round trip', () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);
  const values = new Float32Array(65536);
  const back = new Uint16Array(65536);
  for (const [decode, encode, isNan] of [
    [decodeFloat16, encodeFloat16, (p: number) => (p & 0x7fff) > 0x7c00],
    [decodeBfloat16, encodeBfloat16, (p: number) => (p & 0x7fff) > 0x7f80],
  ] as const) {
    decode(patterns, values);
    encode(values, back);
    for (let pattern = 0; pattern < 65536; pattern++) {
      assert.equal(Number.isNaN(values[pattern]), isNan(pattern));
      if (isNan(pattern)) assert.ok(isNan(back[pattern]));
      else assert.equal(back[pattern], pattern);
    }
  }
});

test('rounding picks the nearest of all representable numbers', () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);
  for (const [decode, encodeOne] of [
    [decodeFloat16, toFloat16],
    [decodeBfloat16, toBfloat16],
  ] as const) {
    const values = new Float32Array(65536);
    decode(patterns, values);
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -60000, max: 60000 }), (value) => {
        const pattern = encodeOne(value);
        const error = Math.abs(values[pattern] - value);
        for (const other of [pattern - 1, pattern + 1]) {
          if ((other & 0x7fff) === 0 || (other ^ pattern) & 0x8000) continue;
          const otherError = Math.abs(values[other] - value);
          assert.ok(error < otherError || (error === otherError && (pattern & 1) === 0));
        }
      }),
    );
  }
});
