import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import {
  add,
  argMax,
  exp,
  expand,
  gather,
  groupQueryAttention,
  input,
  matMul,
  mul,
  reduceSum,
  scatterRows,
  stopGradient,
  zeros,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { isOutOfMemory } from './onnxRuntime.ts';
import { Program } from './program.ts';
import type { Arrays } from './program.ts';

const threads = { threads: 2 };

async function withProgram<T>(
  outputs: Readonly<Record<string, Tensor>>,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await Program.compile(outputs, threads);
  try {
    return await use(program);
  } finally {
    program.dispose();
  }
}

const x = input('x', [2]);
const ids = input('ids', [2], 'int64');

test('outputs are written into the given arrays, at their place in a larger one', async () => {
  const flat = new Float32Array(6).fill(-1);
  await withProgram({ y: mul(x, 2), z: add(x, 1) }, async (program) => {
    const y = flat.subarray(1, 3);
    const result = await program.run({ x: Float32Array.of(3, 4) }, { y });
    assert.equal(result.get('y'), y);
    assert.deepEqual([...flat], [-1, 6, 8, -1, -1, -1]);
    assert.deepEqual([...result.float32('z')], [4, 5]);
  });
});

test('feeds are read from their place in a larger array', async () => {
  const flat = Float32Array.of(0, 5, 7, 0);
  await withProgram({ y: mul(x, 2) }, async (program) => {
    const result = await program.run({ x: flat.subarray(1, 3) });
    assert.deepEqual([...result.float32('y')], [10, 14]);
  });
});

test('one tensor under two names, an input as output and an alias are all delivered', async () => {
  const y = exp(x);
  await withProgram({ a: y, b: y, x, alias: stopGradient(x) }, async (program) => {
    const result = await program.run({ x: Float32Array.of(0, 0) });
    assert.deepEqual([...result.float32('a')], [1, 1]);
    assert.deepEqual([...result.float32('b')], [1, 1]);
    assert.deepEqual([...result.float32('x')], [0, 0]);
    assert.deepEqual([...result.float32('alias')], [0, 0]);
  });
});

test('a result gives numbers only where there is one', async () => {
  await withProgram({ sum: reduceSum(x), best: argMax(x), y: exp(x) }, async (program) => {
    const result = await program.run({ x: Float32Array.of(1, 2) });
    assert.equal(result.scalar('sum'), 3);
    assert.equal(result.scalar('best'), 1);
    assert.throws(() => result.scalar('y'), /one element for y, got 2/);
    assert.throws(() => result.float32('best'), /float32 for best, got BigInt64Array/);
    assert.throws(() => result.get('z'), /one of sum, best, y, got z/);
  });
});

test('feeds and targets that do not fit are refused by name', async () => {
  const table = input('table', [3, 2]);
  const good = { table: new Float32Array(6), ids: BigInt64Array.of(0n, 1n) };
  const wrong: readonly (readonly [Arrays, Arrays, RegExp])[] = [
    [{ table: good.table }, {}, /expected a feed for ids, got none/],
    [{ ...good, idz: good.ids }, {}, /expected inputs table, ids, got idz/],
    [{ ...good, ids: Float32Array.of(0, 1) }, {}, /int64 \[2\] for ids, got 2 elements of float32/],
    [{ ...good, table: new Float32Array(5) }, {}, /float32 \[3, 2\] for table, got 5 elements/],
    [good, { rowz: new Float32Array(4) }, /expected outputs rows, got rowz/],
    [good, { rows: new Float32Array(3) }, /float32 \[2, 2\] for rows, got 3 elements/],
  ];
  await withProgram({ rows: gather(table, ids) }, async (program) => {
    for (const [feeds, into, message] of wrong) {
      await assert.rejects(program.run(feeds, into), message);
    }
  });
});

test('an output may not share memory with a feed or another output', async () => {
  const memory = new Float32Array(4);
  await withProgram({ y: mul(x, 2), z: add(x, 1) }, async (program) => {
    const feed = memory.subarray(0, 2);
    await assert.rejects(
      program.run({ x: feed }, { y: memory.subarray(1, 3) }),
      /memory of its own, got x and y overlapping/,
    );
    await assert.rejects(
      program.run({ x: new Float32Array(2) }, { y: feed, z: memory.subarray(1, 3) }),
      /got y and z overlapping/,
    );
  });
});

test('an index outside the table is an error, not a crash', async () => {
  await withProgram({ rows: gather(input('table', [3, 2]), ids) }, async (program) => {
    const feeds = { table: new Float32Array(6), ids: BigInt64Array.of(0n, 3n) };
    await assert.rejects(program.run(feeds), /out of .*bounds/i);
  });
});

test('a disposed program refuses to run, and disposing again does nothing', async () => {
  const program = await Program.compile({ y: exp(x) }, threads);
  program.dispose();
  program.dispose();
  await assert.rejects(program.run({ x: new Float32Array(2) }), /live program, got a disposed one/);
});

test('a run under way finishes when the program is disposed meanwhile', async () => {
  const program = await Program.compile({ y: exp(x) }, threads);
  const running = program.run({ x: new Float32Array(2) });
  program.dispose();
  assert.deepEqual([...(await running).float32('y')], [1, 1]);
});

test('too little memory is an InstructError that says what to do', async () => {
  const huge = reduceSum(exp(expand(input('one', [1]), [1 << 20, 1 << 20])));
  await withProgram({ huge }, async (program) => {
    await assert.rejects(program.run({ one: new Float32Array(1) }), (error) => {
      assert.ok(error instanceof InstructError);
      assert.equal(error.code, 'out-of-memory');
      assert.match(error.remedy, /smaller batch/);
      return true;
    });
  });
  assert.ok(isOutOfMemory(new Error('std::bad_alloc')));
  assert.ok(!isOutOfMemory(new Error('Invalid rank for input')));
});

test('equal runs give equal bits, rows added to a table included', async () => {
  const [rows, width, vocabulary] = [512, 64, 40];
  const tokens = input('tokens', [rows], 'int64');
  const updates = input('updates', [rows, width]);
  const scattered = scatterRows(zeros([vocabulary, width]), tokens, updates);
  const product = matMul(updates, scattered, { transposeB: true });
  const noise = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * i));
  const feeds = {
    tokens: BigInt64Array.from({ length: rows }, (_, i) => BigInt((i * i) % vocabulary)),
    updates: noise,
  };
  await withProgram({ scattered, product }, async (program) => {
    const first = await program.run(feeds);
    for (let i = 0; i < 5; i++) {
      const again = await program.run(feeds);
      assert.deepEqual(again.get('scattered'), first.get('scattered'));
      assert.deepEqual(again.get('product'), first.get('product'));
    }
  });
});

test('a cache given as past and present is updated in place and continues the prompt', async () => {
  const [batch, nHead, headWidth, cacheLength] = [2, 2, 8, 6];
  const width = nHead * headWidth;
  const program = (steps: number): Record<string, Tensor> => {
    const cache = [batch, nHead, cacheLength, headWidth];
    const { output, presentKey, presentValue } = groupQueryAttention(
      {
        query: input('query', [batch, steps, width]),
        key: input('key', [batch, steps, width]),
        value: input('value', [batch, steps, width]),
        pastKey: input('keys', cache),
        pastValue: input('values', cache),
        lastIndex: input('last', [batch], 'int32'),
        totalLength: input('total', [], 'int32'),
      },
      { nHead, nKvHead: nHead },
    );
    return { output, keys: presentKey, values: presentValue };
  };
  /** Tokens from..to of each sequence, numbers that differ everywhere. */
  const tokens = (seed: number, from: number, to: number): Float32Array =>
    Float32Array.from({ length: batch * (to - from) * width }, (_, i) => {
      const [sequence, rest] = [Math.floor(i / ((to - from) * width)), i % ((to - from) * width)];
      return Math.sin(seed + 100 * sequence + (from * width + rest) * 0.7);
    });
  const run = async (
    cache: { readonly keys: Float32Array; readonly values: Float32Array },
    from: number,
    to: number,
  ): Promise<Float32Array> =>
    withProgram(program(to - from), async (compiled) => {
      const feeds = {
        query: tokens(1, from, to),
        key: tokens(2, from, to),
        value: tokens(3, from, to),
        last: new Int32Array(batch).fill(to - 1),
        total: Int32Array.of(to),
        ...cache,
      };
      return (await compiled.run(feeds, cache)).float32('output');
    });
  const empty = (): { keys: Float32Array; values: Float32Array } => ({
    keys: new Float32Array(batch * nHead * cacheLength * headWidth),
    values: new Float32Array(batch * nHead * cacheLength * headWidth),
  });
  const whole = await run(empty(), 0, 4);
  const cache = empty();
  await run(cache, 0, 3);
  const last = await run(cache, 3, 4);
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let i = 0; i < width; i++) {
      const expected = whole[(sequence * 4 + 3) * width + i];
      assert.ok(Math.abs(last[sequence * width + i] - expected) < 1e-6);
    }
  }
  assert.ok(cache.keys.some((value) => value !== 0));
});

test('an output written in place is not copied too', async () => {
  const size = 4 << 20;
  const program = await Program.compile({ y: exp(input('x', [size])) });
  const [x, y] = [new Float32Array(size), new Float32Array(size)];
  await program.run({ x }, { y });
  const before = process.memoryUsage().arrayBuffers;
  await program.run({ x }, { y });
  assert.ok(process.memoryUsage().arrayBuffers - before < y.byteLength / 2);
  assert.equal(y[size - 1], 1);
  program.dispose();
});
