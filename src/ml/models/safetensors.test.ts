import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { InstructError } from '../../protocol/errors.ts';
import { SafetensorsFile, readSafetensors, storageTypes, writeSafetensors } from './safetensors.ts';
import type { StoredTensor } from './safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model.safetensors');

function fileOf(header: string, data: Uint8Array | number, claimed = header.length): Uint8Array {
  const rest = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + header.length + rest.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(rest, 8 + header.length);
  return bytes;
}

async function refused(bytes: Uint8Array | string, pattern: RegExp, key?: string): Promise<void> {
  writeFileSync(path, bytes);
  await assert.rejects(readSafetensors(path), (error) => {
    assert.ok(error instanceof InstructError, String(error));
    assert.equal(error.code, 'bad-model');
    assert.match(error.message, pattern);
    assert.ok(error.message.startsWith(path));
    assert.ok(error.remedy.length > 10);
    assert.deepEqual(error.place, key === undefined ? { path } : { path, key });
    return true;
  });
}

const tensorArbitrary = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc
      .array(fc.float({ noNaN: true }), { minLength: length, maxLength: length })
      .map((values): StoredTensor => ({ shape, data: Float32Array.from(values) }));
  });
const tensorsArbitrary = fc
  .uniqueArray(
    fc.tuple(
      fc.string({ minLength: 1 }).filter((name) => !/^__(metadata|proto)__$/.test(name)),
      tensorArbitrary,
    ),
    { selector: ([name]) => name, maxLength: 6 },
  )
  .map((entries) => new Map(entries));

test('tensors of any name, shape and number survive a round trip in float32', async () => {
  await fc.assert(
    fc.asyncProperty(tensorsArbitrary, async (tensors) => {
      await writeSafetensors(path, tensors);
      assert.deepEqual(await readSafetensors(path), tensors);
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(readdirSync(folder), ['model.safetensors'], 'nothing else is left behind');
});

test('numbers that fit 16 bits survive a round trip in all three storage types', async () => {
  const data = Float32Array.of(0, 1, -2, 0.5, 96, -0.0078125);
  for (const storage of storageTypes) {
    await writeSafetensors(path, new Map([['a', { shape: [2, 3], data }]]), { storage });
    assert.deepEqual((await readSafetensors(path)).get('a')?.data, data);
    const bytes = readFileSync(path).length;
    const file = await SafetensorsFile.open(path);
    assert.equal(file.header.metadata['format'], 'pt');
    await file.close();
    assert.equal(bytes % 8, storage === 'float32' ? 0 : 4);
  }
});

test('a truncated file is refused wherever it was cut', async () => {
  const tensors = new Map([
    ['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ['b', { shape: [3], data: Float32Array.of(5, 6, 7) }],
  ]);
  await writeSafetensors(path, tensors);
  const whole = readFileSync(path);
  const headerEnd = whole.length - 28;
  for (let length = 0; length < whole.length; length++) {
    const tensor = length < headerEnd + 16 ? 'a' : 'b';
    await refused(whole.subarray(0, length), /truncated/, length < headerEnd ? undefined : tensor);
  }
});

test('any bytes and any damaged file give an InstructError or a reading, never another error', async () => {
  const tensors = new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]);
  await writeSafetensors(path, tensors);
  const whole = readFileSync(path);
  const survives = async (bytes: Uint8Array): Promise<void> => {
    writeFileSync(path, bytes);
    try {
      await readSafetensors(path);
    } catch (error) {
      assert.ok(error instanceof InstructError, String(error));
    }
  };
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), survives), { numRuns: 100 });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      await survives(bytes);
    }),
    { numRuns: 300 },
  );
});

test('a header that claims gigabytes is refused before they are allocated', async () => {
  await refused(fileOf('{}', 0, 2 ** 52), /claims 4503599627370496 bytes/);
  await refused(fileOf('{}', 0, 99_000_000), /truncated/);
});

test('each lie of a header is named with its tensor', async () => {
  const entry = (dtype: string, shape: string, offsets: string): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
  const a = entry('F32', '[2]', '[0,8]');
  await refused(fileOf(`{"a":${a},"a":${a}}`, 8), /"a" twice/, 'a');
  await refused(fileOf(`{"a":${a}}`, 4), /"a" ends at byte 8 of 4: the file is truncated/, 'a');
  await refused(fileOf(`{"a":${a}}`, 9), /1 bytes after the last tensor/);
  await refused(fileOf(`{"a":${entry('F32', '[3]', '[0,8]')}}`, 8), /needs 12 bytes/, 'a');
  await refused(fileOf(`{"a":${entry('F32', '[2]', '[8,0]')}}`, 8), /but -8 are given/, 'a');
  await refused(fileOf(`{"a":${entry('F32', '[-2]', '[0,8]')}}`, 8), /not described/, 'a');
  await refused(fileOf(`{"a":${entry('F99', '[2]', '[0,8]')}}`, 8), /unknown dtype "F99"/, 'a');
  await refused(
    fileOf(`{"a":${a},"b":${entry('F32', '[2]', '[4,12]')}}`, 12),
    /"b" overlaps "a"/,
    'b',
  );
  await refused(
    fileOf(`{"a":${a},"b":${entry('F32', '[1]', '[12,16]')}}`, 16),
    /"b" leaves a hole after "a"/,
    'b',
  );
  await refused(fileOf(`{"a":${entry('I64', '[1]', '[0,8]')}}`, 8), /stored as I64/, 'a');
  await refused(fileOf('{"a":1}', 0), /not described/, 'a');
  await refused(fileOf('[1,2]', 0), /not a JSON object/);
  await refused(fileOf('{"a" 1}', 0), /not JSON/);
});

test('a header whose length begins like another kind of file is read all the same', async () => {
  for (const length of [0x0280, 0x4b50]) {
    const json = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    writeFileSync(path, fileOf(json.padEnd(length), new Uint8Array(4)));
    assert.deepEqual([...(await readSafetensors(path)).keys()], ['a']);
  }
});

test('checkpoints of other kinds are told how to be converted', async () => {
  await refused('PK\x03\x04 and more than ten bytes', /PyTorch \(zip\)/);
  await refused(Uint8Array.of(0x80, 2, 0x8a, 0x0a, 1, 2, 3, 4, 5, 6, 7), /PyTorch \(pickle\)/);
  await refused('version https://git-lfs.github.com/spec/v1\n', /Git LFS pointer/);
});

test('a write that fails leaves the old file and nothing beside it', async () => {
  const good = new Map([['a', { shape: [1], data: Float32Array.of(1) }]]);
  await writeSafetensors(path, good);
  const failing = {
    get shape(): number[] {
      return [1];
    },
    reads: 0,
    get data(): Float32Array {
      if (this.reads++ > 0) throw new Error('the disk is full');
      return Float32Array.of(2);
    },
  };
  await assert.rejects(writeSafetensors(path, new Map([['a', failing]])), /disk is full/);
  assert.deepEqual(await readSafetensors(path), good);
  assert.deepEqual(readdirSync(folder), ['model.safetensors']);
});
