import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { crc32c } from './crc32c.ts';
import { TensorBoardLog } from './tensorBoard.ts';

test('CRC-32C gives the values of RFC 3720', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, at) => at);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(ascending), 0x46dd794e);
});

// Made by test/reference/tensorboardEvents.py with tensorboard's own writer.
const reference =
  '1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a';

test('a file begins as one that TensorBoard wrote itself', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'board-'));
  try {
    const log = new TensorBoardLog(folder, () => 1000);
    log.apply({ type: 'metrics', time: 1500, step: 3, values: { 'sft/loss': 0.5 } });
    log.close();
    const [name] = readdirSync(folder);
    const bytes = readFileSync(path.join(folder, name));
    assert.equal(bytes.subarray(0, reference.length / 2).toString('hex'), reference);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
