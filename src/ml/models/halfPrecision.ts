/** Conversions between float32 and the two 16-bit formats in which weights are stored. */

const float16Values = buildFloat16Values();
const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** The float32 values of float16 bit patterns; every pattern has one. Writes `target.length` numbers. */
export function decodeFloat16(source: Uint16Array, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = float16Values[source[i]];
}

/** The float32 values of bfloat16 bit patterns: their upper half. Writes `target.length` numbers. */
export function decodeBfloat16(source: Uint16Array, target: Float32Array): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < words.length; i++) words[i] = source[i] << 16;
}

/**
 * The nearest float16, ties to even (IEEE 754). What exceeds 65504 by more than half a step
 * becomes infinity; NaN stays NaN.
 */
export function encodeFloat16(source: Float32Array, target: Uint16Array): void {
  for (let i = 0; i < source.length; i++) {
    asFloat[0] = source[i];
    const word = bits[0];
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    target[i] = sign | float16Magnitude(magnitude);
  }
}

function float16Magnitude(word: number): number {
  if (word > 0x7f800000) return 0x7e00; // NaN
  if (word >= 0x47800000) return 0x7c00; // 65536 and more: infinity
  const exponent = word >>> 23;
  if (exponent >= 113) return roundShift(word - (112 << 23), 13); // a carry runs into the exponent
  if (exponent < 101) return 0; // less than half of the smallest subnormal
  return roundShift((word & 0x7fffff) | 0x800000, 126 - exponent);
}

/** The nearest bfloat16, ties to even; NaN stays NaN. */
export function encodeBfloat16(source: Float32Array, target: Uint16Array): void {
  for (let i = 0; i < source.length; i++) {
    asFloat[0] = source[i];
    const word = bits[0];
    const magnitude = word & 0x7fffffff;
    target[i] = magnitude > 0x7f800000 ? (word >>> 16) | 0x40 : roundShift(word, 16);
  }
}

/** word / 2^shift, rounded to the nearest whole number, ties to even. */
function roundShift(word: number, shift: number): number {
  const kept = word >>> shift;
  const rest = word - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function buildFloat16Values(): Float32Array {
  const values = new Float32Array(65536);
  for (let pattern = 0; pattern < values.length; pattern++) {
    const exponent = (pattern >>> 10) & 31;
    const fraction = pattern & 1023;
    const sign = pattern & 0x8000 ? -1 : 1;
    if (exponent === 31) values[pattern] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) values[pattern] = sign * fraction * 2 ** -24;
    else values[pattern] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return values;
}
