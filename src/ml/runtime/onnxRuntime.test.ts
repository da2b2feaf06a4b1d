import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { exp, input, matMul } from '../graph/index.ts';
import { nativeRuntimeProblem } from './onnxRuntime.ts';
import { Program } from './program.ts';

test('where neither the native module nor WebAssembly loads there is an InstructError with a remedy', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier.startsWith('onnxruntime-')) throw new Error('no binary for this machine');
      return nextResolve(specifier, context);
    },
  });
  try {
    await assert.rejects(Program.compile({ y: exp(input('x', [1])) }), (error) => {
      assert.ok(error instanceof InstructError);
      assert.equal(error.code, 'native-runtime-missing');
      assert.match(error.message, /no binary for this machine/);
      assert.match(error.remedy, /universal one/);
      return true;
    });
  } finally {
    hooks.deregister();
  }
});

test('a native module that does not load leaves the same numbers to WebAssembly', async () => {
  const x = input('x', [2, 3]);
  const weights = input('w', [3, 2]);
  const graph = { y: exp(matMul(x, weights)) };
  // By hand: rows (1, 2, 3) and (0, −1, 1) by columns (0.1, 0, −0.1) and (0, 0.5, 0).
  const expected = [Math.exp(-0.2), Math.exp(1), Math.exp(-0.1), Math.exp(-0.5)];
  const feeds = {
    x: Float32Array.of(1, 2, 3, 0, -1, 1),
    w: Float32Array.of(0.1, 0, 0, 0.5, -0.1, 0),
  };
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'onnxruntime-node') throw new Error('no binary for this machine');
      return nextResolve(specifier, context);
    },
  });
  try {
    assert.match((await nativeRuntimeProblem()) ?? '', /no binary for this machine/);
    const program = await Program.compile(graph);
    const into = new Float32Array(4);
    await program.run(feeds, { y: into });
    into.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `${i}: ${value}`));
    program.dispose();
  } finally {
    hooks.deregister();
  }
  assert.equal(await nativeRuntimeProblem(), undefined);
});
