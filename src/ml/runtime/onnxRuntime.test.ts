import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { exp, input } from '../graph/index.ts';
import { Program } from './program.ts';

test('a native module that does not load is an InstructError with a remedy', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'onnxruntime-node') throw new Error('no binary for this machine');
      return nextResolve(specifier, context);
    },
  });
  try {
    await assert.rejects(Program.compile({ y: exp(input('x', [1])) }), (error) => {
      assert.ok(error instanceof InstructError);
      assert.equal(error.code, 'native-runtime-missing');
      assert.match(error.message, /no binary for this machine/);
      assert.match(error.remedy, /Reinstall/);
      return true;
    });
  } finally {
    hooks.deregister();
  }
});
