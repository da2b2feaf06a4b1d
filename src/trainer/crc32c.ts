/** CRC-32C (Castagnoli), RFC 3720 appendix B.4: Node's zlib has only the other polynomial. */

const reversedPolynomial = 0x82f63b78;

/** For each value of a byte, what eight steps of the division make of it. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ reversedPolynomial : remainder >>> 1;
  }
  return remainder;
});

/** The checksum of the bytes as an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
