/** Tells a file that only grew from one that was edited, without keeping its bytes. */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const blockBytes = 256 * 1024;
/** A longer file is checked at its first and last blocks only (32 MiB in all). */
const checkedBlocks = 128;

/** CRC-32 of each block of the bytes seen so far, from the beginning of a file. */
export class Fingerprint {
  private readonly blocks: number[] = [];
  private length = 0;

  /** How many bytes have been seen. */
  get bytes(): number {
    return this.length;
  }

  /** Takes the next bytes; those that were seen before (reading again) are passed over. */
  add(offset: number, bytes: Uint8Array): void {
    let rest = bytes.subarray(Math.max(0, this.length - offset));
    while (rest.length > 0) {
      const index = Math.floor(this.length / blockBytes);
      const part = rest.subarray(0, blockBytes - (this.length % blockBytes));
      this.blocks[index] = crc32(part, this.blocks.at(index) ?? 0);
      this.length += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** An independent copy, so that a failed reading leaves the original as it was. */
  copy(): Fingerprint {
    const copy = new Fingerprint();
    copy.blocks.push(...this.blocks);
    copy.length = this.length;
    return copy;
  }

  /** True when the file still begins with the bytes that were seen. */
  async matches(path: string): Promise<boolean> {
    const handle = await open(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(blockBytes);
      for (const index of this.blocksToCheck()) {
        const length = Math.min(blockBytes, this.length - index * blockBytes);
        const { bytesRead } = await handle.read(buffer, 0, length, index * blockBytes);
        if (bytesRead < length) return false;
        if (crc32(buffer.subarray(0, length)) !== this.blocks[index]) return false;
      }
      return true;
    } finally {
      await handle.close();
    }
  }

  private blocksToCheck(): number[] {
    const all = this.blocks.map((_, index) => index);
    if (all.length <= checkedBlocks) return all;
    return [...all.slice(0, checkedBlocks / 2), ...all.slice(-checkedBlocks / 2)];
  }
}
